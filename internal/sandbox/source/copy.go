package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

// copyTree copies what is in the folder from, but for the name without at its
// top, into the empty folder to: files, links and folders, with modes and times.
// They are the owner's, or ours when it is 0. Nobody else works in either.
func copyTree(ctx context.Context, from, to, without string, owner int) error {
	top, err := openPair(unix.AT_FDCWD, from, unix.AT_FDCWD, to)
	if err != nil {
		return err
	}
	files, ctx := errgroup.WithContext(ctx)
	files.SetLimit(2 * runtime.GOMAXPROCS(0))
	c := copying{ctx: ctx, files: files, owner: owner}
	err = c.folder(top, without)
	top.release()
	if copied := files.Wait(); err == nil || copied != nil {
		return copied
	}
	return err
}

// copying is one copy of a tree.
type copying struct {
	ctx   context.Context //nolint:containedctx // of one call
	files *errgroup.Group
	owner int
}

// pair is a folder and its copy, open. Names are looked up in it one by one, so
// that the way there is not walked again for every file.
type pair struct {
	from, to int
	users    atomic.Int32
}

func openPair(fromDir int, from string, toDir int, to string) (*pair, error) {
	const how = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC
	p := &pair{}
	p.users.Store(1)
	var err error
	if p.from, err = unix.Openat(fromDir, from, how, 0); err != nil {
		return nil, &fs.PathError{Op: "open", Path: from, Err: err}
	}
	if p.to, err = unix.Openat(toDir, to, how, 0); err != nil {
		return nil, errors.Join(&fs.PathError{Op: "open", Path: to, Err: err}, unix.Close(p.from))
	}
	return p, nil
}

func (p *pair) release() {
	if p.users.Add(-1) == 0 {
		_ = unix.Close(p.from)
		_ = unix.Close(p.to)
	}
}

// filesAtOnce is how many files of a folder one worker takes.
const filesAtOnce = 32

// folder copies what is in one folder, its files in the background.
func (c copying) folder(p *pair, without string) error {
	entries, err := p.list()
	if err != nil {
		return err
	}
	var names []string
	for _, entry := range entries {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		name := entry.Name()
		switch {
		case name == without && entry.IsDir():
		case entry.IsDir():
			err = c.subfolder(p, name)
		case entry.Type()&fs.ModeSymlink != 0:
			err = c.link(p, name)
		case entry.Type().IsRegular():
			names = append(names, name)
		default:
			err = fmt.Errorf("%w: it cannot be copied", errNotRegular)
		}
		if err != nil {
			return err
		}
	}
	for some := range slices.Chunk(names, filesAtOnce) {
		p.users.Add(1)
		c.files.Go(func() error {
			defer p.release()
			for _, name := range some {
				if err := errors.Join(c.ctx.Err(), c.file(p, name)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return nil
}

// list reads the names of the folder that is copied.
func (p *pair) list() ([]os.DirEntry, error) {
	again, err := unix.Openat(p.from, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	dir := os.NewFile(uintptr(again), "folder")
	defer func() { _ = dir.Close() }()
	return dir.ReadDir(-1)
}

func (c copying) subfolder(p *pair, name string) error {
	if err := unix.Mkdirat(p.to, name, 0o755); err != nil {
		return err
	}
	sub, err := openPair(p.from, name, p.to, name)
	if err != nil {
		return err
	}
	defer sub.release()
	if err := c.give(sub.to); err != nil {
		return err
	}
	return c.folder(sub, "")
}

func (c copying) link(p *pair, name string) error {
	target := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(p.from, name, target)
	if err != nil {
		return err
	}
	if err := unix.Symlinkat(string(target[:n]), p.to, name); err != nil || c.owner == 0 {
		return err
	}
	return unix.Fchownat(p.to, name, c.owner, c.owner, unix.AT_SYMLINK_NOFOLLOW)
}

// give hands an open file or folder to the owner.
func (c copying) give(fd int) error {
	if c.owner == 0 {
		return nil
	}
	return unix.Fchown(fd, c.owner, c.owner)
}

func (c copying) file(p *pair, name string) error {
	in, err := unix.Openat(p.from, name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(in) }()
	var info unix.Stat_t
	if err := unix.Fstat(in, &info); err != nil {
		return err
	}
	out, err := unix.Openat(p.to, name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, info.Mode&0o777)
	if err != nil {
		return err
	}
	err = errors.Join(c.give(out), copyContent(in, out, info.Size))
	if err = errors.Join(err, unix.Close(out)); err != nil {
		return err
	}
	times := []unix.Timespec{info.Mtim, info.Mtim}
	return unix.UtimesNanoAt(p.to, name, times, unix.AT_SYMLINK_NOFOLLOW)
}

// copyContent copies inside the kernel where the file systems can.
func copyContent(in, out int, size int64) error {
	for size > 0 {
		n, err := unix.CopyFileRange(in, nil, out, nil, int(min(size, 1<<30)), 0)
		switch {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EXDEV), errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EOPNOTSUPP):
			_, err := io.Copy(descriptor(out), descriptor(in))
			return err
		case err != nil:
			return err
		case n == 0:
			return io.ErrUnexpectedEOF // nobody else works in it
		}
		size -= int64(n)
	}
	return nil
}

// descriptor reads and writes an open file.
type descriptor int

func (d descriptor) Read(p []byte) (int, error) {
	n, err := unix.Read(int(d), p)
	if n == 0 && err == nil {
		err = io.EOF
	}
	return max(n, 0), err
}

func (d descriptor) Write(p []byte) (int, error) {
	n, err := unix.Write(int(d), p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return max(n, 0), err
}

// share gives a file that nobody changes any more a second name, or copies it
// where that cannot be.
func share(from, to string) error {
	if os.Link(from, to) == nil {
		return nil
	}
	in, err := os.Open(from) //nolint:gosec // a file of ours
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // a file of ours
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// giveAll hands a folder with all that is in it to the owner.
func giveAll(dir string, owner int) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	return fs.WalkDir(root.FS(), ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return root.Lchown(name, owner, owner)
	})
}
