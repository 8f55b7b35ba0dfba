package gvisor_test

import (
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/gvisor"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
)

// TestPrewarmer: it becomes the program that it is told to, with its words, its
// environment and one variable more, and a table that need not grow.
func TestPrewarmer(t *testing.T) {
	t.Parallel()
	prewarmer := filepath.Join(filepath.Dir(sandboxtest.Runner(t)), "aicity-prewarmer")
	cmd := exec.Command(prewarmer, "/bin/sh", "by-another-name", "-c", `printf '%s\n' "$0" "$@" "$A" "$B" "$GOGC"; grep FDSize /proc/$$/status; test -e /proc/$$/fd/1023 || echo closed`, "zero", "", "two words")
	cmd.Env = []string{"A=1", "B=", "PATH=" + os.Getenv("PATH")}
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"zero", "", "two words", "1", "", "300", "FDSize:\t1024", "closed", ""}
	if diff := cmp.Diff(want, strings.Split(string(out), "\n")); diff != "" {
		t.Error(diff)
	}
	for _, words := range [][]string{nil, {"/bin/true"}, {"/nonexistent", "name"}} {
		if err := exec.Command(prewarmer, words...).Run(); err == nil {
			t.Errorf("it succeeds when it is given %q", words)
		}
	}
}

// TestSandboxesArePrewarmed looks at the kernels of sandboxes: those of small ones
// are not.
func TestSandboxesArePrewarmed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		memory int64
		want   bool
	}{
		"without a limit": {want: true},
		"of usual size":   {memory: sandbox.DefaultLimits().MemoryBytes, want: true},
		"small":           {memory: 128 << 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, sandbox.Limits{MemoryBytes: test.memory})
			out, err := exec.Command("pgrep", "-f", "^runsc-sandbox .* boot .*"+s.id).Output()
			if err != nil {
				t.Fatalf("find its kernel: %v", err)
			}
			proc := filepath.Join("/proc", strings.Fields(string(out))[0])
			environ, err := os.ReadFile(filepath.Join(proc, "environ"))
			if err != nil || strings.Contains("\x00"+string(environ), "\x00GOGC=300\x00") != test.want {
				t.Errorf("its environment is %q, %v", environ, err)
			}
			status, err := os.ReadFile(filepath.Join(proc, "status"))
			if err != nil {
				t.Fatal(err)
			}
			_, size, _ := strings.Cut(string(status), "\nFDSize:\t")
			size, _, _ = strings.Cut(size, "\n")
			if n, err := strconv.Atoi(size); err != nil || (n >= 1024) != test.want {
				t.Errorf("its table of descriptors has room for %q", size)
			}
		})
	}
}

// TestWithoutPrewarmer: sandboxes start without one, or with one that does not
// work, and that is said.
func TestWithoutPrewarmer(t *testing.T) {
	t.Parallel()
	sandboxtest.Backend(t) // or it is skipped where no sandbox runs
	for name, test := range map[string]struct{ prewarmer, says string }{
		"it is missing":    {says: "missing"},
		"it does not work": {prewarmer: "/bin/false", says: "without the prewarmer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			beside := sandboxtest.Dir(t)
			runner := filepath.Join(beside, "aicity-runner")
			if err := os.Symlink(sandboxtest.Runner(t), runner); err != nil {
				t.Fatal(err)
			}
			if test.prewarmer != "" {
				if err := os.Symlink(test.prewarmer, filepath.Join(beside, "aicity-prewarmer")); err != nil {
					t.Fatal(err)
				}
			}
			log := &strings.Builder{}
			b := gvisor.New(gvisor.Options{
				Runsc: sandboxtest.Runsc(t), Runner: runner, Dir: sandboxtest.Dir(t), Clock: city.SystemClock{}, Logger: slog.New(slog.NewTextHandler(log, nil)),
			})
			if err := b.Probe(t.Context()); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(log.String(), test.says) {
				t.Errorf("the log says %q", log)
			}
		})
	}
}
