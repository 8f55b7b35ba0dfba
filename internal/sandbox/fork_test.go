package sandbox_test

import (
	"os"
	"testing"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/store/storetest"
)

// A fork bomb costs its own sandbox at most; the task goes on.
func TestForkBomb(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("processes are limited by cgroups, which need root")
	}
	b := setup(t, storetest.SQLite(t), func(c *sandbox.Config) { c.Limits.Processes = 64 })
	b.provision(t, goCode)
	_, err := b.Exec(t.Context(), b.task, sandbox.Request{Argv: []string{"bash", "-c", "f() { f | f & }; f; sleep 60"}, Timeout: 3 * time.Second})
	if code := city.CodeOf(err); err != nil && code != city.CodeExecTimeout && code != city.CodeSandboxGone && code != city.CodeSandboxOOM {
		t.Errorf("got %v", err)
	}
	if got := b.sh(t, "cat main.go | wc -l"); got != "5\n" {
		t.Errorf("after it: got %q", got)
	}
}
