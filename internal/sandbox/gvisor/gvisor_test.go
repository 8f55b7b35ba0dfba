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
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
)

// started is a running sandbox of a test.
type started struct {
	*gvisor.Backend
	id, workspace string
}

func start(t *testing.T, limits sandbox.Limits) started {
	t.Helper()
	return startWith(t, sandboxtest.Backend(t), limits)
}

func startWith(t *testing.T, b *gvisor.Backend, limits sandbox.Limits) started {
	t.Helper()
	s := started{Backend: b, id: city.NewID(city.PrefixSandbox), workspace: sandboxtest.Workspace(t)}
	baseline := t.TempDir()
	err := b.Create(t.Context(), sandbox.Spec{ID: s.id, Dir: t.TempDir(), Workspace: s.workspace, Baseline: baseline, Limits: limits})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Destroy(context.WithoutCancel(t.Context()), s.id); err != nil {
			t.Error(err)
		}
		sandboxtest.NothingLeft(t, s.id)
	})
	return s
}

// shell runs a script and returns its exit and output.
func (s started) shell(t *testing.T, script string) (sandbox.Exit, string) {
	t.Helper()
	var out bytes.Buffer
	exit, err := s.Exec(t.Context(), s.id, sandbox.Command{Argv: []string{"sh", "-c", script}, Dir: sandbox.Home, Timeout: time.Minute}, &out, &out)
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out.String())
	}
	return exit, out.String()
}

// TestPosture asserts what a program finds when it looks around.
func TestPosture(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Limits{MemoryBytes: 256 << 20, TmpBytes: 4 << 20, FileBytes: 8 << 20, OpenFiles: 64})
	for _, test := range []struct {
		name, script string
		code         int
		want         string // contained in the output
	}{
		{"no capabilities", "grep Cap /proc/self/status | sort | uniq -c | grep -v 0000000000000000", 1, ""},
		{"no new privileges", "grep NoNewPrivs /proc/self/status", 0, "1"},
		{"its own host name", "hostname", 0, "sandbox"},
		{"its own user", "id -un", 0, "user"},
		{"no host environment", "env | grep -i -E 'AICITY_DATA|GOPATH|GITHUB|AWS'", 1, ""},
		{"read-only root", "touch /x", 1, ""},
		{"read-only programs", "touch /usr/bin/x", 1, ""},
		{"read-only baseline", "touch " + sandbox.BaselineDir + "/x", 1, ""},
		{"writable workspace", "touch x && rm x", 0, ""},
		{"writable tmp", "echo a > /tmp/a && cat /tmp/a", 0, "a"},
		{"bounded tmp", "head -c 7000000 /dev/zero > /tmp/big", 1, "No space left"},
		{"bounded files", "head -c 9000000 /dev/zero > big", 153, ""},
		{"no secrets of the host", "cat /etc/shadow", 1, "No such file"},
		{"no host processes", "ls -d /proc/[0-9]* | wc -l | awk '$1 < 12 {print \"few\"}'", 0, "few"},
		{"no device files", "mknod d b 8 0", 1, ""},
		{"no mounting", "mount -t tmpfs x /tmp", 32, ""},
		{"only the loopback", "cat /proc/net/dev | grep -c -v -E 'Inter|face|lo:'", 1, "0"},
		{"no names resolved", "getent hosts example.com", 2, ""},
		{"no way out", "bash -c 'exec 3<>/dev/tcp/1.1.1.1/80'", 1, "unreachable"},
		{"no metadata service", "bash -c 'exec 3<>/dev/tcp/169.254.169.254/80'", 1, "unreachable"},
		{"network tools hidden", "for t in curl wget ssh scp sftp; do if command -v $t && $t --version; then exit 9; fi; done 2>/dev/null; echo none", 0, "none"},
	} {
		t.Run(test.name, func(t *testing.T) {
			exit, out := s.shell(t, test.script)
			if exit.Code != test.code || !strings.Contains(out, test.want) {
				t.Errorf("%s: exit code %d, want %d; output %q, want %q in it", test.script, exit.Code, test.code, out, test.want)
			}
		})
	}
}

