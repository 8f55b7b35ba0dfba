package volume

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// makeTemplate makes the empty file system of which volumes are copies: copying
// takes a millisecond, making one thirty.
func (m *Maker) makeTemplate(ctx context.Context) (err error) {
	if err := os.Remove(m.template); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(m.template, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Truncate(m.size.Bytes), f.Close()); err != nil {
		return err
	}
	owner := strconv.Itoa(m.owner)
	// A workspace needs no journal: after a power cut it is checked, or given up.
	out, err := exec.CommandContext(ctx, "mkfs.ext4", "-q", "-F", "-b", "4096", "-m", "0", "-N", strconv.FormatInt(m.size.Files, 10), //nolint:gosec // numbers and a path of ours
		"-O", "^has_journal,^resize_inode", "-E", "lazy_itable_init=1,nodiscard,root_owner="+owner+":"+owner, m.template).CombinedOutput()
	if err != nil {
		return fmt.Errorf("mkfs.ext4: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return m.emptyTemplate()
}

// emptyTemplate removes what a new file system holds.
func (m *Maker) emptyTemplate() (err error) {
	point := m.template + ".d"
	if err := os.MkdirAll(point, 0o700); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unmount(point), os.Remove(point)) }()
	if err := mountImage(m.template, point); err != nil {
		return err
	}
	root, err := os.OpenRoot(point)
	if err != nil {
		return err
	}
	return errors.Join(root.Remove("lost+found"), root.Chmod(".", 0o700), root.Close())
}

// mountImage mounts the file system in a file. The loop device goes with the
// mount, also when the server has died meanwhile.
func mountImage(file, point string) error {
	backing, err := os.OpenFile(file, os.O_RDWR, 0) //nolint:gosec // a file of ours
	if err != nil {
		return err
	}
	defer func() { _ = backing.Close() }()
	control, err := os.OpenFile("/dev/loop-control", os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { _ = control.Close() }()
	for range 64 {
		device, err := attach(control, backing)
		if errors.Is(err, unix.EBUSY) {
			continue // somebody else took the free one
		}
		if err != nil {
			return fmt.Errorf("attach loop device: %w", err)
		}
		return mountDevice(device, point)
	}
	return errors.New("attach loop device: none stays free")
}

func attach(control, backing *os.File) (*os.File, error) {
	free, err := unix.IoctlRetInt(int(control.Fd()), unix.LOOP_CTL_GET_FREE)
	if err != nil {
		return nil, err
	}
	device, err := os.OpenFile(fmt.Sprintf("/dev/loop%d", free), os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	config := unix.LoopConfig{Fd: uint32(backing.Fd()), Info: unix.LoopInfo64{Flags: unix.LO_FLAGS_AUTOCLEAR}} //nolint:gosec // a descriptor
	if err := unix.IoctlLoopConfigure(int(device.Fd()), &config); err != nil {
		_ = device.Close()
		return nil, err
	}
	return device, nil
}

// attached is the loop device that holds a file, nil when there is none. It
// stays as long as it is open.
func attached(file string) *os.File {
	devices, _ := filepath.Glob("/sys/block/loop*/loop/backing_file")
	for _, entry := range devices {
		if !holds(entry, file) {
			continue
		}
		name := filepath.Base(filepath.Dir(filepath.Dir(entry)))
		device, err := os.OpenFile(filepath.Join("/dev", name), os.O_RDWR, 0) //nolint:gosec // a name of the kernel's
		if err != nil {
			continue
		}
		if holds(entry, file) { // still
			return device
		}
		_ = device.Close()
	}
	return nil
}

func holds(entry, file string) bool {
	backing, err := os.ReadFile(entry) //nolint:gosec // the kernel's
	return err == nil && strings.TrimSuffix(string(backing), "\n") == file
}

// mountDevice mounts the file system in a loop device, and lets the device go.
func mountDevice(device *os.File, point string) error {
	err := unix.Mount(device.Name(), point, "ext4", unix.MS_NODEV|unix.MS_NOSUID|unix.MS_NOATIME, "noinit_itable,errors=remount-ro")
	return errors.Join(err, device.Close())
}

// reopen mounts a volume that may not have been left in order. While another
// namespace has a copy of its mount the file system lives: it must not be checked,
// nor mounted through a second device, but it can be shared.
func reopen(file, point string) error {
	if device := attached(file); device != nil {
		return mountDevice(device, point)
	}
	if out, err := exec.Command("e2fsck", "-p", file).CombinedOutput(); err != nil { //nolint:gosec,noctx // a file of ours; bounded by its size
		// 1 is that something was corrected.
		if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 {
			return fmt.Errorf("%w: e2fsck: %w: %s", ErrLost, err, strings.TrimSpace(string(out)))
		}
	}
	return mountImage(file, point)
}

// copySparse copies a file that is mostly holes.
func copySparse(from, to string) (err error) {
	src, err := os.Open(from) //nolint:gosec // a file of ours
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }()
	info, err := src.Stat()
	if err != nil {
		return err
	}
	dst, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // a file of ours
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dst.Close()) }()
	if unix.IoctlFileClone(int(dst.Fd()), int(src.Fd())) == nil {
		return nil
	}
	if err := dst.Truncate(info.Size()); err != nil {
		return err
	}
	for at := int64(0); ; {
		begin, err := src.Seek(at, unix.SEEK_DATA)
		if errors.Is(err, unix.ENXIO) {
			return nil
		}
		if err != nil {
			return err
		}
		if at, err = src.Seek(begin, unix.SEEK_HOLE); err != nil {
			return err
		}
		if err := copyRange(dst, src, begin, at); err != nil {
			return err
		}
	}
}

// copyRange copies what is between two offsets, inside the kernel where the file
// system can.
func copyRange(dst, src *os.File, begin, end int64) error {
	for in, out := begin, begin; in < end; {
		n, err := unix.CopyFileRange(int(src.Fd()), &in, int(dst.Fd()), &out, int(end-in), 0)
		switch {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EXDEV), errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EOPNOTSUPP):
			_, err := io.Copy(io.NewOffsetWriter(dst, out), io.NewSectionReader(src, in, end-in))
			return err
		case err != nil:
			return err
		case n == 0:
			return io.ErrUnexpectedEOF
		}
	}
	return nil
}
