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
	Offences  []string // what is wrong, by id; empty when the books are right
}

// OK reports whether nothing is wrong.
func (r Report) OK() bool { return len(r.Offences) == 0 }

// maxOffences bounds a report: the first ones tell.
const maxOffences = 20

// Verify recomputes every balance from the transfers and compares: stored
// balances, floors, the sum over all accounts, and that each pending transfer
// was closed at most once and for no more than it set aside.
func (l *Ledger) Verify(ctx context.Context, db *store.DB) (Report, error) {
	var report Report
	err := db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		report = Report{}
		if err := store.LockTable(ctx, tx, "ledger_transfers"); err != nil {
			return err
		}
		for _, check := range []func(context.Context, store.Tx, *Report) error{countAll, verifyBalances, verifyClosings, verifySum} {
			if err := check(ctx, tx, &report); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Report{}, fmt.Errorf("verify ledger: %w", err)
	}
	return report, nil
}

func (r *Report) add(format string, args ...any) {
	if len(r.Offences) < maxOffences {
		r.Offences = append(r.Offences, fmt.Sprintf(format, args...))
	}
}

func countAll(ctx context.Context, tx store.Tx, r *Report) error {
	return tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM ledger_transfers), (SELECT count(*) FROM ledger_accounts)`).
		Scan(&r.Transfers, &r.Accounts)
}

// recomputed is every account's balance as the transfers give it. A pending
// transfer counts as pending while nothing has closed it.
const recomputed = `
	WITH open AS (
		SELECT p.* FROM ledger_transfers p WHERE p.phase = 'pending'
		AND NOT EXISTS (SELECT 1 FROM ledger_transfers c WHERE c.pending_id = p.id)),
	moves AS (
		SELECT debit AS name, amount AS dp, 0 AS dq, 0 AS cp, 0 AS cq, seq FROM ledger_transfers WHERE phase IN ('posted', 'capture')
		UNION ALL SELECT credit, 0, 0, amount, 0, seq FROM ledger_transfers WHERE phase IN ('posted', 'capture')
		UNION ALL SELECT debit, 0, amount, 0, 0, seq FROM open
		UNION ALL SELECT credit, 0, 0, 0, amount, seq FROM open),
	mine AS (
		SELECT m.* FROM moves m LEFT JOIN ledger_accounts a ON a.name = m.name
		WHERE NOT (m.name LIKE 'platform/%' OR m.name LIKE 'payment/%') OR m.seq <= a.rolled_up_to),
	sums AS (
		SELECT name, SUM(dp) AS dp, SUM(dq) AS dq, SUM(cp) AS cp, SUM(cq) AS cq FROM mine GROUP BY name)`

func verifyBalances(ctx context.Context, tx store.Tx, r *Report) error {
	rows, err := tx.Query(ctx, recomputed+`
		SELECT COALESCE(s.name, a.name), CAST(COALESCE(s.dp, 0) AS BIGINT), CAST(COALESCE(s.dq, 0) AS BIGINT),
			CAST(COALESCE(s.cp, 0) AS BIGINT), CAST(COALESCE(s.cq, 0) AS BIGINT),
			COALESCE(a.debits_posted, 0), COALESCE(a.debits_pending, 0), COALESCE(a.credits_posted, 0), COALESCE(a.credits_pending, 0)
		FROM sums s FULL JOIN ledger_accounts a ON a.name = s.name ORDER BY 1`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name Account
		var want, have Balance
		err := rows.Scan(&name, &want.DebitsPosted, &want.DebitsPending, &want.CreditsPosted, &want.CreditsPending,
			&have.DebitsPosted, &have.DebitsPending, &have.CreditsPosted, &have.CreditsPending)
		if err != nil {
			return err
		}
		if want != have {
			r.add("account %s: the stored balance is %+v, its transfers give %+v", name, have, want)
		}
		if !name.Hot() && want.Available() < 0 {
			r.add("account %s: below zero by %s", name, -want.Available())
		}
	}
	return rows.Err()
}

func verifyClosings(ctx context.Context, tx store.Tx, r *Report) error {
	rows, err := tx.Query(ctx, `SELECT c.id, c.pending_id FROM ledger_transfers c
		LEFT JOIN ledger_transfers p ON p.id = c.pending_id AND p.phase = 'pending'
		WHERE c.phase IN ('capture', 'void') AND (p.id IS NULL OR c.amount > p.amount OR c.debit <> p.debit OR c.credit <> p.credit)
		ORDER BY c.seq LIMIT $1`, maxOffences)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, pendingID string
		if err := rows.Scan(&id, &pendingID); err != nil {
			return err
		}
		r.add("transfer %s: does not fit the pending transfer %s that it closes", id, pendingID)
	}
	return rows.Err()
}

// verifySum checks that what is owed and what is owned balance, from the
// stored balances and from the transfers of the hot accounts.
func verifySum(ctx context.Context, tx store.Tx, r *Report) error {
	lines, err := trialBalance(ctx, tx)
	if err != nil {
		return err
	}
	var sum city.Cents
	for _, line := range lines {
		sum += line.Balance.Net()
	}
	if sum != 0 {
		r.add("the sum over all accounts is %s, not zero", sum)
	}
	return nil
}

// Line is one line of a trial balance: a kind of account, summed up.
type Line struct {
	Kind     string // "owner credits", "task holds", …
	Accounts int64
	Balance  Balance
}

// TrialBalance sums up the accounts by kind. The net of all lines is zero.
func (l *Ledger) TrialBalance(ctx context.Context, db *store.DB) ([]Line, error) {
	var lines []Line
	err := db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		var err error
		lines, err = trialBalance(ctx, tx)
		return err
	})
	return lines, err
}

func trialBalance(ctx context.Context, tx store.Tx) ([]Line, error) {
	var lines []Line
	for _, kind := range []struct{ name, pattern string }{
		{"owner credits", "owner/%/credits"}, {"task holds", "task/%/hold"}, {"agent escrow", "agent/%/escrow"},
		{"agent available", "agent/%/available"}, {"payouts in transit", "payout/%/transit"},
	} {
		line := Line{Kind: kind.name}
		err := tx.QueryRow(ctx, `SELECT count(*), CAST(COALESCE(SUM(debits_pending), 0) AS BIGINT), CAST(COALESCE(SUM(debits_posted), 0) AS BIGINT),
			CAST(COALESCE(SUM(credits_pending), 0) AS BIGINT), CAST(COALESCE(SUM(credits_posted), 0) AS BIGINT)
			FROM ledger_accounts WHERE name LIKE $1`, kind.pattern).
			Scan(&line.Accounts, &line.Balance.DebitsPending, &line.Balance.DebitsPosted, &line.Balance.CreditsPending, &line.Balance.CreditsPosted)
		if err != nil {
			return nil, fmt.Errorf("sum %s: %w", kind.name, err)
		}
		lines = append(lines, line)
	}
	hot, err := hotAccounts(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, a := range hot {
		b, err := (&Ledger{}).BalanceOf(ctx, tx, a)
		if err != nil {
			return nil, err
		}
		lines = append(lines, Line{Kind: string(a), Accounts: 1, Balance: b})
	}
	return lines, nil
}
