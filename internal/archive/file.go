package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"aicity.dev/aicity/internal/city"
)

// arriving begins the names of files that are not kept yet. They lie beside the
// archives, so that keeping one is a rename.
const arriving = ".upload-"

// newFile makes a file for what arrives. It stays locked while its process lives:
// what is there without a lock was left by one that died.
func (s *Service) newFile() (*os.File, error) {
	for attempt := 1; ; attempt++ {
		file, err := os.CreateTemp(s.dir, arriving+"*")
		if err != nil {
			return nil, fmt.Errorf("make upload file: %w", err)
		}
		// Another node that starts right now may have removed it before the lock.
		if err = lock(file); err == nil {
			if _, err = os.Lstat(file.Name()); err == nil {
				return file, nil
			}
		}
		discard(file)
		if attempt == 3 {
			return nil, fmt.Errorf("lock upload file: %w", err)
		}
	}
}

func lock(file *os.File) error { return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

// discard closes a file that arrived, and removes it when it was not kept.
func discard(file *os.File) {
	_ = os.Remove(file.Name())
	_ = file.Close()
}

// removeAbandoned removes the files of uploads whose process died.
func (s *Service) removeAbandoned() error {
	names, err := filepath.Glob(filepath.Join(s.dir, arriving+"*"))
	if err != nil {
		return err
	}
	for _, name := range names {
		file, err := os.Open(name) //nolint:gosec // the folder holds nothing but what we put there
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if lock(file) == nil {
			err = os.Remove(name)
		}
		_ = file.Close()
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Incoming is a body that remembers why it could not be read: that is the line's
// fault, and neither the archive's nor ours.
type Incoming struct {
	io.Reader
	Err error // nil while nothing went wrong
}

// Read implements [io.Reader].
func (b *Incoming) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		b.Err = err
	}
	return n, err
}

// receive writes what is read, up to MaxBytes, to each of two, and returns how much
// it was.
func receive(to, also io.Writer, r io.Reader) (int64, error) {
	size, err := io.Copy(io.MultiWriter(to, also), io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return 0, readError(err)
	}
	if size > MaxBytes {
		return 0, errTooLarge()
	}
	return size, nil
}

// Spooled is an upload that has arrived and is not kept yet. It can be read once, or
// be given to Save, which keeps its very file.
type Spooled struct {
	file  *os.File
	taken bool // by Save, which discards the file
}

// Read implements [io.Reader].
func (s *Spooled) Read(p []byte) (int, error) { return s.file.Read(p) }

// Close removes what was not given to Save.
func (s *Spooled) Close() error {
	if !s.taken {
		s.taken = true
		discard(s.file)
	}
	return nil
}

// Spool puts what is read into a file that has no place among the archives, up to
// MaxBytes, and writes it to also. Whoever asked for it closes it. Errors: those of
// reading, PAYLOAD_TOO_LARGE.
func (s *Service) Spool(r io.Reader, also io.Writer) (*Spooled, error) {
	file, err := s.newFile()
	if err != nil {
		return nil, err
	}
	if _, err = receive(file, also, r); err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		discard(file)
		return nil, err
	}
	return &Spooled{file: file}, nil
}

// arrive puts an upload into a file and says what it turns out to be. What was
// spooled has its file already, and is only read. Who gets a file discards it.
func (s *Service) arrive(r io.Reader) (a Archive, file *os.File, err error) {
	if spooled, is := r.(*Spooled); is {
		spooled.taken = true
		err = a.write(spooled.file, io.Discard, spooled)
		return a, spooled.file, err
	}
	if file, err = s.newFile(); err != nil {
		return a, nil, err
	}
	err = a.write(file, file, r)
	return a, file, err
}

// write streams the upload into its file, where it is not there yet, and fills in
// what it turns out to be.
func (a *Archive) write(file *os.File, to io.Writer, r io.Reader) error {
	head := make([]byte, 4) // enough to tell the format
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return readError(err)
	}
	if a.Format = formatOf(head[:n]); a.Format == "" {
		return city.Errorf(city.CodeArchiveInvalid, "The upload is neither a tar.gz nor a zip archive.")
	}
	sum := sha256.New()
	if a.Size, err = receive(to, sum, io.MultiReader(bytes.NewReader(head[:n]), r)); err != nil {
		return err
	}
	a.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return file.Sync()
}

func errTooLarge() error {
	return city.Errorf(city.CodePayloadTooLarge, "The archive is larger than %s.", city.Bytes(MaxBytes))
}

func readError(err error) error { return fmt.Errorf("read upload: %w", err) }

// formatOf tells an archive by its first bytes.
func formatOf(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return TarGz
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return Zip
	default:
		return ""
	}
}

// place moves a file, whose content is on the disk, to where the archive is kept.
func (s *Service) place(file, id string) error {
	if err := os.Rename(file, s.path(id)); err != nil {
		return fmt.Errorf("keep archive: %w", err)
	}
	return s.syncFolder()
}

// restore puts a file in the place of a known archive's of the same content, when
// that is lost or cut.
func (s *Service) restore(known Archive, file string) error {
	switch info, err := os.Lstat(s.path(known.ID)); {
	case err == nil && info.Mode().IsRegular() && info.Size() == known.Size:
		return nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("look for archive: %w", err)
	}
	return s.place(file, known.ID)
}

// syncFolder makes names in the folder outlive a crash.
func (s *Service) syncFolder() error {
	dir, err := os.Open(s.dir)
	if err != nil {
		return fmt.Errorf("sync archive folder: %w", err)
	}
	if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
		return fmt.Errorf("sync archive folder: %w", err)
	}
	return nil
}

func (s *Service) remove(id string) error {
	if err := os.Remove(s.path(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove archive: %w", err)
	}
	return nil
}

func (s *Service) path(id string) string { return filepath.Join(s.dir, id) }

func isArriving(name string) bool { return strings.HasPrefix(name, arriving) }
