package source

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"

	"aicity.dev/aicity/internal/city"
)

// Archive is an uploaded tar.gz or zip of a work tree.
type Archive struct {
	Content io.ReaderAt
	Size    int64 // bytes
}

// Unpack extracts an archive into dest and records it as the baseline. Folders
// named .git are left out. Errors: ARCHIVE_INVALID, REPO_TOO_LARGE,
// REPO_UNREACHABLE when the workshop died, SANDBOX_UNAVAILABLE.
func (f *Fetcher) Unpack(ctx context.Context, a Archive, dest Dest) (_ Baseline, err error) {
	ctx, cancel := context.WithTimeout(ctx, f.Limits.Time)
	defer cancel()
	b, err := f.bench(ctx)
	if err != nil {
		return Baseline{}, err
	}
	defer b.close(ctx, &err)
	if err := f.extract(ctx, a, b.tree()); noRoom(err) {
		return Baseline{}, errNoRoom().WithCause(err)
	} else if err != nil {
		return Baseline{}, err
	}
	// git has its say on attributes that say how files are kept, so it is git that
	// records them.
	var named strings.Builder
	err = b.run(ctx, "record files", recordScript, &named)
	commit := strings.TrimSpace(named.String())
	if err == nil && !fullCommit.MatchString(commit) {
		err = errors.New("record files: no commit was named")
	}
	var paths []string
	if err == nil {
		paths, err = b.unload(ctx, dest, commit)
	}
	if err != nil {
		return Baseline{}, unrecorded(ctx, err)
	}
	return f.finish(ctx, dest, commit, "main", paths)
}

// unrecorded explains why a workshop could not record an archive: it is the
// archive's fault where git, or what git left, was at fault, and nobody's where the
// workshop died.
func unrecorded(ctx context.Context, err error) error {
	_, told := errors.AsType[*city.Error](err)
	failure, ran := errors.AsType[*gitError](err)
	switch {
	case told, ctx.Err() != nil:
		return err
	case ran && failure.err != nil:
		return errDied().WithCause(err)
	default:
		return errArchive("it cannot be recorded").WithCause(err)
	}
}

// CheckArchive reads an archive to its end without keeping anything, and
// reports what is wrong with it. Errors: ARCHIVE_INVALID, REPO_TOO_LARGE.
func (f *Fetcher) CheckArchive(ctx context.Context, a Archive) error {
	ctx, cancel := context.WithTimeout(ctx, f.Limits.Time)
	defer cancel()
	return f.eachEntry(ctx, a, func(e entry) error {
		if !e.mode.IsRegular() || e.hard {
			return nil
		}
		_, err := io.Copy(io.Discard, e.content)
		return err
	})
}

// entry is one member of an archive, its names checked.
type entry struct {
	name    string // clean, relative, inside
	mode    fs.FileMode
	link    string // target of a link; of a hard link, a checked name
	hard    bool
	content io.Reader // of a regular file, bounded
}

func (f *Fetcher) extract(ctx context.Context, a Archive, tree string) error {
	root, err := os.OpenRoot(tree)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	return f.eachEntry(ctx, a, func(e entry) error {
		err := writeEntry(root, e)
		if refused(err) {
			return errArchive("%q cannot be extracted", shorten(e.name)).WithCause(err)
		}
		return err
	})
}

// refused reports whether the file system did not take a name: too long, a
// file where a folder is, a way that leads out through links. A full disk is
// not the archive's fault.
func refused(err error) bool {
	_, onPath := errors.AsType[*fs.PathError](err)
	_, onLink := errors.AsType[*os.LinkError](err)
	if !onPath && !onLink {
		return false
	}
	errno, system := errors.AsType[syscall.Errno](err)
	return !system || !slices.Contains([]syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EIO, syscall.EMFILE, syscall.ENFILE, syscall.EROFS}, errno)
}

// eachEntry calls do for each member, in order, within the limits.
func (f *Fetcher) eachEntry(ctx context.Context, a Archive, do func(entry) error) error {
	magic := make([]byte, 4)
	if _, err := a.Content.ReadAt(magic, 0); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read archive: %w", err)
	}
	w := &walker{ctx: ctx, limits: f.Limits, left: f.Limits.Bytes, do: do, seen: map[place]seenName{}}
	var err error
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		err = w.tarGz(io.NewSectionReader(a.Content, 0, a.Size))
	case bytes.HasPrefix(magic, []byte("PK\x03\x04")):
		err = w.zip(a)
	default:
		err = errArchive("it is neither a tar.gz nor a zip")
	}
	if err == nil && w.entries == 0 {
		err = errArchive("there is nothing in it")
	}
	return err
}

// walker goes through an archive and keeps count.
type walker struct {
	ctx     context.Context
	limits  Limits
	entries int
	left    int64 // bytes that may still come
	names   int   // bytes of names that are remembered
	do      func(entry) error
	seen    map[place]seenName // all members, with the folders that lead to them
}

func (w *walker) tarGz(r io.Reader) error {
	unzipped, err := gzip.NewReader(r)
	if err != nil {
		return errArchive("its compression is broken").WithCause(err)
	}
	// Headers count too: an archive of nothing but headers would never end.
	members := tar.NewReader(&meter{r: unzipped, left: w.limits.Bytes + int64(w.limits.Files)*4096, limit: w.limits.Bytes})
	for {
		header, err := members.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return broken(err)
		}
		if err := w.tarEntry(header, members); err != nil {
			return err
		}
	}
}

