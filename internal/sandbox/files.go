package sandbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"aicity.dev/aicity/internal/city"
)

// The workspace is hostile ground: programs in the sandbox plant links, pipes
// and names at will, while the host reads. All access goes through os.Root,
// which never leaves it, and opens without blocking.

// Entry is a file or folder as it is listed.
type Entry struct {
	Name       string    `json:"name" doc:"The last part of its path"`
	Path       string    `json:"path" doc:"Absolute path in the sandbox"`
	Type       string    `json:"type" enum:"file,directory,symlink,other" doc:"What it is"`
	SizeBytes  int64     `json:"sizeBytes" doc:"Of a file"`
	ModifiedAt time.Time `json:"modifiedAt" doc:"When its content was changed last"`
}

// The types of entries.
const (
	TypeFile      = "file"
	TypeDirectory = "directory"
	TypeSymlink   = "symlink"
	TypeOther     = "other"
)

// workspace is the folder of the host that is Home inside.
type workspace struct {
	dir   string
	names int // of one folder that are looked at; 0 is maxNames
}

func (w workspace) maxNames() int { return cmp.Or(w.names, maxNames) }

// maxPath bounds a path, in bytes, as Linux does.
const maxPath = 4096

// relative is the path below the workspace that an absolute path of the
// sandbox means, "." for Home itself. Errors: PATH_NOT_ALLOWED.
func relative(abs string) (string, error) {
	switch {
	case abs == "" || len(abs) > maxPath:
		return "", errPath("it is empty or too long")
	case strings.ContainsRune(abs, 0):
		return "", errPath("it holds a NUL")
	case !path.IsAbs(abs):
		return "", errPath("it must be absolute, like %s/main.go", RepoDir)
	}
	clean := path.Clean(abs)
	if clean == Home {
		return ".", nil
	}
	rel, ok := strings.CutPrefix(clean, Home+"/")
	if !ok {
		return "", errPath("only %s and what is in it can be reached", Home)
	}
	return rel, nil
}

