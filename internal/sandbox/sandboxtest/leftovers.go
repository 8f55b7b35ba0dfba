package sandboxtest

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"aicity.dev/aicity/internal/sandbox/volume"
)

// prefix begins the names of folders in which tests mount something.
const prefix = "sbx."

// settled is how old a folder must be to count as left behind: a younger one may
// not be locked yet.
const settled = time.Minute

// Dir is t.TempDir for a test that mounts something in it: a test that is killed
// leaves that behind, and a later one finds and removes it, because its lock is
// free. A lock, unlike the number of a process, holds in every namespace. The
// name is short, for the sockets that runsc keeps.
func Dir(t testing.TB) string {
	t.Helper()
	removeLeftovers()
	dir, err := os.MkdirTemp("", prefix)
	if err != nil {
		t.Fatal(err)
	}
	held, err := lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(volume.Unmount(dir), os.RemoveAll(dir), held.Close()); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// lock takes the lock of a folder, which ends with the process; it fails when
// another has it.
func lock(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// removeLeftovers removes, once in a process, what killed tests of ours left.
// What cannot be removed is left for another time.
var removeLeftovers = sync.OnceFunc(func() { _ = RemoveLeftovers(os.TempDir(), time.Now().Add(-settled)) })

// RemoveLeftovers removes the folders of Dir in this one that are older than a
// time and that no process holds, with what is mounted in them.
func RemoveLeftovers(in string, before time.Time) error {
	dirs, err := filepath.Glob(filepath.Join(in, prefix+"*"))
	if err != nil {
		return err
	}
	var errs []error
	for _, dir := range dirs {
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() || !info.ModTime().Before(before) {
			continue
		}
		owner, ok := info.Sys().(*syscall.Stat_t)
		if !ok || int(owner.Uid) != os.Geteuid() {
			continue
		}
		held, err := lock(dir)
		if err != nil {
			continue // its test goes on
		}
		errs = append(errs, volume.Unmount(dir), os.RemoveAll(dir), held.Close())
	}
	return errors.Join(errs...)
}