func TestExec(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Limits{})
	for _, test := range []struct {
		name           string
		cmd            sandbox.Command
		code           int
		stdout, stderr string
	}{
		{name: "arguments as they are", cmd: sandbox.Command{Argv: []string{"printf", "%s|", "a b", "$HOME", "'"}}, stdout: "a b|$HOME|'|"},
		{name: "exit code", cmd: sandbox.Command{Argv: []string{"sh", "-c", "exit 42"}}, code: 42},
		{name: "signal", cmd: sandbox.Command{Argv: []string{"sh", "-c", "kill -9 $$"}}, code: 137},
		{name: "code that runsc uses itself", cmd: sandbox.Command{Argv: []string{"sh", "-c", "exit 128"}}, code: 128},
		{name: "both outputs", cmd: sandbox.Command{Argv: []string{"sh", "-c", "echo o; echo e >&2"}}, stdout: "o\n", stderr: "e\n"},
		{name: "environment", cmd: sandbox.Command{Argv: []string{"sh", "-c", "echo $A"}, Env: []string{"A=x y"}}, stdout: "x y\n"},
		{name: "environment wins", cmd: sandbox.Command{Argv: []string{"sh", "-c", "echo $LANG"}, Env: []string{"LANG=de"}}, stdout: "de\n"},
		{name: "standard input", cmd: sandbox.Command{Argv: []string{"cat"}, Stdin: strings.NewReader("in")}, stdout: "in"},
		{name: "standard input nobody reads", cmd: sandbox.Command{Argv: []string{"true"}, Stdin: strings.NewReader(strings.Repeat("x", 1<<20))}},
		{name: "folder", cmd: sandbox.Command{Argv: []string{"pwd"}, Dir: "/tmp"}, stdout: "/tmp\n"},
		{name: "missing folder", cmd: sandbox.Command{Argv: []string{"pwd"}, Dir: "/nope"}, code: 126, stderr: "cannot change to /nope: no such folder\n"},
		{name: "missing program", cmd: sandbox.Command{Argv: []string{"nope"}}, code: 127, stderr: "nope: not found\n"},
		{name: "a child that keeps the output open", cmd: sandbox.Command{Argv: []string{"sh", "-c", "sleep 1000 & echo done"}}, stdout: "done\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if test.cmd.Dir == "" {
				test.cmd.Dir = "/"
			}
			var stdout, stderr bytes.Buffer
			exit, err := s.Exec(t.Context(), s.id, test.cmd, &stdout, &stderr)
			if err != nil || exit.Code != test.code || stdout.String() != test.stdout || stderr.String() != test.stderr {
				t.Errorf("got code %d, %q, %q, %v; want %d, %q, %q", exit.Code, stdout.String(), stderr.String(), err, test.code, test.stdout, test.stderr)
			}
		})
	}
}

// A timeout ends the whole family of a command, also those who left its group.
func TestExecTimeoutKillsTheTree(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Limits{})
	script := "setsid sleep 4321 & (sleep 4321 &) ; nohup sleep 4321 >/dev/null & echo ready; sleep 4321"
	var out bytes.Buffer
	exit, err := s.Exec(t.Context(), s.id, sandbox.Command{Argv: []string{"sh", "-c", script}, Dir: "/", Timeout: time.Second}, &out, &out)
	if err != nil || !exit.TimedOut {
		t.Fatalf("got %+v, %v; want a timeout", exit, err)
	}
	if out.String() != "ready\n" {
		t.Errorf("output before the timeout: got %q", out.String())
	}
	if _, left := s.shell(t, "grep -l 43[2]1 /proc/[0-9]*/cmdline"); left != "" {
		t.Errorf("still running:\n%s", left)
	}
}

func TestExecEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Limits{})
	ctx, cancel := context.WithCancel(t.Context())
	out := &firstWrite{then: cancel}
	_, err := s.Exec(ctx, s.id, sandbox.Command{Argv: []string{"sh", "-c", "echo ready; sleep 4321"}, Dir: "/"}, out, out)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want context.Canceled", err)
	}
	if _, left := s.shell(t, "grep -l 43[2]1 /proc/[0-9]*/cmdline"); left != "" {
		t.Errorf("still running:\n%s", left)
	}
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

func TestOutOfMemory(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("memory is limited by cgroups, which need root")
	}
	s := start(t, sandbox.Limits{MemoryBytes: 128 << 20})
	_, err := s.Exec(t.Context(), s.id, sandbox.Command{
		Argv: []string{"sh", "-c", "head -c 1000000000 /dev/zero | tail"}, Dir: "/", Timeout: time.Minute,
	}, &bytes.Buffer{}, &bytes.Buffer{})
	if !errors.Is(err, sandbox.ErrOOM) {
		t.Fatalf("got %v, want ErrOOM", err)
	}
	// Asked again, it still says why.
	if _, err := s.Exec(t.Context(), s.id, sandbox.Command{Argv: []string{"true"}, Dir: "/"}, nil, nil); !errors.Is(err, sandbox.ErrOOM) {
		t.Errorf("after its death: got %v, want ErrOOM", err)
	}
}

func TestExecWithoutSandbox(t *testing.T) {
	t.Parallel()
	b := sandboxtest.Backend(t)
	if _, err := b.Exec(t.Context(), city.NewID(city.PrefixSandbox), sandbox.Command{Argv: []string{"true"}, Dir: "/"}, nil, nil); !errors.Is(err, sandbox.ErrGone) {
		t.Errorf("got %v, want ErrGone", err)
	}
}

func TestDestroyAndList(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Limits{})
	ids, err := s.List(t.Context())
	if err != nil || len(ids) != 1 || ids[0] != s.id {
		t.Fatalf("List: got %v, %v; want [%s]", ids, err, s.id)
	}
	for range 2 {
		if err := s.Destroy(t.Context(), s.id); err != nil {
			t.Fatal(err)
		}
	}
	if ids, err := s.List(t.Context()); err != nil || len(ids) != 0 {
		t.Errorf("List after Destroy: got %v, %v", ids, err)
	}
	sandboxtest.NothingLeft(t, s.id)
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
