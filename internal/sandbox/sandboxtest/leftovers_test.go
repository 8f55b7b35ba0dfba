package sandboxtest_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"aicity.dev/aicity/internal/sandbox/namespace"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
)

// What a killed test left goes, mounts too; what may be another's stays.
func TestRemoveLeftovers(t *testing.T) {
	t.Parallel()
	ended := exec.Command("true")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	in := sandboxtest.Dir(t)
	make := func(name string) string {
		t.Helper()
		dir := filepath.Join(in, name)
		if err := os.MkdirAll(filepath.Join(dir, "sandboxes/sbx_1/work"), 0o755); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	gone, dead := []string{make(fmt.Sprintf("sbx.%d.1", ended.Process.Pid)), make(fmt.Sprintf("sbx.%d.2", ended.Process.Pid))}, ended.Process.Pid
	kept := []string{
		make(fmt.Sprintf("sbx.%d.3", os.Getpid())), make(fmt.Sprintf("sbx.%d.4", os.Getppid())), make("sbx.1.5"),
		make("sbx.x.6"), make("sbx.-5.7"), make(fmt.Sprintf("sbx%d.8", dead)), make(fmt.Sprintf("other.%d.9", dead)),
	}
	if namespace.Root() {
		work := filepath.Join(gone[0], "sandboxes/sbx_1/work")
		if err := syscall.Mount("tmpfs", work, "tmpfs", 0, "size=1m"); err != nil {
			t.Fatal(err)
		}
	}
	if err := sandboxtest.RemoveLeftovers(in); err != nil {
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
	if strings.Contains(string(mounts), in) {
		t.Error("a mount is left")
	}
}
