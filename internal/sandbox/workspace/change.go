package workspace

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"

	"aicity.dev/aicity/internal/city"
)

// maxDelete bounds how many entries one deletion removes.
const maxDelete = 200_000

// MakeFolder makes a folder, with those that lead to it; one that is there is fine.
// Errors: PATH_NOT_ALLOWED, NOT_A_DIRECTORY.
func (w Dir) MakeFolder(abs string) (entry Entry, err error) {
	err = w.in(abs, func(root *os.Root, rel string) error {
		if err := makeFolders(root, rel); err != nil {
			return err
		}
		info, err := root.Stat(rel)
		if err != nil {
			return err
		}
		entry = describe(rel, info)
		return nil
	})
	return entry, err
}

// Move renames a file or folder, making the folders that lead to its new place.
// What is there already is replaced only when overwrite says so, and never a
// folder. Errors: PATH_NOT_ALLOWED, FILE_NOT_FOUND, NOT_A_DIRECTORY,
// FILE_EXISTS.
func (w Dir) Move(from, to string, overwrite bool) (entry Entry, err error) {
	target, err := relative(to)
	if err != nil {
		return entry, err
	}
	err = w.in(from, func(root *os.Root, rel string) error {
		if rel == "." || target == "." {
			return errPath("%s itself stays", Home)
		}
		if _, err := root.Lstat(rel); err != nil {
			return err
		}
		if there, err := root.Lstat(target); err == nil && rel != target && (there.IsDir() || !overwrite) {
			return errExists()
		}
		if err := makeFolders(root, path.Dir(target)); err != nil {
			return err
		}
		if err := root.Rename(rel, target); err != nil {
			return err
		}
		info, err := root.Lstat(target)
		if err != nil {
			return err
		}
		entry = describe(target, info)
		return nil
	})
	return entry, err
}

// Remove deletes a file, a link or a folder; a folder that is not empty only
// when recursive says so. It follows no link. Errors: PATH_NOT_ALLOWED,
// FILE_NOT_FOUND, DIRECTORY_NOT_EMPTY.
func (w Dir) Remove(ctx context.Context, abs string, recursive bool) (removed int, err error) {
	err = w.in(abs, func(root *os.Root, rel string) error {
		if rel == "." {
			return errPath("%s itself stays", Home)
		}
		info, err := root.Lstat(rel)
		if err != nil {
			return err
		}
		r := remover{ctx: ctx, names: w.maxNames()}
		if info.IsDir() && recursive {
			err = r.folder(root, rel, 0)
		} else {
			err = r.one(root, rel)
		}
		removed = r.removed
		return err
	})
	return removed, err
}

// remover deletes what it finds, up to a bound: programs may make new files as
// fast as it removes old ones.
type remover struct {
	ctx     context.Context
	names   int // of one folder that are held at once
	removed int
}

func (r *remover) one(root *os.Root, rel string) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	if r.removed >= maxDelete {
		return city.Errorf(city.CodeSandboxLimit, "%d entries were removed, which is all that one call does; repeat it.", maxDelete).WithDetail("limit", maxDelete)
	}
	if err := root.Remove(rel); err != nil {
		return err
	}
	r.removed++
	return nil
}

// folder removes a folder with what is in it. It goes down by the open folder,
// so a link that takes its place leads nowhere.
func (r *remover) folder(root *os.Root, rel string, depth int) error {
	if depth > maxNesting {
		return errPath("its folders are nested too deep; use rm -r")
	}
	dir, err := OpenFolder(root, rel)
	if err != nil {
		return err
	}
	for more := true; more && err == nil; {
		more, err = r.children(dir, depth)
	}
	if err = errors.Join(err, dir.Close()); err != nil {
		return err
	}
	return r.one(root, rel)
}

// children removes what is in an open folder; more says that there are others.
func (r *remover) children(dir *os.Root, depth int) (more bool, err error) {
	entries, more, err := readDir(r.ctx, dir, r.names)
	if err != nil {
		return false, err
	}
	for _, entry := range entries {
		if entry.IsDir() {
			err = r.folder(dir, entry.Name(), depth+1)
		} else {
			err = r.one(dir, entry.Name())
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // else somebody was faster
			return more, err
		}
	}
	return more, nil
}
