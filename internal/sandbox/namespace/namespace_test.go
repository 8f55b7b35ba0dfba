package namespace_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"aicity.dev/aicity/internal/sandbox/namespace"
)

const nobody = 65534

// What is unmounted outside a namespace that somebody without rights has entered
// does not live on in it.
func TestUnmountedOutsideIsGoneInside(t *testing.T) {
	if !namespace.Root() {
		t.Skip("mounts")
	}
	shared := t.TempDir()
	mount(t, shared)
	if err := unix.Mount("", shared, "", unix.MS_SHARED, ""); err != nil {
		t.Skip(err)
	}
	volume := filepath.Join(shared, "volume")
	if err := os.Mkdir(volume, 0o755); err != nil {
		t.Fatal(err)
	}
	mount(t, volume)
	wrapper := namespace.Wrapper()
	inside := exec.Command(wrapper[0], append(wrapper[1:], "sh", "-c", "echo ready; exec cat")...)
	inside.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	inside.Dir = "/"
	stdin, err := inside.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := inside.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := inside.Start(); err != nil {
		t.Skip(err)
	}
	defer func() {
		_ = stdin.Close()
		_ = inside.Wait()
	}()
	if _, err := io.ReadFull(stdout, make([]byte, len("ready\n"))); err != nil {
		t.Skip("no namespace of one's own can be had here")
	}
	if !mountedIn(t, inside.Process.Pid, volume) {
		t.Fatal("it has no copy of the mount to begin with")
	}
	if err := unix.Unmount(volume, 0); err != nil {
		t.Fatal(err)
	}
	if mountedIn(t, inside.Process.Pid, volume) {
		t.Error("a copy of the mount lives on")
	}
}

// mount mounts something at a place, until the test is over.
func mount(t *testing.T, at string) {
	t.Helper()
	if err := unix.Mount("tmpfs", at, "tmpfs", 0, "size=64k"); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = unix.Unmount(at, unix.MNT_DETACH) })
}

// mountedIn reports whether something is mounted at a place, as a process sees it.
func mountedIn(t *testing.T, pid int, at string) bool {
	t.Helper()
	mounts, err := os.ReadFile(fmt.Sprintf("/proc/%d/mountinfo", pid))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(mounts), " "+at+" ")
}
