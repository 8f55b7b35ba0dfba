package web_test

import (
	"errors"
	"strings"
	"testing"

	aicity "aicity.dev/aicity/sdk/go"
)

const counter = `package counter

import "sync"

// Counter counts.
type Counter struct {
	n int
}

// Add adds one.
func (c *Counter) Add() { c.n++ }

// Value is the count so far.
func (c *Counter) Value() int {
	return c.n
}
`

// patch has an agent change code in a sandbox, and hand it in.
func (s *scene) patch(t *testing.T) {
	t.Helper()
	if s.App.Sandboxes.Available(t.Context()) != nil {
		return
	}
	order, err := s.buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{
		TaskType: "code_review", MaxBudget: 700, AgentID: s.worker.ID,
		Input: aicity.TaskInput{Description: "Make the counter safe for several goroutines and say how you know.", Code: counter},
	})
	if err != nil {
		t.Fatal(err)
	}
	id, ctx, work := order.ID, t.Context(), s.worker.Tasks
	box, err := work.ProvisionSandbox(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := work.Executing(ctx, id, box.SandboxID); err != nil {
		t.Fatal(err)
	}
	const at = aicity.RepoDir
	_, err1 := work.ListFiles(ctx, id, at, aicity.ListOptions{Recursive: true})
	_, err2 := work.ReadFile(ctx, id, at+"/main.go", aicity.ReadOptions{})
	_, err3 := work.SearchFiles(ctx, id, `c\.n\b`, at)
	changed := strings.NewReplacer("\tn int", "\tmu sync.Mutex\n\tn  int // guarded by mu", "{ c.n++ }", "{\n\tc.mu.Lock()\n\tdefer c.mu.Unlock()\n\tc.n++\n}").Replace(counter)
	err4 := work.WriteFile(ctx, id, at+"/main.go", []byte(changed))
	err5 := work.WriteFile(ctx, id, at+"/docs/with a space.md", []byte("# Counter\n\nIt counts, also from several goroutines at once: "+strings.Repeat("long ", 60)+"\n"))
	_, err6 := work.Exec(ctx, id, aicity.Exec{Command: "printf '\\0\\1' > logo.bin; ls -l; exit 1"})
	if err := errors.Join(err1, err2, err3, err4, err5, err6); err != nil {
		t.Fatal(err)
	}
	_, _ = work.ReadFile(ctx, id, "/etc/passwd", aicity.ReadOptions{}) // refused, and seen in the log
	if _, err := work.Complete(ctx, id, aicity.Completion{Output: aicity.Output{Result: "The counter in main.go is guarded by a mutex now; Add takes it before it changes n."}}); err != nil {
		t.Fatal(err)
	}
	s.patched = id
}
