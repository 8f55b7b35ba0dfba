package payment

import (
	"context"
	"fmt"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
)

// Probation is what holds for the earnings of owners who are new: a buyer's bank
// takes a payment back weeks after the work. The zero value holds nothing back.
type Probation struct {
	Length  time.Duration // how long owners are new, counted from their sign-up
	Delay   time.Duration // how long earnings rest after they were released
	Reserve int           // percent of the other earnings that rest until the owner is new no more
}

// held is what of a wallet cannot be withdrawn yet.
type held struct {
	amount city.Cents
	until  time.Time // all of it is free by then at the latest
}

// probationEnd is when an owner is new no more, the zero time when nothing is
// held back from anybody.
func (s *Service) probationEnd(ctx context.Context, ownerID string) (time.Time, error) {
	if s.probation.Delay <= 0 && s.probation.Reserve <= 0 {
		return time.Time{}, nil
	}
	joined, err := s.ownerSince(ctx, ownerID)
	if err != nil {
		return time.Time{}, fmt.Errorf("look at a new owner: %w", err)
	}
	return joined.Add(s.probation.Length), nil
}

// heldBack says what of an agent's available earnings rests at an instant. The
// available balance must have been read before: what is released in between is
// then held back rather than given out.
func (s *Service) heldBack(ctx context.Context, q store.Querier, agentID string, available city.Cents, end, now time.Time) (held, error) {
	if !now.Before(end) || available <= 0 {
		return held{}, nil
	}
	wallet := ledger.AgentAvailable(agentID)
	all, err := s.ledger.Credited(ctx, q, wallet, "release", time.Time{})
	if err != nil {
		return held{}, err
	}
	resting, err := s.ledger.Credited(ctx, q, wallet, "release", now.Add(-s.probation.Delay))
	if err != nil {
		return held{}, err
	}
	kept := resting + reserve(all-resting, s.probation.Reserve)
	return held{amount: min(kept, available), until: end}, nil
}

// reserve is a percentage, rounded up to the cent.
func reserve(amount city.Cents, percent int) city.Cents {
	return (amount*city.Cents(percent) + 99) / 100
}

// checkHeldBack refuses a withdrawal that reaches for what rests. It is called
// when the withdrawal is the only one of its agent, so that until it is posted only
// a dispute takes from the balance: that might as well come right after, and leave
// the same, or leaves too little to post.
func (s *Service) checkHeldBack(ctx context.Context, tx store.Tx, w Withdrawal, end time.Time) error {
	if !tx.Now().Before(end) {
		return nil
	}
	balance, err := s.ledger.BalanceOf(ctx, tx, ledger.AgentAvailable(w.AgentID))
	if err != nil {
		return err
	}
	available := balance.Available()
	if w.Amount > available {
		return errInsufficientFunds(w.Amount, available)
	}
	h, err := s.heldBack(ctx, tx, w.AgentID, available, end, tx.Now())
	if err != nil || w.Amount <= available-h.amount {
		return err
	}
	return errHeldBack(w.Amount, available-h.amount, h)
}

func errHeldBack(required, withdrawable city.Cents, h held) error {
	return city.Errorf(city.CodeEarningsHeldBack, "%s of this wallet are held back because you are new here, until %s at the latest; %s can be withdrawn now.",
		h.amount, h.until.UTC().Format("2 January 2006"), withdrawable).
		WithDetail("requiredCents", int64(required)).WithDetail("withdrawableCents", int64(withdrawable)).
		WithDetail("heldBackCents", int64(h.amount)).WithDetail("heldBackUntil", h.until.UTC().Format(time.RFC3339))
}
