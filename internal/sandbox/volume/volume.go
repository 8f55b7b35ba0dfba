// Package volume makes the workspaces of sandboxes: folders that hold so many
// bytes and so many files, and not one more, whoever writes into them.
//
// As root a volume is an ext4 file system in a file, mounted over a loop device;
// where that cannot be had, or inside a namespace of one's own, it is a tmpfs.
// Where nothing can be mounted it is a plain folder, without bounds.
package volume

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"aicity.dev/aicity/internal/sandbox/namespace"
)

// Kind is how volumes are bounded.
type Kind string

// The kinds of volumes.
const (
	Ext4   Kind = "ext4"
	Tmpfs  Kind = "tmpfs"
	Folder Kind = "folder" // not bounded at all
)

// ErrLost means that a volume was in memory, and is no more.
var ErrLost = errors.New("the volume is gone")

// Real makes a folder and returns its path without links, as the kernel's table of
// mounts has it: below any other path a volume would not be found there again.
func Real(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(dir)
}

// Size is what a volume may hold.
type Size struct {
	Bytes int64
	Files int64 // with folders, links and all
}

// Maker makes volumes of one size.
type Maker struct {
	kind     Kind
	size     Size
	template string // an empty ext4 file system, copied for each
	owner    int    // of the volume's root
}

// NewMaker finds out which kind of volume this machine allows, from want on, by
// making one; want "" is the best. It keeps what it needs in dir. The reason
// says why a better kind was passed over.
func NewMaker(ctx context.Context, dir string, want Kind, size Size, owner int) (m *Maker, reason, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("make volume folder: %w", err)
	}
	kinds := []Kind{Ext4, Tmpfs, Folder}
	if want != "" {
		kinds = []Kind{want}
	}
	if !namespace.Root() {
		owner = os.Getuid()
	}
	for _, kind := range kinds {
		m = &Maker{kind: kind, size: size, owner: owner, template: filepath.Join(dir, "template.img")}
		if kind == Folder {
			m.size = Size{}
		}
		if err := m.try(ctx, dir); err != nil {
			reason = errors.Join(reason, fmt.Errorf("%s: %w", kind, err))
			continue
		}
		return m, reason, nil
	}
	return nil, reason, fmt.Errorf("make a volume: %w", reason)
}

// Size is what a volume may hold; nothing stands for no bounds.
func (m *Maker) Size() Size { return m.size }

// Kind is how the volumes are bounded.
func (m *Maker) Kind() Kind { return m.kind }

// try makes one volume and removes it.
func (m *Maker) try(ctx context.Context, dir string) error {
	if m.kind == Ext4 {
		if !namespace.Root() {
			return errors.New("needs root")
		}
		if err := m.makeTemplate(ctx); err != nil {
			return err
		}
	}
	path := filepath.Join(dir, "try")
	if err := Remove(path); err != nil {
		return err
	}
	err := m.Make(path)
	return errors.Join(err, Remove(path))
}

// Make makes an empty volume at path, which must not be there yet; its parent must.
func (m *Maker) Make(path string) error { return m.MakeFrom(path, m.template) }

// Images reports whether volumes can be made from images.
func (m *Maker) Images() bool { return m.kind == Ext4 }

// Image writes to the file to what MakeFrom makes volumes from: a volume that
// fill has filled. It is at path while it is filled, and gone afterwards.
func (m *Maker) Image(to, path string, fill func(dir string) error) (err error) {
	defer func() { err = errors.Join(err, Remove(path)) }()
	if err := m.Make(path); err != nil {
		return err
	}
	if err := fill(path); err != nil {
		return err
	}
	if err := unmount(path); err != nil {
		return err
	}
	err = os.Rename(image(path), to)
	if errors.Is(err, unix.EXDEV) {
		err = copySparse(image(path), to)
	}
	return err
}

