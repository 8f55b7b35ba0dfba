package image

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
)

// maxLinks is how many links a path may go through, as with Linux.
const maxLinks = 40

// place is where name is in the tree once the links in its folders are
// followed, as a process with this root would follow them. Folders that are
// missing are made. The last element is not followed.
func (u *unpacker) place(name string) (string, error) {
	dir, base := path.Split(name)
	dir = path.Clean(dir)
	if at, known := u.resolved[dir]; known {
		return path.Join(at, base), nil
	}
	at, err := resolve(u.root, dir, true)
	if err != nil {
		return "", err
	}
	u.resolved[dir] = at
	return path.Join(at, base), nil
}

// resolve follows all links of a path below root: an absolute target begins at
// the root again, and ".." does not lead over it. With create, folders that
// are missing are made.
func resolve(root *os.Root, name string, create bool) (string, error) {
	at, links := ".", 0
	for rest := split(name); len(rest) > 0; {
		part := rest[0]
		rest = rest[1:]
		if part == ".." {
			at = path.Dir(at)
			continue
		}
		next := path.Join(at, part)
		info, err := root.Lstat(next)
		if errors.Is(err, fs.ErrNotExist) && create {
			if err := errors.Join(root.Mkdir(next, 0o755), root.Chmod(next, 0o755)); err != nil {
				return "", err
			}
			at = next
			continue
		}
		if err != nil {
			return "", err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			if len(rest) > 0 && !info.IsDir() {
				return "", fmt.Errorf("%s: %w", next, syscall.ENOTDIR)
			}
			at = next
			continue
		}
		if links++; links > maxLinks {
			return "", fmt.Errorf("%s: %w", name, syscall.ELOOP)
		}
		target, err := root.Readlink(next)
		if err != nil {
			return "", err
		}
		if path.IsAbs(target) {
			at = "."
		}
		rest = slices.Concat(split(target), rest)
	}
	return at, nil
}

func split(name string) []string {
	return slices.DeleteFunc(strings.Split(name, "/"), func(part string) bool { return part == "" || part == "." })
}

// Lookup is where name is in the tree at dir, all links followed inside it. It
// fails when nothing is there.
func Lookup(dir, name string) (string, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", err
	}
	defer func() { _ = root.Close() }()
	return resolve(root, name, false)
}
