package httpapi_test

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/config"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	"aicity.dev/aicity/internal/store/storetest"
	aicity "aicity.dev/aicity/sdk/go"
)

// sandboxedJob is a task of an agent that has a sandbox; begun says that it has
// committed itself.
func sandboxedJob(t *testing.T, s *apptest.Server, begun bool) *job {
	t.Helper()
	needSandbox(t, s)
	j := newJob(t, s, s.Buyer(t, 10_000), aicity.TaskInput{Code: greet})
	j.provision(t)
	if begun {
		j.start(t)
		j.exec(t, aicity.Exec{Command: "(setsid sleep 3000 >/dev/null 2>&1 &); echo kept > note"})
	}
	return j
}

// gone waits until the task's sandbox is destroyed and sees that nothing of it
// is left.
func (j *job) gone(t *testing.T) {
	t.Helper()
	for {
		box, err := j.App.Sandboxes.Find(t.Context(), j.id)
		if err != nil {
			t.Fatal(err)
		}
		if box.State == sandbox.Destroyed {
			break
		}
		time.Sleep(20 * time.Millisecond) // the job that destroys it
	}
	sandboxtest.NothingLeft(t, j.box)
}

// A sandbox ends with its task, however that ends.
func TestSandboxEndsWithItsTask(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	for _, test := range []struct {
		name  string
		begun bool
		end   func(ctx context.Context, j *job) error
	}{
		{"completion", true, func(ctx context.Context, j *job) error {
			_, err := j.agent.Tasks.Complete(ctx, j.id, aicity.Completion{Output: aicity.Output{Result: "Done."}})
			return err
		}},
		{"failure", true, func(ctx context.Context, j *job) error {
			_, err := j.agent.Tasks.Fail(ctx, j.id, "It cannot be done.")
			return err
		}},
		{"cancellation", false, func(ctx context.Context, j *job) error {
			_, err := j.buyer.Tasks.Cancel(ctx, j.id)
			return err
		}},
		{"its agent deactivated before it began", false, func(ctx context.Context, j *job) error {
			_, err := j.agent.Owner.Agents.Deactivate(ctx, j.agent.ID)
			return err
		}},
		{"its agent deactivated at work", true, func(ctx context.Context, j *job) error {
			_, err := j.agent.Owner.Agents.Deactivate(ctx, j.agent.ID)
			return err
		}},
		{"destroyed, twice", true, func(ctx context.Context, j *job) error {
			if err := j.agent.Tasks.DestroySandbox(ctx, j.id, j.box); err != nil {
				return err
			}
			return j.agent.Tasks.DestroySandbox(ctx, j.id, j.box)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			j := sandboxedJob(t, s, test.begun)
			if err := test.end(t.Context(), j); err != nil {
				t.Fatal(err)
			}
			j.gone(t)
		})
	}
}

// From the moment in which an owner deactivates an agent it reads nothing more of
// what it has begun: the answers are asked for at once, before any job has run.
func TestDeactivationEndsBegunWork(t *testing.T) {
	t.Parallel()
	j := sandboxedJob(t, apptest.Start(t), true)
	ran := make(chan error, 1)
	go func() {
		_, err := j.agent.Tasks.Exec(t.Context(), j.id, aicity.Exec{Command: "touch begun; sleep 3000"})
		ran <- err
	}()
	for j.exec(t, aicity.Exec{Command: "ls begun 2>/dev/null || true"}).Stdout == "" { // it has not begun yet
	}
	done, err := j.agent.Owner.Agents.Deactivate(t.Context(), j.agent.ID)
	if err != nil || done.Status != "deactivated" || done.EndedTasks != 1 {
		t.Fatalf("%+v, %v", done, err)
	}
	j.allRefused(t, "deactivated", j.agent, aicity.CodeInvalidState)
	_, err = j.agent.Tasks.ProvisionSandbox(t.Context(), j.id)
	wantCode(t, "provision", err, aicity.CodeInvalidState)
	_, err = j.agent.Tasks.Complete(t.Context(), j.id, aicity.Completion{Output: aicity.Output{Result: "Done."}})
	wantCode(t, "complete", err, aicity.CodeInvalidState)
	seen, err := j.agent.Tasks.Get(t.Context(), j.id)
	if err != nil || seen.Status != aicity.TaskFailed || !seen.Input.Redacted || seen.Input.Code != "" {
		t.Errorf("the agent sees %+v, %v", seen, err)
	}
	if err := <-ran; aicity.ErrorCode(err) == "" {
		t.Errorf("the command that ran: %v", err)
	}
	j.gone(t)
	order, err := j.buyer.Tasks.Get(t.Context(), j.id)
	if err != nil || order.FailCode != "AGENT_DEACTIVATED" || !strings.Contains(order.FailReason, "owner deactivated it") {
		t.Errorf("the buyer sees %+v, %v", order, err)
	}
	if pool, err := j.buyer.Vault.Pool(t.Context()); err != nil || pool.Balance != 10_000 || pool.Held != 0 {
		t.Errorf("the buyer's credits: %+v, %v", pool, err)
	}
	if log, err := j.buyer.Tasks.AccessLog(t.Context(), j.id, aicity.CursorOptions{}); err != nil || len(log.Items) < 3 {
		t.Errorf("the access log: %+v, %v", log, err)
	}
}

