package ledger

import (
	"context"
	"fmt"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

// RollUp moves what the transfers of hot accounts add up to into the accounts'
// rows, so that reading them stays cheap. It may run at any time, also twice.
func (l *Ledger) RollUp(ctx context.Context, db *store.DB) error {
	upTo, err := settledUpTo(ctx, db)
	if err != nil {
		return fmt.Errorf("roll up: %w", err)
	}
	accounts, err := hotAccounts(ctx, db.Read())
	if err != nil {
		return fmt.Errorf("roll up: %w", err)
	}
	// All at once: a reader counts the transfers younger than the oldest roll-up,
	// and would miss those of an account whose first roll-up is still to come.
	return db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		for _, a := range accounts {
			if err := rollUp(ctx, tx, a, upTo); err != nil {
				return fmt.Errorf("roll up %s: %w", a, err)
			}
		}
		return nil
	})
}

// settledUpTo is a sequence number up to which every transfer is committed or
// gone for good. PostgreSQL gives numbers before commit, so the newest visible
// one says nothing about smaller ones; the lock waits for those in flight, and
// is held for this one look only.
func settledUpTo(ctx context.Context, db *store.DB) (seq int64, err error) {
	err = db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		if err := store.LockTable(ctx, tx, "ledger_transfers"); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT COALESCE(MAX(seq), 0) FROM ledger_transfers`).Scan(&seq)
	})
	return seq, err
}

func rollUp(ctx context.Context, tx store.Tx, a Account, upTo int64) error {
	// The row is made first: a lock on a row that does not exist locks nothing.
	if err := upsertBalance(ctx, tx, change{Account: a}); err != nil {
		return err
	}
	var from int64
	err := tx.QueryRow(ctx, `SELECT rolled_up_to FROM ledger_accounts WHERE name = $1`+store.ForUpdate(tx), string(a)).Scan(&from)
	if err != nil || from >= upTo {
		return err
	}
	var debits, credits city.Cents
	err = tx.QueryRow(ctx, `SELECT
		CAST(COALESCE((SELECT SUM(amount) FROM ledger_by_account WHERE debit = $1 AND stretch_end > $2 AND seq > $2 AND seq <= $3), 0) AS BIGINT),
		CAST(COALESCE((SELECT SUM(amount) FROM ledger_by_account WHERE credit = $1 AND stretch_end > $2 AND seq > $2 AND seq <= $3), 0) AS BIGINT)`,
		string(a), from, upTo).Scan(&debits, &credits)
	if err != nil {
		return fmt.Errorf("sum transfers: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE ledger_accounts SET debits_posted = debits_posted + $2, credits_posted = credits_posted + $3,
		rolled_up_to = $4 WHERE name = $1`, string(a), int64(debits), int64(credits), upTo)
	if err != nil {
		return fmt.Errorf("store the sums: %w", err)
	}
	return nil
}

// hotRange is the condition that a column names a hot account, as ranges that
// an index can answer.
func hotRange(column string) string {
	return fmt.Sprintf(`(%[1]s >= 'payment/' AND %[1]s < 'payment0' OR %[1]s >= 'platform/' AND %[1]s < 'platform0')`, column)
}

// sinceRollUp is the condition that a transfer may be younger than a roll-up.
// Every hot account that has older ones was found by that roll-up.
func sinceRollUp() string {
	return `seq > COALESCE((SELECT MIN(rolled_up_to) FROM ledger_accounts WHERE ` + hotRange("name") + `), 0)`
}

// hotAccounts lists the hot accounts that were ever touched.
func hotAccounts(ctx context.Context, q store.Querier) ([]Account, error) {
	accounts, err := store.All(ctx, q, scanAccount, `SELECT name FROM ledger_accounts WHERE `+hotRange("name")+`
		UNION SELECT debit FROM ledger_transfers WHERE `+hotRange("debit")+` AND `+sinceRollUp()+`
		UNION SELECT credit FROM ledger_transfers WHERE `+hotRange("credit")+` AND `+sinceRollUp()+` ORDER BY 1`)
	if err != nil {
		return nil, fmt.Errorf("list hot accounts: %w", err)
	}
	return accounts, nil
}

func scanAccount(row store.Row) (a Account, err error) {
	err = row.Scan(&a)
	return a, err
}
