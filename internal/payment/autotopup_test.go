package payment_test

import (
	"context"
	"sync"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/payment"
	"aicity.dev/aicity/internal/store"
)

// spend takes credits as a task's hold does.
func (b bundle) spend(t *testing.T, ownerID string, amount city.Cents) {
	t.Helper()
	err := b.db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		id := city.NewID(city.PrefixTask)
		err := b.books.Post(ctx, tx, ledger.Transfer{ID: id + "/hold", Debit: ledger.OwnerCredits(ownerID), Credit: ledger.TaskHold(id), Amount: amount, Kind: "hold", Ref: id})
		if err != nil {
			return err
		}
		return b.Spent(ctx, tx, ownerID)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (b bundle) waiting(t *testing.T) (jobs int) {
	t.Helper()
	err := b.db.Read().QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE kind = 'payment_auto_top_up'`).Scan(&jobs)
	if err != nil {
		t.Fatal(err)
	}
	return jobs
}

func TestAutoTopUp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		ctx := t.Context()
		if a, err := b.AutoTopUp(ctx, b.ann); a != nil || err != nil {
			t.Errorf("before: %+v, %v", a, err)
		}
		if _, _, err := b.TopUp(ctx, b.ann, 2000, ""); err != nil {
			t.Fatal(err)
		}
		b.spend(t, b.ann, 100)
		if n := b.waiting(t); n != 0 {
			t.Errorf("%d jobs without a setting", n)
		}
		set := payment.AutoTopUp{Enabled: true, Threshold: 1000, Amount: 1500, MonthlyCap: 3000}
		if err := b.SetAutoTopUp(ctx, b.ann, set); err != nil {
			t.Fatal(err)
		}
		if a, err := b.AutoTopUp(ctx, b.ann); err != nil || *a != set {
			t.Errorf("set: %+v, %v", a, err)
		}
		b.spend(t, b.ann, 900) // exactly at the threshold
		if n := b.waiting(t); n != 0 {
			t.Errorf("%d jobs at the threshold", n)
		}
		b.spend(t, b.ann, 1)
		b.spend(t, b.ann, 99)
		if n := b.waiting(t); n != 2 {
			t.Errorf("%d jobs under the threshold, want 2", n)
		}
		// Whoever of them comes second finds enough, or the other's purchase.
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				if err := b.BuyAutomatically(ctx, b.ann); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		b.wantPool(t, b.ann, 900+1500, 1100)
		b.spend(t, b.ann, 2000)
		for range 2 {
			if err := b.BuyAutomatically(ctx, b.ann); err != nil {
				t.Fatal(err)
			}
		}
		b.wantPool(t, b.ann, 400+1500, 3100)
		b.spend(t, b.ann, 1800) // the cap of the month is reached
		if err := b.BuyAutomatically(ctx, b.ann); err != nil {
			t.Fatal(err)
		}
		b.wantPool(t, b.ann, 100, 4900)
		b.wantPool(t, b.bob, 0, 0)
		b.wantVerified(t)
	})
}

// A card that is refused is not tried again until its owner says so.
func TestAutoTopUpStopsWhenRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		ctx := t.Context()
		b.bank.set(&payment.RefusedError{Reason: "The card has expired."}, nil)
		set := payment.AutoTopUp{Enabled: true, Threshold: 1000, Amount: 1500}
		if err := b.SetAutoTopUp(ctx, b.ann, set); err != nil {
			t.Fatal(err)
		}
		if n := b.waiting(t); n != 1 {
			t.Errorf("%d jobs for an empty pool, want 1", n)
		}
		for range 3 {
			if err := b.BuyAutomatically(ctx, b.ann); err != nil {
				t.Fatal(err)
			}
		}
		if n := b.bank.called(); n != 1 {
			t.Errorf("the bank was asked %d times, want once", n)
		}
		if a, err := b.AutoTopUp(ctx, b.ann); err != nil || a.Enabled || a.StoppedBy == "" {
			t.Errorf("after the refusal: %+v, %v", a, err)
		}
		b.bank.set(nil, nil)
		if err := b.SetAutoTopUp(ctx, b.ann, set); err != nil {
			t.Fatal(err)
		}
		if err := b.BuyAutomatically(ctx, b.ann); err != nil {
			t.Fatal(err)
		}
		b.wantPool(t, b.ann, 1500, 0)
		b.wantVerified(t)
	})
}

func TestAutoTopUpIsTurnedOffWithoutFigures(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		ctx := t.Context()
		if err := b.SetAutoTopUp(ctx, b.ann, payment.AutoTopUp{}); err != nil {
			t.Fatalf("off, though it never was on: %v", err)
		}
		if set, err := b.AutoTopUp(ctx, b.ann); err != nil || set != nil {
			t.Fatalf("never on: %+v, %v", set, err)
		}
		on := payment.AutoTopUp{Enabled: true, Threshold: 1000, Amount: 1500, MonthlyCap: 9000}
		for _, a := range []payment.AutoTopUp{on, {}} {
			if err := b.SetAutoTopUp(ctx, b.ann, a); err != nil {
				t.Fatal(err)
			}
		}
		off := on
		off.Enabled = false
		if set, err := b.AutoTopUp(ctx, b.ann); err != nil || set == nil || *set != off {
			t.Errorf("turned off: %+v, %v; want %+v", set, err, off)
		}
	})
}

func TestAutoTopUpRefusesBadInput(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		for name, a := range map[string]payment.AutoTopUp{
			"no threshold":       {Enabled: true, Amount: 500},
			"negative threshold": {Enabled: true, Threshold: -1, Amount: 500},
			"small amount":       {Enabled: true, Threshold: 100, Amount: payment.MinTopUp - 1},
			"large amount":       {Enabled: true, Threshold: 100, Amount: payment.MaxTopUp + 1},
			"cap under amount":   {Enabled: true, Threshold: 100, Amount: 1000, MonthlyCap: 999},
			"negative cap":       {Enabled: true, Threshold: 100, Amount: 1000, MonthlyCap: -1},
		} {
			citytest.WantCode(t, name, b.SetAutoTopUp(t.Context(), b.ann, a), city.CodeValidation)
		}
		_, _, err := b.TopUp(t.Context(), b.ann, 500, "auto/1")
		citytest.WantCode(t, "a key of the automatic purchases", err, city.CodeValidation)
	})
}

// What an owner sets while a purchase is refused is not undone by the refusal.
func TestARefusalKeepsWhatWasSetMeanwhile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		ctx := t.Context()
		meanwhile := payment.AutoTopUp{Enabled: true, Threshold: 700, Amount: 900, MonthlyCap: 9000}
		b.bank.set(&payment.RefusedError{Reason: "The card has expired."}, nil)
		b.bank.meanwhile(func() {
			if err := b.SetAutoTopUp(ctx, b.ann, meanwhile); err != nil {
				t.Error(err)
			}
		})
		if err := b.SetAutoTopUp(ctx, b.ann, payment.AutoTopUp{Enabled: true, Threshold: 1000, Amount: 1500}); err != nil {
			t.Fatal(err)
		}
		if err := b.BuyAutomatically(ctx, b.ann); err != nil {
			t.Fatal(err)
		}
		a, err := b.AutoTopUp(ctx, b.ann)
		if err != nil || a.Enabled || a.Threshold != 700 || a.Amount != 900 || a.MonthlyCap != 9000 || a.StoppedBy == "" {
			t.Errorf("%+v, %v", a, err)
		}
	})
}
