package crash

import (
	"slices"
	"testing"
	"time"

	aicity "aicity.dev/aicity/sdk/go"
)

// seen is what the city says of a worker at one moment.
type seen struct {
	tasks       []aicity.Task
	withdrawals []aicity.Withdrawal
	pool        *aicity.Pool
	wallet      *aicity.Balance
}

// look reads it all, until nothing has moved in between and no refund waits for
// its deadline.
func (w *worker) look(t *testing.T) seen {
	t.Helper()
	for {
		var s seen
		var err error
		s.tasks, s.withdrawals = w.everything(t)
		if s.pool, err = w.buyer.Vault.Pool(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s.wallet, err = w.agent.Vault.Balance(t.Context()); err != nil {
			t.Fatal(err)
		}
		again, _ := w.everything(t)
		waits := slices.ContainsFunc(s.tasks, func(task aicity.Task) bool { return task.Status == aicity.TaskRefundReview })
		if !waits && slices.EqualFunc(s.tasks, again, func(a, b aicity.Task) bool { return a.Status == b.Status }) {
			return s
		}
		time.Sleep(50 * time.Millisecond) // the test's own time ends this
	}
}

func (w *worker) everything(t *testing.T) (tasks []aicity.Task, withdrawals []aicity.Withdrawal) {
	t.Helper()
	for opts := (aicity.CursorOptions{Limit: 100}); ; {
		page, err := w.buyer.Tasks.List(t.Context(), aicity.TaskQuery{CursorOptions: opts})
		if err != nil {
			t.Fatal(err)
		}
		tasks = append(tasks, page.Items...)
		if opts.Cursor = page.Pagination.NextCursor; opts.Cursor == "" {
			break
		}
	}
	for opts := (aicity.CursorOptions{Limit: 100}); ; {
		page, err := w.owner.Vault.Withdrawals(t.Context(), opts)
		if err != nil {
			t.Fatal(err)
		}
		withdrawals = append(withdrawals, page.Items...)
		if opts.Cursor = page.Pagination.NextCursor; opts.Cursor == "" {
			return tasks, withdrawals
		}
	}
}

// check compares what the city knows with what it acknowledged, and returns how
// many tasks are in each state.
func (w *worker) check(t *testing.T, boss *operator) map[string]int {
	t.Helper()
	s := w.look(t)
	times, states := map[string]int{}, map[string]int{}
	var held, charged, earned int64
	for _, task := range s.tasks {
		name := task.Tags[0]
		times[name]++
		states[task.Status]++
		if id, known := w.known[name]; known && id != task.ID {
			t.Errorf("%s is task %s, acknowledged as %s", name, task.ID, id)
		}
		w.checkEnd(t, task, boss.decided[task.ID])
		switch task.Status {
		case aicity.TaskSubmitted, aicity.TaskExecuting, aicity.TaskQualityCheck:
			held += task.MaxBudget
		case aicity.TaskCompleted:
			charged += task.ChargeCents
			earned += task.ChargeCents - (task.ChargeCents*15+50)/100
		}
	}
	for name := range w.known {
		if times[name] != 1 {
			t.Errorf("%s was acknowledged and is there %d times", name, times[name])
		}
	}
	for _, name := range w.unknown {
		if times[name] > 1 {
			t.Errorf("%s was never acknowledged and is there %d times", name, times[name])
		}
	}
	w.checkCredits(t, s.pool, held, charged)
	w.checkWallet(t, s, earned)
	return states
}

// checkEnd compares how a task ended with what was acknowledged of that: its end,
// the buyer's opinion and the operator's decision.
func (w *worker) checkEnd(t *testing.T, task aicity.Task, decision string) {
	t.Helper()
	end, known := w.ended[task.ID]
	fits := !known || end == task.Status
	switch end {
	case aicity.TaskQualityCheck:
		fits = true
	case aicity.TaskCompleted: // of which the buyer may have taken the money back, unacknowledged
		_, said := w.opinions[task.ID]
		fits = fits || !said && task.Status == aicity.TaskRefunded
	case aicity.TaskRefundReview:
		want := map[string]string{"refund": aicity.TaskRefunded, "deny": aicity.TaskCompleted}[decision]
		fits = task.Status == want || want == "" && (task.Status == aicity.TaskRefunded || task.Status == aicity.TaskCompleted)
	}
	if !fits {
		t.Errorf("%s is %s, acknowledged as %s, decided %q", task.ID, task.Status, end, decision)
	}
	if slices.Contains(w.deactivated, task.ID) && task.FailCode != "AGENT_DEACTIVATED" {
		t.Errorf("%s is %s (%s), its agent was deactivated while it worked", task.ID, task.Status, task.FailCode)
	}
	if f, said := w.opinions[task.ID]; said && (task.Feedback == nil || task.Feedback.Thumbs != f.Thumbs || task.Feedback.Rating != f.Rating) {
		t.Errorf("%s: the buyer's opinion is %+v, acknowledged as %+v", task.ID, task.Feedback, f)
	}
}

func (w *worker) checkCredits(t *testing.T, pool *aicity.Pool, held, charged int64) {
	t.Helper()
	spent := pool.Balance + pool.Held + charged
	if pool.Held != held || spent < w.credits || spent > w.credits+w.maybe || (spent-w.credits)%500 != 0 {
		t.Errorf("pool %+v, %d held by tasks, %d charged; %d to %d bought", pool, held, charged, w.credits, w.credits+w.maybe)
	}
	if len(w.known) == 0 {
		t.Error("nothing was ever acknowledged")
	}
}

// checkWallet: what was earned is in the wallet or was paid out, each withdrawal once.
// A payout whose job was killed waits for its next turn.
func (w *worker) checkWallet(t *testing.T, s seen, earned int64) {
	t.Helper()
	left, acknowledged := s.wallet.Available+s.wallet.Escrowed, 0
	for _, withdrawal := range s.withdrawals {
		amount, known := w.withdrawn[withdrawal.ID]
		if known {
			acknowledged++
		}
		if withdrawal.Status == "failed" || known && withdrawal.Amount != amount {
			t.Errorf("withdrawal %+v, acknowledged %d", withdrawal, amount)
		}
		left += withdrawal.Amount
	}
	if acknowledged != len(w.withdrawn) || len(s.withdrawals)-acknowledged > w.asked {
		t.Errorf("%d withdrawals, %d of them acknowledged; %d were, and %d never answered", len(s.withdrawals), acknowledged, len(w.withdrawn), w.asked)
	}
	if len(w.waited) > 0 {
		t.Errorf("%d repeated top-ups and withdrawals had to wait for a call that was killed: %v", len(w.waited), w.waited[0])
	}
	if left != earned {
		t.Errorf("wallet %+v and %d withdrawals make %d, %d were earned", s.wallet, len(s.withdrawals), left, earned)
	}
}
