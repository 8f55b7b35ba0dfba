package gvisor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/image"
)

// mount is a file or folder of the host that every sandbox sees, read-only.
type mount struct{ outside, inside string }

func sizeOption(bytes int64) string { return "size=" + strconv.FormatInt(bytes, 10) }

// rootfs is the folder that is the root of every sandbox.
func (b *Backend) rootfs() string {
	if b.opts.Rootfs != "" {
		return b.opts.Rootfs
	}
	return filepath.Join(b.opts.Dir, "rootfs")
}

// programFolders hold the host's programs and libraries.
var programFolders = []string{"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}

// prepareRootfs makes the root file system of the host's programs: an empty
// tree with the host's program folders bound into it and an /etc that tells
// nothing of the host. A configured root is
// taken as it is, but for its network tools.
func (b *Backend) prepareRootfs() error {
	root := b.rootfs()
	b.mounts = nil
	if b.opts.Rootfs != "" {
		return errors.Join(checkRootfs(root), b.hideTools(root))
	}
	for _, dir := range []string{"etc", "home/user", "tmp", "proc", "dev", "sys", "run/baseline", "run/runner", "var/tmp", "root"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil { //nolint:gosec // read by the sandbox's user
			return err
		}
	}
	for _, dir := range programFolders {
		if err := b.addProgramFolder(root, dir); err != nil {
			return err
		}
	}
	if err := b.writeEtc(filepath.Join(root, "etc")); err != nil {
		return err
	}
	return errors.Join(open(root), b.hideTools("/"))
}

// open lets the sandbox's users read a tree of ours, whatever the server's umask
// took away when it was made.
func open(tree string) error {
	root, err := os.OpenRoot(tree)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	return fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Type()&fs.ModeSymlink != 0 {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		perm := info.Mode().Perm() | 0o444
		if perm&0o100 != 0 {
			perm |= 0o111
		}
		return root.Chmod(name, perm)
	})
}

// checkRootfs says what a configured root lacks.
func checkRootfs(root string) error {
	for _, dir := range []string{"home/user", "tmp", "proc", "run/baseline", "run/runner", "bin/sh"} {
		if _, err := image.Lookup(root, dir); err != nil {
			return fmt.Errorf("the configured root lacks /%s: %w", dir, err)
		}
	}
	return nil
}

func (b *Backend) addProgramFolder(root, dir string) error {
	info, err := os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	inside := filepath.Join(root, dir)
	if info.Mode()&fs.ModeSymlink != 0 {
		return copyLink(dir, inside)
	}
	b.mounts = append(b.mounts, mount{outside: dir, inside: dir})
	return os.MkdirAll(inside, 0o755) //nolint:gosec // read by the sandbox's user
}

func copyLink(from, to string) error {
	target, err := os.Readlink(from)
	if err != nil {
		return err
	}
	if err := os.Symlink(target, to); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func (b *Backend) writeEtc(etc string) error {
	uid := strconv.Itoa(sandboxUID)
	passwd := "root:x:0:0:root:/root:/usr/sbin/nologin\nuser:x:" + uid + ":" + uid + ":user:" + sandbox.Home + ":/bin/sh\n"
	group := "root:x:0:\nuser:x:" + uid + ":\n"
	files := map[string]string{
		"passwd": passwd, "group": group, "hostname": "sandbox\n", "hosts": "127.0.0.1 localhost sandbox\n",
		"nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n", "resolv.conf": "",
	}
	// The loader finds libraries outside its default folders by this cache only.
	if cache, err := os.ReadFile("/etc/ld.so.cache"); err == nil {
		files["ld.so.cache"] = string(cache)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(etc, name), []byte(content), 0o644); err != nil { //nolint:gosec // read by the sandbox's user
			return err
		}
	}
	return copyAlternatives(filepath.Join(etc, "alternatives"))
}

// copyAlternatives repeats Debian's links, by which awk, editor and others
// are found.
func copyAlternatives(to string) error {
	const from = "/etc/alternatives"
	links, err := os.ReadDir(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o755); err != nil { //nolint:gosec // read by the sandbox's user
		return err
	}
	for _, link := range links {
		if link.Type()&fs.ModeSymlink == 0 {
			continue
		}
		if err := copyLink(filepath.Join(from, link.Name()), filepath.Join(to, link.Name())); err != nil {
			return err
		}
	}
	return nil
}

// hideTools covers the network tools of the root with an empty file that nobody
// may run. There is no network to reach with them; this is the second wall. A
// tool that a file system of many programs in one has is refused by name only.
func (b *Backend) hideTools(root string) error {
	cover := filepath.Join(b.opts.Dir, "hidden")
	if err := os.WriteFile(cover, nil, 0o444); err != nil && !errors.Is(err, fs.ErrPermission) { //nolint:gosec // empty
		return err
	}
	if err := os.Chmod(cover, 0o444); err != nil { //nolint:gosec // empty
		return err
	}
	tools, err := image.NetworkTools(root)
	if err != nil {
		return err
	}
	for _, tool := range tools {
		if inside := "/" + tool; b.opts.Rootfs != "" || b.bound(inside) {
			b.mounts = append(b.mounts, mount{outside: cover, inside: inside})
		}
	}
	return nil
}

// bound reports whether target is in a folder that the sandboxes see.
func (b *Backend) bound(target string) bool {
	return slices.ContainsFunc(b.mounts, func(m mount) bool { return strings.HasPrefix(target, m.inside+"/") })
}
