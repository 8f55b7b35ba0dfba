package ledger

import (
	"context"
	"fmt"
	"math"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

// BalanceOf returns the balance of an account; an account that was never
// touched has a zero balance.
func (l *Ledger) BalanceOf(ctx context.Context, q store.Querier, a Account) (Balance, error) {
	stored, err := readBalance(ctx, q, a)
	if err != nil || !a.Hot() {
		return stored, err
	}
	// The stored row of a hot account is its roll-up; what came later is summed.
	rest, err := sumSince(ctx, q, a)
	return stored.plus(rest), err
}

// sumSince adds up the transfers of a hot account since its roll-up. Hot
// accounts take no pending transfers, so posted sums are all there is.
func sumSince(ctx context.Context, q store.Querier, a Account) (Balance, error) {
	var b Balance
	err := q.QueryRow(ctx, `SELECT
		CAST(COALESCE((SELECT SUM(amount) FROM ledger_transfers WHERE debit = $1 AND phase IN ('posted', 'capture')
			AND seq > COALESCE((SELECT rolled_up_to FROM ledger_accounts WHERE name = $1), 0)), 0) AS BIGINT),
		CAST(COALESCE((SELECT SUM(amount) FROM ledger_transfers WHERE credit = $1 AND phase IN ('posted', 'capture')
			AND seq > COALESCE((SELECT rolled_up_to FROM ledger_accounts WHERE name = $1), 0)), 0) AS BIGINT)`, string(a)).
		Scan(&b.DebitsPosted, &b.CreditsPosted)
	if err != nil {
		return Balance{}, fmt.Errorf("sum transfers of %s: %w", a, err)
	}
	return b, nil
}

// RollUp moves what hot accounts have summed up so far into their rows, so that
// reading them stays cheap. While it runs nobody posts: on PostgreSQL sequence
// numbers are given before commit, and a late small one must not be missed.
func (l *Ledger) RollUp(ctx context.Context, db *store.DB) error {
	return db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		if err := store.LockTable(ctx, tx, "ledger_transfers"); err != nil {
			return err
		}
		hot, err := hotAccounts(ctx, tx)
		if err != nil {
			return err
		}
		var last int64
		if err := tx.QueryRow(ctx, `SELECT COALESCE(MAX(seq), 0) FROM ledger_transfers`).Scan(&last); err != nil {
			return fmt.Errorf("roll up: %w", err)
		}
		for _, a := range hot {
			rest, err := sumSince(ctx, tx, a)
			if err != nil {
				return err
			}
			if err := upsertBalance(ctx, tx, a, "", rest); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `UPDATE ledger_accounts SET rolled_up_to = $2 WHERE name = $1`, string(a), last); err != nil {
				return fmt.Errorf("roll up %s: %w", a, err)
			}
		}
		return nil
	})
}

// hotAccounts lists the hot accounts that were ever touched. There are few, and
// both conditions read an index.
func hotAccounts(ctx context.Context, q store.Querier) ([]Account, error) {
	rows, err := q.Query(ctx, `SELECT DISTINCT debit FROM ledger_transfers WHERE debit >= 'payment/' AND debit < 'platform0'
		UNION SELECT DISTINCT credit FROM ledger_transfers WHERE credit >= 'payment/' AND credit < 'platform0' ORDER BY 1`)
	if err != nil {
		return nil, fmt.Errorf("list hot accounts: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var accounts []Account
	for rows.Next() {
		var a Account
		if err := rows.Scan(&a); err != nil {
			return nil, fmt.Errorf("list hot accounts: %w", err)
		}
		if a.Hot() {
			accounts = append(accounts, a)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list hot accounts: %w", err)
	}
	return accounts, nil
}

// HeldFor is what is held of an owner's money in accounts that are not in the
// owner's name: open holds of tasks.
func (l *Ledger) HeldFor(ctx context.Context, q store.Querier, ownerID string) (city.Cents, error) {
	var held city.Cents
	err := q.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(credits_posted - debits_posted), 0) AS BIGINT) FROM ledger_accounts
		WHERE holder = $1`, ownerID).Scan(&held)
	if err != nil {
		return 0, fmt.Errorf("sum holds: %w", err)
	}
	return held, nil
}

// Statement lists the transfers of an account, newest first, before a sequence
// number (0 for the newest).
func (l *Ledger) Statement(ctx context.Context, q store.Querier, a Account, before int64, limit int) ([]Record, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	// Two indexed reads merged: an OR would read the whole table on one engine.
	return records(ctx, q, `SELECT `+recordColumns+` FROM (
		SELECT * FROM (SELECT * FROM ledger_transfers WHERE debit = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3) d
		UNION ALL
		SELECT * FROM (SELECT * FROM ledger_transfers WHERE credit = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3) c
		) both_sides ORDER BY seq DESC LIMIT $3`, string(a), before, limit)
}

// ByRef lists the transfers of a task, top-up or payout, oldest first.
func (l *Ledger) ByRef(ctx context.Context, q store.Querier, ref string) ([]Record, error) {
	return records(ctx, q, `SELECT `+recordColumns+` FROM ledger_transfers WHERE ref = $1 ORDER BY seq`, ref)
}

func records(ctx context.Context, q store.Querier, query string, args ...any) ([]Record, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list transfers: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var list []Record
	for rows.Next() {
		r, err := scanRecord(rows)
		if err != nil {
			return nil, fmt.Errorf("scan transfer: %w", err)
		}
		list = append(list, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list transfers: %w", err)
	}
	return list, nil
}
