package sandboxtest

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"aicity.dev/aicity/internal/sandbox"
)

// memory: the sandbox as a whole has its limit, files in memory included. It dies
// of it and says so, to whoever was there and whoever comes; its files stay.
func memory(t *testing.T, b sandbox.Backend) {
	box, other := Create(t, b, sandbox.Limits{MemoryBytes: 128 << 20, Processes: 100}), Create(t, b, sandbox.Limits{})
	box.Shell(t, "echo kept > file")
	beside := make(chan error, 1)
	ready := make(chan struct{})
	started := &firstWrite{then: func() { close(ready) }}
	go func() {
		_, err := b.Exec(t.Context(), box.ID, sandbox.Command{Argv: []string{"sh", "-c", "echo ready; sleep 1000"}, Dir: "/"}, started, started)
		beside <- err
	}()
	<-ready
	var out bytes.Buffer
	script := "for i in $(seq 60); do head -c 10000000 /dev/zero > /tmp/$i || exit 1; done; sleep 100"
	exit, err := b.Exec(t.Context(), box.ID, sandbox.Command{Argv: []string{"sh", "-c", script}, Dir: "/", Timeout: time.Minute}, &out, &out)
	if !errors.Is(err, sandbox.ErrOOM) {
		t.Fatalf("too much memory: got %+v, %v, want ErrOOM\n%s", exit, err, out.String())
	}
	if err := <-beside; !errors.Is(err, sandbox.ErrOOM) && !errors.Is(err, sandbox.ErrGone) {
		t.Errorf("the command beside it: got %v", err)
	}
	box.isDead(t, sandbox.ErrOOM)
	if _, out := other.Shell(t, "echo alive"); out != "alive\n" {
		t.Errorf("another sandbox says %q", out)
	}
	box.again(t)
}

// death: a sandbox that is killed is gone for everybody at once, and replaced on
// the same files.
func death(t *testing.T, b sandbox.Backend, kill func(t testing.TB, id string)) {
	box := Create(t, b, sandbox.Limits{})
	box.Shell(t, "echo kept > file")
	out := &firstWrite{then: func() { kill(t, box.ID) }}
	_, err := b.Exec(t.Context(), box.ID, sandbox.Command{Argv: []string{"sh", "-c", "echo ready; sleep 1000"}, Dir: "/"}, out, out)
	if !errors.Is(err, sandbox.ErrGone) {
		t.Errorf("a command in it: got %v, want ErrGone", err)
	}
	box.isDead(t, sandbox.ErrGone)
	box.again(t)
}

// isDead checks a sandbox that has died of something.
func (b Box) isDead(t *testing.T, of error) {
	t.Helper()
	<-b.Done(b.ID)
	if _, err := b.Exec(t.Context(), b.ID, sandbox.Command{Argv: []string{"true"}, Dir: "/"}, nil, nil); !errors.Is(err, of) {
		t.Errorf("after its death: got %v, want %v", err, of)
	}
	if ids, err := b.List(t.Context()); err != nil || !slices.Contains(ids, b.ID) {
		t.Errorf("List after its death: got %v, %v; want %s", ids, err, b.ID)
	}
}

// again replaces a sandbox that has died: its files are there, and nothing else.
func (b Box) again(t *testing.T) {
	t.Helper()
	if err := b.Destroy(t.Context(), b.ID); err != nil {
		t.Fatal(err)
	}
	NothingLeft(t, b.ID)
	spec := sandbox.Spec{ID: b.ID, Dir: t.TempDir(), Workspace: b.Workspace, Baseline: b.Baseline}
	if err := b.Create(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	if _, out := b.Shell(t, "cat file; ls /tmp"); out != "kept\n" {
		t.Errorf("in the next one: %q", out)
	}
}

// processes: who starts too many is refused more, and the next command runs.
func processes(t *testing.T, b sandbox.Backend) {
	box := Create(t, b, sandbox.Limits{Processes: 40})
	exit, out := box.Shell(t, "for i in $(seq 200); do sleep 1000 & done; echo all")
	if exit.Code == 0 && strings.HasSuffix(out, "all\n") && !strings.Contains(out, "ork") {
		t.Errorf("200 processes: got %+v, %q", exit, out)
	}
	if exit, out := box.Shell(t, "echo next"); exit.Code != 0 || out != "next\n" {
		t.Errorf("the next command: %+v, %q", exit, out)
	}
}

// processor: a sandbox with little of it comes to its end, and one that would have
// all leaves the others some.
func processor(t *testing.T, b sandbox.Backend) {
	slow, other := Create(t, b, sandbox.Limits{CPUs: 0.2}), Create(t, b, sandbox.Limits{})
	busy := &firstWrite{then: func() {
		if _, out := other.Shell(t, "echo alive"); out != "alive\n" {
			t.Errorf("another sandbox says %q", out)
		}
	}}
	exit, err := b.Exec(t.Context(), slow.ID, sandbox.Command{
		Argv: []string{"sh", "-c", "for i in 1 2 3 4; do while :; do :; done & done; echo busy; wait"}, Dir: "/", Timeout: 2 * time.Second,
	}, busy, busy)
	if err != nil || !exit.TimedOut {
		t.Errorf("a busy one: got %+v, %v; want a timeout", exit, err)
	}
	if _, out := slow.Shell(t, "echo done"); out != "done\n" {
		t.Errorf("after it: %q", out)
	}
}
