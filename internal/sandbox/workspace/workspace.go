// Package workspace is how the host works with the files of a sandbox: it lists,
// reads, searches and changes them, and measures what became of the buyer's code.
//
// The workspace is hostile ground: programs in the sandbox plant links, pipes
// and names at will, while the host reads. All access goes through os.Root,
// which never leaves it, and opens without blocking.
package workspace

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Where the workspace is inside every sandbox, and the buyer's code in it.
const (
	Home    = "/home/user"
	RepoDir = Home + "/repo"
)

// UID is the user inside, and the owner of the workspace outside when the
// server is root. Otherwise that is the server's own user.
const UID = 61_000

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

// Dir is the folder of the host that is Home inside. Paths given to its methods
// are absolute paths of the sandbox.
type Dir struct {
	dir   string
	names int // of one folder that are looked at; 0 is maxNames
}

// At is the workspace in a folder of the host.
func At(dir string) Dir { return Dir{dir: dir} }

func (w Dir) maxNames() int { return cmp.Or(w.names, maxNames) }

// MaxPath bounds a path, in bytes, as Linux does.
const MaxPath = 4096

// Contains reports whether an absolute path of the sandbox names something that
// is, or would be, in the workspace.
func Contains(abs string) bool {
	_, err := relative(abs)
	return err == nil
}

// relative is the path below the workspace that an absolute path of the
// sandbox means, "." for Home itself. Errors: PATH_NOT_ALLOWED.
func relative(abs string) (string, error) {
	switch {
	case abs == "" || len(abs) > MaxPath:
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
func (w Dir) in(abs string, f func(root *os.Root, rel string) error) error {
	rel, err := relative(abs)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(w.dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	return PublicError(f(root, rel))
}

// PublicError is err as the caller may see it.
func PublicError(err error) error {
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

// Stat describes what is at a path, without following a link.
func (w Dir) Stat(abs string) (entry Entry, err error) {
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

// Link is where the link at a path leads, "" when there is none.
func (w Dir) Link(abs string) (target string) {
	_ = w.in(abs, func(root *os.Root, rel string) (err error) {
		target, err = root.Readlink(rel)
		return err
	})
	return target
}

// OpenRegular opens a regular file for reading and nothing else: it neither
// waits for the other end of a pipe nor touches a device.
func OpenRegular(root *os.Root, rel string) (*os.File, fs.FileInfo, error) {
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

// CheckFolder reports whether a path names a folder. Errors: PATH_NOT_ALLOWED,
// FILE_NOT_FOUND, NOT_A_DIRECTORY.
func (w Dir) CheckFolder(abs string) error {
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

// OpenFolder opens a folder as a root of its own. Root.OpenRoot would wait for
// the other end of a pipe that took the folder's place; what is open already
// cannot be replaced.
func OpenFolder(root *os.Root, rel string) (*os.Root, error) {
	dir, err := openDir(root, rel)
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }()
	return os.OpenRoot(fmt.Sprintf("/proc/self/fd/%d", dir.Fd()))
}
