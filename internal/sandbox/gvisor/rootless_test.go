package gvisor_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"aicity.dev/aicity/internal/sandbox/namespace"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	sandboxtest.Run(t, sandboxtest.Backend(t))
}

// nobody is a user without any rights.
const nobody = 65534

// TestRootless runs the conformance and posture suites once more as a user
// without rights, in the plain and in a namespace of its own, as the server is.
func TestRootless(t *testing.T) {
	t.Parallel()
	if !namespace.Root() {
		t.Skip("the other tests run without root already")
	}
	for name, wrapper := range map[string][]string{
		"plain":     nil,
		"namespace": {"unshare", "--user", "--map-root-user", "--mount", "--"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asNobody(t, wrapper, "-test.run=^(TestConformance|TestPosture|TestRunnerIsOutOfReach)$", "-test.v")
		})
	}
}

// asNobody runs this test binary again, from a folder that everybody can read.
func asNobody(t *testing.T, wrapper []string, args ...string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "sbx") // not t.TempDir: its parents are closed to others
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(dir, "tmp")
	if err := os.Mkdir(own, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{os.Chmod(dir, 0o755), os.Chown(own, nobody, nobody)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	binary := filepath.Join(dir, "test")
	place(t, self, binary)
	place(t, sandboxtest.Runsc(t), filepath.Join(dir, "runsc"))
	place(t, sandboxtest.Runner(t), filepath.Join(dir, "aicity-runner"))
	argv := append(append(append([]string{}, wrapper...), binary), args...)
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "CI=" + os.Getenv("CI"), "TMPDIR=" + own, "HOME=" + own}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := cmd.CombinedOutput()
	switch {
	case err != nil:
		t.Errorf("%v\n%s", err, out)
	case strings.Contains(string(out), "--- SKIP: TestConformance"):
		t.Skipf("it cannot run here:\n%s", out)
	case !strings.Contains(string(out), "--- PASS: TestConformance"):
		t.Errorf("it did not run:\n%s", out)
	}
}

// place copies a program to where everybody may run it.
func place(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}
