package task_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/reputation"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/task"
	aicity "aicity.dev/aicity/sdk/go"
)

// unjudged is a task whose examination always failed.
func (s *stage) unjudged() string {
	s.t.Helper()
	id := s.started()
	if _, _, err := s.App.Tasks.DeliverUnjudged(s.t.Context(), s.worker.ID, id, task.Deliverable{Result: "A comparison " + id}); err != nil {
		s.t.Fatal(err)
	}
	if err := s.App.Tasks.FailUnjudgedNow(s.t.Context(), id); err != nil {
		s.t.Fatal(err)
	}
	if got := s.status(id); got != city.TaskFailed {
		s.t.Fatal(got)
	}
	return id
}

func (s *stage) doubted() string {
	s.t.Helper()
	id := s.unjudged()
	if _, err := s.App.Tasks.AskRecheck(s.t.Context(), s.worker.ID, id, "The work is done."); err != nil {
		s.t.Fatal(err)
	}
	return id
}

func (s *stage) standing() reputation.Standing {
	s.t.Helper()
	standing, err := reputation.Find(s.t.Context(), s.App.DB.Read(), s.worker.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return standing
}

// Work that the gate came to no verdict on is paid when an operator passes it:
// once, and the agent's standing learns of passed work, for it never learned of
// a failure.
func TestOperatorPassesUnjudgedWork(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, server *apptest.Server) {
		s := newStage(t, server)
		failed := s.rejected() // a failure of another task, which must stay counted
		id := s.doubted()
		before := s.credits()
		for range 2 { // saying it again moves nothing
			got, err := s.App.Tasks.DecideRecheck(t.Context(), operator, id, task.RecheckOverturn, "It answers the question.")
			if err != nil || got.Status != city.TaskCompleted || got.Charge != 300 || got.Fee != 45 || got.FailCode != "" || got.FailReason != "" || got.RefundUntil == nil {
				t.Fatalf("%+v, %v", got, err)
			}
		}
		if paid := before - s.credits(); paid != 300 {
			t.Errorf("the buyer paid %d", paid)
		}
		if w := s.wallet(); w.Escrowed != 255 {
			t.Errorf("escrow %+v", w)
		}
		if standing := s.standing(); standing.Failed != 1 || standing.Completed != 1 || standing.ConsecutiveFailures != 0 {
			t.Errorf("standing %+v", standing)
		}
		s.clean()
		s.hasReceiptWithoutScore(id)
		// A refund of it is an operator's to decide, like that of an overturned verdict.
		if got, err := s.down(id, 0); err != nil || got.Status != city.TaskRefundReview || got.Review.Cause != task.ReviewOverturned {
			t.Errorf("refund: %+v, %v", got, err)
		}
		if _, err := s.App.Tasks.DecideRefund(t.Context(), operator, id, task.DecideRefund, ""); err != nil {
			t.Error(err)
		}
		if got := s.credits(); got != before {
			t.Errorf("after the refund the buyer has %d, had %d", got, before)
		}
		if s.status(failed) != city.TaskFailed {
			t.Errorf("the other task is %s", s.status(failed))
		}
		s.verify()
		s.clean()
	})
}

func (s *stage) hasReceiptWithoutScore(id string) {
	s.t.Helper()
	signed, err := s.App.Tasks.Receipt(s.t.Context(), s.buyer.ID, id)
	if err != nil || signed.Receipt.GateScore != nil || signed.Receipt.ChargeCents != 300 {
		s.t.Errorf("%+v, %v", signed.Receipt, err)
	}
}

// Without a verdict there is none to clear, and upholding leaves all as it is.
func TestUnjudgedWorkThatStaysFailed(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, server *apptest.Server) {
		s := newStage(t, server)
		id := s.doubted()
		credits, standing := s.credits(), s.standing()
		if _, err := s.App.Tasks.DecideRecheck(t.Context(), operator, id, task.RecheckClear, "No verdict"); city.CodeOf(err) != city.CodeValidation {
			t.Errorf("cleared: %v", err)
		}
		for range 2 {
			got, err := s.App.Tasks.DecideRecheck(t.Context(), operator, id, task.RecheckUphold, "It answers nothing.")
			if err != nil || got.Status != city.TaskFailed || got.FailCode != task.FailUnjudged {
				t.Fatalf("%+v, %v", got, err)
			}
		}
		if _, err := s.App.Tasks.DecideRecheck(t.Context(), operator, id, task.RecheckOverturn, "Or does it?"); city.CodeOf(err) != city.CodeInvalidState {
			t.Errorf("decided twice: %v", err)
		}
		if s.credits() != credits || s.standing() != standing {
			t.Errorf("credits %d and %d, standing %+v and %+v", credits, s.credits(), standing, s.standing())
		}
		s.verify()
		s.clean()
	})
}

