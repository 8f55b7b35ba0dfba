package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"aicity.dev/aicity/internal/gate/honest"
	aicity "aicity.dev/aicity/sdk/go"
)

// worker is a buyer with its own agent. It does one thing after the other, and
// notes what the city acknowledged and what it does not know about.
type worker struct {
	buyer, agent, owner *aicity.Client
	agentID             string
	orders              int
	// Names of orders: acknowledged ones with the task, the others.
	known    map[string]string
	unknown  []string
	ended    map[string]string          // the acknowledged end of a task
	opinions map[string]aicity.Feedback // acknowledged, by task
	credits  int64                      // acknowledged
	maybe    int64                      // top-ups that the city never answered

	deactivated []string // tasks during which its agent was taken out
	topUps      int
	withdrawals int
	withdrawn   map[string]int64 // acknowledged, by id
	asked       int              // withdrawals that the city never answered
	waited      []error          // of top-ups and withdrawals whose repeat runs at once
}

const (
	budget = 2000
	rate   = 1500
	payout = 1000 // the least that may be withdrawn
)

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
	w := &worker{
		buyer: signUp("buyer"), known: map[string]string{}, ended: map[string]string{},
		opinions: map[string]aicity.Feedback{}, withdrawn: map[string]int64{},
	}
	w.owner = signUp("owner")
	registered, err := w.owner.Agents.Register(ctx, aicity.RegisterAgent{
		DisplayName: "Worker", Framework: "custom", Model: "claude-sonnet-4-6", Pricing: aicity.PerTask(rate), MaxConcurrentTasks: 100,
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

// step orders a task and, if that is acknowledged, ends it in one of four ways.
func (w *worker) step(ctx context.Context) {
	switch rand.IntN(5) {
	case 0:
		w.topUp(ctx)
	case 1:
		w.withdraw(ctx)
	}
	id, ok := w.order(ctx)
	if !ok {
		return
	}
	if rand.IntN(4) == 0 {
		w.end(ctx, id, func() (*aicity.Task, error) { return w.buyer.Tasks.Cancel(ctx, id) })
		return
	}
	if !insist(ctx, func() error { _, err := w.agent.Tasks.Executing(ctx, id, ""); return err }) {
		return
	}
	switch rand.IntN(10) {
	case 0, 1:
		w.end(ctx, id, func() (*aicity.Task, error) { return w.agent.Tasks.Fail(ctx, id, "No.") })
		return
	case 2:
		w.deactivate(ctx, id)
		return
	}
	w.end(ctx, id, func() (*aicity.Task, error) {
		return w.agent.Tasks.Complete(ctx, id, aicity.Completion{Output: aicity.Output{Result: honest.Report(id)}})
	})
	if w.ended[id] == aicity.TaskCompleted {
		w.judge(ctx, id)
	}
}

// judge says what the buyer thinks of the work: nothing, something good, or down
// inside the refund window, which gives the money back or has an operator decide.
func (w *worker) judge(ctx context.Context, id string) {
	f := aicity.Feedback{Thumbs: "up", Rating: 1 + rand.IntN(5)}
	switch rand.IntN(3) {
	case 0:
		return
	case 1:
		f = aicity.Feedback{Thumbs: "down", Reason: "incomplete"}
		if rand.IntN(2) == 0 {
			f.Criterion = 1 // instant, unless the buyer does that too often
		}
	}
	w.sometimesInsist(ctx, func() error {
		task, err := w.buyer.Tasks.Feedback(ctx, id, f)
		if err == nil {
			w.opinions[id], w.ended[id] = f, task.Status
		}
		return err
	})
}

// deactivate takes the agent out while it works on a task, which ends that, and
// lets it work again.
func (w *worker) deactivate(ctx context.Context, id string) {
	if insist(ctx, func() error { _, err := w.owner.Agents.Deactivate(ctx, w.agentID); return err }) {
		w.ended[id] = aicity.TaskFailed
		w.deactivated = append(w.deactivated, id)
	}
	insist(ctx, func() error { _, err := w.owner.Agents.Reactivate(ctx, w.agentID); return err })
}

// withdraw asks for a payout under a key of its own, when there is enough.
func (w *worker) withdraw(ctx context.Context) {
	balance, err := w.agent.Vault.Balance(ctx)
	if err != nil || balance.Available < payout {
		return
	}
	w.withdrawals++
	keyed := aicity.WithIdempotencyKey(ctx, fmt.Sprintf("withdrawal %d", w.withdrawals))
	amount := payout + rand.Int64N(balance.Available-payout+1)
	err = w.sometimesInsist(ctx, func() error {
		withdrawal, err := w.owner.Vault.Withdraw(keyed, aicity.Withdraw{Amount: amount, AgentID: w.agentID})
		if err == nil {
			w.withdrawn[withdrawal.ID] = amount
		}
		return err
	})
	if err != nil && !refused(err) {
		w.asked++
	}
	w.mayNotWait(err)
}

// mayNotWait notes a repeat that was to wait for a call that was killed.
func (w *worker) mayNotWait(err error) {
	if aicity.ErrorCode(err) == aicity.CodeIdempotency {
		w.waited = append(w.waited, err)
	}
}

// refused reports whether the city answered, and did nothing.
func refused(err error) bool { return aicity.ErrorCode(err) != "" && !unclear(err) }

// unclear reports whether the answer does not say what became of the call: for a
// minute a call that was killed may as well be running.
func unclear(err error) bool {
	return slices.Contains([]string{"INTERNAL_ERROR", aicity.CodeIdempotency}, aicity.ErrorCode(err))
}

// sometimesInsist calls once or, half of the time, until there is an answer, and
// returns the last error.
func (w *worker) sometimesInsist(ctx context.Context, f func() error) (err error) {
	if rand.IntN(2) == 0 {
		return f()
	}
	insist(ctx, func() error { err = f(); return err })
	return err
}

// insist repeats a call until the city answers, and says whether it agreed.
func insist(ctx context.Context, f func() error) bool {
	for ctx.Err() == nil {
		err := f()
		if err == nil {
			return true
		}
		if refused(err) || aicity.ErrorCode(err) == aicity.CodeIdempotency {
			return false
		}
	}
	return false
}

// order submits a task under a key of its own. Half of the time a call without
// an answer is repeated until there is one, else it is left unknown.
func (w *worker) order(ctx context.Context) (id string, ok bool) {
	w.orders++
	name := fmt.Sprintf("order-%d", w.orders)
	keyed := aicity.WithIdempotencyKey(ctx, fmt.Sprintf("order %d", w.orders))
	err := w.sometimesInsist(ctx, func() error {
		task, err := w.buyer.Tasks.Submit(keyed, aicity.SubmitTask{
			TaskType: "research", MaxBudget: budget, AgentID: w.agentID, Tags: []string{name}, Input: aicity.TaskInput{Description: honest.Question},
			Acceptance: &aicity.Acceptance{Criteria: []string{"It says which of the two to use."}},
		})
		if err == nil {
			id = task.ID
		}
		return err
	})
	switch {
	case err == nil:
		w.known[name] = id
	case aicity.ErrorCode(err) == aicity.CodeAgentInactive: // it failed three times in a row
		_, _ = w.owner.Agents.Reactivate(ctx, w.agentID) // the next refusal asks again
	default:
		w.unknown = append(w.unknown, name)
	}
	return id, err == nil
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
	w.topUps++
	keyed := aicity.WithIdempotencyKey(ctx, fmt.Sprintf("top-up %d", w.topUps))
	err := w.sometimesInsist(ctx, func() error {
		_, err := w.buyer.Vault.TopUp(keyed, 500)
		return err
	})
	if err == nil {
		w.credits += 500
		return
	}
	w.maybe += 500
	w.mayNotWait(err)
}

// operator decides refunds, and leaves some to their deadline.
type operator struct {
	client  *aicity.Client
	decided map[string]string // acknowledged, by task
	seen    map[string]bool
}

func (o *operator) step(ctx context.Context) {
	page, err := o.client.Operator.Refunds(ctx, false, aicity.CursorOptions{})
	if err != nil {
		return
	}
	for _, refund := range page.Items {
		if o.seen[refund.TaskID] {
			continue
		}
		o.seen[refund.TaskID] = true
		decision, note := "refund", ""
		switch rand.IntN(3) {
		case 0:
			continue // its deadline refunds
		case 1:
			decision, note = "deny", "It says which one."
		}
		insist(ctx, func() error {
			_, err := o.client.Operator.DecideRefund(ctx, refund.TaskID, decision, note)
			if err == nil {
				o.decided[refund.TaskID] = decision
			}
			return err
		})
	}
}

// atWork lets them all work until the end, which waits for them. They count their
// steps.
func atWork(ctx context.Context, crew []*worker, boss *operator, steps *atomic.Int64) (end func()) {
	over, stop := context.WithCancel(ctx)
	var work sync.WaitGroup
	for _, w := range crew {
		work.Go(func() {
			for over.Err() == nil {
				w.step(ctx)
				steps.Add(1)
			}
		})
	}
	work.Go(func() {
		look := time.NewTicker(50 * time.Millisecond)
		defer look.Stop()
		for over.Err() == nil {
			boss.step(ctx)
			<-look.C
		}
	})
	return func() { stop(); work.Wait() }
}
