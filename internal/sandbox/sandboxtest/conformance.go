package sandboxtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox"
)

// Box is a running sandbox of a test.
type Box struct {
	sandbox.Backend
	ID, Workspace, Baseline string
}

// Create starts a sandbox that is destroyed at the end of the test.
func Create(t testing.TB, b sandbox.Backend, limits sandbox.Limits) Box {
	t.Helper()
	box := Box{Backend: b, ID: city.NewID(city.PrefixSandbox), Workspace: Workspace(t), Baseline: t.TempDir()}
	spec := sandbox.Spec{ID: box.ID, Dir: t.TempDir(), Workspace: box.Workspace, Baseline: box.Baseline, Limits: limits}
	if err := b.Create(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Destroy(context.WithoutCancel(t.Context()), box.ID); err != nil {
			t.Error(err)
		}
	})
	return box
}

// Shell runs a script in the workspace and returns its exit and output.
func (b Box) Shell(t testing.TB, script string) (sandbox.Exit, string) {
	t.Helper()
	var out bytes.Buffer
	cmd := sandbox.Command{Argv: []string{"sh", "-c", script}, Dir: sandbox.Home, Timeout: time.Minute}
	exit, err := b.Exec(t.Context(), b.ID, cmd, &out, &out)
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out.String())
	}
	return exit, out.String()
}

// Run holds a backend to what sandbox.Backend promises. Its probe must have
// succeeded; kill ends a sandbox from outside, as a machine that is short of
// something does. What a program can find out about the host is for its own tests.
func Run(t *testing.T, b sandbox.Backend, kill func(t testing.TB, id string)) {
	t.Helper()
	death := func(t *testing.T, b sandbox.Backend) { death(t, b, kill) }
	for _, test := range []struct {
		name string
		run  func(*testing.T, sandbox.Backend)
	}{
		{"commands", commands},
		{"commands at once", manyCommands},
		{"timeout", timeout},
		{"cancelled command", cancelled},
		{"output waits for its reader", fullOutput},
		{"output while it runs", earlyOutput},
		{"files", sharedFiles},
		{"sealed", sealed},
		{"apart from each other", apart},
		{"limits", limits},
		{"memory", memory},
		{"processes", processes},
		{"processor", processor},
		{"death", death},
		{"life", life},
		{"no sandbox", noSandbox},
		{"caller that leaves", leavingCaller},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, b)
		})
	}
}

func commands(t *testing.T, b sandbox.Backend) {
	box := Create(t, b, sandbox.Limits{})
	for _, test := range []struct {
		name           string
		cmd            sandbox.Command
		code           int
		stdout, stderr string
	}{
		{name: "arguments as they are", cmd: sandbox.Command{Argv: []string{"printf", "%s|", "a b", "$HOME", "'"}}, stdout: "a b|$HOME|'|"},
		{name: "exit code", cmd: sandbox.Command{Argv: []string{"sh", "-c", "exit 42"}}, code: 42},
		{name: "signal", cmd: sandbox.Command{Argv: []string{"sh", "-c", "kill -9 $$"}}, code: 137},
		{name: "code that a runtime uses itself", cmd: sandbox.Command{Argv: []string{"sh", "-c", "exit 128"}}, code: 128},
		{name: "both outputs", cmd: sandbox.Command{Argv: []string{"sh", "-c", "echo o; echo e >&2"}}, stdout: "o\n", stderr: "e\n"},
		{name: "environment", cmd: sandbox.Command{Argv: []string{"sh", "-c", "echo $A"}, Env: []string{"A=x y"}}, stdout: "x y\n"},
		{name: "environment wins", cmd: sandbox.Command{Argv: []string{"sh", "-c", "echo $LANG"}, Env: []string{"LANG=de"}}, stdout: "de\n"},
		{name: "standard input", cmd: sandbox.Command{Argv: []string{"cat"}, Stdin: strings.NewReader("in")}, stdout: "in"},
		{name: "no standard input", cmd: sandbox.Command{Argv: []string{"cat"}}},
		{name: "standard input nobody reads", cmd: sandbox.Command{Argv: []string{"true"}, Stdin: strings.NewReader(strings.Repeat("x", 1<<20))}},
		{name: "standard input read in part", cmd: sandbox.Command{Argv: []string{"head", "-c", "3"}, Stdin: strings.NewReader(strings.Repeat("x", 1<<20))}, stdout: "xxx"},
		{name: "closed outputs", cmd: sandbox.Command{Argv: []string{"sh", "-c", "exec >&- 2>&-; sleep 0.1; exit 3"}}, code: 3},
		{name: "output still in the pipes at the end", cmd: sandbox.Command{Argv: []string{"sh", "-c", "printf %060000d 0; printf %060000d 0 >&2"}}, stdout: strings.Repeat("0", 60_000), stderr: strings.Repeat("0", 60_000)},
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
			exit, err := b.Exec(t.Context(), box.ID, test.cmd, &stdout, &stderr)
			if err != nil || exit.Code != test.code || stdout.String() != test.stdout || stderr.String() != test.stderr {
				t.Errorf("got code %d, %q, %q, %v; want %d, %q, %q", exit.Code, stdout.String(), stderr.String(), err, test.code, test.stdout, test.stderr)
			}
			if exit.TimedOut || exit.Duration < 0 {
				t.Errorf("got %+v", exit)
			}
		})
	}
}

