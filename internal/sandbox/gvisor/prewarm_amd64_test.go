package gvisor_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"aicity.dev/aicity/internal/sandbox/sandboxtest"
)

// TestPrewarmerRefusesTheTrap runs itself as what the prewarmer becomes: nobody
// there may have CPUID trapped, and all else may be asked as before.
func TestPrewarmerRefusesTheTrap(t *testing.T) {
	t.Parallel()
	const inside, setCPUID, getCPUID = "TEST_PREWARMED", 0x1012, 0x1011
	if os.Getenv(inside) == "" {
		prewarmer := filepath.Join(filepath.Dir(sandboxtest.Runner(t)), "aicity-prewarmer")
		cmd := exec.Command(prewarmer, os.Args[0], os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), inside+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
		return
	}
	const untrapped = 1
	if _, _, errno := unix.RawSyscall(unix.SYS_ARCH_PRCTL, setCPUID, untrapped, 0); errno != unix.EPERM {
		t.Errorf("asked to set how CPUID is answered, the kernel says %v", errno)
	}
	if now, _, errno := unix.RawSyscall(unix.SYS_ARCH_PRCTL, getCPUID, 0, 0); errno != 0 || now != untrapped {
		t.Errorf("asked how CPUID is answered, the kernel says %d, %v", now, errno)
	}
}
