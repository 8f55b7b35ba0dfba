package gvisor

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// runnerName is the program that becomes the first process of every sandbox.
const runnerName = "aicity-runner"

// Find returns the absolute path of runsc: path itself when given, else next
// to the running binary, else in $PATH.
func Find(path string) (string, error) { return find("runsc", path) }

// findRunner looks next to runsc too.
func findRunner(path, runsc string) (string, error) {
	if path == "" {
		if beside, err := exec.LookPath(filepath.Join(filepath.Dir(runsc), runnerName)); err == nil {
			return filepath.Abs(beside)
		}
	}
	return find(runnerName, path)
}

func find(name, path string) (string, error) {
	if path != "" {
		found, err := exec.LookPath(path)
		if err != nil {
			return "", fmt.Errorf("find %s: %w", name, err)
		}
		return filepath.Abs(found)
	}
	if self, err := os.Executable(); err == nil {
		if found, err := exec.LookPath(filepath.Join(filepath.Dir(self), name)); err == nil {
			return found, nil
		}
	}
	found, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("find %s: it is neither next to this program nor in $PATH; `make build` makes it", name)
	}
	return filepath.Abs(found)
}

// runnerFolder holds the runner alone, for the sandboxes to see.
func (b *Backend) runnerFolder() string { return filepath.Join(b.opts.Dir, "runner") }

// placeRunner copies the runner into a folder of its own, so that sandboxes see
// nothing beside it, and an update of the program changes none that run.
func (b *Backend) placeRunner() error {
	if err := os.MkdirAll(b.runnerFolder(), 0o755); err != nil { //nolint:gosec // read by the sandbox's users
		return err
	}
	content, err := os.ReadFile(b.runner)
	if err != nil {
		return err
	}
	placed := filepath.Join(b.runnerFolder(), runnerName)
	temporary := placed + ".new"
	if err := os.WriteFile(temporary, content, 0o755); err != nil { //nolint:gosec // run by the sandbox's users
		return errors.Join(err, os.Remove(temporary))
	}
	return errors.Join(os.Rename(temporary, placed), open(b.runnerFolder()))
}
