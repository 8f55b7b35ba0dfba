package task_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/config"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
	"aicity.dev/aicity/internal/task"
	aicity "aicity.dev/aicity/sdk/go"
)

// stage is a city with a buyer and an agent of somebody else.
type stage struct {
	*apptest.Server
	t      *testing.T
	buyer  *apptest.Person
	worker *apptest.Worker
}

func newStage(t *testing.T, s *apptest.Server) *stage {
	t.Helper()
	return &stage{Server: s, t: t, buyer: s.Buyer(t, 100_000), worker: s.Agent(t, "research")}
}

func (s *stage) ordered() string {
	s.t.Helper()
	got, err := s.buyer.Tasks.Submit(s.t.Context(), aicity.SubmitTask{
		TaskType: "research", MaxBudget: 500, AgentID: s.worker.ID, Input: aicity.TaskInput{Description: "Compare two kinds of journals"},
		Acceptance: &aicity.Acceptance{Criteria: []string{"Durability is covered", "Concurrency is covered"}},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return got.ID
}

func (s *stage) started() string {
	s.t.Helper()
	id := s.ordered()
	if _, err := s.worker.Tasks.Executing(s.t.Context(), id, ""); err != nil {
		s.t.Fatal(err)
	}
	return id
}

// completed is a charged task that the gate gave the score.
func (s *stage) completed(score int) string {
	s.t.Helper()
	id := s.started()
	if _, _, err := s.App.Tasks.DeliverUnjudged(s.t.Context(), s.worker.ID, id, task.Deliverable{Result: "A comparison " + id}); err != nil {
		s.t.Fatal(err)
	}
	if got, err := s.App.Tasks.Judge(s.t.Context(), id, score); err != nil || got.Status != city.TaskCompleted {
		s.t.Fatalf("%+v, %v", got, err)
	}
	return id
}

func (s *stage) down(id string, criterion int) (*task.Task, error) {
	return s.App.Tasks.GiveFeedback(s.t.Context(), s.buyer.ID, id, task.Feedback{Thumbs: "down", Reason: "incomplete", Criterion: criterion})
}

func (s *stage) status(id string) city.TaskStatus {
	s.t.Helper()
	got, err := s.App.Tasks.ForBuyer(s.t.Context(), s.buyer.ID, id)
	if err != nil {
		s.t.Fatal(err)
	}
	return got.Status
}

func (s *stage) wallet() aicity.Balance {
	s.t.Helper()
	w, err := s.worker.Vault.Balance(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return *w
}

// aside is what of the agent's escrow is set aside for refunds.
func (s *stage) aside() city.Cents {
	s.t.Helper()
	b, err := s.App.Ledger.BalanceOf(s.t.Context(), s.App.DB.Read(), ledger.AgentEscrow(s.worker.ID))
	if err != nil {
		s.t.Fatal(err)
	}
	return b.DebitsPending
}

func (s *stage) verify() {
	s.t.Helper()
	if report, err := s.App.VerifyBooks(s.t.Context()); err != nil || !report.OK() {
		s.t.Errorf("books: %v, %v", report.Offences, err)
	}
}

// A refund is instant below a verdict of 80, or when it names the criterion
// that is not met; otherwise an operator decides.
func TestWhichRefundsAreInstant(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		st := newStage(t, s)
		for _, tt := range []struct {
			score, criterion int
			want             city.TaskStatus
		}{
			{task.HighVerdict - 1, 0, city.TaskRefunded},
			{task.HighVerdict, 0, city.TaskRefundReview},
			{100, 2, city.TaskRefunded},
		} {
			id := st.completed(tt.score)
			if _, err := st.down(id, 3); city.CodeOf(err) != city.CodeValidation {
				t.Errorf("a criterion that was not agreed: %v", err)
			}
			for range 2 { // said twice, done once
				got, err := st.down(id, tt.criterion)
				if err != nil || got.Status != tt.want {
					t.Errorf("score %d, criterion %d: %s, %v; want %s", tt.score, tt.criterion, got.Status, err, tt.want)
				}
			}
		}
		st.verify()
	})
}

// A buyer that takes back too much has no instant refund.
func TestRefundRateEndsInstantRefunds(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		st := newStage(t, s)
		want := []city.TaskStatus{
			city.TaskRefunded, city.TaskRefunded, city.TaskRefunded, city.TaskRefunded, // too few tasks to speak of a rate
			city.TaskRefundReview, city.TaskRefundReview,
		}
		for i, status := range want {
			id := st.completed(60)
			terms, err := s.App.Tasks.RefundTerms(t.Context(), &task.Task{BuyerID: st.buyer.ID})
			if wait := status == city.TaskRefundReview; err != nil || (terms.Cause == task.ReviewRefundRate) != wait {
				t.Errorf("task %d: terms %+v, %v", i, terms, err)
			}
			if got, err := st.down(id, 1); err != nil || got.Status != status {
				t.Errorf("task %d: %+v, %v; want %s", i, got, err, status)
			}
		}
		st.verify()
	})
}

