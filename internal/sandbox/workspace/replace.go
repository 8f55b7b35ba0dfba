package workspace

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"aicity.dev/aicity/internal/city"
)

// temporary is how the name of a file begins whose content is being written.
const temporary = ".write-"

// replace writes beside the file and then takes its place. The folder it is in
// may be moved meanwhile.
func (w Dir) replace(root *os.Root, rel string, content []byte, perm fs.FileMode) (err error) {
	dir, err := OpenFolder(root, path.Dir(rel))
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }()
	name := temporary + city.NewID("tmp")
	done, err := w.note(path.Join(path.Dir(rel), name))
	if err != nil {
		return err
	}
	defer done()
	f, err := dir.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = dir.Remove(name)
		}
	}()
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(perm), give(f), f.Close())
	if err != nil {
		return err
	}
	return dir.Rename(name, path.Base(rel))
}

// notes is the folder, which no sandbox sees, that says where temporary files are:
// by their name alone they could be the agent's.
func (w Dir) notes() string { return w.dir + ".writing" }

// note writes down that there will be a temporary file until done is called.
func (w Dir) note(rel string) (done func(), err error) {
	name := filepath.Join(w.notes(), path.Base(rel))
	err = os.WriteFile(name, []byte(rel), 0o600)
	if errors.Is(err, fs.ErrNotExist) { // it is the first
		if err = os.Mkdir(w.notes(), 0o700); err == nil || errors.Is(err, fs.ErrExist) {
			err = os.WriteFile(name, []byte(rel), 0o600)
		}
	}
	return func() { _ = os.Remove(name) }, err
}

// UndoWrites removes the temporary files that a server left when it was killed.
// Nothing may run in the workspace.
func (w Dir) UndoWrites() error {
	notes, err := os.ReadDir(w.notes())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(w.dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	var errs []error
	for _, note := range notes {
		rel, err := os.ReadFile(filepath.Join(w.notes(), note.Name()))
		if err != nil {
			errs = append(errs, err)
			continue
		}
		// A note that was not yet written is of a file that was not yet there.
		if info, err := root.Lstat(string(rel)); err == nil && info.Mode().IsRegular() && strings.HasPrefix(info.Name(), temporary) {
			errs = append(errs, root.Remove(string(rel)))
		}
	}
	return errors.Join(append(errs, os.RemoveAll(w.notes()))...)
}
