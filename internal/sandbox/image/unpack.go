package image

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"unicode/utf8"
)

// Limits bound what an image may hold.
type Limits struct {
	Bytes int64 // of all files together
	Files int   // files, links and folders
}

// DefaultLimits hold any image that is meant to work in.
func DefaultLimits() Limits { return Limits{Bytes: 32 << 30, Files: 2_000_000} }

// Progress is told now and then how far an import has come.
type Progress func(files int, bytes int64)

// progressEvery is the number of files between two such calls.
const progressEvery = 10_000

// maxName bounds names and targets of links, in bytes.
const maxName = 4096

// unpacker writes the members of a tar into a tree. The tar is hostile: what it
// names is resolved below the root only, whatever links it has planted before.
type unpacker struct {
	ctx      context.Context //nolint:containedctx // of one call
	root     *os.Root
	limits   Limits
	progress Progress
	files    int
	bytes    int64
	dropped  map[string]bool // devices and the like: left out, with the hard links to them
	resolved map[string]string
}

func newUnpacker(ctx context.Context, root *os.Root, limits Limits, progress Progress) *unpacker {
	return &unpacker{ctx: ctx, root: root, limits: limits, progress: progress, dropped: map[string]bool{}, resolved: map[string]string{}}
}

// unpack applies one tar, plain or gzipped, to the tree. A later member wins
// over an earlier one, and a whiteout of an OCI layer removes what lies below.
func (u *unpacker) unpack(r io.Reader) error {
	buffered := bufio.NewReaderSize(r, 1<<16)
	magic, err := buffered.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read tar: %w", err)
	}
	var plain io.Reader = buffered
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		if plain, err = gzip.NewReader(buffered); err != nil {
			return fmt.Errorf("read tar: its compression is broken: %w", err)
		}
	case bytes.HasPrefix(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return errors.New("read tar: it is compressed with zstd; decompress it first (zstd -d)")
	}
	// Headers count too: an archive of nothing but headers would never end.
	members := tar.NewReader(&bounded{r: plain, left: u.limits.Bytes + int64(u.limits.Files)*4096, limit: u.limits.Bytes})
	for {
		header, err := members.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return fmt.Errorf("read tar: %w", err)
		}
		if err := u.member(header, members); err != nil {
			return err
		}
	}
}

// bounded fails when more is read than is left.
type bounded struct {
	r           io.Reader
	left, limit int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errTooMuch(b.limit)
	}
	return n, err
}

func errTooMuch(limit int64) error { return fmt.Errorf("the image holds more than %d MiB", limit>>20) }

func (u *unpacker) member(h *tar.Header, content io.Reader) error {
	if err := u.ctx.Err(); err != nil {
		return err
	}
	if h.Typeflag == tar.TypeXGlobalHeader {
		return nil
	}
	if u.files++; u.files > u.limits.Files {
		return fmt.Errorf("the image has more than %d files", u.limits.Files)
	}
	if u.progress != nil && u.files%progressEvery == 0 {
		u.progress(u.files, u.bytes)
	}
	name, err := cleanName(h.Name)
	if err != nil || name == "." {
		return err
	}
	if err := u.write(name, h, content); err != nil {
		return fmt.Errorf("unpack %q: %w", shorten(h.Name), err)
	}
	return nil
}

// cleanName is the path below the root that a member's name means.
func cleanName(name string) (string, error) {
	switch {
	case name == "" || len(name) > maxName || !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "", fmt.Errorf("%q is not a usable name", shorten(name))
	case path.IsAbs(name):
		return "", fmt.Errorf("%q is not a relative path", shorten(name))
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == ".." {
			return "", fmt.Errorf("%q leads out of the image", shorten(name))
		}
	}
	return path.Clean(name), nil
}

func shorten(name string) string {
	if len(name) > 80 {
		return name[:80] + "…"
	}
	return name
}

