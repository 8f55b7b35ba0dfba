package task_test

import (
	"testing"
	"time"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/reputation"
	"aicity.dev/aicity/internal/task"
)

// rejected is a task that the gate failed.
func (s *stage) rejected() string {
	s.t.Helper()
	id := s.started()
	if _, _, err := s.App.Tasks.DeliverUnjudged(s.t.Context(), s.worker.ID, id, task.Deliverable{Result: "A comparison " + id}); err != nil {
		s.t.Fatal(err)
	}
	if got, err := s.App.Tasks.Judge(s.t.Context(), id, 30); err != nil || got.Status != city.TaskFailed {
		s.t.Fatalf("%+v, %v", got, err)
	}
	return id
}

func (s *stage) asked() string {
	s.t.Helper()
	id := s.rejected()
	if _, err := s.App.Tasks.AskRecheck(s.t.Context(), s.worker.ID, id, "Every criterion is covered."); err != nil {
		s.t.Fatal(err)
	}
	return id
}

func (s *stage) credits() int64 {
	s.t.Helper()
	pool, err := s.buyer.Vault.Pool(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return pool.Balance
}

func (s *stage) clean() {
	s.t.Helper()
	err := task.VerifyMoney(s.t.Context(), s.App.DB.Read(), func(format string, args ...any) { s.t.Errorf(format, args...) })
	if err != nil {
		s.t.Error(err)
	}
}

const operator = "own_operator"

func TestRecheckIsAskedOnce(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, server *apptest.Server) {
		s := newStage(t, server)
		tasks := s.App.Tasks
		passed := s.completed(60)
		if _, err := tasks.AskRecheck(t.Context(), s.worker.ID, passed, "More!"); city.CodeOf(err) != city.CodeInvalidState {
			t.Errorf("re-check of work that passed: %v", err)
		}
		id := s.asked()
		if _, err := tasks.AskRecheck(t.Context(), s.worker.ID, id, "Every criterion is covered."); err != nil {
			t.Errorf("repeated: %v", err)
		}
		if _, err := tasks.AskRecheck(t.Context(), s.worker.ID, id, "Again"); city.CodeOf(err) != city.CodeInvalidState {
			t.Errorf("a second re-check: %v", err)
		}
		if _, err := tasks.AskRecheck(t.Context(), "agt_other", id, "Mine"); city.CodeOf(err) != city.CodeTaskNotFound {
			t.Errorf("somebody else's: %v", err)
		}
		if _, err := tasks.AskRecheck(t.Context(), s.worker.ID, s.rejected(), " "); city.CodeOf(err) != city.CodeValidation {
			t.Errorf("without a reason: %v", err)
		}
		waiting, err := tasks.Rechecks(t.Context(), "", false, "", 10)
		if n, err2 := tasks.CountRechecks(t.Context()); err != nil || err2 != nil || n != 1 || len(waiting.Tasks) != 1 || waiting.Tasks[0].ID != id {
			t.Errorf("waiting: %d %+v, %v %v", n, waiting, err, err2)
		}
	})
}

// Overturning charges what passing would have charged, gives the buyer a refund
// window of its own, and takes the failure from the agent's standing.
func TestOverturnedVerdictIsSettled(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, server *apptest.Server) {
		s := newStage(t, server)
		id := s.asked()
		before := s.credits()
		for range 2 { // saying it again moves nothing
			got, err := s.App.Tasks.DecideRecheck(t.Context(), operator, id, task.RecheckOverturn, "It answers the question.")
			if err != nil || got.Status != city.TaskCompleted || got.Charge != 300 || got.Fee != 45 || got.FailCode != "" || got.RefundUntil == nil {
				t.Fatalf("%+v, %v", got, err)
			}
		}
		if paid := before - s.credits(); paid != 300 {
			t.Errorf("the buyer paid %d", paid)
		}
		if w := s.wallet(); w.Escrowed != 255 {
			t.Errorf("escrow %+v", w)
		}
		standing, err := reputation.Find(t.Context(), s.App.DB.Read(), s.worker.ID)
		if err != nil || standing.Failed != 0 || standing.Completed != 1 || standing.ConsecutiveFailures != 0 {
			t.Errorf("standing %+v, %v", standing, err)
		}
		if _, err := s.App.Tasks.DecideRecheck(t.Context(), operator, id, task.RecheckUphold, "Changed my mind"); city.CodeOf(err) != city.CodeInvalidState {
			t.Errorf("decided twice: %v", err)
		}
		s.clean()
		done, err := s.App.Tasks.ForBuyer(t.Context(), s.buyer.ID, id)
		if err != nil {
			t.Fatal(err)
		}
		if st, err := s.App.Tasks.Statement(t.Context(), done, task.PartyBuyer); err != nil || st.Returned != st.Budget-st.Charge {
			t.Errorf("statement of an overturned verdict: %+v, %v", st, err)
		}
		// The buyer may still object, but not undo the operator's word alone.
		if got, err := s.down(id, 1); err != nil || got.Status != city.TaskRefundReview || got.Review.Cause != task.ReviewOverturned {
			t.Errorf("refund of an overturned verdict: %+v, %v", got, err)
		}
		if got, err := s.App.Tasks.DecideRefund(t.Context(), operator, id, task.DecideRefund, ""); err != nil || got.Status != city.TaskRefunded {
			t.Errorf("%+v, %v", got, err)
		}
		if got := s.credits(); got != before {
			t.Errorf("after the refund the buyer has %d, had %d", got, before)
		}
		s.clean()
	})
}

