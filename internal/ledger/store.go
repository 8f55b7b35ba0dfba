package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

// Record is a transfer as it stands in the ledger.
type Record struct {
	Seq int64
	Transfer
	Phase     Phase
	PendingID string
	At        time.Time
}

const recordColumns = `seq, id, debit, credit, amount, kind, ref, phase, COALESCE(pending_id, ''), created_at`

// insertChunk is how many rows one statement inserts: SQLite looks each
// parameter up among all others, so very long statements cost their square.
const insertChunk = 100

// insertTransfers writes entries and returns those that were not there before.
func insertTransfers(ctx context.Context, tx store.Tx, entries []entry) ([]entry, error) {
	written := map[string]bool{}
	for chunk := range slices.Chunk(entries, insertChunk) {
		if err := insertSome(ctx, tx, chunk, written); err != nil {
			return nil, fmt.Errorf("insert transfers: %w", err)
		}
	}
	if len(written) == len(entries) {
		return entries, nil
	}
	return withoutRepeats(ctx, tx, entries, written)
}

// insertSome writes entries in one statement and adds the ids that were new.
func insertSome(ctx context.Context, tx store.Tx, entries []entry, written map[string]bool) error {
	const columns = 9
	var values strings.Builder
	args := make([]any, 0, columns*len(entries))
	for i, e := range entries {
		if i > 0 {
			values.WriteByte(',')
		}
		values.WriteString("(" + placeholders(i*columns+1, columns) + ")")
		args = append(args, e.ID, string(e.Debit), string(e.Credit), int64(e.Amount), e.Kind, e.Ref, string(e.phase),
			optional(e.pendingID), store.Micros(tx.Now()))
	}
	rows, err := tx.Query(ctx, `INSERT INTO ledger_transfers (id, debit, credit, amount, kind, ref, phase, pending_id, created_at)
		VALUES `+values.String()+` ON CONFLICT (id) DO NOTHING RETURNING id`, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		written[id] = true
	}
	return rows.Err()
}

// withoutRepeats checks that what was there before says the same.
func withoutRepeats(ctx context.Context, tx store.Tx, entries []entry, written map[string]bool) ([]entry, error) {
	var fresh []entry
	for _, e := range entries {
		if written[e.ID] {
			fresh = append(fresh, e)
			delete(written, e.ID) // the same id twice in one call is a repeat too
			continue
		}
		old, err := findTransfer(ctx, tx, e.ID)
		if err != nil {
			return nil, err
		}
		if old.Transfer != e.Transfer || old.phase != e.phase || old.pendingID != e.pendingID {
			return nil, &ConflictError{ID: e.ID}
		}
	}
	return fresh, nil
}

// optional is NULL for "".
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func findTransfer(ctx context.Context, q store.Querier, id string) (entry, error) {
	r, err := scanRecord(q.QueryRow(ctx, `SELECT `+recordColumns+` FROM ledger_transfers WHERE id = $1`, id))
	if err != nil {
		return entry{}, fmt.Errorf("find transfer %s: %w", id, err)
	}
	return entry{Transfer: r.Transfer, phase: r.Phase, pendingID: r.PendingID}, nil
}

// scanRecord reads recordColumns and the columns that follow them.
func scanRecord(row store.Row, more ...any) (Record, error) {
	var r Record
	var at int64
	err := row.Scan(append([]any{&r.Seq, &r.ID, &r.Debit, &r.Credit, &r.Amount, &r.Kind, &r.Ref, &r.Phase, &r.PendingID, &at}, more...)...)
	r.At = store.FromMicros(at)
	return r, err
}

func upsertBalance(ctx context.Context, tx store.Tx, a Account, holder string, d Balance) error {
	return tx.Queue(ctx, "change balance of "+string(a), `INSERT INTO ledger_accounts (name, holder, debits_pending, debits_posted, credits_pending, credits_posted)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name) DO UPDATE SET
		debits_pending = ledger_accounts.debits_pending + excluded.debits_pending,
		debits_posted = ledger_accounts.debits_posted + excluded.debits_posted,
		credits_pending = ledger_accounts.credits_pending + excluded.credits_pending,
		credits_posted = ledger_accounts.credits_posted + excluded.credits_posted`,
		string(a), holder, int64(d.DebitsPending), int64(d.DebitsPosted), int64(d.CreditsPending), int64(d.CreditsPosted))
}

func reduceBalance(ctx context.Context, tx store.Tx, a Account, d Balance, takes city.Cents) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE ledger_accounts SET debits_pending = debits_pending + $2, debits_posted = debits_posted + $3,
		credits_pending = credits_pending + $4, credits_posted = credits_posted + $5
		WHERE name = $1 AND credits_posted - debits_posted - debits_pending >= $6`,
		string(a), int64(d.DebitsPending), int64(d.DebitsPosted), int64(d.CreditsPending), int64(d.CreditsPosted), int64(takes))
	if err != nil {
		return false, fmt.Errorf("change balance of %s: %w", a, err)
	}
	return n == 1, nil
}

func readBalance(ctx context.Context, q store.Querier, a Account) (Balance, error) {
	var b Balance
	err := q.QueryRow(ctx, `SELECT debits_pending, debits_posted, credits_pending, credits_posted FROM ledger_accounts WHERE name = $1`,
		string(a)).Scan(&b.DebitsPending, &b.DebitsPosted, &b.CreditsPending, &b.CreditsPosted)
	if err != nil && !errors.Is(err, store.ErrNoRows) {
		return Balance{}, fmt.Errorf("read balance of %s: %w", a, err)
	}
	return b, nil
}