// write puts one member into the tree.
func (u *unpacker) write(name string, h *tar.Header, content io.Reader) error {
	place, err := u.place(name)
	if err != nil {
		return err
	}
	if done, err := u.whiteout(place); done {
		return err
	}
	delete(u.dropped, name)
	switch h.Typeflag {
	case tar.TypeDir:
		return u.folder(place, h.FileInfo().Mode())
	case tar.TypeReg, tar.TypeRegA, tar.TypeGNUSparse: //nolint:staticcheck // old archives have it
		return u.file(place, h, content)
	case tar.TypeSymlink:
		return u.symlink(place, h.Linkname)
	case tar.TypeLink:
		return u.hardLink(place, name, h.Linkname)
	case tar.TypeChar, tar.TypeBlock, tar.TypeFifo:
		u.dropped[name] = true // the sandbox brings its own
		return u.clear(place)
	default:
		return fmt.Errorf("it is of a kind that no image has (%q)", h.Typeflag)
	}
}

// clear removes what is at a place, to be replaced.
func (u *unpacker) clear(place string) error {
	clear(u.resolved)
	return u.root.RemoveAll(place)
}

func (u *unpacker) folder(place string, mode fs.FileMode) error {
	perm := mode.Perm()&0o755 | 0o700
	info, err := u.root.Lstat(place)
	if err == nil && !info.IsDir() {
		if err := u.clear(place); err != nil {
			return err
		}
	}
	if err == nil && info.IsDir() {
		return u.root.Chmod(place, perm)
	}
	if err := u.root.Mkdir(place, perm); err != nil {
		return err
	}
	return u.root.Chmod(place, perm) // whatever the umask
}

// file writes a regular file: no set-user-id, no set-group-id, written by the
// owner alone.
func (u *unpacker) file(place string, h *tar.Header, content io.Reader) error {
	if u.bytes += h.Size; h.Size < 0 || u.bytes > u.limits.Bytes {
		return errTooMuch(u.limits.Bytes)
	}
	if err := u.clearOld(place); err != nil {
		return err
	}
	perm := h.FileInfo().Mode().Perm()&0o755 | 0o600
	f, err := u.root.OpenFile(place, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	return errors.Join(err, f.Chmod(perm), f.Close())
}

func (u *unpacker) clearOld(place string) error {
	if _, err := u.root.Lstat(place); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return u.clear(place)
}

// symlink may lead anywhere: it is followed inside the sandbox only, whose root
// it cannot leave.
func (u *unpacker) symlink(place, target string) error {
	if target == "" || len(target) > maxName || strings.ContainsRune(target, 0) {
		return errors.New("it is a link to nothing that could be")
	}
	if err := u.clear(place); err != nil {
		return err
	}
	return u.root.Symlink(target, place)
}

func (u *unpacker) hardLink(place, name, target string) error {
	clean, err := cleanName(strings.TrimPrefix(target, "/"))
	if err != nil {
		return err
	}
	if u.dropped[clean] {
		u.dropped[name] = true
		return nil
	}
	from, err := u.place(clean)
	if err != nil {
		return err
	}
	info, err := u.root.Lstat(from)
	if err != nil || info.IsDir() {
		return fmt.Errorf("it is a hard link to %q, which is no file before it", shorten(target))
	}
	if from == place {
		return nil
	}
	if err := u.clear(place); err != nil {
		return err
	}
	return u.root.Link(from, place)
}

// whiteout carries out an OCI layer's marks: ".wh.NAME" removes NAME,
// ".wh..wh..opq" empties the folder.
func (u *unpacker) whiteout(place string) (done bool, err error) {
	name, marked := strings.CutPrefix(path.Base(place), ".wh.")
	if !marked {
		return false, nil
	}
	dir := path.Dir(place)
	if name != ".wh..opq" {
		if name == "" || name == "." || name == ".." {
			return true, errors.New("it removes nothing that could be")
		}
		return true, u.clear(path.Join(dir, name))
	}
	entries, err := fs.ReadDir(u.root.FS(), dir)
	for _, entry := range entries {
		err = errors.Join(err, u.clear(path.Join(dir, entry.Name())))
	}
	return true, err
}
