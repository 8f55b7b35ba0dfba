package gvisor_test

import (
	"bytes"
	"context"
	"errors"
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
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
)

// started is a running sandbox of a test.
type started struct {
	sandboxtest.Box
	id, workspace string
}

func start(t *testing.T, limits sandbox.Limits) started {
	t.Helper()
	return startWith(t, sandboxtest.Backend(t), limits)
}

func startWith(t *testing.T, b *gvisor.Backend, limits sandbox.Limits) started {
	t.Helper()
	var s started
	t.Cleanup(func() { sandboxtest.NothingLeft(t, s.id) }) // after it is destroyed
	box := sandboxtest.Create(t, b, limits)
	s = started{Box: box, id: box.ID, workspace: box.Workspace}
	return s
}

func (s started) shell(t *testing.T, script string) (sandbox.Exit, string) {
	t.Helper()
	return s.Shell(t, script)
}

// firstWrite calls then once something is written.
type firstWrite struct {
	once sync.Once
	then func()
}

func (w *firstWrite) Write(p []byte) (int, error) {
	w.once.Do(w.then)
	return len(p), nil
}

// The sandbox as a whole has its memory, whoever in it takes it: as root by a
// cgroup, otherwise by our own watch.
func TestOutOfMemory(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"files in memory":      "d=/dev/shm; test -w $d || d=/tmp; for i in $(seq 60); do head -c 10000000 /dev/zero > $d/$i || exit 1; done; sleep 100",
		"a file without name":  "python3 -c 'import os,time\nf=os.memfd_create(\"x\")\nfor i in range(300): os.write(f, b\"x\"*1000000)\ntime.sleep(100)'",
		"many small processes": "python3 -c 'import os,time\nfor i in range(60):\n if os.fork()==0:\n  x=b\"1\"*8000000\n  time.sleep(100)\ntime.sleep(100)'",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, sandbox.Limits{MemoryBytes: 128 << 20, Processes: 200})
			out := &bytes.Buffer{}
			exit, err := s.Exec(t.Context(), s.id, sandbox.Command{Argv: []string{"sh", "-c", script}, Dir: "/", Timeout: time.Minute}, out, out)
			if !errors.Is(err, sandbox.ErrOOM) {
				t.Fatalf("got %+v, %v, want ErrOOM\n%s", exit, err, out)
			}
			// Asked again, it still says why.
			if _, err := s.Exec(t.Context(), s.id, sandbox.Command{Argv: []string{"true"}, Dir: "/"}, nil, nil); !errors.Is(err, sandbox.ErrOOM) {
				t.Errorf("after its death: got %v, want ErrOOM", err)
			}
		})
	}
}

// A process that takes all at once takes its sandbox along, or is refused: no
// sandbox lives on in which the kernel killed something.
func TestOutOfMemoryInOneProcess(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"a line without end": "head -c 1000000000 /dev/zero | tail",
		"a word that grows":  "bash -c 'a=xxxxxxxx; while :; do a=$a$a; done'",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, sandbox.Limits{MemoryBytes: 128 << 20})
			exit, err := s.Exec(t.Context(), s.id, sandbox.Command{Argv: []string{"sh", "-c", script}, Dir: "/", Timeout: time.Minute},
				&bytes.Buffer{}, &bytes.Buffer{})
			refused := err == nil && exit.Code != 0 && !namespace.Root()
			if !refused && !errors.Is(err, sandbox.ErrOOM) {
				t.Fatalf("got %+v, %v, want ErrOOM", exit, err)
			}
			if !refused {
				<-s.Done(s.id)
			}
		})
	}
}

func TestProbeSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	b := gvisor.New(gvisor.Options{Runsc: filepath.Join(t.TempDir(), "runsc"), Dir: t.TempDir(), Clock: city.SystemClock{}, Logger: slog.New(slog.DiscardHandler)})
	if err := b.Probe(t.Context()); err == nil || !strings.Contains(err.Error(), "find runsc") {
		t.Errorf("without runsc: got %v", err)
	}
	notRunsc, err := exec.LookPath("false")
	if err != nil {
		t.Fatal(err)
	}
	b = gvisor.New(gvisor.Options{Runsc: notRunsc, Dir: t.TempDir(), Clock: city.SystemClock{}, Logger: slog.New(slog.DiscardHandler)})
	if err := b.Probe(t.Context()); err == nil {
		t.Error("a program that is not runsc passes the probe")
	}
}

// A caller that leaves during the start leaves nothing behind.
func TestCreateEndsWithItsContext(t *testing.T) {
	t.Parallel()
	b, id := sandboxtest.Backend(t), city.NewID(city.PrefixSandbox)
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan struct{})
	go func() {
		defer close(left)
		defer leave()
		for ctx.Err() == nil {
			one, _ := filepath.Glob("/sys/fs/cgroup/*/aicity-" + id + "*")
			two, _ := filepath.Glob("/sys/fs/cgroup/aicity-" + id + "*")
			if len(one)+len(two) > 0 {
				return
			}
		}
	}()
	err := b.Create(ctx, sandbox.Spec{ID: id, Dir: t.TempDir(), Workspace: sandboxtest.Workspace(t), Baseline: t.TempDir()})
	leave()
	<-left
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	sandboxtest.NothingLeft(t, id)
}

// Booting has a long period to use its share in; commands have a short one.
func TestProcessorShare(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("processor time is limited by cgroups, which need root")
	}
	s := start(t, sandbox.Limits{CPUs: 0.5})
	var got string
	for _, file := range []string{"/sys/fs/cgroup/cpu/aicity-*/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/aicity-*/cpu.cfs_period_us", "/sys/fs/cgroup/aicity-*/cpu.max"} {
		groups, err := filepath.Glob(strings.Replace(file, "*", s.id+"*", 1))
		if err != nil {
			t.Fatal(err)
		}
		for _, group := range groups {
			value, err := os.ReadFile(group)
			if err != nil {
				t.Fatal(err)
			}
			got += strings.TrimSpace(string(value)) + " "
		}
	}
	if got != "50000 100000 " {
		t.Errorf("the cgroup's quota and period are %q", got)
	}
}
