package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
)

// AutoTopUp buys credits whenever they fall under a threshold.
type AutoTopUp struct {
	Enabled    bool
	Threshold  city.Cents // free credits under this start a purchase
	Amount     city.Cents // of each purchase
	MonthlyCap city.Cents // of all automatic purchases in a calendar month (UTC), 0 for none
	StoppedBy  string     // why the city turned it off, or ""
}

// autoTopUpArgs is the job that buys for an owner whose credits have run low.
type autoTopUpArgs struct {
	OwnerID string `json:"ownerId"`
}

// Kind names the job.
func (autoTopUpArgs) Kind() string { return "payment_auto_top_up" }

// autoKey begins the idempotency keys of automatic purchases; a caller's own
// key never does.
const autoKey = "auto/"

// SetAutoTopUp says when an owner's credits are bought by themselves. It looks
// at once whether they are. What is only turned off keeps its figures. Errors:
// VALIDATION_ERROR.
func (s *Service) SetAutoTopUp(ctx context.Context, ownerID string, a AutoTopUp) error {
	if !a.Enabled && a.Threshold == 0 && a.Amount == 0 {
		set, err := s.AutoTopUp(ctx, ownerID)
		if err != nil || set == nil {
			return err
		}
		a.Threshold, a.Amount, a.MonthlyCap = set.Threshold, set.Amount, set.MonthlyCap
	}
	var v city.Invalid
	v.Check(a.Threshold >= 1 && a.Threshold <= MaxTopUp, "threshold", "must be 1 to %d cents", MaxTopUp)
	v.Check(a.Amount >= MinTopUp && a.Amount <= MaxTopUp, "amount", "must be %d to %d cents", MinTopUp, MaxTopUp)
	v.Check(a.MonthlyCap == 0 || a.MonthlyCap >= a.Amount, "monthlyCap", "must be 0 for none, or at least the amount")
	if err := v.Err(); err != nil {
		return err
	}
	a.StoppedBy = ""
	err := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		if err := saveAutoTopUp(ctx, tx, ownerID, a); err != nil {
			return err
		}
		return s.Spent(ctx, tx, ownerID)
	})
	if err != nil {
		return fmt.Errorf("set automatic top-up: %w", err)
	}
	return nil
}

// AutoTopUp returns an owner's setting, nil when there never was one.
func (s *Service) AutoTopUp(ctx context.Context, ownerID string) (*AutoTopUp, error) {
	a, err := findAutoTopUp(ctx, s.db.Read(), ownerID)
	if errors.Is(err, store.ErrNoRows) {
		return nil, nil
	}
	return &a, err
}

// Spent is to be called in the transaction that takes an owner's credits: when
// they have run low, the purchase follows from it.
func (s *Service) Spent(ctx context.Context, tx store.Tx, ownerID string) error {
	if tx.Hopeful() {
		return hopeNotLow(ctx, tx, ownerID)
	}
	low, err := runsLow(ctx, tx, ownerID)
	if err != nil || !low {
		return err
	}
	return s.jobs.Enqueue(ctx, tx, autoTopUpArgs{ownerID}, jobs.MaxAttempts(askForever))
}

// buyAutomatically buys credits for an owner, if they are still low. Purchases
// are counted, and the count is in the key: of two jobs that saw the same low
// balance one buys.
func (s *Service) buyAutomatically(ctx context.Context, ownerID string) error {
	a, err := findAutoTopUp(ctx, s.db.Read(), ownerID)
	if err != nil || !a.Enabled {
		return err
	}
	// Counted before the balance is read: a purchase that ends in between is then
	// seen in the balance, and one that ends later has this key.
	now := s.db.Clock().Now().UTC()
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	count, pending, month, err := autoPurchases(ctx, s.db.Read(), ownerID, first)
	if err != nil || pending > 0 { // one of which nobody knows yet whether it was paid is not repeated
		return err
	}
	balance, err := s.ledger.BalanceOf(ctx, s.db.Read(), ledger.OwnerCredits(ownerID))
	if err != nil || balance.Available() >= a.Threshold {
		return err
	}
	if a.MonthlyCap > 0 && month+a.Amount > a.MonthlyCap {
		s.logger.InfoContext(ctx, "no automatic top-up: the month's cap is reached", "owner", ownerID)
		return nil
	}
	t, _, err := s.topUp(ctx, ownerID, a.Amount, fmt.Sprintf("%s%d", autoKey, count+1))
	switch city.CodeOf(err) {
	case city.CodePaymentDeclined:
		if t.Reason == reasonOff { // whatever was set since then stays
			return nil
		}
		known, _ := errors.AsType[*city.Error](err)
		_, err := s.stopAutoTopUp(ctx, ownerID, known.Message)
		return err
	case city.CodeIdempotency: // the amount was changed while another job bought: that one did
		return nil
	default:
		return err
	}
}

// reasonOff is why a purchase is declined that nobody wants any more.
const reasonOff = "Automatic top-ups were turned off before the card was charged."

// checkAutoTopUp refuses a purchase once an owner's automatic top-ups are off.
func (s *Service) checkAutoTopUp(ctx context.Context, ownerID string) error {
	a, err := findAutoTopUp(ctx, s.db.Read(), ownerID)
	if err != nil || a.Enabled {
		return err
	}
	return &RefusedError{Reason: reasonOff}
}

// stopAutoTopUp turns automatic top-ups off and says why; it returns "" when they
// are off.
func (s *Service) stopAutoTopUp(ctx context.Context, ownerID, reason string) (stopped string, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		off, err := turnOffAutoTopUp(ctx, tx, ownerID, reason)
		if stopped = ""; off {
			stopped = reason
		}
		return err
	})
	if err != nil {
		return "", fmt.Errorf("stop automatic top-ups: %w", err)
	}
	return stopped, nil
}

// confirmStop changes why automatic top-ups are off, if that is still the reason.
func (s *Service) confirmStop(ctx context.Context, ownerID, from, to string) error {
	err := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		return updateStoppedBy(ctx, tx, ownerID, from, to)
	})
	if err != nil {
		return fmt.Errorf("say why automatic top-ups are off: %w", err)
	}
	return nil
}
