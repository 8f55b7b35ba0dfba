package payment

import (
	"context"
	"fmt"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/column"
)

// What is kept of what payment providers say: events, movements, disputes and
// fingerprints.

// insertEvent is false when the event came before.
func insertEvent(ctx context.Context, tx store.Tx, provider string, e Event) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO payment_events (id, provider, type, payload, received_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO NOTHING`, e.ID, provider, e.Type, string(e.Payload), store.Micros(tx.Now()))
	return n > 0, err
}

func findEvent(ctx context.Context, q store.Querier, id string) (provider, payload string, processed bool, err error) {
	err = q.QueryRow(ctx, `SELECT provider, payload, processed_at IS NOT NULL FROM payment_events WHERE id = $1`, id).
		Scan(&provider, &payload, &processed)
	if err != nil {
		return "", "", false, fmt.Errorf("find event %s: %w", id, err)
	}
	return provider, payload, processed, nil
}

func unprocessedEvents(ctx context.Context, q store.Querier) ([]string, error) {
	return store.Texts(ctx, q, `SELECT id FROM payment_events WHERE processed_at IS NULL ORDER BY received_at, id`)
}

// markProcessed is false when the event was applied before.
func markProcessed(ctx context.Context, tx store.Tx, id string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE payment_events SET processed_at = $2, attempts = attempts + 1, error = ''
		WHERE id = $1 AND processed_at IS NULL`, id, store.Micros(tx.Now()))
	return n > 0, err
}

// markUnprocessed is false when there is no such event.
func markUnprocessed(ctx context.Context, tx store.Tx, id string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE payment_events SET processed_at = NULL WHERE id = $1`, id)
	return n > 0, err
}

// saveEventError notes why an event could not be applied.
func saveEventError(ctx context.Context, tx store.Tx, id, text string) error {
	_, err := tx.Exec(ctx, `UPDATE payment_events SET attempts = attempts + 1, error = $2 WHERE id = $1 AND processed_at IS NULL`, id, text)
	return err
}

// deleteEvents deletes the events that were applied before a moment.
func deleteEvents(ctx context.Context, tx store.Tx, before time.Time) error {
	if _, err := tx.Exec(ctx, `DELETE FROM payment_events WHERE processed_at < $1`, store.Micros(before)); err != nil {
		return fmt.Errorf("forget old events: %w", err)
	}
	return nil
}

// operatorKinds are movements between the operator and the provider, which no
// order of the city causes.
const operatorKinds = `'payout', 'payout_failure', 'payout_cancel', 'stripe_fee', 'topup', 'topup_reversal'`

// newestMovement is when the newest of a provider's movements was that are stored, and
// when the first order was made; nil when there is none.
func newestMovement(ctx context.Context, q store.Querier, provider string) (last, firstOrder *time.Time, err error) {
	var moved, made *int64
	err = q.QueryRow(ctx, `SELECT (SELECT MAX(moved_at) FROM payment_movements WHERE provider = $1),
		(SELECT MIN(at) FROM (SELECT MIN(created_at) AS at FROM top_ups WHERE provider = $1
			UNION ALL SELECT MIN(created_at) FROM withdrawals WHERE provider = $1) orders)`, provider).Scan(&moved, &made)
	if err != nil {
		return nil, nil, fmt.Errorf("find the newest movement: %w", err)
	}
	return store.FromMicrosPtr(moved), store.FromMicrosPtr(made), nil
}

// insertMovement leaves one that is stored already.
func insertMovement(ctx context.Context, tx store.Tx, provider string, m Movement) error {
	_, err := tx.Exec(ctx, `INSERT INTO payment_movements (id, provider, ref, kind, amount, fee, currency, moved_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
		m.ID, provider, m.Ref, m.Kind, int64(m.Amount), int64(m.Fee), strings.ToUpper(m.Currency), store.Micros(m.At))
	if err != nil {
		return fmt.Errorf("store movement: %w", err)
	}
	return nil
}

// sumMovements is the provider's side of a reconciliation.
func sumMovements(ctx context.Context, q store.Querier, provider string) (r Reconciliation, err error) {
	err = q.QueryRow(ctx, `SELECT count(*), CAST(COALESCE(SUM(CASE WHEN kind IN (`+operatorKinds+`) OR currency <> $2 THEN 0 ELSE amount END), 0) AS BIGINT),
		CAST(COALESCE(SUM(CASE WHEN currency <> $2 THEN 0 WHEN kind = 'stripe_fee' THEN -amount ELSE fee END), 0) AS BIGINT),
		(SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM withdrawals WHERE provider = $1 AND status = 'pending')
		FROM payment_movements WHERE provider = $1`, provider, city.USD).Scan(&r.Movements, &r.Theirs, &r.Fees, &r.InTransit)
	if err != nil {
		return r, fmt.Errorf("sum movements: %w", err)
	}
	return r, nil
}

