package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

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

// Moves reports whether money went from one account to the other; what it only set
// aside, or freed again, is still where it was.
func (r Record) Moves() bool { return r.Phase == Posted || r.Phase == Capture }

const recordColumns = `seq, id, debit, credit, amount, kind, ref, phase, COALESCE(pending_id, ''), created_at`

// insertChunk is how many rows one statement writes: longer ones gain no more, and
// each length is a text to prepare.
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
	query, args := insertSQL(tx, entries)
	ids, err := store.Texts(ctx, tx, query+` ON CONFLICT (id) DO NOTHING RETURNING id`, args...)
	for _, id := range ids {
		written[id] = true
	}
	return err
}

// queueTransfers writes entries without waiting for an answer. A repeated id
// fails, and with knownDebits so does a debited account that is not there.
func queueTransfers(ctx context.Context, tx store.Tx, entries []entry, knownDebits bool) error {
	for chunk := range slices.Chunk(entries, insertChunk) {
		query, args := insertSQL(tx, chunk)
		if knownDebits {
			query, args = insertKnownSQL(tx, chunk)
		}
		if err := tx.Queue(ctx, "insert transfers", query, args...); err != nil {
			return err
		}
	}
	return nil
}

const intoTransfers = `ledger_transfers (id, debit, credit, amount, kind, ref, phase, pending_id, created_at)`

// insertSQL is the statement that inserts entries.
func insertSQL(tx store.Tx, entries []entry) (query string, args []any) {
	n := len(entries)
	texts := make([]string, 6*n)
	ids, debits, credits, kinds, refs, phases := texts[:n], texts[n:2*n], texts[2*n:3*n], texts[3*n:4*n], texts[4*n:5*n], texts[5*n:]
	amounts, times, pending := make([]int64, n), make([]int64, n), make([]*string, n)
	for i, e := range entries {
		ids[i], debits[i], credits[i], amounts[i], kinds[i], refs[i] = e.ID, string(e.Debit), string(e.Credit), int64(e.Amount), e.Kind, e.Ref
		phases[i], pending[i], times[i] = string(e.phase), optional(e.pendingID), store.Micros(tx.Now())
	}
	return store.InsertMany(tx, intoTransfers, ids, debits, credits, amounts, kinds, refs, phases, pending, times)
}

