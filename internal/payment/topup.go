package payment

import (
	"context"
	"fmt"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
)

// topUpGrace leaves a top-up to the call that asked for it; the job is for the
// case that this call died.
const topUpGrace = time.Minute

// topUpArgs is the job that finishes a top-up.
type topUpArgs struct {
	TopUpID string `json:"topUpId"`
}

// Kind names the job.
func (topUpArgs) Kind() string { return "payment_top_up" }

// TopUp buys credits and returns the purchase with the balance after it. The
// same key ("" for none) buys once. Errors: VALIDATION_ERROR, PAYMENT_DECLINED,
// IDEMPOTENCY_CONFLICT.
func (s *Service) TopUp(ctx context.Context, ownerID string, amount city.Cents, idempotencyKey string) (TopUp, city.Cents, error) {
	var v city.Invalid
	v.Check(amount >= MinTopUp && amount <= MaxTopUp, "amount", "must be %d to %d cents", MinTopUp, MaxTopUp)
	checkKey(&v, idempotencyKey)
	v.Check(!strings.HasPrefix(idempotencyKey, autoKey), "Idempotency-Key", "must not begin with %s", autoKey)
	if err := v.Err(); err != nil {
		return TopUp{}, 0, err
	}
	return s.topUp(ctx, ownerID, amount, idempotencyKey)
}

func (s *Service) topUp(ctx context.Context, ownerID string, amount city.Cents, idempotencyKey string) (TopUp, city.Cents, error) {
	t, err := s.beginTopUp(ctx, ownerID, amount, idempotencyKey)
	if err != nil {
		return TopUp{}, 0, err
	}
	if t.Status == TopUpPending {
		if t, err = s.charge(ctx, t); err != nil {
			return TopUp{}, 0, err
		}
	}
	if t.Status == TopUpDeclined {
		return t, 0, errDeclined(t.Reason)
	}
	balance, err := s.ledger.BalanceOf(ctx, s.db.Read(), ledger.OwnerCredits(ownerID))
	return t, balance.Available(), err
}

// beginTopUp writes down what is wanted, or finds what the key stands for.
func (s *Service) beginTopUp(ctx context.Context, ownerID string, amount city.Cents, key string) (TopUp, error) {
	t := TopUp{ID: city.NewID(city.PrefixTopUp), OwnerID: ownerID, Amount: amount, Provider: s.provider.Name(), Status: TopUpPending}
	var result TopUp
	err := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		t.CreatedAt = tx.Now()
		result = t
		inserted, err := insertTopUp(ctx, tx, t, key)
		if err != nil {
			return err
		}
		if inserted {
			return s.jobs.Enqueue(ctx, tx, topUpArgs{t.ID}, jobs.At(tx.Now().Add(topUpGrace)), jobs.MaxAttempts(askForever))
		}
		if result, err = findTopUpByKey(ctx, tx, ownerID, key); err != nil {
			return err
		}
		if result.Amount != amount {
			return errKeyReused()
		}
		return nil
	})
	return result, err
}

// charge has the provider take the money, and books the outcome.
func (s *Service) charge(ctx context.Context, t TopUp) (TopUp, error) {
	if err := checkProvider(s.provider, t.Provider); err != nil {
		return TopUp{}, err
	}
	reference, err := s.provider.Charge(ctx, Order{ID: t.ID, OwnerID: t.OwnerID, Amount: t.Amount, Currency: city.USD})
	reason, refused := refusal(err)
	if err != nil && !refused {
		return TopUp{}, fmt.Errorf("charge top-up %s: %w", t.ID, err)
	}
	t.Status, t.Reference = TopUpSucceeded, reference
	if refused {
		t.Status, t.Reason = TopUpDeclined, reason
	}
	return s.finishTopUp(ctx, t)
}

// finishTopUp books an outcome once; whoever comes second gets what was booked.
func (s *Service) finishTopUp(ctx context.Context, t TopUp) (TopUp, error) {
	var result TopUp
	err := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		now := tx.Now()
		t.FinishedAt = &now
		result = t
		changed, err := finishTopUp(ctx, tx, t)
		if err != nil {
			return err
		}
		if !changed {
			result, err = findTopUp(ctx, tx, t.ID)
			return err
		}
		if t.Status != TopUpSucceeded {
			return nil
		}
		return s.ledger.Post(ctx, tx, ledger.Transfer{
			ID: t.ID + "/top_up", Debit: ledger.PaymentClearing(t.Provider), Credit: ledger.OwnerCredits(t.OwnerID),
			Amount: t.Amount, Kind: "top_up", Ref: t.ID,
		})
	})
	if err != nil {
		return TopUp{}, fmt.Errorf("book top-up %s: %w", t.ID, err)
	}
	return result, nil
}

// resumeTopUp finishes a top-up whose call died before the outcome was booked.
func (s *Service) resumeTopUp(ctx context.Context, id string) error {
	t, err := findTopUp(ctx, s.db.Read(), id)
	if err != nil || t.Status != TopUpPending {
		return err
	}
	_, err = s.charge(ctx, t)
	return err
}