// MakeFrom makes a volume with the content of an image, where Images says so.
func (m *Maker) MakeFrom(path, content string) (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("make volume: %w", err), Remove(path))
		}
	}()
	if err := os.Mkdir(path, 0o700); err != nil {
		return err
	}
	switch m.kind {
	case Ext4:
		if err := copySparse(content, image(path)); err != nil {
			return err
		}
		return mountImage(image(path), path)
	case Tmpfs:
		return m.mountTmpfs(path)
	default:
		return nil
	}
}

func (m *Maker) mountTmpfs(path string) error {
	options := fmt.Sprintf("size=%d,nr_inodes=%d,mode=0700", m.size.Bytes, m.size.Files)
	if namespace.Root() {
		options += fmt.Sprintf(",uid=%d,gid=%d", m.owner, m.owner)
	}
	return unix.Mount("tmpfs", path, "tmpfs", unix.MS_NODEV|unix.MS_NOSUID, options)
}

// Open makes a volume of an earlier life of the server usable again. Errors:
// ErrLost.
func Open(path string) error {
	mounted, err := mountedAt(path)
	if err != nil || mounted {
		return err
	}
	_, err = os.Stat(image(path))
	switch {
	case err == nil:
		return reopen(image(path), path)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	// A folder is as it was, unless something was mounted on it once.
	entries, err := os.ReadDir(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return ErrLost
	}
	return err
}

// Suspend lets the machine forget a volume that Open will want again, as far as
// its kind allows.
func Suspend(path string) error {
	if _, err := os.Stat(image(path)); err != nil && !namespace.Inside() {
		return nil //nolint:nilerr // memory stays while it is mounted
	}
	return unmount(path) // in a namespace of its own what is mounted ends with the server
}

// Remove removes a volume and all that is in it; no error when there is none.
func Remove(path string) error {
	if err := unmount(path); err != nil {
		return err
	}
	if err := os.Remove(image(path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return removeFolder(path)
}

// Unmount unmounts whatever is mounted below a folder that is to be removed.
func Unmount(dir string) error {
	points, err := mounts()
	if err != nil {
		return err
	}
	var errs []error
	for _, point := range slices.Backward(points) {
		if strings.HasPrefix(point, dir+"/") {
			errs = append(errs, unmount(point))
		}
	}
	return errors.Join(errs...)
}

// removeFolder removes a folder whose own folders may have been made unwritable,
// which stops everybody but root.
func removeFolder(path string) error {
	err := os.RemoveAll(path)
	if err == nil || os.Geteuid() == 0 {
		return err
	}
	root, rootErr := os.OpenRoot(path)
	if rootErr != nil {
		return err
	}
	_ = fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			return root.Chmod(name, 0o700)
		}
		return nil
	})
	_ = root.Close()
	return os.RemoveAll(path)
}

// image is the file in which an ext4 volume is.
func image(path string) string { return path + ".img" }

// unmount unmounts all that is mounted at a path.
func unmount(path string) error {
	for {
		err := unix.Unmount(path, unix.UMOUNT_NOFOLLOW)
		if errors.Is(err, unix.EBUSY) {
			err = unix.Unmount(path, unix.UMOUNT_NOFOLLOW|unix.MNT_DETACH)
		}
		switch {
		case err == nil:
			continue // there may be another below
		case errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOENT):
			return nil // nothing is mounted there
		case errors.Is(err, unix.EPERM) && os.Geteuid() != 0:
			return nil // who cannot mount has not mounted
		default:
			return fmt.Errorf("unmount: %w", err)
		}
	}
}

func mountedAt(path string) (bool, error) {
	points, err := mounts()
	if err != nil {
		return false, err
	}
	if slices.Contains(points, path) {
		return true, nil
	}
	return false, nil
}

// escapes are how the kernel writes what would end a field of its list.
var escapes = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

// mounts are the places where something is mounted, in order.
func mounts() ([]string, error) {
	list, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	defer func() { _ = list.Close() }()
	var points []string
	for scanner := bufio.NewScanner(list); scanner.Scan(); {
		if fields := strings.Fields(scanner.Text()); len(fields) > 4 {
			points = append(points, escapes.Replace(fields[4]))
		}
	}
	return points, nil
}