func manyCommands(t *testing.T, b sandbox.Backend) {
	box := Create(t, b, sandbox.Limits{})
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			var out bytes.Buffer
			want := strings.Repeat(fmt.Sprintf("%d\n", i), 20_000)
			exit, err := b.Exec(t.Context(), box.ID, sandbox.Command{
				Argv: []string{"sh", "-c", "cat; exit $0", fmt.Sprint(i)}, Dir: "/", Stdin: strings.NewReader(want), Timeout: time.Minute,
			}, &out, &out)
			if err != nil || exit.Code != i || out.String() != want {
				t.Errorf("command %d: %+v, %v, %d bytes", i, exit, err, out.Len())
			}
		})
	}
	all.Wait()
}

// noneSleeps fails the test when a sleep of so many seconds runs in the sandbox.
func (b Box) noneSleeps(t testing.TB, seconds string) {
	t.Helper()
	pattern := seconds[:1] + "[" + seconds[1:2] + "]" + seconds[2:]
	if _, left := b.Shell(t, "grep -l "+pattern+" /proc/[0-9]*/cmdline"); left != "" {
		t.Errorf("still running:\n%s", left)
	}
}

// A timeout ends the whole family of a command, also those who left its group.
func timeout(t *testing.T, b sandbox.Backend) {
	box := Create(t, b, sandbox.Limits{})
	script := "setsid sleep 4321 & (sleep 4321 &) ; nohup sleep 4321 >/dev/null & echo ready; sleep 4321"
	var out bytes.Buffer
	exit, err := b.Exec(t.Context(), box.ID, sandbox.Command{Argv: []string{"sh", "-c", script}, Dir: "/", Timeout: time.Second}, &out, &out)
	if err != nil || !exit.TimedOut || out.String() != "ready\n" {
		t.Fatalf("got %+v, %v, %q; want a timeout", exit, err, out.String())
	}
	box.noneSleeps(t, "4321")
}

func cancelled(t *testing.T, b sandbox.Backend) {
	box := Create(t, b, sandbox.Limits{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := &firstWrite{then: cancel}
	_, err := b.Exec(ctx, box.ID, sandbox.Command{Argv: []string{"sh", "-c", "echo ready; setsid sleep 4321 & sleep 4321"}, Dir: "/"}, out, out)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want context.Canceled", err)
	}
	box.noneSleeps(t, "4321")
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

// A writer's error ends the command.
func fullOutput(t *testing.T, b sandbox.Backend) {
	box := Create(t, b, sandbox.Limits{})
	exit, err := b.Exec(t.Context(), box.ID, sandbox.Command{Argv: []string{"yes"}, Dir: "/"}, &limited{left: 3 << 20}, &limited{})
	if err != nil || exit.Code != 137 {
		t.Errorf("got %+v, %v; want it killed", exit, err)
	}
}

// limited is a writer that fails when it is full.
type limited struct{ left int }

func (w *limited) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errors.New("full")
	}
	return len(p), nil
}

