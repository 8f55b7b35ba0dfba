package sandboxtest

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"aicity.dev/aicity/internal/sandbox/namespace"
)

// nobody is a user without any rights.
const nobody = 65534

// OwnNamespace is what the server wraps itself into where it is not root.
var OwnNamespace = namespace.Wrapper()

// AsNobody runs this test binary again as a user without rights, below a wrapper,
// from a folder that everybody can read. Beside it lie the sandboxes' programs
// and others that the environment names. The test mustPass must be among those
// that run, and pass; where it is skipped this test is.
func AsNobody(t *testing.T, wrapper []string, programs map[string]string, mustPass string, args ...string) {
	t.Helper()
	dir := Dir(t) // not t.TempDir: its parents are closed to others
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(dir, "tmp")
	if err := os.Mkdir(own, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(own, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "test")
	place(t, self, binary)
	place(t, Runsc(t), filepath.Join(dir, "runsc"))
	runner := Runner(t)
	for _, name := range []string{"aicity-runner", "aicity-prewarmer"} {
		place(t, filepath.Join(filepath.Dir(runner), name), filepath.Join(dir, name))
	}
	argv := append(append(append([]string{}, wrapper...), binary, "-test.v"), args...)
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "CI=" + os.Getenv("CI"), "TMPDIR=" + own, "HOME=" + own}
	for name, program := range programs {
		placed := filepath.Join(dir, filepath.Base(program))
		place(t, program, placed)
		cmd.Env = append(cmd.Env, name+"="+placed)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := cmd.CombinedOutput()
	switch {
	case err != nil:
		t.Errorf("%v\n%s", err, out)
	case strings.Contains(string(out), "--- SKIP: "+mustPass):
		t.Skipf("it cannot run here:\n%s", out)
	case !strings.Contains(string(out), "--- PASS: "+mustPass):
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