// insertKnownSQL is insertSQL for a few entries that fails when a debited account
// has no balance: the column is NOT NULL.
func insertKnownSQL(tx store.Tx, entries []entry) (query string, args []any) {
	const columns = 9
	values := make([]byte, 0, 64*len(entries))
	args = make([]any, 0, columns*len(entries))
	for i, e := range entries {
		if i > 0 {
			values = append(values, ',')
		}
		for column := range columns {
			if column == 0 {
				values = append(values, '(')
			} else {
				values = append(values, ',')
			}
			known := column == 1 && !e.Debit.Hot()
			if known {
				values = append(values, "(SELECT name FROM ledger_accounts WHERE name = "...)
			}
			values = append(values, '$')
			values = strconv.AppendInt(values, int64(i*columns+column+1), 10)
			if known {
				values = append(values, ')')
			}
		}
		values = append(values, ')')
		args = append(args, e.ID, string(e.Debit), string(e.Credit), int64(e.Amount), e.Kind, e.Ref, string(e.phase),
			optional(e.pendingID), store.Micros(tx.Now()))
	}
	return `INSERT INTO ` + intoTransfers + ` VALUES ` + string(values), args
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

// records reads what a query of recordColumns finds.
func records(ctx context.Context, q store.Querier, query string, args ...any) ([]Record, error) {
	scan := func(row store.Row) (Record, error) { return scanRecord(row) }
	return store.All(ctx, q, scan, query, args...)
}

// An account's holder is known while it holds something: a row whose other
// columns change is no work for an index.

func upsertBalance(ctx context.Context, tx store.Tx, c change) error {
	return tx.QueueLast(ctx, "change balance of "+string(c.Account), `INSERT INTO ledger_accounts (name, holder, debits_pending, debits_posted, credits_pending, credits_posted)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name) DO UPDATE SET
		holder = CASE excluded.holder WHEN '' THEN ledger_accounts.holder ELSE excluded.holder END,
		debits_pending = ledger_accounts.debits_pending + excluded.debits_pending,
		debits_posted = ledger_accounts.debits_posted + excluded.debits_posted,
		credits_pending = ledger_accounts.credits_pending + excluded.credits_pending,
		credits_posted = ledger_accounts.credits_posted + excluded.credits_posted`,
		string(c.Account), c.holder, int64(c.delta.DebitsPending), int64(c.delta.DebitsPosted), int64(c.delta.CreditsPending), int64(c.delta.CreditsPosted))
}

const reduction = `UPDATE ledger_accounts SET debits_pending = debits_pending + $2, debits_posted = debits_posted + $3,
	credits_pending = credits_pending + $4, credits_posted = credits_posted + $5,
	holder = CASE WHEN credits_posted + $5 = debits_posted + $3 THEN '' ELSE holder END WHERE name = $1`

func (c change) args() []any {
	return []any{string(c.Account), int64(c.delta.DebitsPending), int64(c.delta.DebitsPosted), int64(c.delta.CreditsPending), int64(c.delta.CreditsPosted)}
}

// queueReduction changes the balance of an account that is there; the floor is
// the database's to keep.
func queueReduction(ctx context.Context, tx store.Tx, c change) error {
	return tx.QueueLast(ctx, "change balance of "+string(c.Account), reduction, c.args()...)
}

func reduceBalance(ctx context.Context, tx store.Tx, c change) (bool, error) {
	n, err := tx.Exec(ctx, reduction+` AND credits_posted - debits_posted - debits_pending >= $6`, append(c.args(), int64(c.takes()))...)
	if err != nil {
		return false, fmt.Errorf("change balance of %s: %w", c.Account, err)
	}
	return n == 1, nil
}

func namesOf(changes []change) []string {
	names := make([]string, len(changes))
	for i, c := range changes {
		names[i] = string(c.Account)
	}
	return names
}

// lockBalances reads balances, locked until commit. Those that are not there yet
// are made, in the same order: one that came later would be a lock out of turn.
func lockBalances(ctx context.Context, tx store.Tx, changes []change) (map[Account]Balance, error) {
	for chunk := range slices.Chunk(changes, insertChunk) {
		n := len(chunk)
		nobody, zero := make([]string, n), make([]int64, n)
		query, args := store.InsertMany(tx, `ledger_accounts (name, holder, debits_pending, debits_posted, credits_pending, credits_posted)`,
			namesOf(chunk), nobody, zero, zero, zero, zero)
		// A row that is there is locked, though the condition leaves it as it is.
		query += ` ON CONFLICT (name) DO UPDATE SET holder = ledger_accounts.holder WHERE 1 = 0`
		if err := tx.QueueLast(ctx, "lock balances", query, args...); err != nil {
			return nil, err
		}
	}
	balances := make(map[Account]Balance, len(changes))
	for chunk := range slices.Chunk(changes, insertChunk) {
		wanted, args := store.AnyOf(tx, "name", 1, namesOf(chunk))
		rows, err := tx.Query(ctx, balancesSQL+` WHERE `+wanted, args...)
		if err != nil {
			return nil, fmt.Errorf("read balances: %w", err)
		}
		if err := scanBalances(rows, balances); err != nil {
			return nil, fmt.Errorf("read balances: %w", err)
		}
	}
	return balances, nil
}

// hopeForBalances locks balances until commit and hopes that they are all there.
// The rows are locked as they are sorted: names compare by their bytes, as here.
func hopeForBalances(ctx context.Context, tx store.Tx, changes []change) error {
	for chunk := range slices.Chunk(changes, insertChunk) {
		wanted, args := store.AnyOf(tx, "name", 2, namesOf(chunk))
		err := store.HopeNone(ctx, tx, "lock balances", `SELECT 1 FROM (SELECT count(*) AS there FROM (
			SELECT name FROM ledger_accounts WHERE `+wanted+` ORDER BY name`+store.ForUpdate(tx)+`) locked) counted
			WHERE there <> $1`, append([]any{int64(len(chunk))}, args...)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// updateBalances changes balances that are there and locked.
func updateBalances(ctx context.Context, tx store.Tx, changes []change) error {
	for chunk := range slices.Chunk(changes, insertChunk) {
		n := len(chunk)
		holders := make([]string, n)
		sums := make([]int64, 4*n)
		dp, dq, cp, cq := sums[:n], sums[n:2*n], sums[2*n:3*n], sums[3*n:]
		for i, c := range chunk {
			holders[i] = c.holder
			dp[i], dq[i], cp[i], cq[i] = int64(c.delta.DebitsPending), int64(c.delta.DebitsPosted), int64(c.delta.CreditsPending), int64(c.delta.CreditsPosted)
		}
		many, args := store.Many(tx, 1, namesOf(chunk), dp, dq, cp, cq, holders)
		err := tx.QueueLast(ctx, "change balances", `UPDATE ledger_accounts SET debits_pending = debits_pending + column2,
			debits_posted = debits_posted + column3, credits_pending = credits_pending + column4, credits_posted = credits_posted + column5,
			holder = CASE WHEN credits_posted + column5 = debits_posted + column3 THEN '' WHEN column6 <> '' THEN column6 ELSE holder END
			FROM `+many+` WHERE name = column1`, args...)
		if err != nil {
			return err
		}
	}
	return nil
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
