package ledger

import (
	"context"
	"fmt"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

// Report is the result of Verify.
type Report struct {
	Transfers int64
	Accounts  int64
	Linked    int64    // transfers in the hash chain; the newest are linked a little later
	Head      string   // the chain's last hash, in hex: note it down elsewhere, and nobody can rewrite what is behind it
	Offences  []string // what is wrong, by id, worst kind first; empty when the books are right
}

// OK reports whether nothing is wrong.
func (r Report) OK() bool { return len(r.Offences) == 0 }

// maxOffences bounds a report: the first ones tell.
const maxOffences = 20

// Check looks for offences of a kind that the ledger itself does not know, such
// as what a task may move, and names each by its id.
type Check func(ctx context.Context, q store.Querier, offence func(format string, args ...any)) error

// Verify recomputes every balance from the transfers and compares: the currency
// of each transfer and account, stored balances, floors, the sum over all accounts, that each pending transfer was
// closed at most once and for no more than it set aside, the hash chain, and
// what the further checks look at. Each check is one statement over one moment,
// so the city can go on working meanwhile.
func (l *Ledger) Verify(ctx context.Context, db *store.DB, further ...Check) (Report, error) {
	var report Report
	checks := []func(context.Context, store.Querier, *Report) error{countAll, verifyCurrency, verifyBalances, verifyClosings, l.verifySum, verifyChain}
	for _, check := range further {
		checks = append(checks, func(ctx context.Context, q store.Querier, r *Report) error { return check(ctx, q, r.add) })
	}
	for _, check := range checks {
		if err := check(ctx, db.Read(), &report); err != nil {
			return Report{}, fmt.Errorf("verify ledger: %w", err)
		}
	}
	return report, nil
}

func (r *Report) add(format string, args ...any) {
	if len(r.Offences) < maxOffences {
		r.Offences = append(r.Offences, fmt.Sprintf(format, args...))
	}
}

func countAll(ctx context.Context, q store.Querier, r *Report) error {
	return q.QueryRow(ctx, `SELECT (SELECT count(*) FROM ledger_transfers), (SELECT count(*) FROM ledger_accounts)`).
		Scan(&r.Transfers, &r.Accounts)
}

// verifyCurrency names what is not in the currency of the books: sums over it
// would mean nothing.
func verifyCurrency(ctx context.Context, q store.Querier, r *Report) error {
	rows, err := q.Query(ctx, `SELECT 'transfer', id, currency FROM ledger_transfers WHERE currency <> $1
		UNION ALL SELECT 'account', name, currency FROM ledger_accounts WHERE currency <> $1 ORDER BY 1 DESC, 2 LIMIT $2`, city.USD, maxOffences)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var what, id, currency string
		if err := rows.Scan(&what, &id, &currency); err != nil {
			return err
		}
		r.add("%s %s: its currency is %s, the books are kept in %s", what, id, currency, city.USD)
	}
	return rows.Err()
}

// recomputed is every account's balance as the transfers give it, and from
// what its row says. A pending transfer counts as pending while nothing has
// closed it; of a hot account the row holds what was rolled up.
var recomputed = `
	WITH open AS (
		SELECT p.* FROM ledger_transfers p WHERE p.phase = 'pending'
		AND NOT EXISTS (SELECT 1 FROM ledger_transfers c WHERE c.pending_id = p.id)),
	moves (name, dp, dq, cp, cq, seq) AS (
		SELECT debit, 0, amount, 0, 0, seq FROM ledger_transfers WHERE phase IN ('posted', 'capture')
		UNION ALL SELECT credit, 0, 0, 0, amount, seq FROM ledger_transfers WHERE phase IN ('posted', 'capture')
		UNION ALL SELECT debit, amount, 0, 0, 0, seq FROM open
		UNION ALL SELECT credit, 0, 0, amount, 0, seq FROM open),
	sums AS (
		SELECT m.name AS name, SUM(dp) AS dp, SUM(dq) AS dq, SUM(cp) AS cp, SUM(cq) AS cq
		FROM moves m LEFT JOIN ledger_accounts a ON a.name = m.name
		WHERE NOT ` + hotRange("m.name") + ` OR m.seq <= a.rolled_up_to GROUP BY m.name)
	SELECT COALESCE(s.name, a.name) AS name,
		CAST(COALESCE(s.dp, 0) AS BIGINT) AS dp, CAST(COALESCE(s.dq, 0) AS BIGINT) AS dq,
		CAST(COALESCE(s.cp, 0) AS BIGINT) AS cp, CAST(COALESCE(s.cq, 0) AS BIGINT) AS cq,
		COALESCE(a.debits_pending, 0) AS adp, COALESCE(a.debits_posted, 0) AS adq,
		COALESCE(a.credits_pending, 0) AS acp, COALESCE(a.credits_posted, 0) AS acq
	FROM sums s FULL JOIN ledger_accounts a ON a.name = s.name`

func verifyBalances(ctx context.Context, q store.Querier, r *Report) error {
	rows, err := q.Query(ctx, `SELECT * FROM (`+recomputed+`) both_ways
		WHERE dp <> adp OR dq <> adq OR cp <> acp OR cq <> acq OR (cq - dq - dp < 0 AND NOT `+hotRange("name")+`)
		ORDER BY name LIMIT $1`, maxOffences)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name Account
		var want, have Balance
		err := rows.Scan(&name, &want.DebitsPending, &want.DebitsPosted, &want.CreditsPending, &want.CreditsPosted,
			&have.DebitsPending, &have.DebitsPosted, &have.CreditsPending, &have.CreditsPosted)
		if err != nil {
			return err
		}
		if want != have {
			r.add("account %s: its row says %s, its transfers give %s", name, have, want)
		}
		if !name.Hot() && want.Available() < 0 {
			r.add("account %s: below zero by %s", name, -want.Available())
		}
	}
	return rows.Err()
}

// verifyClosings trusts no constraint: it looks at what each capture and void
// closes, and counts.
func verifyClosings(ctx context.Context, q store.Querier, r *Report) error {
	rows, err := q.Query(ctx, `SELECT c.id, c.pending_id, c.seq FROM ledger_transfers c
		LEFT JOIN ledger_transfers p ON p.id = c.pending_id AND p.phase = 'pending'
		WHERE c.phase IN ('capture', 'void') AND (p.id IS NULL OR c.amount > p.amount OR c.debit <> p.debit OR c.credit <> p.credit
			OR EXISTS (SELECT 1 FROM ledger_transfers other WHERE other.pending_id = c.pending_id AND other.seq < c.seq))
		ORDER BY c.seq LIMIT $1`, maxOffences)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, pendingID string
		var seq int64
		if err := rows.Scan(&id, &pendingID, &seq); err != nil {
			return err
		}
		r.add("transfer %s: does not fit the pending transfer %s that it closes, or is the second to close it", id, pendingID)
	}
	return rows.Err()
}

func (l *Ledger) verifySum(ctx context.Context, q store.Querier, r *Report) error {
	lines, err := l.TrialBalance(ctx, q)
	if err != nil {
		return err
	}
	if sum := Sum(lines); sum != 0 {
		r.add("the sum over all accounts is %s, not zero", sum)
	}
	return nil
}
