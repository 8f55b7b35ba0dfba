package ledger_test

import (
	"context"
	"io/fs"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// The database keeps other money out of the books, on either side of a transfer.
func TestOneCurrency(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		mustPost(t, db, transfer("top", clearing, buyer, 100))
		for _, statement := range []string{
			`INSERT INTO ledger_transfers (id, debit, credit, amount, kind, ref, phase, created_at, currency)
				VALUES ('eur', 'owner/own_b/credits', 'task/tsk_1/hold', 1, 'hold', 'tsk_1', 'posted', 1, 'EUR')`,
			`INSERT INTO ledger_accounts (name, holder, debits_pending, debits_posted, credits_pending, credits_posted, currency)
				VALUES ('owner/own_e/credits', '', 0, 0, 0, 0, 'EUR')`,
			`UPDATE ledger_accounts SET currency = 'EUR'`,
		} {
			err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
				_, err := tx.Exec(ctx, statement)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), "_currency") {
				t.Errorf("%s: %v", statement, err)
			}
		}
		mustVerify(t, db)
	})
}

// Books that were begun before amounts named their currency are taken over as
// they are.
func TestCurrencyComesToOldBooks(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		run := func(statements ...string) {
			t.Helper()
			err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
				for _, s := range statements {
					if _, err := tx.Exec(ctx, s); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		folder := map[store.Dialect]string{store.SQLite: "sqlite", store.Postgres: "postgres"}[db.Dialect()]
		text, err := fs.ReadFile(store.Migrations(), "migrations/"+folder+"/00313_currency.sql")
		if err != nil {
			t.Fatal(err)
		}
		_, down, _ := strings.Cut(string(text), "-- +goose Down")
		for statement := range strings.SplitSeq(strings.TrimSpace(down), ";") {
			if strings.TrimSpace(statement) != "" {
				run(statement)
			}
		}
		run(`DELETE FROM goose_db_version WHERE version_id = 313`)
		mustPost(t, db, transfer("top", clearing, buyer, 100), transfer("hold", buyer, hold, 10))
		if err := books.Chain(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		mustPost(t, db, transfer("later", buyer, hold, 5))
		mustVerify(t, db)
		var transfers, accounts int
		err = db.Read().QueryRow(t.Context(), `SELECT (SELECT count(*) FROM ledger_transfers WHERE currency = 'USD'),
			(SELECT count(*) FROM ledger_accounts WHERE currency = 'USD')`).Scan(&transfers, &accounts)
		if err != nil || transfers != 3 || accounts != 2 {
			t.Errorf("%d transfers and %d accounts in USD, %v", transfers, accounts, err)
		}
	})
}
