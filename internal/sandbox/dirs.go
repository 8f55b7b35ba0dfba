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

// makeDirs makes the folders of a sandbox, its workspace on a volume that makes
// makes. Those that are mounted have their owner and mode from the start: a
// sandbox that starts while they are filled may remember what it saw first.
func (s *Service) makeDirs(dir string, makeVolume func(path string) error) error {
	for _, sub := range []string{baselineDir(dir), backendDir(dir)} {
		if err := os.MkdirAll(sub, 0o700); err != nil {
			return err
		}
	}
	if err := os.Chmod(baselineDir(dir), 0o755); err != nil { //nolint:gosec // below a private folder; the sandbox's user reads it
		return err
	}
	return makeVolume(workDir(dir))
}

// emptyVolume makes a workspace without code.
func (s *Service) emptyVolume(work string) error {
	if err := s.volumes.Make(work); err != nil {
		return err
	}
	return makeRepo(work)
}

// makeRepo makes the folder for the code in a new workspace.
func makeRepo(work string) error {
	repo := repoDir(work)
	if err := os.Mkdir(repo, 0o700); err != nil || !namespace.Root() {
		return err
	}
	return errors.Join(os.Lchown(work, UID, UID), os.Lchown(repo, UID, UID))
}

// owner is who gets the files of a workspace, 0 when only we can.
func owner() int {
	if namespace.Root() {
		return UID
	}
	return 0
}

// objectsDir is where the baseline's objects are inside.
const objectsDir = BaselineDir + "/objects"

func repoDir(work string) string { return filepath.Join(work, path.Base(RepoDir)) }

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
