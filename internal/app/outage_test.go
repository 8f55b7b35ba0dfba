package app_test

import (
	"context"
	"testing"
	"time"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/payment/stripe/stripetest"
	"aicity.dev/aicity/internal/store"
	aicity "aicity.dev/aicity/sdk/go"
)

// job is where one of the payments' jobs stands.
type job struct {
	id          int64
	kind, state string
	attempt     int
	tried       *time.Time
	planned     time.Time
}

// unfinished are the payments' jobs that still have something to do; comparing
// the books is tried anew at its next time.
func (s *stripeScene) unfinished(t *testing.T) (list []job) {
	t.Helper()
	rows, err := s.App.DB.Read().Query(t.Context(), `SELECT id, kind, state, attempt, attempted_at, scheduled_at
		FROM river_job WHERE kind LIKE 'payment_%' AND kind <> 'payment_reconcile' AND state <> 'completed' ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var j job
		if err := rows.Scan(&j.id, &j.kind, &j.state, &j.attempt, &j.tried, &j.planned); err != nil {
			t.Fatal(err)
		}
		list = append(list, j)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// retryNow lets the waiting jobs run without the wait.
func (s *stripeScene) retryNow(t *testing.T) {
	t.Helper()
	err := s.App.DB.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE river_job SET state = 'available', scheduled_at = created_at WHERE kind LIKE 'payment_%' AND state IN ('retryable', 'scheduled', 'available')`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// anHourPasses tries the jobs again as often as they would be tried in an hour,
// without the waits between: each wait is seen, and added up, before it is cut
// short. It reports how often each kind was tried.
func (s *stripeScene) anHourPasses(t *testing.T) map[string]int {
	t.Helper()
	waited, seen, attempts := map[int64]time.Duration{}, map[int64]int{}, map[string]int{}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		over, waiting := true, false
		for _, j := range s.unfinished(t) {
			switch {
			case j.state == "discarded" || j.state == "cancelled":
				t.Fatalf("%s was given up after %d attempts, %s into the outage", j.kind, j.attempt, waited[j.id])
			case j.state == "running":
				waiting = true
			case j.attempt > seen[j.id]:
				seen[j.id], attempts[j.kind] = j.attempt, max(attempts[j.kind], j.attempt)
				waited[j.id] += j.planned.Sub(*j.tried)
			}
			over = over && waited[j.id] >= time.Hour
		}
		if over {
			return attempts
		}
		if !waiting { // nobody's wait is cut short unseen
			s.retryNow(t)
		}
		<-tick.C
	}
}

// Stripe is gone for an hour while money is on its way in every direction: a
// page that is paid meanwhile, a purchase that begins, an automatic one, a
// payout, a dispute. Nothing is lost, and nothing moves twice.
func TestStripeIsDownForAnHour(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]stripetest.Failure{"hangs up": stripetest.HangUp, "answers get lost": stripetest.LoseAnswer} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			apptest.OnEach(t, func(t *testing.T, opts ...apptest.Option) { stripeDown(t, how, opts...) })
		})
	}
}

func stripeDown(t *testing.T, how stripetest.Failure, opts ...apptest.Option) {
	ctx, s := t.Context(), newStripeScene(t, append(opts, apptest.RefundWindow(time.Millisecond))...)
	owner, other := s.agent.Owner, s.SignUp(t, "second")
	s.agent.Earn(t, s.buyer, 2000) // $17.00 for the agent
	s.wantAvailable(t, 1700)
	if _, err := s.buyer.Vault.SetAutoTopUp(ctx, aicity.AutoTopUp{Enabled: true, Threshold: 2000, Amount: 2500}); err != nil {
		t.Fatal(err)
	}
	page, err := other.Vault.TopUp(ctx, 1500)
	if err != nil {
		t.Fatal(err)
	}

	s.stripe.Fail(how)
	s.stripe.Pay(t, page.ID) // its event cannot be sent yet
	s.stripe.Dispute(t, s.topUp, 5000, false)
	held := s.order(t, 2000) // leaves $10.00 free, which calls for the automatic purchase
	w, err := owner.Vault.Withdraw(ctx, aicity.Withdraw{AgentID: s.agent.ID, Amount: 1200})
	if err != nil {
		t.Fatal(err)
	}
	impatient, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if _, err := other.Vault.TopUp(impatient, 700); err == nil {
		t.Error("a top-up without an answer succeeded")
	}
	attempts := s.anHourPasses(t)
	if attempts["payment_payout"] < 10 || attempts["payment_top_up"] < 10 {
		t.Errorf("too few attempts to be an hour's: %v", attempts)
	}
	if report, err := s.App.VerifyBooks(ctx); err != nil || !report.OK() {
		t.Errorf("in between: %+v, %v", report, err)
	}

	s.stripe.Fail(stripetest.None)
	s.tell(t)
	s.settle(t)
	s.stripe.Arrive(t, w.ID)
	s.tell(t)
	s.settle(t)

	if _, err := s.buyer.Tasks.Cancel(ctx, held); err != nil {
		t.Error(err)
	}
	// $50.00 bought, $20.00 of it spent, $25.00 bought automatically; all $50.00 are
	// disputed: what was held meanwhile pays its part of the debt.
	s.wantPool(t, s.buyer, 500)
	s.wantPool(t, other, 1500)
	s.wantAvailable(t, 500)
	for kind, want := range map[string]int{"checkout.session": 3, "payment_intent": 3, "transfer": 1, "payout": 1, "transfer_reversal": 0} {
		if n := s.stripe.Count(kind); n != want {
			t.Errorf("%d of %s, want %d", n, kind, want)
		}
	}
	if r, err := s.App.Reconcile(ctx); err != nil || r.Theirs != r.Ours || len(r.Differences) > 0 {
		t.Errorf("%+v, %v", r, err)
	}
	if report, err := s.App.VerifyBooks(ctx); err != nil || !report.OK() {
		t.Errorf("in the end: %+v, %v", report, err)
	}
}