// What an operator decides, and what happens when none does. The escrow stays
// until then, past the end of the refund window.
func TestReviewOfARefund(t *testing.T) {
	t.Parallel()
	apptest.EachAt(t, func(t *testing.T, s *apptest.Server, clock *storetest.Clock) {
		st, operator, ctx := newStage(t, s), s.Operator(t), t.Context()
		asked := func() string {
			t.Helper()
			id := st.completed(90)
			if _, err := st.down(id, 0); err != nil {
				t.Fatal(err)
			}
			return id
		}
		granted, denied, left := asked(), asked(), asked()
		clock.Advance(16 * time.Minute)
		for _, id := range []string{granted, denied, left} {
			if err := s.App.Tasks.ReleaseNow(ctx, id); err != nil || st.status(id) != city.TaskRefundReview {
				t.Fatalf("%s: %s, %v", id, st.status(id), err)
			}
		}
		if w := st.wallet(); w.Escrowed != 3*255 || w.Available != 0 {
			t.Errorf("wallet while it waits: %+v", w)
		}
		if aside := st.aside(); aside != 3*255 {
			t.Errorf("%s of the escrow are set aside while they wait", aside)
		}
		if n, err := s.App.Tasks.CountReviews(ctx); err != nil || n != 3 {
			t.Errorf("%d wait, %v", n, err)
		}
		if _, err := operator.Operator.DecideRefund(ctx, denied, "deny", ""); aicity.ErrorCode(err) != "VALIDATION_ERROR" {
			t.Errorf("denied without a reason: %v", err)
		}
		if _, err := st.buyer.Operator.DecideRefund(ctx, denied, "refund", ""); aicity.ErrorCode(err) != "FORBIDDEN" {
			t.Errorf("decided by the buyer: %v", err)
		}
		for _, party := range []string{st.buyer.ID, st.worker.Owner.ID} {
			if _, err := s.App.Tasks.DecideRefund(ctx, party, denied, task.DecideRefund, ""); city.CodeOf(err) != city.CodeForbidden {
				t.Errorf("decided by a party: %v", err)
			}
		}
		for id, decision := range map[string]string{granted: "refund", denied: "deny"} {
			for range 2 { // said twice, done once
				if _, err := operator.Operator.DecideRefund(ctx, id, decision, "I read both sides."); err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, err := operator.Operator.DecideRefund(ctx, denied, "refund", ""); aicity.ErrorCode(err) != "INVALID_STATE" {
			t.Errorf("decided the other way afterwards: %v", err)
		}
		clock.Advance(24 * time.Hour)
		for _, id := range []string{granted, denied, left} {
			if err := s.App.Tasks.ExpireReviewNow(ctx, id); err != nil {
				t.Fatal(err)
			}
			if err := s.App.Tasks.ReleaseNow(ctx, id); err != nil {
				t.Fatal(err)
			}
		}
		if got := []city.TaskStatus{st.status(granted), st.status(denied), st.status(left)}; fmt.Sprint(got) != "[refunded completed refunded]" {
			t.Errorf("status %v", got)
		}
		if w := st.wallet(); w.Escrowed != 0 || w.Available != 255 {
			t.Errorf("wallet in the end: %+v", w)
		}
		if aside := st.aside(); aside != 0 {
			t.Errorf("%s of the escrow are set aside in the end", aside)
		}
		if decided, err := operator.Operator.Refunds(ctx, true, aicity.CursorOptions{}); err != nil || len(decided.Items) != 3 || decided.Items[0].TaskID != left {
			t.Errorf("decided: %+v, %v", decided, err)
		}
		seen, err := st.worker.Tasks.Get(ctx, denied)
		if err != nil || seen.RefundReview == nil || seen.RefundReview.Note != "I read both sides." || seen.RefundReview.Decision != "deny" {
			t.Errorf("the agent reads %+v, %v", seen.RefundReview, err)
		}
		if _, err := st.down(denied, 1); city.CodeOf(err) != city.CodeFeedbackGiven {
			t.Errorf("asked again after it was denied: %v", err)
		}
		st.verify()
	}, longReview)
}

// Refunds that were asked for before they were set aside in the books are decided
// as all others.
func TestReviewOfARefundThatWasNotSetAside(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		st, operator, ctx := newStage(t, s), s.Operator(t), t.Context()
		for decision, want := range map[string]city.TaskStatus{"refund": city.TaskRefunded, "deny": city.TaskCompleted} {
			id := st.completed(90)
			if err := s.App.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE tasks SET status = 'refund_review', thumbs = 'down', refund_review = $2 WHERE id = $1`, id,
					`{"cause":"high_verdict","askedAt":"2026-01-01T00:00:00Z","decideBy":"2036-01-01T00:00:00Z"}`)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if _, err := operator.Operator.DecideRefund(ctx, id, decision, "I read both sides."); err != nil || st.status(id) != want {
				t.Errorf("%s: %s, %v", decision, st.status(id), err)
			}
		}
		if aside := st.aside(); aside != 0 {
			t.Errorf("%s of the escrow are set aside in the end", aside)
		}
		st.verify()
	})
}

// A denied refund is denied, also while the refund window is still open: the
// buyer cannot take its opinion back and ask again with a criterion.
func TestADeniedRefundIsNotAskedForAgain(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		st, operator, ctx := newStage(t, s), s.Operator(t), t.Context()
		id := st.completed(90)
		if _, err := st.down(id, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := operator.Operator.DecideRefund(ctx, id, "deny", "It is what was asked for."); err != nil {
			t.Fatal(err)
		}
		if _, err := s.App.Tasks.GiveFeedback(ctx, st.buyer.ID, id, task.Feedback{Thumbs: "up"}); city.CodeOf(err) != city.CodeFeedbackGiven {
			t.Errorf("up after a denied refund: %v", err)
		}
		if _, err := st.down(id, 1); city.CodeOf(err) != city.CodeFeedbackGiven || st.status(id) != city.TaskCompleted {
			t.Errorf("asked again, with a criterion: %s, %v", st.status(id), err)
		}
		st.verify()
	})
}

func longReview(c *config.Config) { c.RefundReview = 23 * time.Hour }

// Up may become down while the window is open, and neither is said twice.
func TestOpinionsAreGivenOnce(t *testing.T) {
	t.Parallel()
	apptest.EachAt(t, func(t *testing.T, s *apptest.Server, clock *storetest.Clock) {
		st, ctx := newStage(t, s), t.Context()
		up := func(id string, rating int) error {
			_, err := s.App.Tasks.GiveFeedback(ctx, st.buyer.ID, id, task.Feedback{Thumbs: "up", Rating: rating})
			return err
		}
		early, late := st.completed(60), st.completed(60)
		for _, id := range []string{early, late} {
			if err := up(id, 5); err != nil {
				t.Fatal(err)
			}
			if err := up(id, 1); city.CodeOf(err) != city.CodeFeedbackGiven {
				t.Errorf("up twice: %v", err)
			}
		}
		if got, err := st.down(early, 0); err != nil || got.Status != city.TaskRefunded {
			t.Errorf("up, then down: %+v, %v", got, err)
		}
		clock.Advance(15 * time.Minute) // the very end: it belongs to the agent
		if _, err := st.down(late, 0); city.CodeOf(err) != city.CodeFeedbackGiven {
			t.Errorf("down when the window is closed: %v", err)
		}
		st.verify()
	})
}