// A buyer that has spent its money is not driven below zero: the case waits, or
// is cleared without a charge.
func TestOverturnNeedsTheBuyersCredits(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, server *apptest.Server) {
		s := &stage{Server: server, t: t, buyer: server.Buyer(t, 700), worker: server.Agent(t, "research")}
		id := s.asked()
		s.ordered() // holds 500 of the 700
		if _, err := s.App.Tasks.DecideRecheck(t.Context(), operator, id, task.RecheckOverturn, "Right"); city.CodeOf(err) != city.CodeInsufficientCredits {
			t.Fatalf("overturned without credits: %v", err)
		}
		if s.status(id) != city.TaskFailed || s.credits() != 200 {
			t.Errorf("%s with %d", s.status(id), s.credits())
		}
		got, err := s.App.Tasks.DecideRecheck(t.Context(), operator, id, task.RecheckClear, "Right, but the buyer has spent it")
		if err != nil || got.Status != city.TaskFailed || s.credits() != 200 {
			t.Errorf("%+v, %v", got, err)
		}
		// It did not pass: it is neither a failure nor finished work.
		standing, err := reputation.Find(t.Context(), s.App.DB.Read(), s.worker.ID)
		if err != nil || standing.Failed != 0 || standing.Completed != 0 {
			t.Errorf("standing %+v, %v", standing, err)
		}
		if shown, err := s.worker.Agents.Get(t.Context(), s.worker.ID); err != nil || shown.Reputation.TasksCompleted != 0 || shown.Reputation.TasksFailed != 0 {
			t.Errorf("the profile says %+v, %v", shown.Reputation, err)
		}
		s.clean()
	})
}

func TestPartiesDoNotDecideRechecks(t *testing.T) {
	t.Parallel()
	s := newStage(t, apptest.Start(t))
	id := s.asked()
	for _, party := range []string{s.buyer.ID, s.worker.Owner.ID} {
		if _, err := s.App.Tasks.DecideRecheck(t.Context(), party, id, task.RecheckUphold, "no"); city.CodeOf(err) != city.CodeForbidden {
			t.Errorf("a party decided: %v", err)
		}
	}
	if _, err := s.App.Tasks.DecideRecheck(t.Context(), operator, id, "maybe", "x"); city.CodeOf(err) != city.CodeValidation {
		t.Error(err)
	}
	if _, err := s.App.Tasks.DecideRecheck(t.Context(), operator, id, task.RecheckUphold, ""); city.CodeOf(err) != city.CodeValidation {
		t.Error(err)
	}
	if _, err := s.App.Tasks.DecideRecheck(t.Context(), operator, s.rejected(), task.RecheckUphold, "x"); city.CodeOf(err) != city.CodeTaskNotFound {
		t.Errorf("a task that nobody asked about: %v", err)
	}
}

// Without an operator's word the verdict stands, and one who asks too late is
// told so.
func TestRecheckWindows(t *testing.T) {
	t.Parallel()
	s := newStage(t, apptest.Start(t))
	id, late := s.asked(), s.rejected()
	if _, err := s.App.DB.Writer().Exec(`UPDATE tasks SET ended_at = $1 WHERE id = $2`, time.Now().Add(-25*time.Hour).UnixMicro(), late); err != nil {
		t.Fatal(err)
	}
	if _, err := s.App.Tasks.AskRecheck(t.Context(), s.worker.ID, late, "Please"); city.CodeOf(err) != city.CodeInvalidState {
		t.Errorf("asked after a day: %v", err)
	}
	if err := s.App.Tasks.ExpireRecheckNow(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if got, err := s.App.Tasks.ForBuyer(t.Context(), s.buyer.ID, id); err != nil || got.Recheck.Decision != "" {
		t.Errorf("expired before its time: %+v, %v", got.Recheck, err)
	}
	past := time.Now().Add(-time.Minute).UTC().Format(time.RFC3339)
	if _, err := s.App.DB.Writer().Exec(`UPDATE tasks SET recheck = json_set(recheck, '$.decideBy', $1) WHERE id = $2`, past, id); err != nil {
		t.Fatal(err)
	}
	if err := s.App.Tasks.ExpireRecheckNow(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	got, err := s.App.Tasks.ForBuyer(t.Context(), s.buyer.ID, id)
	if err != nil || got.Status != city.TaskFailed || got.Recheck.Decision != task.RecheckUphold || got.Recheck.DecidedBy != "" {
		t.Errorf("%+v, %v", got.Recheck, err)
	}
	if n, err := s.App.Tasks.CountRechecks(t.Context()); err != nil || n != 0 {
		t.Errorf("%d wait, %v", n, err)
	}
}