// A command that waits for its reader's answer gets it: output comes before the end.
func earlyOutput(t *testing.T, b sandbox.Backend) {
	box := Create(t, b, sandbox.Limits{})
	answer := filepath.Join(box.Workspace, "answer")
	out := &firstWrite{then: func() {
		if err := os.WriteFile(answer, nil, 0o644); err != nil {
			t.Error(err)
		}
	}}
	exit, err := b.Exec(t.Context(), box.ID, sandbox.Command{
		Argv: []string{"sh", "-c", "echo question; until test -e answer; do :; done"}, Dir: sandbox.Home, Timeout: time.Minute,
	}, out, out)
	if err != nil || exit.Code != 0 || exit.TimedOut {
		t.Errorf("got %+v, %v", exit, err)
	}
}

func sharedFiles(t *testing.T, b sandbox.Backend) {
	box := Create(t, b, sandbox.Limits{})
	for _, dir := range []string{box.Workspace, box.Baseline} {
		if err := os.WriteFile(filepath.Join(dir, "given"), []byte("from outside"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(box.Baseline, 0o755); err != nil {
		t.Fatal(err)
	}
	if exit, out := box.Shell(t, "cat given "+sandbox.BaselineDir+"/given && echo from inside > made && mkdir d && mv made d/made"); exit.Code != 0 || out != "from outsidefrom outside" {
		t.Errorf("got %+v, %q", exit, out)
	}
	if got, err := os.ReadFile(filepath.Join(box.Workspace, "d", "made")); err != nil || string(got) != "from inside\n" {
		t.Errorf("got %q, %v", got, err)
	}
	if exit, out := box.Shell(t, "echo x > "+sandbox.BaselineDir+"/given"); exit.Code == 0 {
		t.Errorf("the baseline can be written to: %s", out)
	}
	changedFiles(t, box)
}

// changedFiles changes on the host what the sandbox has looked at before.
func changedFiles(t *testing.T, box Box) {
	t.Helper()
	box.Shell(t, "cat given; stat given; ls . new d")
	given := filepath.Join(box.Workspace, "given")
	err := errors.Join(os.Remove(given), os.WriteFile(given, []byte("changed"), 0o644),
		os.WriteFile(filepath.Join(box.Workspace, "new"), nil, 0o644), os.RemoveAll(filepath.Join(box.Workspace, "d")))
	if err != nil {
		t.Fatal(err)
	}
	if _, out := box.Shell(t, "cat given; stat -c ' %s' given; ls"); out != "changed 7\ngiven\nnew\n" {
		t.Errorf("after changes on the host: got %q", out)
	}
}

// Nothing of the machine around, and no way out.
func sealed(t *testing.T, b sandbox.Backend) {
	box := Create(t, b, sandbox.Limits{})
	for name, script := range map[string]string{
		"write to the root":             "echo x > /x",
		"write to programs":             "echo x > /usr/bin/x",
		"make a device":                 "mknod d b 8 0",
		"mount":                         "mount -t tmpfs x /tmp",
		"have a capability":             "grep '^Cap...:.*[1-9a-f]' /proc/self/status",
		"get new privileges":            "grep NoNewPrivs /proc/self/status | grep 0",
		"reach the internet":            "bash -c 'exec 3<>/dev/tcp/1.1.1.1/80'",
		"reach a metadata service":      "bash -c 'exec 3<>/dev/tcp/169.254.169.254/80'",
		"resolve a name":                "getent hosts example.com",
		"have another interface":        "grep -v -E 'Inter|face|lo:' /proc/net/dev",
		"see the host's name":           "hostname | grep -v '^sandbox$'",
		"see the host's secrets":        "cat /etc/shadow",
		"kill the first process":        "kill -9 1",
		"read the first process's mind": "head -c 1 /proc/1/mem",
	} {
		t.Run(name, func(t *testing.T) {
			if exit, out := box.Shell(t, "("+script+") 2>&1"); exit.Code == 0 {
				t.Errorf("it worked: %s", out)
			}
		})
	}
}

func apart(t *testing.T, b sandbox.Backend) {
	one, other := Create(t, b, sandbox.Limits{}), Create(t, b, sandbox.Limits{})
	one.Shell(t, "echo mine | tee here > /tmp/there")
	if exit, out := other.Shell(t, "ls /home/user /tmp | grep here; ls /home | grep -v user"); exit.Code == 0 {
		t.Errorf("it sees: %s", out)
	}
	if err := b.Destroy(t.Context(), one.ID); err != nil {
		t.Fatal(err)
	}
	if _, out := other.Shell(t, "echo alive"); out != "alive\n" {
		t.Errorf("the other one says %q", out)
	}
}

func limits(t *testing.T, b sandbox.Backend) {
	box := Create(t, b, sandbox.Limits{TmpBytes: 4 << 20, FileBytes: 8 << 20, OpenFiles: 64})
	for name, script := range map[string]string{
		"size of /tmp":    "head -c 7000000 /dev/zero > /tmp/big",
		"size of a file":  "head -c 9000000 /dev/zero > big",
		"size of a hole":  "truncate -s 9000000 hole",
		"number of files": "test $(ulimit -n) -gt 64",
		"core dumps":      "test $(ulimit -c) -gt 0",
	} {
		if exit, out := box.Shell(t, script); exit.Code == 0 {
			t.Errorf("%s is not limited: %s", name, out)
		}
	}
}

func life(t *testing.T, b sandbox.Backend) {
	box := Create(t, b, sandbox.Limits{})
	done := b.Done(box.ID)
	select {
	case <-done:
		t.Error("it has ended already")
	default:
	}
	if ids, err := b.List(t.Context()); err != nil || !slices.Contains(ids, box.ID) {
		t.Errorf("List: got %v, %v; want %s", ids, err, box.ID)
	}
	box.Shell(t, "echo kept > file")
	for range 2 {
		if err := b.Destroy(t.Context(), box.ID); err != nil {
			t.Fatal(err)
		}
	}
	<-done
	if ids, err := b.List(t.Context()); err != nil || slices.Contains(ids, box.ID) {
		t.Errorf("List after its end: got %v, %v", ids, err)
	}
	NothingLeft(t, box.ID)
	if got, err := os.ReadFile(filepath.Join(box.Workspace, "file")); err != nil || string(got) != "kept\n" {
		t.Errorf("its file: %q, %v", got, err)
	}
	// The same name may come again, on the same files: that is how one is replaced.
	spec := sandbox.Spec{ID: box.ID, Dir: t.TempDir(), Workspace: box.Workspace, Baseline: box.Baseline}
	if err := b.Create(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	if _, out := box.Shell(t, "cat file"); out != "kept\n" {
		t.Errorf("its file, in the next one: %q", out)
	}
}

func noSandbox(t *testing.T, b sandbox.Backend) {
	id := city.NewID(city.PrefixSandbox)
	if _, err := b.Exec(t.Context(), id, sandbox.Command{Argv: []string{"true"}, Dir: "/"}, nil, nil); !errors.Is(err, sandbox.ErrGone) {
		t.Errorf("Exec: got %v, want ErrGone", err)
	}
	if err := b.Destroy(t.Context(), id); err != nil {
		t.Errorf("Destroy: %v", err)
	}
	<-b.Done(id)
}

// Who leaves before the start leaves nothing behind.
func leavingCaller(t *testing.T, b sandbox.Backend) {
	id := city.NewID(city.PrefixSandbox)
	ctx, leave := context.WithCancel(t.Context())
	leave()
	err := b.Create(ctx, sandbox.Spec{ID: id, Dir: t.TempDir(), Workspace: Workspace(t), Baseline: t.TempDir()})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if ids, err := b.List(t.Context()); err != nil || slices.Contains(ids, id) {
		t.Errorf("List: %v, %v", ids, err)
	}
	NothingLeft(t, id)
}
