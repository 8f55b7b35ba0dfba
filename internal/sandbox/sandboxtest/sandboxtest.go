// Package sandboxtest gives tests real sandboxes.
package sandboxtest

import (
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/gvisor"
	"aicity.dev/aicity/internal/sandbox/namespace"
)

// Backend returns a backend that has passed its probe. Where none can run the
// test is skipped by name, but fails in CI.
func Backend(t testing.TB) *gvisor.Backend {
	t.Helper()
	return BackendOn(t, "")
}

// BackendOn is Backend with a folder of the host as the sandboxes' root.
func BackendOn(t testing.TB, root string) *gvisor.Backend {
	t.Helper()
	b := gvisor.New(gvisor.Options{Runsc: Runsc(t), Runner: Runner(t), Dir: Dir(t), Rootfs: root, Clock: city.SystemClock{}, Logger: slog.New(slog.DiscardHandler)})
	if err := b.Probe(t.Context()); err != nil {
		missing(t, "no sandbox runs here: "+err.Error())
	}
	return b
}

// Workspace returns a workspace folder that programs in a sandbox may write to.
func Workspace(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if namespace.Root() {
		if err := os.Chown(dir, sandbox.UID, sandbox.UID); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// NothingLeft fails the test when a process, cgroup, mount or loop device of the
// sandbox remains.
func NothingLeft(t testing.TB, id string) {
	t.Helper()
	NothingRuns(t, id)
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(mounts), id) {
		t.Error("mounts left")
	}
	NoDevice(t, id)
}

// NoDevice waits until no loop device holds a file whose path has this in it, a
// sandbox's id or folder. Whatever starts at the same moment has a copy of every
// mount until it gets the processor, a namespace of OwnNamespace as long as it
// lives, and the kernel keeps a device until it has written what it caches: each
// ends, and what was left behind does not.
func NoDevice(t testing.TB, id string) {
	t.Helper()
	end := time.Now().Add(5 * time.Minute)
	for left := device(id); left != ""; left = device(id) {
		if time.Now().After(end) {
			t.Errorf("loop device left: %s, held by:\n%s", left, strings.Join(holders(id), "\n"))
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// holders are the programs that have a mount or an open file whose path has this
// in it.
func holders(id string) []string {
	var found []string
	programs, _ := filepath.Glob("/proc/[0-9]*")
	for _, program := range programs {
		mounts, _ := os.ReadFile(filepath.Join(program, "mountinfo"))
		holds := strings.Contains(string(mounts), id)
		links, _ := filepath.Glob(filepath.Join(program, "fd", "*"))
		for _, link := range append(links, filepath.Join(program, "cwd"), filepath.Join(program, "root")) {
			to, _ := os.Readlink(link)
			holds = holds || strings.Contains(to, id)
		}
		if holds {
			line, _ := os.ReadFile(filepath.Join(program, "cmdline"))
			found = append(found, program+" "+strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return found
}

func device(id string) string {
	devices, _ := filepath.Glob("/sys/block/loop*/loop/backing_file")
	for _, device := range devices {
		if file, err := os.ReadFile(device); err == nil && strings.Contains(string(file), id) {
			return device
		}
	}
	return ""
}

// NothingRuns fails the test when a process or cgroup of the sandbox remains;
// its files may.
func NothingRuns(t testing.TB, id string) {
	t.Helper()
	if out, err := exec.Command("pgrep", "-a", "-f", id).Output(); err == nil {
		t.Errorf("processes left:\n%s", out)
	}
	for _, pattern := range []string{"/sys/fs/cgroup/*" + id + "*", "/sys/fs/cgroup/*/*" + id + "*"} {
		if left, err := filepath.Glob(pattern); err != nil || len(left) > 0 {
			t.Errorf("cgroups left: %v, %v", left, err)
		}
	}
}

// Runner builds the sandboxes' first process into bin/, and the prewarmer beside
// it, so that no test meets an old one, and returns its path. One that lies beside
// the test was built for it.
func Runner(t testing.TB) string {
	t.Helper()
	if self, err := os.Executable(); err == nil {
		if beside, err := exec.LookPath(filepath.Join(filepath.Dir(self), "aicity-runner")); err == nil {
			return beside
		}
	}
	path, err := built()
	if err != nil {
		t.Fatalf("build the runner: %v", err)
	}
	return path
}

// built builds the runner once in a process; others may do the same.
var built = sync.OnceValues(func() (string, error) {
	bin := filepath.Join(module(), "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return "", err
	}
	own, err := os.MkdirTemp(bin, "build-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(own) }()
	for _, name := range []string{"aicity-runner", "aicity-prewarmer"} {
		fresh := filepath.Join(own, name)
		build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w -E main.entry", "-o", fresh, "aicity.dev/aicity/cmd/"+name)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			return "", fmt.Errorf("%w: %s", err, out)
		}
		if err := os.Rename(fresh, filepath.Join(bin, name)); err != nil {
			return "", err
		}
	}
	return filepath.Join(bin, "aicity-runner"), nil
})

// module is the folder of the module that this file is of.
func module() string {
	dir, err := os.Getwd()
	if err != nil {
		return "."
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
	}
	return dir
}

// Runsc finds the binary in bin/ of the module, beside the test or in $PATH.
func Runsc(t testing.TB) string {
	t.Helper()
	path, err := gvisor.Find(filepath.Join(module(), "bin", "runsc"))
	if err == nil {
		return path
	}
	if path, err = gvisor.Find(""); err != nil {
		missing(t, err.Error())
	}
	return path
}

func missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}
