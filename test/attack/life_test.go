package attack

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	aicity "aicity.dev/aicity/sdk/go"
)

// lifeTheme tries to live longer than the command, the sandbox or the task.
func lifeTheme() theme {
	return theme{name: "life", attempts: []attempt{
		{"A child that ignores every signal, at a timeout", "killed with its command", outlive("deaf")},
		{"A child in another session without environment, at a timeout", "killed with its command", outlive("hidden-child", "survivor")},
		{"A double fork, at a timeout", "killed with its command", outliveScript("(setsid sh -c 'exec -a survivor sleep 3000' >/dev/null 2>&1 &) ; setsid bash -c 'exec -a survivor sleep 3000' >/dev/null 2>&1 & sleep 3000")},
		{"`nohup` and `disown`, at a cancellation", "killed with its command", outliveCancel},
		{"A child that keeps the output open after its command", "the answer comes; it ends with the sandbox", keepsOutput},
		{"Anything, after the sandbox is destroyed", "no process of it is left on the host", outliveSandbox},
		{"Anything, after the task is over", "no process is left, every call answers `INVALID_STATE` or `SANDBOX_NOT_FOUND`", outliveTask},
		{"A sandbox provisioned again, to find what was left in `/tmp` or memory", "a new one has neither", nothingOfBefore},
		{"Provision a hundred times", "one sandbox", provisionMany},
	}}
}

// survivors counts processes of the sandbox by a word in their arguments.
func (s *scene) survivors(t *testing.T, word string) string {
	t.Helper()
	return s.must(t, `for p in /proc/[0-9]*; do tr '\0' ' ' < $p/cmdline 2>/dev/null | grep -q '^[^ ]*`+word[:1]+`[`+word[1:2]+`]`+word[2:]+`' && echo $p; done; true`)
}

// noSurvivors looks so often for commands that call themselves survivor: the city
// learns a moment later that a caller has left.
func (s *scene) noSurvivors(t *testing.T, looks int) {
	t.Helper()
	for range looks {
		if s.survivors(t, "survivor") == "" {
			return
		}
	}
	if left := s.survivors(t, "survivor"); left != "" {
		t.Errorf("still running: %s", left)
	}
}

func outlive(words ...string) func(*testing.T, *scene) {
	return outliveScript(inside + " " + strings.Join(words, " ") + "; sleep 3000")
}

func outliveScript(script string) func(*testing.T, *scene) {
	return func(t *testing.T, s *scene) {
		_, err := s.exec(t, aicity.Exec{Command: script, Timeout: 2 * time.Second})
		wantCode(t, "the command", err, aicity.CodeExecTimeout)
		for _, word := range []string{"survivor", "attacker"} {
			if left := s.survivors(t, word); left != "" {
				t.Errorf("still running: %s", left)
			}
		}
		s.stillWorks(t)
	}
}

func outliveCancel(t *testing.T, s *scene) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := s.agent.Tasks.Exec(ctx, s.task, aicity.Exec{Command: "nohup bash -c 'exec -a survivor sleep 3000' >/dev/null 2>&1 & disown 2>/dev/null; touch /home/user/begun; sleep 3000"})
		ended <- err
	}()
	s.until(t, "ls /home/user/begun 2>/dev/null")
	cancel()
	<-ended
	s.noSurvivors(t, 100)
	s.stillWorks(t)
}

func keepsOutput(t *testing.T, s *scene) {
	result, err := s.exec(t, aicity.Exec{Command: "sleep 3000 & echo answered"})
	if err != nil || result.Stdout != "answered\n" {
		t.Errorf("got %+v, %v", result, err)
	}
	s.stillWorks(t)
}

// hostProcesses are the host's processes that belong to the sandbox.
func (s *scene) hostProcesses(t *testing.T) string {
	t.Helper()
	out, _ := exec.Command("pgrep", "-a", "-f", s.box).Output()
	return strings.TrimSpace(string(out))
}

func outliveSandbox(t *testing.T, s *scene) {
	s.must(t, "setsid "+inside+" hidden-child survivor >/dev/null 2>&1 & sleep 0.2; (setsid sleep 3000 >/dev/null 2>&1 &)")
	if s.hostProcesses(t) == "" {
		t.Fatal("nothing runs to begin with")
	}
	if err := s.agent.Tasks.DestroySandbox(t.Context(), s.task, s.box); err != nil {
		t.Fatal(err)
	}
	if left := s.hostProcesses(t); left != "" {
		t.Errorf("left on the host:\n%s", left)
	}
	if _, err := os.Stat(s.workspace()); !os.IsNotExist(err) {
		t.Errorf("the workspace is there: %v", err)
	}
}

func outliveTask(t *testing.T, s *scene) {
	s.must(t, "(setsid sleep 3000 >/dev/null 2>&1 &)")
	if _, err := s.agent.Tasks.Fail(t.Context(), s.task, "I give up."); err != nil {
		t.Fatal(err)
	}
	_, err := s.exec(t, aicity.Exec{Command: "cat /home/user/repo/*"})
	wantCode(t, "exec", err, "INVALID_STATE", aicity.CodeSandboxNotFound)
	_, err = s.agent.Tasks.ReadFile(t.Context(), s.task, inside, aicity.ReadOptions{})
	wantCode(t, "read", err, "INVALID_STATE", aicity.CodeSandboxNotFound)
	_, err = s.agent.Tasks.ProvisionSandbox(t.Context(), s.task)
	wantCode(t, "provision", err, "INVALID_STATE", "TASK_NOT_FOUND")
	s.eventuallyGone(t)
}

// eventuallyGone waits for the job that destroys the sandbox.
func (s *scene) eventuallyGone(t *testing.T) {
	t.Helper()
	for s.hostProcesses(t) != "" {
		select {
		case <-t.Context().Done():
			t.Fatal("the sandbox outlives its task")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func nothingOfBefore(t *testing.T, s *scene) {
	s.must(t, "echo before > /tmp/left; echo before > /home/user/left; (setsid sleep 3000 >/dev/null 2>&1 &)")
	if err := s.agent.Tasks.DestroySandbox(t.Context(), s.task, s.box); err != nil {
		t.Fatal(err)
	}
	box, err := s.agent.Tasks.ProvisionSandbox(t.Context(), s.task)
	if err != nil || box.SandboxID == s.box {
		t.Fatalf("got %+v, %v", box, err)
	}
	if got := s.sh(t, "cat /tmp/left /home/user/left 2>/dev/null; cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -c 'sleep 300[0]'"); got != "0" {
		t.Errorf("found %q", got)
	}
}

func provisionMany(t *testing.T, s *scene) {
	ids := make(chan string, 100)
	for range cap(ids) {
		go func() {
			box, err := s.agent.Tasks.ProvisionSandbox(t.Context(), s.task)
			if err != nil {
				ids <- err.Error()
				return
			}
			ids <- box.SandboxID
		}()
	}
	for range cap(ids) {
		if id := <-ids; id != s.box {
			t.Errorf("another sandbox: %s", id)
		}
	}
	s.stillWorks(t)
}
