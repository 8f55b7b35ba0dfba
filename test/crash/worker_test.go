package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	aicity "aicity.dev/aicity/sdk/go"
)

// worker is a buyer with its own agent. It does one thing after the other, and
// notes what the city acknowledged and what it does not know about.
type worker struct {
	buyer, agent, owner *aicity.Client
	agentID             string
	orders              int
	// Descriptions of orders: acknowledged ones with the task, the others.
	known   map[string]string
	unknown []string
	ended   map[string]string // the acknowledged end of a task
	credits int64             // acknowledged
	maybe   int64             // top-ups that the city never answered
}

func hire(t *testing.T, url string, n int) *worker {
	t.Helper()
	ctx := t.Context()
	open := func(o aicity.Options) *aicity.Client {
		o.BaseURL, o.Retries = url, -1 // each failure is the test's to see
		return aicity.New(o)
	}
	signUp := func(name string) *aicity.Client {
		session, err := open(aicity.Options{}).Auth.SignUp(ctx, aicity.SignUp{Name: name, Email: fmt.Sprintf("%s%d@crash.example", name, n), Password: "correct horse battery"})
		if err != nil {
			t.Fatal(err)
		}
		return open(aicity.Options{OwnerToken: session.Token})
	}
	w := &worker{buyer: signUp("buyer"), known: map[string]string{}, ended: map[string]string{}}
	w.owner = signUp("owner")
	registered, err := w.owner.Agents.Register(ctx, aicity.RegisterAgent{
		DisplayName: "Worker", Framework: "custom", Model: "claude-sonnet-4-6", Pricing: aicity.PerTask(300), MaxConcurrentTasks: 100,
		Capabilities: []aicity.Capability{{Category: "research"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.agentID, w.agent = registered.Agent.ID, open(aicity.Options{APIKey: registered.APIKey})
	if _, err := w.buyer.Vault.TopUp(ctx, 1_000_000); err != nil {
		t.Fatal(err)
	}
	w.credits = 1_000_000
	return w
}

// step orders a task and, if that is acknowledged, ends it in one of three ways.
func (w *worker) step(ctx context.Context) {
	if rand.IntN(5) == 0 {
		w.topUp(ctx)
	}
	id, ok := w.order(ctx)
	if !ok {
		return
	}
	if rand.IntN(3) == 0 {
		w.end(ctx, id, func() (*aicity.Task, error) { return w.buyer.Tasks.Cancel(ctx, id) })
		return
	}
	if !insist(ctx, func() error { _, err := w.agent.Tasks.Executing(ctx, id, ""); return err }) {
		return
	}
	if rand.IntN(2) == 0 {
		w.end(ctx, id, func() (*aicity.Task, error) { return w.agent.Tasks.Fail(ctx, id, "No.") })
		return
	}
	w.end(ctx, id, func() (*aicity.Task, error) {
		return w.agent.Tasks.Complete(ctx, id, aicity.Completion{Output: aicity.Output{Result: work(w.orders)}})
	})
}

// insist repeats a call until the city answers, and says whether it agreed.
func insist(ctx context.Context, f func() error) bool {
	for ctx.Err() == nil {
		err := f()
		if err == nil {
			return true
		}
		if aicity.ErrorCode(err) != "" && aicity.ErrorCode(err) != "INTERNAL_ERROR" {
			return false
		}
	}
	return false
}

// order submits a task under a key of its own. Half of the time a call without
// an answer is repeated until there is one, else it is left unknown.
func (w *worker) order(ctx context.Context) (id string, ok bool) {
	w.orders++
	name := fmt.Sprintf("Order %d: compare two ways of keeping a log.", w.orders)
	keyed := aicity.WithIdempotencyKey(ctx, fmt.Sprintf("order %d", w.orders))
	var err error
	submit := func() error {
		var task *aicity.Task
		task, err = w.buyer.Tasks.Submit(keyed, aicity.SubmitTask{TaskType: "research", MaxBudget: 400, AgentID: w.agentID, Input: aicity.TaskInput{Description: name}})
		if err == nil {
			id = task.ID
		}
		return err
	}
	if rand.IntN(2) == 0 {
		ok = insist(ctx, submit)
	} else {
		ok = submit() == nil
	}
	switch {
	case ok:
		w.known[name] = id
	case aicity.ErrorCode(err) == aicity.CodeAgentInactive: // it failed three times in a row
		_, _ = w.owner.Agents.Reactivate(ctx, w.agentID) // the next refusal asks again
	default:
		w.unknown = append(w.unknown, name)
	}
	return id, ok
}

func (w *worker) end(ctx context.Context, id string, f func() (*aicity.Task, error)) {
	insist(ctx, func() error {
		task, err := f()
		if err == nil {
			w.ended[id] = task.Status
		}
		return err
	})
}

func (w *worker) topUp(ctx context.Context) {
	if _, err := w.buyer.Vault.TopUp(ctx, 500); err != nil {
		w.maybe += 500
		return
	}
	w.credits += 500
}

// check compares what the city knows with what it acknowledged.
func (w *worker) check(t *testing.T) {
	t.Helper()
	seen := map[string]int{}
	var held, charged int64
	for cursor := ""; ; {
		page, err := w.buyer.Tasks.List(t.Context(), aicity.TaskQuery{CursorOptions: aicity.CursorOptions{Cursor: cursor, Limit: 100}})
		if err != nil {
			t.Fatal(err)
		}
		for _, task := range page.Items {
			name := task.Input.Description
			seen[name]++
			if id, known := w.known[name]; known && id != task.ID {
				t.Errorf("%s is task %s, acknowledged as %s", name, task.ID, id)
			}
			if end, known := w.ended[task.ID]; known && end != task.Status && end != aicity.TaskQualityCheck {
				t.Errorf("%s is %s, acknowledged as %s", task.ID, task.Status, end)
			}
			switch task.Status {
			case aicity.TaskSubmitted, aicity.TaskExecuting, aicity.TaskQualityCheck:
				held += task.MaxBudget
			case aicity.TaskCompleted:
				charged += task.ChargeCents
			}
		}
		if cursor = page.Pagination.NextCursor; cursor == "" {
			break
		}
	}
	for name := range w.known {
		if seen[name] != 1 {
			t.Errorf("%s was acknowledged and is there %d times", name, seen[name])
		}
	}
	for _, name := range w.unknown {
		if seen[name] > 1 {
			t.Errorf("%s was never acknowledged and is there %d times", name, seen[name])
		}
	}
	pool, err := w.buyer.Vault.Pool(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	spent := pool.Balance + pool.Held + charged
	if pool.Held != held || spent < w.credits || spent > w.credits+w.maybe || (spent-w.credits)%500 != 0 {
		t.Errorf("pool %+v, %d held by tasks, %d charged; %d to %d bought", pool, held, charged, w.credits, w.credits+w.maybe)
	}
	if len(w.known) == 0 {
		t.Error("nothing was ever acknowledged")
	}
}

// work is a deliverable. Whether the gate takes it does not matter here.
func work(n int) string {
	return fmt.Sprintf("# Two ways of keeping a log, answer %d\n\nA write-ahead log costs one sync for each commit, compared with two of the rollback "+
		"journal; `PRAGMA synchronous=FULL` keeps %d commits safe. Readers see the snapshot of their BEGIN, whereas the journal blocks them.\n", n, n)
}
