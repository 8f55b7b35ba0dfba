package payment_test

import (
	"errors"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/payment"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

func TestTopUp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		var total city.Cents
		for _, amount := range []city.Cents{payment.MinTopUp, 2500, payment.MaxTopUp} {
			total += amount
			top, balance, err := b.TopUp(t.Context(), b.ann, amount, "")
			if err != nil || balance != total || top.Status != payment.TopUpSucceeded || top.Amount != amount ||
				top.Reference != "ref_"+top.ID || top.FinishedAt == nil {
				t.Errorf("%s: %+v, %s, %v", amount, top, balance, err)
			}
		}
		b.wantPool(t, b.ann, total, 0)
		b.wantPool(t, b.bob, 0, 0)
		b.wantVerified(t)
	})
}

func TestTopUpRefusesBadInput(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		for _, amount := range []city.Cents{payment.MinTopUp - 1, payment.MaxTopUp + 1, 0, -500, math.MinInt64, math.MaxInt64} {
			_, _, err := b.TopUp(t.Context(), b.ann, amount, "")
			citytest.WantCode(t, amount.String(), err, city.CodeValidation)
		}
		_, _, err := b.TopUp(t.Context(), b.ann, 500, strings.Repeat("k", 201))
		citytest.WantCode(t, "a long key", err, city.CodeValidation)
		if orders, _ := b.bank.moved(); orders != 0 {
			t.Errorf("%d charges", orders)
		}
		b.wantPool(t, b.ann, 0, 0)
	})
}

func TestTopUpDeclined(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		b.bank.set(&payment.RefusedError{Reason: "The card has expired."}, nil)
		_, _, err := b.TopUp(t.Context(), b.ann, 500, "key")
		citytest.WantCode(t, "declined", err, city.CodePaymentDeclined)
		if err != nil && !strings.Contains(err.Error(), "The card has expired.") {
			t.Errorf("the reason is missing: %v", err)
		}
		b.bank.set(nil, nil)
		_, _, err = b.TopUp(t.Context(), b.ann, 500, "key")
		citytest.WantCode(t, "the same key again", err, city.CodePaymentDeclined)
		b.wantPool(t, b.ann, 0, 0)
		if _, _, err := b.TopUp(t.Context(), b.ann, 500, "another key"); err != nil {
			t.Errorf("a new try: %v", err)
		}
		b.wantVerified(t)
	})
}

func TestTopUpWithOneKeyBuysOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if _, _, err := b.TopUp(t.Context(), b.ann, 500, "key"); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		b.wantPool(t, b.ann, 500, 0)
		if orders, total := b.bank.moved(); orders != 1 || total != 500 {
			t.Errorf("the bank took %s in %d charges", total, orders)
		}
		_, _, err := b.TopUp(t.Context(), b.ann, 501, "key")
		citytest.WantCode(t, "same key, other amount", err, city.CodeIdempotency)
		if _, _, err := b.TopUp(t.Context(), b.bob, 500, "key"); err != nil {
			t.Errorf("the same key of another owner: %v", err)
		}
		b.wantPool(t, b.bob, 500, 0)
		b.wantVerified(t)
	})
}

// The bank takes the money, but its answer is lost: the job, or a repeat with
// the same key, books it once.
func TestTopUpWithoutAnAnswerIsFinishedLater(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		lost := errors.New("connection reset")
		b.bank.set(lost, nil)
		if _, _, err := b.TopUp(t.Context(), b.ann, 500, "key"); !errors.Is(err, lost) {
			t.Fatalf("lost answer: %v", err)
		}
		b.wantPool(t, b.ann, 0, 0)
		b.bank.set(nil, nil)
		top, balance, err := b.TopUp(t.Context(), b.ann, 500, "key")
		if err != nil || balance != 500 {
			t.Fatalf("repeat: %+v, %s, %v", top, balance, err)
		}
		for range 2 {
			if err := b.ResumeTopUp(t.Context(), top.ID); err != nil {
				t.Errorf("job after the repeat: %v", err)
			}
		}
		b.wantPool(t, b.ann, 500, 0)
		if orders, total := b.bank.moved(); orders != 1 || total != 500 {
			t.Errorf("the bank took %s in %d charges", total, orders)
		}
		b.wantVerified(t)
	})
}