// A buyer that has spent its money is not driven below zero, and the case waits
// until the money is there.
func TestUnjudgedWorkWaitsForTheBuyersCredits(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, server *apptest.Server) {
		s := &stage{Server: server, t: t, buyer: server.Buyer(t, 700), worker: server.Agent(t, "research")}
		id := s.doubted()
		other := s.ordered() // holds 500 of the 700
		if _, err := s.App.Tasks.DecideRecheck(t.Context(), operator, id, task.RecheckOverturn, "Right"); city.CodeOf(err) != city.CodeInsufficientCredits {
			t.Fatalf("passed without credits: %v", err)
		}
		found, err := s.App.Tasks.RecheckCase(t.Context(), operator, id)
		got := found.Task
		if err != nil || found.Output == nil || found.Report != nil || got.Status != city.TaskFailed || got.FailCode != task.FailUnjudged || got.Recheck.Decision != "" || s.credits() != 200 {
			t.Errorf("%+v, %v, credits %d", got, err, s.credits())
		}
		if _, err := s.buyer.Tasks.Cancel(t.Context(), other); err != nil {
			t.Fatal(err)
		}
		if got, err := s.App.Tasks.DecideRecheck(t.Context(), operator, id, task.RecheckOverturn, "Right"); err != nil || got.Status != city.TaskCompleted || s.credits() != 400 {
			t.Errorf("%+v, %v, credits %d", got, err, s.credits())
		}
		s.clean()
	})
}

// Two operators that decide at the same instant are one decision.
func TestUnjudgedWorkIsDecidedOnce(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, server *apptest.Server) {
		s := newStage(t, server)
		id := s.doubted()
		before := s.credits()
		decisions := []task.RecheckDecision{task.RecheckOverturn, task.RecheckUphold, task.RecheckOverturn, task.RecheckUphold}
		outcomes := make(chan error, len(decisions))
		for _, d := range decisions {
			go func() {
				_, err := s.App.Tasks.DecideRecheck(context.WithoutCancel(t.Context()), operator, id, d, "At once")
				outcomes <- err
			}()
		}
		refused := 0
		for range decisions {
			if err := <-outcomes; err != nil {
				refused++
				if city.CodeOf(err) != city.CodeInvalidState {
					t.Error(err)
				}
			}
		}
		paid := before - s.credits()
		if refused != 2 || paid != 0 && paid != 300 || (paid == 300) != (s.status(id) == city.TaskCompleted) {
			t.Errorf("%d refused, %d paid, the task is %s", refused, paid, s.status(id))
		}
		s.verify()
		s.clean()
	})
}

// The agent is told that it may ask, by API as on its pages.
func TestUnjudgedWorkSaysThatARecheckIsPossible(t *testing.T) {
	t.Parallel()
	s := newStage(t, apptest.Start(t))
	id := s.unjudged()
	seen, err := s.worker.Tasks.Get(t.Context(), id)
	if err != nil || seen.RecheckBy == nil {
		t.Fatalf("%+v, %v", seen, err)
	}
	asked, err := s.worker.Tasks.RequestRecheck(t.Context(), id, "The work is done.")
	if err != nil || asked.Recheck == nil || asked.RecheckBy != nil || asked.Status != aicity.TaskFailed {
		t.Errorf("%+v, %v", asked, err)
	}
}

// Standings that counted cleared verdicts as finished work are put right.
func TestClearedVerdictsAreTakenFromTheCount(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, server *apptest.Server) {
		s := newStage(t, server)
		s.completed(80)
		cleared, upheld := s.asked(), s.asked()
		for id, d := range map[string]task.RecheckDecision{cleared: task.RecheckClear, upheld: task.RecheckUphold} {
			if _, err := s.App.Tasks.DecideRecheck(t.Context(), operator, id, d, `not a "decision":"clear" in itself`); err != nil {
				t.Fatal(err)
			}
		}
		want := s.standing()
		s.exec(`UPDATE reputations SET completed = completed + 1`, `UPDATE agents SET tasks_completed = tasks_completed + 1, confidence = confidence + 2`)
		dialect := server.App.DB.Read().Dialect()
		text, err := os.ReadFile(filepath.Join("..", "store", "migrations", string(dialect), "00305_cleared_verdicts.sql"))
		if err != nil {
			t.Fatal(err)
		}
		up, _, _ := strings.Cut(string(text), "-- +goose Down")
		for statement := range strings.SplitSeq(up, ";") {
			if strings.Contains(statement, "UPDATE") {
				s.exec(statement)
			}
		}
		if got := s.standing(); got != want || want.Completed != 1 || want.Failed != 1 {
			t.Errorf("standing %+v, want %+v", got, want)
		}
		shown, err := s.worker.Agents.Get(t.Context(), s.worker.ID)
		if r := shown.Reputation; err != nil || r.TasksCompleted != 1 || r.TasksFailed != 1 || r.Confidence != want.Confidence() {
			t.Errorf("the profile says %+v, %v", r, err)
		}
	})
}

func (s *stage) exec(statements ...string) {
	s.t.Helper()
	err := s.App.DB.InTx(s.t.Context(), func(ctx context.Context, tx store.Tx) error {
		for _, statement := range statements {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}
