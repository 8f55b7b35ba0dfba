package gvisor_test

import (
	"context"
	"errors"
	"os/exec"
	"testing"

	"aicity.dev/aicity/internal/sandbox"
)

// Nothing that a command started outlives it, whatever it does to hide, and
// other commands go on.
func TestNothingOutlivesItsCommand(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Limits{Processes: 200})
	other, stopOther := context.WithCancel(t.Context())
	defer stopOther()
	ended := make(chan error, 1)
	out := &firstWrite{then: func() {}}
	go func() {
		_, err := s.Exec(other, s.id, sandbox.Command{Argv: []string{"sh", "-c", "echo; exec sleep 9876"}, Dir: "/"}, out, out)
		ended <- err
	}()
	for _, script := range []string{
		"sleep 4321 &",
		"setsid sleep 4321 &",
		"(setsid sleep 4321 &) &",
		"env -i setsid nohup sleep 4321 >/dev/null 2>&1 &",
		"trap '' TERM INT HUP; sleep 4321 &",
		"python3 -c 'import os,time\nif os.fork()==0:\n os.setsid()\n if os.fork()==0:\n  os.execve(\"/bin/sleep\",[\"x\",\"4321\"],{})' ; true",
		"for i in 1 2 3 4 5 6 7 8; do (while :; do sleep 4321 & done) & done; sleep 0.2",
	} {
		exit, said := s.shell(t, script)
		if exit.TimedOut {
			t.Errorf("%s: %+v, %s", script, exit, said)
		}
		if _, left := s.shell(t, "grep -l 43[2]1 /proc/[0-9]*/cmdline"); left != "" {
			t.Errorf("%s: still running:\n%s", script, left)
		}
	}
	if _, running := s.shell(t, "grep -l 98[7]6 /proc/[0-9]*/cmdline"); running == "" {
		t.Error("the other command was ended too")
	}
	stopOther()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the other command: %v", err)
	}
}

// TestRunnerIsOutOfReach attacks the first process from a command.
func TestRunnerIsOutOfReach(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Limits{})
	for name, script := range map[string]string{
		"kill it":              "kill -9 1",
		"stop it":              "kill -STOP 1",
		"read its memory":      "head -c 1 /proc/1/mem",
		"read its environment": "test -z \"$(cat /proc/1/environ)\" && exit 1; cat /proc/1/environ",
		"write to its output":  "echo x > /proc/1/fd/1",
		"read its input":       "head -c 1 /proc/1/fd/0",
		"replace it":           "echo x > /run/runner/aicity-runner",
		"look into its maps":   "test -n \"$(cat /proc/1/maps)\"",
		"trace it":             "python3 -c 'import ctypes,sys; l=ctypes.CDLL(None,use_errno=True); sys.exit(0 if l.ptrace(16,1,0,0)==0 else 1)'",
		"change its limits":    "prlimit --pid 1 --nofile=1",
		"lay down the group":   "python3 -c 'import os; os.setgroups([])'",
		"become the runner":    "python3 -c 'import os; os.setuid(61001)'",
		"become root":          "python3 -c 'import os,sys; os.getuid()==0 and sys.exit(1); os.setuid(0)'",
	} {
		t.Run(name, func(t *testing.T) {
			if exit, out := s.shell(t, script+" 2>&1"); exit.Code == 0 {
				t.Errorf("it worked: %s", out)
			}
		})
	}
	if exit, out := s.shell(t, "echo alive"); exit.Code != 0 || out != "alive\n" {
		t.Errorf("after the attacks: %+v, %q", exit, out)
	}
}

// The death of a sandbox is known at once, by who waits for a command and by
// who only looks.
func TestDeathIsNoticed(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Limits{})
	done := s.Done(s.id)
	select {
	case <-done:
		t.Fatal("it has ended already")
	default:
	}
	killed := make(chan error, 1)
	out := &firstWrite{then: func() { killed <- exec.Command("pkill", "-KILL", "-f", "boot .*"+s.id).Run() }}
	_, err := s.Exec(t.Context(), s.id, sandbox.Command{Argv: []string{"sh", "-c", "echo ready; sleep 4321"}, Dir: "/"}, out, out)
	if !errors.Is(err, sandbox.ErrGone) {
		t.Errorf("got %v, want ErrGone", err)
	}
	if err := <-killed; err != nil {
		t.Fatalf("kill the sandbox: %v", err)
	}
	<-done
}
