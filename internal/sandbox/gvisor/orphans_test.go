package gvisor_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/namespace"
)

// As the first process of a container the server is everybody's parent in the
// end: what a sandbox was leaves no dead process that nobody buries.
func TestFirstProcessBuriesItsSandboxes(t *testing.T) {
	if os.Getpid() != 1 {
		t.Parallel()
		if !namespace.Root() {
			t.Skip("a process namespace needs root")
		}
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), "unshare", "--pid", "--fork", "--kill-child", "--mount-proc",
			self, "-test.run=^"+t.Name()+"$", "-test.v").CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
			t.Errorf("as the first process: %v\n%s", err, out)
		}
		return
	}
	s := start(t, sandbox.Limits{})
	s.shell(t, "true")
	if err := s.Destroy(t.Context(), s.id); err != nil {
		t.Fatal(err)
	}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range stats {
		if stat, err := os.ReadFile(file); err == nil && strings.Contains(string(stat), ") Z ") {
			t.Errorf("nobody has buried %s", stat)
		}
	}
}
