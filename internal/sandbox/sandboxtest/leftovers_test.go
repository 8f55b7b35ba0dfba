package sandboxtest_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"aicity.dev/aicity/internal/sandbox/namespace"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
)

// What a killed test left goes, mounts too; what may be another's stays.
func TestRemoveLeftovers(t *testing.T) {
	t.Parallel()
	in, old := sandboxtest.Dir(t), time.Now().Add(-time.Hour)
	make := func(name string, at time.Time) string {
		t.Helper()
		dir := filepath.Join(in, name)
		if err := os.MkdirAll(filepath.Join(dir, "sandboxes/sbx_1/work"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(dir, at, at); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	gone := []string{make("sbx.1", old), make("sbx.2", old)}
	kept := []string{make("sbx.3", old), make("sbx.4", time.Now()), make("other.5", old)}
	held, err := os.Open(kept[0])
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.Close() }()
	if err := syscall.Flock(int(held.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	if namespace.Root() {
		work := filepath.Join(gone[0], "sandboxes/sbx_1/work")
		if err := syscall.Mount("tmpfs", work, "tmpfs", 0, "size=1m"); err != nil {
			t.Fatal(err)
		}
	}
	if err := sandboxtest.RemoveLeftovers(in, time.Now().Add(-time.Minute)); err != nil {
		t.Fatal(err)
	}
	for _, dir := range gone {
		if _, err := os.Stat(dir); !os.IsNotExist(err) {
			t.Errorf("%s is left: %v", filepath.Base(dir), err)
		}
	}
	for _, dir := range kept {
		if _, err := os.Stat(filepath.Join(dir, "sandboxes/sbx_1/work")); err != nil {
			t.Errorf("%s was touched: %v", filepath.Base(dir), err)
		}
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(mounts), gone[0]) {
		t.Error("a mount is left")
	}
}