// in runs f on the root of the workspace and the path below it, and turns what
// the file system says into public errors.
func (w workspace) in(abs string, f func(root *os.Root, rel string) error) error {
	rel, err := relative(abs)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(w.dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	return publicError(f(root, rel))
}

// publicError is err as the caller may see it.
func publicError(err error) error {
	if err == nil {
		return nil
	}
	_, onPath := errors.AsType[*fs.PathError](err)
	_, onLink := errors.AsType[*os.LinkError](err)
	if !onPath && !onLink {
		return err
	}
	errno, system := errors.AsType[unix.Errno](err)
	switch {
	case !system:
		// os.Root's own refusal, which has no exported name.
		return errPath("a link on it leads out of %s", Home).WithCause(err)
	case errors.Is(errno, unix.ENOENT):
		return errFileNotFound().WithCause(err)
	case errors.Is(errno, unix.ENOTDIR):
		return errNotADirectory().WithCause(err)
	case errors.Is(errno, unix.EISDIR), errors.Is(errno, unix.ENXIO), errors.Is(errno, unix.ENODEV):
		return errNotAFile().WithCause(err)
	case errors.Is(errno, unix.ENOTEMPTY):
		return errNotEmpty().WithCause(err)
	case errors.Is(errno, unix.EEXIST):
		return errExists().WithCause(err)
	case errors.Is(errno, unix.ELOOP):
		return errPath("its links go round in circles").WithCause(err)
	case errors.Is(errno, unix.ENAMETOOLONG), errors.Is(errno, unix.EACCES), errors.Is(errno, unix.EPERM), errors.Is(errno, unix.EINVAL):
		return errPath("the file system refuses it").WithCause(err)
	case errors.Is(errno, unix.ENOSPC), errors.Is(errno, unix.EDQUOT):
		return errDiskFull().WithCause(err)
	default:
		return err
	}
}

// stat describes what is at a path, without following a link.
func (w workspace) stat(abs string) (entry Entry, err error) {
	err = w.in(abs, func(root *os.Root, rel string) error {
		info, err := root.Lstat(rel)
		if err != nil {
			return err
		}
		entry = describe(rel, info)
		return nil
	})
	return entry, err
}

// The first and the last second that JSON can tell, from year 1 to year 9999.
const firstSecond, lastSecond = -62135596800, 253402300799

// tellable is the time of a file, which programs set to any, as near as JSON can
// tell it.
func tellable(at time.Time) time.Time {
	if second := at.Unix(); second < firstSecond || second > lastSecond {
		at = time.Unix(min(max(second, firstSecond), lastSecond), 0)
	}
	return at.UTC()
}

func describe(rel string, info fs.FileInfo) Entry {
	e := Entry{Name: path.Base(rel), Path: path.Join(Home, rel), Type: TypeOther, ModifiedAt: tellable(info.ModTime())}
	switch mode := info.Mode(); {
	case mode.IsRegular():
		e.Type, e.SizeBytes = TypeFile, info.Size()
	case mode.IsDir():
		e.Type = TypeDirectory
	case mode&fs.ModeSymlink != 0:
		e.Type = TypeSymlink
	}
	if rel == "." {
		e.Name = path.Base(Home)
	}
	return e
}

// openRegular opens a regular file for reading and nothing else: it neither
// waits for the other end of a pipe nor touches a device.
func openRegular(root *os.Root, rel string) (*os.File, fs.FileInfo, error) {
	f, err := root.OpenFile(rel, os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	if !info.Mode().IsRegular() {
		return nil, nil, errors.Join(errNotAFile(), f.Close())
	}
	return f, info, nil
}

// isDirectory reports whether a path names a folder. Errors: PATH_NOT_ALLOWED,
// FILE_NOT_FOUND, NOT_A_DIRECTORY.
func (w workspace) isDirectory(abs string) error {
	return w.in(abs, func(root *os.Root, rel string) error {
		info, err := root.Stat(rel)
		if err == nil && !info.IsDir() {
			return errNotADirectory()
		}
		return err
	})
}

// openDir opens a folder, not waiting for what turns out to be a pipe.
func openDir(root *os.Root, rel string) (*os.File, error) {
	return root.OpenFile(rel, os.O_RDONLY|unix.O_DIRECTORY|unix.O_NONBLOCK, 0)
}

// openFolder opens a folder as a root of its own. Root.OpenRoot would wait for
// the other end of a pipe that took the folder's place; what is open already
// cannot be replaced.
func openFolder(root *os.Root, rel string) (*os.Root, error) {
	dir, err := openDir(root, rel)
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }()
	return os.OpenRoot(fmt.Sprintf("/proc/self/fd/%d", dir.Fd()))
}

// names are the sorted names in a folder. Of more than limit they are the first
// by name, whatever the order in which the file system has them, and more is true.
func names(ctx context.Context, root *os.Root, rel string, limit int) (found []string, more bool, err error) {
	dir, err := openDir(root, rel)
	if err != nil {
		return nil, false, err
	}
	defer func() { _ = dir.Close() }()
	return firstOf(ctx, dir.Readdirnames, limit, strings.Compare)
}

// readAtOnce is how many entries of a folder are read before somebody looks
// whether there is still time.
const readAtOnce = 4096

// firstOf reads a folder to its end and keeps the first limit of what is in it,
// in order; more says that there are others.
func firstOf[T any](ctx context.Context, read func(n int) ([]T, error), limit int, compare func(a, b T) int) (kept []T, more bool, err error) {
	for err == nil {
		if ctx.Err() != nil {
			return nil, false, ctx.Err()
		}
		var some []T
		some, err = read(readAtOnce)
		kept = append(kept, some...)
		if len(kept) > 2*limit {
			slices.SortFunc(kept, compare)
			kept, more = kept[:limit], true
		}
	}
	if !isEOF(err) {
		return nil, false, err
	}
	slices.SortFunc(kept, compare)
	if len(kept) > limit {
		kept, more = kept[:limit], true
	}
	return kept, more, nil
}

// ListOptions say what to list.
type ListOptions struct {
	Path      string // a folder
	Recursive bool   // with all below it, but for what is in .git
	Cursor    string // where the page before ended; "" for the first
	Limit     int    // entries of a page; 0 is the default of 1000
}

// Page is a part of a listing.
type Page struct {
	Entries   []Entry
	Next      string // the next page's cursor, "" when this is the last
	Truncated Bound  // why something between its entries is not listed, "" when all is
}

// Bound names what keeps an answer from being whole.
type Bound string

// The bounds of a walk through the workspace.
const (
	BoundDepth Bound = "depth" // folders are nested deeper than maxNesting
	BoundNames Bound = "names" // a folder holds more than maxNames
	BoundFiles Bound = "files" // there are too many
	BoundBytes Bound = "bytes" // too much would have to be read
	BoundTime  Bound = "time"
)

const (
	defaultPage = 1_000
	maxPage     = 10_000
	// maxNames bounds one folder: the first by name are looked at.
	maxNames = 100_000
	// maxNesting bounds how far below the folder that was asked for a walk goes.
	maxNesting = 100
	// maxListTime bounds the making of one page. It ends early then, and the next
	// goes on from there.
	maxListTime = 10 * time.Second
)

// list returns one page of a folder, sorted by path. Errors: PATH_NOT_ALLOWED,
// FILE_NOT_FOUND, NOT_A_DIRECTORY, VALIDATION_ERROR for a bad cursor,
// SANDBOX_LIMIT when the time of a page is not enough for a single entry.
func (w workspace) list(ctx context.Context, o ListOptions) (page Page, err error) {
	timed, cancel := context.WithTimeout(ctx, maxListTime)
	defer cancel()
	return w.listUntil(ctx, timed, o)
}

// listUntil is list; the page ends with timed.
func (w workspace) listUntil(ctx, timed context.Context, o ListOptions) (page Page, err error) {
	l := lister{ctx: timed, recursive: o.Recursive, limit: defaultPage, names: w.maxNames()}
	if o.Limit > 0 {
		l.limit = min(o.Limit, maxPage)
	}
	if l.after, err = decodeCursor(o.Cursor); err != nil {
		return Page{}, err
	}
	err = w.in(o.Path, func(root *os.Root, rel string) error {
		l.root = root
		_, err := l.folder(rel, nil)
		return err
	})
	if ctx.Err() != nil {
		return Page{}, ctx.Err()
	}
	if timed.Err() != nil {
		if len(l.entries) == 0 {
			return Page{}, errTooLong()
		}
		l.more, err = true, nil
	}
	if err != nil {
		return Page{}, err
	}
	page.Entries, page.Truncated = l.entries, l.truncated
	if l.more {
		page.Next = encodeCursor(l.last)
	}
	return page, nil
}

// lister walks folders in order and collects one page.
type lister struct {
	ctx       context.Context
	root      *os.Root
	recursive bool
	limit     int
	names     int      // of one folder
	after     []string // names on the way to the last entry of the page before
	entries   []Entry
	last      []string
	more      bool
	truncated Bound
}

// folder lists what is in rel; below are the names that lead to it from where
// the listing began. It returns false when the page is full.
func (l *lister) folder(rel string, below []string) (bool, error) {
	if err := l.ctx.Err(); err != nil {
		return false, err
	}
	children, more, err := names(l.ctx, l.root, rel, l.names)
	if err != nil {
		return false, err
	}
	for _, name := range children {
		at := append(slices.Clip(below), name)
		if order := slices.Compare(at, l.after[:min(len(at), len(l.after))]); order < 0 {
			continue // all of it was on an earlier page
		}
		goOn, err := l.child(path.Join(rel, name), at)
		if err != nil || !goOn {
			return false, err
		}
	}
	if more {
		l.truncated = BoundNames
	}
	return true, nil
}

func (l *lister) child(rel string, at []string) (bool, error) {
	info, err := l.root.Lstat(rel)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil // gone since its folder was read
	}
	if err != nil {
		return false, err
	}
	if slices.Compare(at, l.after) > 0 {
		if len(l.entries) == l.limit {
			l.more = true
			return false, nil
		}
		l.entries, l.last = append(l.entries, describe(rel, info)), at
	}
	if !l.recursive || !info.IsDir() || info.Name() == ".git" {
		return true, nil
	}
	if len(at) > maxNesting {
		l.truncated = BoundDepth
		return true, nil
	}
	goOn, err := l.folder(rel, at)
	if err != nil && l.ctx.Err() == nil && city.CodeOf(publicError(err)) != city.CodeInternal {
		return true, nil //nolint:nilerr // it changed under our hands, or may not be read
	}
	return goOn, err
}
