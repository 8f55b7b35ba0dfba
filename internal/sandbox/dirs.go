package sandbox

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"aicity.dev/aicity/internal/sandbox/volume"
)

// makeDirs makes the folders of a sandbox, its workspace on a volume.
func (s *Service) makeDirs(dir string) error {
	for _, sub := range []string{baselineDir(dir), backendDir(dir)} {
		if err := os.MkdirAll(sub, 0o700); err != nil {
			return err
		}
	}
	if err := s.volumes.Make(workDir(dir)); err != nil {
		return err
	}
	return os.Mkdir(filepath.Join(workDir(dir), path.Base(RepoDir)), 0o700)
}

// removeDirs removes the folders of a sandbox.
func removeDirs(dir string) error {
	if err := volume.Remove(workDir(dir)); err != nil {
		return err
	}
	return os.RemoveAll(dir)
}

// eachFile calls f for dir and everything in it.
func eachFile(dir string, f func(root *os.Root, name string, entry fs.DirEntry) error) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	return fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return f(root, name, entry)
	})
}
