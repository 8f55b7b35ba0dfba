package payment

import (
	"context"
	"errors"
	"fmt"
	"strings"
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

// operatorKinds are movements between the operator and the provider, which no
// order of the city causes.
const operatorKinds = `'payout', 'payout_failure', 'payout_cancel', 'stripe_fee', 'topup', 'topup_reversal'`

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
	var last, first *int64
	err := s.db.Read().QueryRow(ctx, `SELECT (SELECT MAX(moved_at) FROM payment_movements WHERE provider = $1),
		(SELECT MIN(at) FROM (SELECT MIN(created_at) AS at FROM top_ups WHERE provider = $1
			UNION ALL SELECT MIN(created_at) FROM withdrawals WHERE provider = $1) orders)`, s.provider.Name()).Scan(&last, &first)
	if err != nil {
		return time.Time{}, fmt.Errorf("find the newest movement: %w", err)
	}
	switch {
	case last != nil:
		return store.FromMicros(*last).Add(-overlap), nil
	case first != nil:
		return store.FromMicros(*first).Add(-time.Hour), nil
	default:
		return time.Time{}, nil
	}
}

func (s *Service) storeMovements(ctx context.Context, chunk []Movement) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		for _, m := range chunk {
			_, err := tx.Exec(ctx, `INSERT INTO payment_movements (id, provider, ref, kind, amount, fee, currency, moved_at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
				m.ID, s.provider.Name(), m.Ref, m.Kind, int64(m.Amount), int64(m.Fee), strings.ToUpper(m.Currency), store.Micros(m.At))
			if err != nil {
				return fmt.Errorf("store movement: %w", err)
			}
		}
		return nil
	})
}

func (s *Service) compare(ctx context.Context) (Reconciliation, error) {
	var r Reconciliation
	q, clearing := s.db.Read(), ledger.PaymentClearing(s.provider.Name())
	err := q.QueryRow(ctx, `SELECT count(*), CAST(COALESCE(SUM(CASE WHEN kind IN (`+operatorKinds+`) OR currency <> $2 THEN 0 ELSE amount END), 0) AS BIGINT),
		CAST(COALESCE(SUM(CASE WHEN currency <> $2 THEN 0 WHEN kind = 'stripe_fee' THEN -amount ELSE fee END), 0) AS BIGINT),
		(SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM withdrawals WHERE provider = $1 AND status = 'pending')
		FROM payment_movements WHERE provider = $1`, s.provider.Name(), city.USD).Scan(&r.Movements, &r.Theirs, &r.Fees, &r.InTransit)
	if err != nil {
		return r, fmt.Errorf("sum movements: %w", err)
	}
	balance, err := s.ledger.BalanceOf(ctx, q, clearing)
	if err != nil {
		return r, err
	}
	r.Ours = -balance.Net() // what the provider owes the city stands on the debit side
	r.Differences, err = s.differences(ctx, q, clearing)
	return r, err
}

// differences lists the orders, and each currency of an order apart, that both sides had time to book and that do not
// come to the same. A payout on its way is left out: the provider counts it from
// the moment it leaves, the clearing account from its arrival.
func (s *Service) differences(ctx context.Context, q store.Querier, clearing ledger.Account) ([]Difference, error) {
	list, err := store.All(ctx, q, scanDifference, `SELECT ref, currency, CAST(SUM(theirs) AS BIGINT), CAST(SUM(ours) AS BIGINT) FROM (
			SELECT CASE WHEN ref = '' THEN id ELSE ref END AS ref, currency, amount AS theirs, 0 AS ours, moved_at AS at
				FROM payment_movements WHERE provider = $1 AND kind NOT IN (`+operatorKinds+`)
			UNION ALL SELECT ref, $5, 0, amount, created_at FROM ledger_by_account WHERE debit = $2
			UNION ALL SELECT ref, $5, 0, -amount, created_at FROM ledger_by_account WHERE credit = $2) moves
		GROUP BY ref, currency HAVING SUM(theirs) <> SUM(ours) AND MAX(at) < $3
			AND NOT EXISTS (SELECT 1 FROM withdrawals w WHERE w.id = moves.ref AND w.status = 'pending')
		ORDER BY ref, currency LIMIT $4`,
		s.provider.Name(), string(clearing), store.Micros(s.db.Clock().Now().Add(-settleTime)), maxDifferences, city.USD)
	if err != nil {
		return nil, fmt.Errorf("compare movements: %w", err)
	}
	return list, nil
}

func scanDifference(row store.Row) (Difference, error) {
	var d Difference
	err := row.Scan(&d.Ref, &d.Currency, &d.Theirs, &d.Ours)
	return d, err
}

func (s *Service) forgetEvents(ctx context.Context) error {
	before := store.Micros(s.db.Clock().Now().Add(-keepEvents))
	return s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM payment_events WHERE processed_at < $1`, before); err != nil {
			return fmt.Errorf("forget old events: %w", err)
		}
		return nil
	})
}