// A deadline that passes takes the sandbox along.
func TestSandboxExpires(t *testing.T) {
	t.Parallel()
	apptest.EachAt(t, func(t *testing.T, s *apptest.Server, clock *storetest.Clock) {
		j := sandboxedJob(t, s, true)
		clock.Advance(31 * time.Minute)
		j.gone(t)
		if order, err := j.buyer.Tasks.Get(t.Context(), j.id); err != nil || order.Status != aicity.TaskFailed {
			t.Errorf("got %+v, %v", order, err)
		}
	})
}

// A server that stops leaves no sandbox running; the next one has the files.
func TestServerStopEndsSandboxes(t *testing.T) {
	t.Parallel()
	cfg := apptest.Config(sandboxtest.Dir(t))
	s := apptest.StartWith(t, cfg)
	j := sandboxedJob(t, s, true)
	if err := s.App.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	sandboxtest.NothingLeft(t, j.box)
	again := apptest.StartWith(t, cfg)
	t.Cleanup(func() {
		if err := again.App.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
		sandboxtest.NothingLeft(t, j.box)
	})
	agent := aicity.New(aicity.Options{BaseURL: again.URL, APIKey: j.agent.Key})
	got, err := agent.Tasks.Exec(t.Context(), j.id, aicity.Exec{Command: "cat note"})
	if err != nil || got.Stdout != "kept\n" {
		t.Errorf("got %+v, %v", got, err)
	}
	if err := agent.Tasks.DestroySandbox(t.Context(), j.id, j.box); err != nil {
		t.Error(err)
	}
}

// A sandbox that is killed from outside is noticed: its command is told, and
// the next one finds a fresh sandbox with the files.
func TestDeadSandboxIsNoticed(t *testing.T) {
	t.Parallel()
	j := sandboxedJob(t, apptest.Start(t), true)
	told := make(chan error, 1)
	go func() {
		_, err := j.agent.Tasks.Exec(t.Context(), j.id, aicity.Exec{Command: "touch begun; sleep 3000"})
		told <- err
	}()
	for j.exec(t, aicity.Exec{Command: "ls begun 2>/dev/null || true"}).Stdout == "" { // it has not begun yet
	}
	out, err := exec.Command("pgrep", "-f", "runsc-sandbox .*"+j.box).Output()
	if err != nil {
		t.Fatalf("find the sandbox: %v", err)
	}
	for pid := range strings.FieldsSeq(string(out)) {
		n, err := strconv.Atoi(pid)
		if err != nil || n == os.Getpid() {
			continue
		}
		_ = syscall.Kill(n, syscall.SIGKILL) // its children go with the first
	}
	wantCode(t, "the command that ran", <-told, aicity.CodeSandboxGone)
	if got := j.exec(t, aicity.Exec{Command: "cat note"}); got.Stdout != "kept\n" {
		t.Errorf("afterwards: %+v", got)
	}
}

// The agent is told what a command may use before it runs into it.
func testLimits(t *testing.T, j *job) {
	box, err := j.agent.Tasks.Sandbox(t.Context(), j.id)
	if err != nil {
		t.Fatal(err)
	}
	want := aicity.SandboxLimits{
		MemoryBytes: 512 << 20, CPUs: 1, Processes: 256, DiskBytes: box.Limits.DiskBytes, DiskFiles: box.Limits.DiskFiles,
		Commands: 8, TimeoutMs: 60_000, LongestTimeoutMs: 600_000, OutputBytes: 64 << 20, IdleMs: 600_000,
	}
	if !box.Running || box.Limits != want {
		t.Errorf("got %+v, want the limits %+v", box, want)
	}
}

// A task that waits for a sandbox is told its place, and nothing made up.
func TestQueuedSandbox(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, func(c *config.Config) { c.SandboxMax, c.SandboxQueue = 1, 1 })
	first := sandboxedJob(t, s, false)
	next := newJob(t, s, s.Buyer(t, 10_000), aicity.TaskInput{Code: greet})
	made := make(chan error, 1)
	go func() {
		_, err := next.agent.Tasks.ProvisionSandbox(t.Context(), next.id)
		made <- err
	}()
	box, err := next.agent.Tasks.Sandbox(t.Context(), next.id)
	for ; aicity.ErrorCode(err) == aicity.CodeSandboxNotFound; box, err = next.agent.Tasks.Sandbox(t.Context(), next.id) {
		time.Sleep(5 * time.Millisecond) // until its call has come
	}
	if err != nil {
		t.Fatal(err)
	}
	if box.Status != "queued" || box.QueuePosition != 1 || box.ExpiresAt != nil || box.Running || box.Limits.MemoryBytes != 512<<20 {
		t.Errorf("while it waits: %+v", box)
	}
	if err := first.agent.Tasks.DestroySandbox(t.Context(), first.id, first.box); err != nil {
		t.Fatal(err)
	}
	if err := <-made; err != nil {
		t.Error(err)
	}
}
