package image

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"aicity.dev/aicity/internal/sandbox"
)

// settle makes a tree fit to be a root: what every sandbox is given has its
// place, nothing tells of where it was made, and no network tool is left.
func settle(tree string) (leftOut []string, err error) {
	root, err := os.OpenRoot(tree)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	if _, err := resolve(root, "bin/sh", false); err != nil {
		return nil, errors.New("it has no /bin/sh: is it the file system of a container (docker export), or all its layers in order?")
	}
	for _, dir := range []string{"dev", "etc", "home/user", "proc", "root", "run/baseline", "run/runner", "sys", "tmp", "var/tmp"} {
		if err := mountPoint(root, dir); err != nil {
			return nil, err
		}
	}
	if err := writeEtc(root); err != nil {
		return nil, fmt.Errorf("write /etc: %w", err)
	}
	return dropTools(root)
}

// mountPoint makes sure of a folder on whose way there is no link, which would
// put the mount elsewhere.
func mountPoint(root *os.Root, dir string) error {
	at := "."
	for _, part := range split(dir) {
		at = path.Join(at, part)
		info, err := root.Lstat(at)
		if errors.Is(err, fs.ErrNotExist) {
			err = errors.Join(root.Mkdir(at, 0o755), root.Chmod(at, 0o755))
		} else if err == nil && !info.IsDir() {
			return fmt.Errorf("/%s of the image is no folder; every sandbox needs one there", at)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// writeEtc gives the sandbox's user a name and takes away what the machine that
// made the image left: its name, its name servers, where it gets packages.
func writeEtc(root *os.Root) error {
	id := strconv.Itoa(sandbox.UID)
	if err := addLine(root, "etc/passwd", "user", "user:x:"+id+":"+id+":user:"+sandbox.Home+":/bin/sh"); err != nil {
		return err
	}
	if err := addLine(root, "etc/group", "user", "user:x:"+id+":"); err != nil {
		return err
	}
	for _, name := range []string{
		"apt/sources.list", "apt/sources.list.d", "apt/auth.conf", "apt/auth.conf.d", "apt/apt.conf.d/99mmdebstrap", "machine-id",
	} {
		if err := root.RemoveAll("etc/" + name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for name, content := range map[string]string{"hostname": "sandbox\n", "hosts": "127.0.0.1 localhost sandbox\n", "resolv.conf": ""} {
		if err := replace(root, "etc/"+name, content); err != nil {
			return err
		}
	}
	return nil
}

// addLine adds a line to a file of /etc, in the place of one with the same key.
func addLine(root *os.Root, name, key, line string) error {
	var lines []string
	info, err := root.Lstat(name)
	if err == nil && info.Mode().IsRegular() {
		old, err := root.ReadFile(name)
		if err != nil {
			return err
		}
		lines = slices.DeleteFunc(strings.Split(strings.TrimSpace(string(old)), "\n"), func(l string) bool { return strings.HasPrefix(l, key+":") })
	}
	return replace(root, name, strings.Join(append(lines, line), "\n")+"\n")
}

// replace writes a file in the place of whatever was there.
func replace(root *os.Root, name, content string) error {
	if err := root.RemoveAll(name); err != nil {
		return err
	}
	if err := root.WriteFile(name, []byte(content), 0o644); err != nil {
		return err
	}
	return root.Chmod(name, 0o644)
}
