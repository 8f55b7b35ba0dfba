package payment_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/payment"
)

// inTransit is what is on its way out.
func (b bundle) inTransit(t *testing.T, id string) city.Cents {
	t.Helper()
	balance, err := b.books.BalanceOf(t.Context(), b.db.Read(), ledger.PayoutTransit(id))
	if err != nil {
		t.Fatal(err)
	}
	return balance.Net()
}

func (b bundle) only(t *testing.T, ownerID string) payment.Withdrawal {
	t.Helper()
	page, err := b.Withdrawals(t.Context(), ownerID, "", 0)
	if err != nil || len(page.Withdrawals) != 1 {
		t.Fatalf("withdrawals: %+v, %v", page, err)
	}
	return page.Withdrawals[0]
}

// The whole way with the job run by the queue: out of the wallet at once, paid
// in the background, the agent told.
func TestWithdrawIsPaidInTheBackground(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		b.earn(t, 3000, 500)
		w, err := b.Withdraw(t.Context(), b.ann, b.agent, 1200, "")
		if err != nil || w.Status != payment.WithdrawalPending || w.OwnerID != b.ann || w.AgentID != b.agent {
			t.Fatalf("%+v, %v", w, err)
		}
		b.wantWallet(t, 1800, 500)
		if got := b.inTransit(t, w.ID); got != 1200 {
			t.Errorf("in transit: %s", got)
		}
		b.wantJobs(t, `kind = 'payment_payout'`, 1)
		if err := b.queue.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := b.queue.Stop(context.WithoutCancel(t.Context())); err != nil {
				t.Error(err)
			}
		})
		want := told{b.agent, "payout_paid", w.ID, payment.PayoutEvent{
			WithdrawalID: w.ID, AgentID: b.agent, Amount: 1200, Currency: "USD", Status: "paid", Test: true,
		}}
		if diff := cmp.Diff(want, <-b.ears, cmp.AllowUnexported(told{})); diff != "" {
			t.Error(diff)
		}
		got := b.only(t, b.ann)
		if got.Status != payment.WithdrawalPaid || got.Reference != "ref_"+w.ID || got.FinishedAt == nil || b.inTransit(t, w.ID) != 0 {
			t.Errorf("%+v", got)
		}
		if orders, total := b.bank.moved(); orders != 1 || total != 1200 {
			t.Errorf("the bank paid %s in %d orders", total, orders)
		}
		b.wantWallet(t, 1800, 500)
		b.wantVerified(t)
	})
}

func TestWithdrawRefuses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		b.earn(t, 1500, 9000)
		shut := city.Errorf(city.CodePayoutUnavailable, "Connect a payout account first.")
		for _, c := range []struct {
			name, owner, agent string
			amount             city.Cents
			closed             error
			want               city.Code
		}{
			{"below the minimum", b.ann, b.agent, payment.MinWithdrawal - 1, nil, city.CodeValidation},
			{"negative", b.ann, b.agent, -5000, nil, city.CodeValidation},
			{"the largest integer", b.ann, b.agent, math.MaxInt64, nil, city.CodeValidation},
			{"what is still in escrow", b.ann, b.agent, 1501, nil, city.CodeInsufficientFunds},
			{"somebody else's agent", b.bob, b.agent, 1000, nil, city.CodeAgentNotFound},
			{"no agent", b.ann, city.NewID(city.PrefixAgent), 1000, nil, city.CodeAgentNotFound},
			{"no payout account", b.ann, b.agent, 1000, shut, city.CodePayoutUnavailable},
		} {
			b.bank.set(nil, c.closed)
			_, err := b.Withdraw(t.Context(), c.owner, c.agent, c.amount, "")
			citytest.WantCode(t, c.name, err, c.want)
		}
		b.wantWallet(t, 1500, 9000)
		if page, err := b.Withdrawals(t.Context(), b.ann, "", 0); err != nil || len(page.Withdrawals) != 0 {
			t.Errorf("withdrawals: %+v, %v", page, err)
		}
		b.bank.set(nil, nil)
		if _, err := b.Withdraw(t.Context(), b.ann, b.agent, 1500, ""); err != nil {
			t.Errorf("all that is available: %v", err)
		}
		b.wantVerified(t)
	})
}

func TestInsufficientFundsSaysHowMuchThereIs(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		b.earn(t, 300, 0)
		_, err := b.Withdraw(t.Context(), b.ann, b.agent, 1000, "")
		e, ok := errors.AsType[*city.Error](err)
		if !ok {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]any{"requiredCents": int64(1000), "availableCents": int64(300)}, e.Details); diff != "" {
			t.Error(diff)
		}
	})
}

func TestFailedPayoutComesBackWithTheReason(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		b.earn(t, 2000, 0)
		w, err := b.Withdraw(t.Context(), b.ann, b.agent, 2000, "")
		if err != nil {
			t.Fatal(err)
		}
		b.bank.set(&payment.RefusedError{Reason: "The account is closed."}, nil)
		for range 2 {
			if err := b.PayOut(t.Context(), w.ID); err != nil {
				t.Fatal(err)
			}
		}
		if calls := b.bank.called(); calls != 1 {
			t.Errorf("the bank was asked %d times", calls)
		}
		b.wantWallet(t, 2000, 0)
		got := b.only(t, b.ann)
		if got.Status != payment.WithdrawalFailed || got.Reason != "The account is closed." || b.inTransit(t, w.ID) != 0 {
			t.Errorf("%+v", got)
		}
		if heard := <-b.ears; heard.eventType != "payout_failed" || heard.data.(payment.PayoutEvent).Reason != "The account is closed." {
			t.Errorf("told: %+v", heard)
		}
		if len(b.ears) != 0 {
			t.Error("told twice")
		}
		b.bank.set(nil, nil)
		if _, err := b.Withdraw(t.Context(), b.ann, b.agent, 2000, ""); err != nil {
			t.Errorf("another try: %v", err)
		}
		b.wantVerified(t)
	})
}