func (w *walker) tarEntry(h *tar.Header, content io.Reader) error {
	e := entry{mode: h.FileInfo().Mode(), content: content}
	if sparse(h) {
		return errArchive("%q is a sparse file, which could be of any size", shorten(h.Name))
	}
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeRegA: //nolint:staticcheck // old archives have it
	case tar.TypeDir:
		e.mode |= fs.ModeDir
	case tar.TypeSymlink:
		e.mode, e.link = fs.ModeSymlink, h.Linkname
	case tar.TypeLink:
		target, ok, err := cleanName(h.Linkname)
		if err != nil || !ok {
			return errArchive("%q is a link that leads out", shorten(h.Name))
		}
		e.hard, e.link = true, target
	case tar.TypeXGlobalHeader:
		return nil
	default:
		return errArchive("%q is a device, pipe or other special file", shorten(h.Name))
	}
	return w.entry(h.Name, e)
}

// sparse reports whether a member's content is longer than what is there of it.
func sparse(h *tar.Header) bool {
	if h.Typeflag == tar.TypeGNUSparse {
		return true
	}
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return false
}

func (w *walker) zip(a Archive) error {
	if tooManyMembers(a, w.limits.Files) {
		return errTooManyFiles(w.limits.Files)
	}
	z, err := zip.NewReader(a.Content, a.Size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return errArchive("its directory is broken").WithCause(err)
	}
	for _, member := range z.File {
		if err := w.zipEntry(member); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) zipEntry(member *zip.File) error {
	mode := member.Mode()
	if special := mode & (fs.ModeType &^ (fs.ModeDir | fs.ModeSymlink)); special != 0 {
		return errArchive("%q is a device, pipe or other special file", shorten(member.Name))
	}
	e := entry{mode: mode}
	if mode.IsDir() {
		return w.entry(member.Name, e)
	}
	content, err := member.Open()
	if err != nil {
		return broken(err)
	}
	defer func() { _ = content.Close() }()
	e.content = content
	if mode&fs.ModeSymlink != 0 {
		target, err := io.ReadAll(io.LimitReader(content, maxName+1))
		if err != nil {
			return broken(err)
		}
		e.link = string(target)
	}
	return w.entry(member.Name, e)
}

// maxName bounds names and link targets, in bytes.
const maxName = 4096

// entry checks a member's name and passes it on.
func (w *walker) entry(name string, e entry) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if w.entries++; w.entries > w.limits.Files {
		return errTooManyFiles(w.limits.Files)
	}
	clean, keep, err := cleanName(name)
	if err != nil || !keep {
		return err
	}
	e.name = clean
	if err := w.distinct(clean, e.mode.IsDir()); err != nil {
		return err
	}
	if e.mode&fs.ModeSymlink != 0 && !insideLink(clean, e.link) {
		return errArchive("%q is a link that leads out", shorten(name))
	}
	metered := &meter{r: e.content, left: w.left, limit: w.limits.Bytes}
	e.content = metered
	err = w.do(e)
	w.left = metered.left
	if metered.failed != nil {
		return metered.failed
	}
	return err
}

// insideLink reports whether a symbolic link at name stays below the root.
func insideLink(name, target string) bool {
	if target == "" || len(target) > maxName || path.IsAbs(target) || strings.ContainsAny(target, "\x00\\") || !utf8.ValidString(target) {
		return false
	}
	return filepath.IsLocal(path.Join(path.Dir(name), target)) || path.Join(path.Dir(name), target) == "."
}

// writeEntry puts one member into the tree.
func writeEntry(root *os.Root, e entry) error {
	if e.mode.IsDir() {
		return root.MkdirAll(e.name, 0o755)
	}
	if dir := path.Dir(e.name); dir != "." {
		if err := root.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	// A later member of the same name wins, as with tar. It replaces a link
	// instead of writing through it.
	if err := root.Remove(e.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	switch {
	case e.hard:
		return root.Link(e.link, e.name)
	case e.mode&fs.ModeSymlink != 0:
		return root.Symlink(e.link, e.name)
	}
	perm := fs.FileMode(0o644)
	if e.mode&0o111 != 0 {
		perm = 0o755
	}
	f, err := root.OpenFile(e.name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, e.content)
	return errors.Join(err, f.Close())
}

// meter reads no more than is left.
type meter struct {
	r      io.Reader
	left   int64
	limit  int64
	failed error // what ended the reading, when it was not the end
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	if m.left -= int64(n); m.left < 0 {
		m.failed = errTooManyBytes(m.limit)
		return 0, m.failed
	}
	if err != nil && !errors.Is(err, io.EOF) {
		m.failed = broken(err)
		return n, m.failed
	}
	return n, err
}

// broken is the error for content that cannot be read.
func broken(err error) error {
	if _, told := errors.AsType[*city.Error](err); told {
		return err
	}
	if _, ours := errors.AsType[*fs.PathError](err); ours {
		return fmt.Errorf("read archive: %w", err) // the file it is kept in failed
	}
	return errArchive("its content is broken").WithCause(err)
}

func errArchive(format string, args ...any) *city.Error {
	return city.Errorf(city.CodeArchiveInvalid, "The archive cannot be used: %s.", fmt.Sprintf(format, args...))
}

// shorten makes a hostile name fit into a message.
func shorten(name string) string {
	name = strings.ToValidUTF8(name, "?")
	if len(name) > 80 {
		return strings.ToValidUTF8(name[:80], "") + "…"
	}
	return name
}
