package sandbox

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"aicity.dev/aicity/internal/sandbox/namespace"
	"aicity.dev/aicity/internal/sandbox/volume"
)

// makeDirs makes the folders of a sandbox, its workspace on a volume. Those that
// are mounted have their owner and mode from the start: a sandbox that starts
// while they are filled may remember what it saw first.
func (s *Service) makeDirs(dir string) error {
	for _, sub := range []string{baselineDir(dir), backendDir(dir)} {
		if err := os.MkdirAll(sub, 0o700); err != nil {
			return err
		}
	}
	if err := os.Chmod(baselineDir(dir), 0o755); err != nil { //nolint:gosec // below a private folder; the sandbox's user reads it
		return err
	}
	work := workDir(dir)
	if err := s.volumes.Make(work); err != nil {
		return err
	}
	repo := filepath.Join(work, path.Base(RepoDir))
	if err := os.Mkdir(repo, 0o700); err != nil || !namespace.Root() {
		return err
	}
	return errors.Join(os.Lchown(work, UID, UID), os.Lchown(repo, UID, UID))
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