// The database's clock stands in the past, so the job that is for later is due.
func TestJobFinishesATopUpThatNobodyRepeats(t *testing.T) {
	t.Parallel()
	storetest.EachClock(t, storetest.NewClock(), func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		b.bank.set(errors.New("connection reset"), nil)
		if _, _, err := b.TopUp(t.Context(), b.ann, 500, ""); err == nil {
			t.Fatal("a lost answer was taken for a success")
		}
		b.wantJobs(t, `kind = 'payment_top_up'`, 1)
		asked := make(chan struct{})
		b.bank.set(nil, nil)
		b.bank.meanwhile(func() { close(asked) })
		if err := b.queue.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		<-asked
		// Stop waits for the job to end.
		if err := b.queue.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.wantPool(t, b.ann, 500, 0)
	})
}

func TestJobKeepsTryingWhileTheBankGivesNoAnswer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		lost := errors.New("connection reset")
		b.bank.set(lost, nil)
		if _, _, err := b.TopUp(t.Context(), b.ann, 500, ""); !errors.Is(err, lost) {
			t.Fatal(err)
		}
		// The job leaves the call that asked the time to finish by itself.
		b.wantJobs(t, `kind = 'payment_top_up' AND scheduled_at > created_at`, 1)
		var id string
		if err := b.db.Read().QueryRow(t.Context(), `SELECT id FROM top_ups`).Scan(&id); err != nil {
			t.Fatal(err)
		}
		if err := b.ResumeTopUp(t.Context(), id); !errors.Is(err, lost) {
			t.Errorf("the job ends with %v", err)
		}
	})
}

// The call and its job get different answers: the first that is booked stays.
func TestTheFirstBookedTopUpOutcomeStays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		b.bank.set(&payment.RefusedError{Reason: "Too late."}, nil)
		b.bank.meanwhile(func() {
			b.bank.set(nil, nil)
			if _, _, err := b.TopUp(t.Context(), b.ann, 500, "key"); err != nil {
				t.Error(err)
			}
		})
		top, balance, err := b.TopUp(t.Context(), b.ann, 500, "key")
		if err != nil || top.Status != payment.TopUpSucceeded || balance != 500 {
			t.Errorf("%+v, %s, %v", top, balance, err)
		}
		b.wantPool(t, b.ann, 500, 0)
		b.wantVerified(t)
	})
}

func TestBackoffIsBounded(t *testing.T) {
	t.Parallel()
	for number, want := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 12: 2048 * time.Second, 13: time.Hour, 9999: time.Hour} {
		if got := payment.Backoff(jobs.Attempt{Number: number, Max: 10_000}); got != want {
			t.Errorf("attempt %d: %s, want %s", number, got, want)
		}
	}
}

// One call gives a top-up up while another's money comes.
func TestMoneyThatComesIsBookedAfterATopUpWasGivenUp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		b.bank.meanwhile(func() {
			b.bank.set(&payment.RefusedError{Reason: "Given up."}, nil)
			_, _, err := b.TopUp(t.Context(), b.ann, 500, "key")
			citytest.WantCode(t, "the other call", err, city.CodePaymentDeclined)
		})
		top, balance, err := b.TopUp(t.Context(), b.ann, 500, "key")
		if err != nil || top.Status != payment.TopUpSucceeded || balance != 500 {
			t.Errorf("%+v, %s, %v", top, balance, err)
		}
		b.wantPool(t, b.ann, 500, 0)
		b.wantVerified(t)
	})
}
