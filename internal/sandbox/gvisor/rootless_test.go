package gvisor_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/image"
	"aicity.dev/aicity/internal/sandbox/namespace"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	sandboxtest.Run(t, sandboxtest.Backend(t), func(t testing.TB, id string) {
		t.Helper()
		if out, err := exec.Command("pkill", "-KILL", "-f", "runsc.*"+id).CombinedOutput(); err != nil {
			t.Errorf("kill: %v: %s", err, out)
		}
	})
}

// TestRootless runs the conformance and posture suites, the look at prewarmed kernels and the memory bombs, once more as a user
// without rights, in the plain and in a namespace of its own, as the server is.
func TestRootless(t *testing.T) {
	t.Parallel()
	if !namespace.Root() {
		t.Skip("the other tests run without root already")
	}
	for name, wrapper := range map[string][]string{
		"plain":     nil,
		"namespace": sandboxtest.OwnNamespace,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sandboxtest.AsNobody(t, wrapper, nil, "TestConformance", "-test.run=^(TestConformance|TestPosture|TestSandboxesArePrewarmed|TestRunnerIsOutOfReach|TestOutOfMemory|TestOutOfMemoryInOneProcess)$")
		})
	}
}

// Neither the runner nor the root file system, the host's or an image, suffers from
// a umask that keeps others from the server's files.
func TestPrivateUmask(t *testing.T) {
	if !sandboxtest.PrivateUmask(t) {
		return
	}
	if _, out := start(t, sandbox.Limits{}).shell(t, "cat /etc/hostname; ls -d /usr/bin"); out != "sandbox\n/usr/bin\n" {
		t.Errorf("on the host's programs: %q", out)
	}
	store := image.Store{Dir: filepath.Join(sandboxtest.Dir(t), image.Folder), Clock: city.SystemClock{}}
	exported := containerOf(t, map[string]string{"bin/sh": "sh", "bin/cat": "cat", "bin/true": "true"})
	if _, err := store.Import(t.Context(), "small", []string{exported}, image.DefaultLimits(), nil); err != nil {
		t.Fatal(err)
	}
	root, err := store.Root("small")
	if err != nil {
		t.Fatal(err)
	}
	if _, out := startOn(t, root, sandbox.Limits{}).shell(t, "cat /etc/hostname"); out != "sandbox\n" {
		t.Errorf("on an image: %q", out)
	}
}

// The same for a user without rights.
func TestRootlessPrivateUmask(t *testing.T) {
	t.Parallel()
	if !namespace.Root() {
		t.Skip("the other test runs without root already")
	}
	private := []string{"sh", "-c", `umask 077; exec "$@"`, "sh"}
	sandboxtest.AsNobody(t, append(private, sandboxtest.OwnNamespace...), nil, "TestRunnerIsOutOfReach", "-test.run=^TestRunnerIsOutOfReach$")
}