// listDifferences lists the orders, and each currency of an order apart, of which the
// last move was before a moment and that do not come to the same on both sides. A
// payout on its way is left out: the provider counts it from the moment it leaves, the
// clearing account from its arrival.
func listDifferences(ctx context.Context, q store.Querier, provider string, clearing ledger.Account, before time.Time) ([]Difference, error) {
	list, err := store.All(ctx, q, scanDifference, `SELECT ref, currency, CAST(SUM(theirs) AS BIGINT), CAST(SUM(ours) AS BIGINT) FROM (
			SELECT CASE WHEN ref = '' THEN id ELSE ref END AS ref, currency, amount AS theirs, 0 AS ours, moved_at AS at
				FROM payment_movements WHERE provider = $1 AND kind NOT IN (`+operatorKinds+`)
			UNION ALL SELECT ref, $5, 0, amount, created_at FROM ledger_by_account WHERE debit = $2
			UNION ALL SELECT ref, $5, 0, -amount, created_at FROM ledger_by_account WHERE credit = $2) moves
		GROUP BY ref, currency HAVING SUM(theirs) <> SUM(ours) AND MAX(at) < $3
			AND NOT EXISTS (SELECT 1 FROM withdrawals w WHERE w.id = moves.ref AND w.status = 'pending')
		ORDER BY ref, currency LIMIT $4`,
		provider, string(clearing), store.Micros(before), maxDifferences, city.USD)
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

var (
	disputes = column.List[dispute]{
		column.Text("id", func(d *dispute) *string { return &d.id }),
		column.Text("provider", func(d *dispute) *string { return &d.provider }),
		column.Text("owner_id", func(d *dispute) *string { return &d.ownerID }),
		column.Text("top_up_id", func(d *dispute) *string { return &d.topUpID }),
		column.Number("amount", func(d *dispute) *city.Cents { return &d.amount }),
		column.Number("frozen", func(d *dispute) *city.Cents { return &d.frozen }),
		column.Number("debt", func(d *dispute) *city.Cents { return &d.debt }),
		column.Text("status", func(d *dispute) *DisputeStatus { return &d.status }),
		column.Text("reason", func(d *dispute) *string { return &d.reason }),
	}
	selectDisputes   = `SELECT ` + disputes.Selected("") + ` FROM payment_disputes`
	insertDisputeSQL = disputes.Insert("payment_disputes", "created_at")
)

func findDispute(ctx context.Context, tx store.Tx, id string) (dispute, error) {
	d, err := disputes.Scan(tx.QueryRow(ctx, selectDisputes+` WHERE id = $1`+store.ForUpdate(tx), id))
	if err != nil {
		return dispute{}, fmt.Errorf("read dispute: %w", err)
	}
	return d, nil
}

func insertDispute(ctx context.Context, tx store.Tx, d dispute) error {
	_, err := tx.Exec(ctx, insertDisputeSQL, append(disputes.Values(&d), store.Micros(tx.Now()))...)
	if err != nil {
		return fmt.Errorf("insert dispute: %w", err)
	}
	return nil
}

// saveOutcome closes a dispute with what is left of its debt.
func saveOutcome(ctx context.Context, tx store.Tx, d dispute, outcome DisputeStatus) error {
	_, err := tx.Exec(ctx, `UPDATE payment_disputes SET status = $2, debt = $3, closed_at = $4 WHERE id = $1`,
		d.id, string(outcome), int64(d.debt), store.Micros(tx.Now()))
	if err != nil {
		return fmt.Errorf("close dispute: %w", err)
	}
	return nil
}

func lowerDebt(ctx context.Context, tx store.Tx, id string, by city.Cents) error {
	if _, err := tx.Exec(ctx, `UPDATE payment_disputes SET debt = debt - $2 WHERE id = $1`, id, int64(by)); err != nil {
		return fmt.Errorf("repay dispute: %w", err)
	}
	return nil
}

// hopeNoDebts hopes that lockDebts finds none.
func hopeNoDebts(ctx context.Context, tx store.Tx, ownerID string) error {
	return store.HopeNone(ctx, tx, "pay debts", `SELECT 1 FROM payment_disputes WHERE owner_id = $1 AND debt > 0`, ownerID)
}

// lockDebts lists an owner's disputes with a debt, oldest first.
func lockDebts(ctx context.Context, tx store.Tx, ownerID string) ([]dispute, error) {
	debts, err := store.All(ctx, tx, disputes.Scan, selectDisputes+` WHERE owner_id = $1 AND debt > 0
		ORDER BY created_at, id`+store.ForUpdate(tx), ownerID)
	if err != nil {
		return nil, fmt.Errorf("list debts: %w", err)
	}
	return debts, nil
}

// debtOf is what an owner owes.
func debtOf(ctx context.Context, q store.Querier, ownerID string) (city.Cents, error) {
	var debt city.Cents
	err := q.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(debt), 0) AS BIGINT) FROM payment_disputes WHERE owner_id = $1`, ownerID).Scan(&debt)
	if err != nil {
		return 0, fmt.Errorf("sum debts: %w", err)
	}
	return debt, nil
}

// debtors lists the owners who owe something.
func debtors(ctx context.Context, q store.Querier) ([]string, error) {
	owners, err := store.Texts(ctx, q, `SELECT DISTINCT owner_id FROM payment_disputes WHERE debt > 0 ORDER BY owner_id`)
	if err != nil {
		return nil, fmt.Errorf("list debtors: %w", err)
	}
	return owners, nil
}

// insertFingerprint leaves one that is stored already.
func insertFingerprint(ctx context.Context, tx store.Tx, ownerID, hash string) error {
	_, err := tx.Exec(ctx, `INSERT INTO payment_fingerprints (owner_id, hash, learned_at) VALUES ($1, $2, $3)
		ON CONFLICT (owner_id, hash) DO NOTHING`, ownerID, hash, store.Micros(tx.Now()))
	return err
}

// linkedQuery is one row: the ids with commas between.
const linkedQuery = `SELECT COALESCE(string_agg(owner_id, ','), '') FROM (
	SELECT DISTINCT other.owner_id FROM payment_fingerprints mine
	JOIN payment_fingerprints other ON other.hash = mine.hash AND other.owner_id <> mine.owner_id
	WHERE mine.owner_id = $1) linked`
