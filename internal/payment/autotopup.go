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
		return store.HopeNone(ctx, tx, "top up automatically", `SELECT 1 FROM auto_top_ups a LEFT JOIN ledger_accounts l ON l.name = $2
			WHERE a.owner_id = $1 AND a.enabled AND COALESCE(l.credits_posted - l.debits_posted - l.debits_pending, 0) < a.threshold`,
			ownerID, string(ledger.OwnerCredits(ownerID)))
	}
	var low bool
	err := tx.QueryRow(ctx, `SELECT a.enabled AND COALESCE(l.credits_posted - l.debits_posted - l.debits_pending, 0) < a.threshold
		FROM auto_top_ups a LEFT JOIN ledger_accounts l ON l.name = $2 WHERE a.owner_id = $1`,
		ownerID, string(ledger.OwnerCredits(ownerID))).Scan(&low)
	if errors.Is(err, store.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at automatic top-up: %w", err)
	}
	if !low {
		return nil
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
	count, pending, month, err := s.autoPurchases(ctx, ownerID)
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
		n, err := tx.Exec(ctx, `UPDATE auto_top_ups SET enabled = FALSE, stopped_by = $2, updated_at = $3 WHERE owner_id = $1 AND enabled`,
			ownerID, reason, store.Micros(tx.Now()))
		if stopped = ""; n == 1 {
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
		_, err := tx.Exec(ctx, `UPDATE auto_top_ups SET stopped_by = $3, updated_at = $4 WHERE owner_id = $1 AND stopped_by = $2 AND NOT enabled`,
			ownerID, from, to, store.Micros(tx.Now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("say why automatic top-ups are off: %w", err)
	}
	return nil
}

// autoPurchases counts an owner's automatic purchases and those of them that
// are not finished, and sums up those of this month.
func (s *Service) autoPurchases(ctx context.Context, ownerID string) (count, pending int, month city.Cents, err error) {
	now := s.db.Clock().Now().UTC()
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	err = s.db.Read().QueryRow(ctx, `SELECT count(*), count(CASE WHEN status = 'pending' THEN 1 END), CAST(COALESCE(SUM(CASE WHEN created_at >= $2 AND status <> 'declined' THEN amount ELSE 0 END), 0) AS BIGINT)
		FROM top_ups WHERE owner_id = $1 AND idempotency_key LIKE 'auto/%'`, ownerID, store.Micros(first)).Scan(&count, &pending, &month)
	if err != nil {
		return 0, 0, 0, fmt.Errorf("count automatic top-ups: %w", err)
	}
	return count, pending, month, nil
}

func saveAutoTopUp(ctx context.Context, tx store.Tx, ownerID string, a AutoTopUp) error {
	_, err := tx.Exec(ctx, `INSERT INTO auto_top_ups (owner_id, enabled, threshold, amount, monthly_cap, stopped_by, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (owner_id) DO UPDATE SET enabled = excluded.enabled, threshold = excluded.threshold,
		amount = excluded.amount, monthly_cap = excluded.monthly_cap, stopped_by = excluded.stopped_by, updated_at = excluded.updated_at`,
		ownerID, a.Enabled, int64(a.Threshold), int64(a.Amount), int64(a.MonthlyCap), a.StoppedBy, store.Micros(tx.Now()))
	if err != nil {
		return fmt.Errorf("save automatic top-up: %w", err)
	}
	return nil
}

func findAutoTopUp(ctx context.Context, q store.Querier, ownerID string) (AutoTopUp, error) {
	var a AutoTopUp
	err := q.QueryRow(ctx, `SELECT enabled, threshold, amount, monthly_cap, stopped_by FROM auto_top_ups WHERE owner_id = $1`, ownerID).
		Scan(&a.Enabled, &a.Threshold, &a.Amount, &a.MonthlyCap, &a.StoppedBy)
	if err != nil && !errors.Is(err, store.ErrNoRows) {
		err = fmt.Errorf("find automatic top-up: %w", err)
	}
	return a, err
}