// The bank pays, but its answer is lost: asked again it pays no second time,
// and until it answers the money neither comes back nor counts as paid.
func TestPayoutWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		b.earn(t, 1000, 0)
		w, err := b.Withdraw(t.Context(), b.ann, b.agent, 1000, "")
		if err != nil {
			t.Fatal(err)
		}
		lost := errors.New("connection reset")
		b.bank.set(lost, nil)
		for range 3 {
			if err := b.PayOut(t.Context(), w.ID); !errors.Is(err, lost) {
				t.Fatalf("lost answer: %v", err)
			}
		}
		b.wantWallet(t, 0, 0)
		if got := b.only(t, b.ann); got.Status != payment.WithdrawalPending || b.inTransit(t, w.ID) != 1000 {
			t.Errorf("%+v", got)
		}
		b.bank.set(nil, nil)
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				if err := b.PayOut(t.Context(), w.ID); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if orders, total := b.bank.moved(); orders != 1 || total != 1000 {
			t.Errorf("the bank paid %s in %d orders", total, orders)
		}
		if len(b.ears) != 1 {
			t.Errorf("told %d times", len(b.ears))
		}
		b.wantVerified(t)
	})
}

// Two runs of the job get different answers: the first that is booked stays.
func TestTheFirstBookedPayoutOutcomeStays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		b.earn(t, 1000, 0)
		w, err := b.Withdraw(t.Context(), b.ann, b.agent, 1000, "")
		if err != nil {
			t.Fatal(err)
		}
		b.bank.set(&payment.RefusedError{Reason: "Too late."}, nil)
		b.bank.meanwhile(func() {
			b.bank.set(nil, nil)
			if err := b.PayOut(t.Context(), w.ID); err != nil {
				t.Error(err)
			}
		})
		if err := b.PayOut(t.Context(), w.ID); err != nil {
			t.Fatal(err)
		}
		if got := b.only(t, b.ann); got.Status != payment.WithdrawalPaid || got.Reason != "" {
			t.Errorf("%+v", got)
		}
		b.wantWallet(t, 0, 0)
		if len(b.ears) != 1 {
			t.Errorf("told %d times", len(b.ears))
		}
		b.wantVerified(t)
	})
}

func TestOneWithdrawalInFlight(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		b.earn(t, 50_000, 0)
		var begun atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				_, err := b.Withdraw(t.Context(), b.ann, b.agent, 1000, "")
				switch {
				case err == nil:
					begun.Add(1)
				case city.CodeOf(err) != city.CodeWithdrawalPending:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := begun.Load(); got != 1 {
			t.Errorf("%d in flight", got)
		}
		b.wantWallet(t, 49_000, 0)
		if err := b.PayOut(t.Context(), b.only(t, b.ann).ID); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Withdraw(t.Context(), b.ann, b.agent, 1000, ""); err != nil {
			t.Errorf("after the first was paid: %v", err)
		}
		b.wantVerified(t)
	})
}

func TestWithdrawWithOneKeyWithdrawsOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		b.earn(t, 5000, 0)
		ids := make([]string, 6)
		var wg sync.WaitGroup
		for i := range ids {
			wg.Go(func() {
				w, err := b.Withdraw(t.Context(), b.ann, b.agent, 1000, "key")
				if err != nil {
					t.Error(err)
				}
				ids[i] = w.ID
			})
		}
		wg.Wait()
		for _, id := range ids {
			if id != ids[0] {
				t.Errorf("withdrawals: %v", ids)
				break
			}
		}
		b.wantWallet(t, 4000, 0)
		if err := b.PayOut(t.Context(), ids[0]); err != nil {
			t.Fatal(err)
		}
		w, err := b.Withdraw(t.Context(), b.ann, b.agent, 1000, "key")
		if err != nil || w.ID != ids[0] || w.Status != payment.WithdrawalPaid {
			t.Errorf("repeat after it was paid: %+v, %v", w, err)
		}
		_, err = b.Withdraw(t.Context(), b.ann, b.agent, 2000, "key")
		citytest.WantCode(t, "same key, other amount", err, city.CodeIdempotency)
	})
}

func TestWithdrawalsPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		b.earn(t, 10_000, 0)
		var want []string
		for i := range 5 {
			w, err := b.Withdraw(t.Context(), b.ann, b.agent, city.Cents(1000+i), fmt.Sprint(i))
			if err != nil {
				t.Fatal(err)
			}
			if err := b.PayOut(t.Context(), w.ID); err != nil {
				t.Fatal(err)
			}
			want = append([]string{w.ID}, want...)
		}
		var got []string
		for cursor, more := "", true; more; {
			page, err := b.Withdrawals(t.Context(), b.ann, cursor, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range page.Withdrawals {
				got = append(got, w.ID)
			}
			cursor, more = page.Next, page.Next != ""
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if page, err := b.Withdrawals(t.Context(), b.bob, "", 0); err != nil || len(page.Withdrawals) != 0 {
			t.Errorf("another owner sees %+v, %v", page, err)
		}
		_, err := b.Withdrawals(t.Context(), b.ann, "junk", 0)
		citytest.WantCode(t, "junk cursor", err, city.CodeValidation)
	})
}

func TestConnectNeedsAProviderThatKnowsIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		_, err := b.Connect(t.Context(), b.ann)
		citytest.WantCode(t, "connect", err, city.CodePayoutUnavailable)
	})
}
