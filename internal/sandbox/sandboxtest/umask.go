package sandboxtest

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// alone is set where a test has a process for itself.
const alone = "AICITY_TEST_ALONE"

// PrivateUmask has the calling test run once more, in a process of its own whose
// files are nobody else's business: umask 077. There it returns true. Where no
// sandbox can run the test is skipped; one that cannot run in that process fails.
func PrivateUmask(t *testing.T) bool {
	t.Helper()
	runner := Runner(t) // built before, or it would be private too
	if os.Getenv(alone) == t.Name() {
		syscall.Umask(0o077)
		return true
	}
	Backend(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.v", "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), alone+"="+t.Name(), "CI=1")
	out, err := cmd.CombinedOutput()
	switch {
	case err != nil:
		t.Errorf("%v, with %s\n%s", err, runner, out)
	case !strings.Contains(string(out), "--- PASS: "+t.Name()):
		t.Errorf("it did not run:\n%s", out)
	}
	return false
}
