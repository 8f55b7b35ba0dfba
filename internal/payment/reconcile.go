package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
)

// Reconciliation compares the clearing account with the provider's own books.
type Reconciliation struct {
	Compared    bool         // false when the provider keeps no books
	Movements   int          // of the provider's that were looked at
	Theirs      city.Cents   // what they come to, before the provider's fees
	Ours        city.Cents   // the balance of the clearing account
	InTransit   city.Cents   // of payouts on their way, which the provider may count already
	Fees        city.Cents   // what the provider took for itself; the ledger does not book it
	Differences []Difference // by order; empty when the books agree
}

// Difference is an order that the two books do not agree about.
type Difference struct {
	Ref    string // the top-up, withdrawal or dispute; the movement's id when it names none
	Theirs city.Cents
	Ours   city.Cents
	// Currency of theirs: any other than the city's is a difference by itself.
	Currency string
}

// The rules of a reconciliation.
const (
	// overlap is how far back movements are asked for again: a provider may list
	// one a little after its time.
	overlap = 3 * 24 * time.Hour
	// settleTime is how long an order may be booked on one side only.
	settleTime = 2 * time.Hour
	// maxDifferences bounds a report.
	maxDifferences = 100
	// keepEvents is how long events stay readable once applied: longer than a
	// bank may take to open a dispute.
	keepEvents = 550 * 24 * time.Hour
)

// Reconcile copies what is new in the provider's books, and compares order by
// order: what the provider moved against what the clearing account says. It also
// forgets events that were applied long ago. With a provider that keeps no books
// the result is empty. It may run at any time, also twice. Errors:
// PAYMENT_UNAVAILABLE.
func (s *Service) Reconcile(ctx context.Context) (Reconciliation, error) {
	accountant, ok := s.provider.(Accountant)
	if !ok {
		return Reconciliation{}, nil
	}
	if err := s.copyMovements(ctx, accountant); err != nil {
		return Reconciliation{}, fmt.Errorf("reconcile: %w", err)
	}
	r, err := s.compare(ctx)
	if err != nil {
		return Reconciliation{}, fmt.Errorf("reconcile: %w", err)
	}
	r.Compared = true
	for _, d := range r.Differences {
		s.logger.ErrorContext(ctx, "the payment provider's books differ", "ref", d.Ref, "theirs", int64(d.Theirs), "ours", int64(d.Ours), "currency", d.Currency)
	}
	s.logger.InfoContext(ctx, "payments reconciled", "movements", r.Movements, "theirs", r.Theirs, "ours", r.Ours,
		"inTransit", r.InTransit, "fees", r.Fees, "differences", len(r.Differences))
	return r, s.forgetEvents(ctx)
}

// copyChunk is how many movements one transaction stores.
const copyChunk = 200

func (s *Service) copyMovements(ctx context.Context, accountant Accountant) error {
	since, err := s.copiedUpTo(ctx)
	if err != nil || since.IsZero() {
		return err
	}
	var chunk []Movement
	for m, err := range accountant.Movements(ctx, since) {
		if err != nil {
			return errors.Join(errUnavailable(s.provider.Label()), fmt.Errorf("list movements: %w", err))
		}
		if chunk = append(chunk, m); len(chunk) == copyChunk {
			if err := s.storeMovements(ctx, chunk); err != nil {
				return err
			}
			chunk = chunk[:0]
		}
	}
	return s.storeMovements(ctx, chunk)
}

// copiedUpTo is the moment from which movements are asked for: the zero time
// when there can be none.
func (s *Service) copiedUpTo(ctx context.Context) (time.Time, error) {
	last, first, err := newestMovement(ctx, s.db.Read(), s.provider.Name())
	switch {
	case err != nil:
		return time.Time{}, err
	case last != nil:
		return last.Add(-overlap), nil
	case first != nil:
		return first.Add(-time.Hour), nil
	default:
		return time.Time{}, nil
	}
}

func (s *Service) storeMovements(ctx context.Context, chunk []Movement) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		for _, m := range chunk {
			if err := insertMovement(ctx, tx, s.provider.Name(), m); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) compare(ctx context.Context) (Reconciliation, error) {
	q, clearing := s.db.Read(), ledger.PaymentClearing(s.provider.Name())
	r, err := sumMovements(ctx, q, s.provider.Name())
	if err != nil {
		return r, err
	}
	balance, err := s.ledger.BalanceOf(ctx, q, clearing)
	if err != nil {
		return r, err
	}
	r.Ours = -balance.Net() // what the provider owes the city stands on the debit side
	r.Differences, err = listDifferences(ctx, q, s.provider.Name(), clearing, s.db.Clock().Now().Add(-settleTime))
	return r, err
}

func (s *Service) forgetEvents(ctx context.Context) error {
	before := s.db.Clock().Now().Add(-keepEvents)
	return s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error { return deleteEvents(ctx, tx, before) })
}
