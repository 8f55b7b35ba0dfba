package sandboxtest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"aicity.dev/aicity/internal/sandbox/volume"
)

// prefix begins the names of folders in which tests mount something; behind it
// comes the number of the test's process.
const prefix = "sbx."

// Dir is t.TempDir for a test that mounts something in it: a test that is killed
// leaves that behind, and by the folder's name a later one finds and removes it.
// The name is short, for the sockets that runsc keeps.
func Dir(t testing.TB) string {
	t.Helper()
	removeLeftovers()
	dir, err := os.MkdirTemp("", fmt.Sprintf("%s%d.", prefix, os.Getpid()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// removeLeftovers removes, once in a process, what tests of ours left whose
// process is gone. What cannot be removed is left for another time.
var removeLeftovers = sync.OnceFunc(func() { _ = RemoveLeftovers(os.TempDir()) })

// RemoveLeftovers removes the folders of Dir in this one whose process is gone,
// with what is mounted in them.
func RemoveLeftovers(in string) error {
	dirs, err := filepath.Glob(filepath.Join(in, prefix+"*.*"))
	if err != nil {
		return err
	}
	var errs []error
	for _, dir := range dirs {
		if abandoned(dir) {
			errs = append(errs, volume.Unmount(dir), os.RemoveAll(dir))
		}
	}
	return errors.Join(errs...)
}

// abandoned reports whether a folder is ours and its process is gone.
func abandoned(dir string) bool {
	number, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), prefix), ".")
	pid, err := strconv.Atoi(number)
	if err != nil || pid <= 1 {
		return false
	}
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() {
		return false
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(owner.Uid) == os.Geteuid() && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}
