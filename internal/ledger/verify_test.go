package ledger_test

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// What somebody with the database in hand may do; every statement keeps all
// constraints of the schema.
func TestVerifyFindsTampering(t *testing.T) {
	t.Parallel()
	insert := func(values string) string {
		return `INSERT INTO ledger_transfers (id, debit, credit, amount, kind, ref, phase, pending_id, created_at) VALUES ` + values
	}
	cases := []struct {
		name, statement string
		names           string // what the first offence must name
	}{
		{"a cent out of nothing", `UPDATE ledger_accounts SET credits_posted = credits_posted + 1 WHERE name = 'owner/own_b/credits'`, "owner/own_b/credits"},
		{"an account gone", `DELETE FROM ledger_accounts WHERE name = 'task/tsk_1/hold'`, "task/tsk_1/hold"},
		{"an account from nowhere", `INSERT INTO ledger_accounts (name, holder, debits_pending, debits_posted, credits_pending, credits_posted)
			VALUES ('owner/own_x/credits', '', 0, 0, 0, 7)`, "owner/own_x/credits"},
		{"a roll-up that skips", `UPDATE ledger_accounts SET rolled_up_to = rolled_up_to + 100 WHERE name = 'payment/test/clearing'`, "payment/test/clearing"},
		{"a pending sum gone", `UPDATE ledger_accounts SET debits_pending = 0 WHERE name = 'owner/own_b/credits'`, "owner/own_b/credits"},
		{"a transfer past the rules", insert(`('evil', 'owner/own_b/credits', 'agent/agt_1/available', 5000, 'x', '', 'posted', NULL, 1)`), "agent/agt_1/available"},
		{"a capture of nothing", insert(`('evil', 'owner/own_b/credits', 'task/tsk_1/hold', 1, 'x', '', 'capture', 'nothing', 1)`), "owner/own_b/credits"},
		{"more captured than set aside", insert(`('evil', 'owner/own_b/credits', 'task/tsk_1/hold', 31, 'x', '', 'capture', 'aside', 1)`), "owner/own_b/credits"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				mustPost(t, db, transfer("top", clearing, buyer, 100), transfer("hold", buyer, hold, 10))
				err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
					return books.Reserve(ctx, tx, transfer("aside", buyer, hold, 30))
				})
				if err != nil {
					t.Fatal(err)
				}
				if err := books.RollUp(t.Context(), db); err != nil {
					t.Fatal(err)
				}
				mustPost(t, db, transfer("later", clearing, buyer, 5))
				mustVerify(t, db)
				err = db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
					_, err := tx.Exec(ctx, c.statement)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				report, err := books.Verify(t.Context(), db)
				if err != nil {
					t.Fatal(err)
				}
				if report.OK() || !strings.Contains(report.Offences[0], c.names) {
					t.Errorf("want an offence that names %s, got %q", c.names, report.Offences)
				}
			})
		})
	}
}

// Whoever gets past the triggers and keeps every sum right still breaks the chain.
func TestVerifyFindsWhatTheSumsHide(t *testing.T) {
	t.Parallel()
	triggers := map[store.Dialect][]string{
		store.SQLite:   {`DROP TRIGGER ledger_transfers_no_update`, `DROP TRIGGER ledger_transfers_no_delete`},
		store.Postgres: {`DROP TRIGGER ledger_transfers_append_only ON ledger_transfers`},
	}
	cases := []struct {
		name       string
		statements []string
		names      string
	}{
		{"another reference", []string{`UPDATE ledger_transfers SET ref = 'tsk_9' WHERE id = 'b'`}, "transfer b"},
		{"another time", []string{`UPDATE ledger_transfers SET created_at = created_at + 1 WHERE id = 'b'`}, "transfer b"},
		{"a swap of two", []string{
			`UPDATE ledger_transfers SET ref = 'x' WHERE id = 'b'`, `UPDATE ledger_transfers SET id = 'y' WHERE id = 'a'`,
			`UPDATE ledger_transfers SET id = 'a' WHERE id = 'b'`,
		}, "transfer y"},
		{"there and back gone", []string{`DELETE FROM ledger_transfers WHERE id IN ('there', 'back')`}, "transfer c"},
		{"the last ones gone", []string{`DELETE FROM ledger_transfers WHERE id IN ('last', 'least')`}, "number of least"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				mustPost(t, db, transfer("a", clearing, buyer, 100), transfer("b", clearing, buyer, 100))
				mustPost(t, db, transfer("there", buyer, hold, 10), transfer("back", hold, buyer, 10))
				mustPost(t, db, transfer("c", clearing, buyer, 5))
				mustPost(t, db, transfer("least", buyer, hold, 7), transfer("last", hold, buyer, 7))
				for range 2 {
					if err := books.Chain(t.Context(), db); err != nil {
						t.Fatal(err)
					}
				}
				mustPost(t, db, transfer("later", clearing, buyer, 5))
				report, err := books.Verify(t.Context(), db)
				if err != nil || !report.OK() || report.Linked != 7 || len(report.Head) != 64 {
					t.Fatalf("before: %+v, %v", report, err)
				}
				var least int64 // its number: a repeated transaction leaves gaps
				if err := db.Read().QueryRow(t.Context(), `SELECT seq FROM ledger_transfers WHERE id = 'least'`).Scan(&least); err != nil {
					t.Fatal(err)
				}
				names := strings.Replace(c.names, "of least", strconv.FormatInt(least, 10), 1)
				err = db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
					statements := append(triggers[db.Dialect()], c.statements...)
					// The balances are brought in line, as somebody who hides would do.
					statements = append(statements, `DELETE FROM ledger_accounts WHERE name = 'task/tsk_1/hold' AND
						NOT EXISTS (SELECT 1 FROM ledger_transfers WHERE debit = 'task/tsk_1/hold')`,
						`UPDATE ledger_accounts SET
						debits_posted = (SELECT COALESCE(SUM(amount), 0) FROM ledger_transfers WHERE debit = name),
						credits_posted = (SELECT COALESCE(SUM(amount), 0) FROM ledger_transfers WHERE credit = name) WHERE name NOT LIKE 'payment/%'`)
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
				report, err = books.Verify(t.Context(), db)
				if err != nil {
					t.Fatal(err)
				}
				if len(report.Offences) != 1 || !strings.Contains(report.Offences[0], names) {
					t.Errorf("want one offence that names %s, got %q", names, report.Offences)
				}
			})
		})
	}
}

// A closing that fits no pending transfer is named itself, beside the balances.
func TestVerifyNamesTheClosing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		mustPost(t, db, transfer("top", clearing, buyer, 100))
		err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO ledger_transfers (id, debit, credit, amount, kind, ref, phase, pending_id, created_at)
				VALUES ('evil', 'owner/own_b/credits', 'task/tsk_1/hold', 1, 'x', '', 'void', 'top', 1)`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		report, err := books.Verify(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		if len(report.Offences) != 1 || !strings.Contains(report.Offences[0], "transfer evil") {
			t.Errorf("offences: %q", report.Offences)
		}
	})
}

func TestTrialBalance(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		mustPost(t, db, transfer("top", clearing, buyer, 1000), transfer("top2", clearing, ledger.OwnerCredits("own_c"), 50))
		mustPost(t, db, transfer("hold", buyer, hold, 400))
		if err := books.RollUp(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		mustPost(t, db, transfer("earn", hold, escrow, 340), transfer("fee", hold, ledger.PlatformFees, 60), transfer("top3", clearing, buyer, 1))
		lines, err := books.TrialBalance(t.Context(), db.Read())
		if err != nil {
			t.Fatal(err)
		}
		type line struct {
			accounts int64
			net      string
		}
		want := map[string]line{
			"owner credits": {2, "$6.51"}, "task holds": {1, "$0.00"}, "agent escrow": {1, "$3.40"}, "agent available": {0, "$0.00"},
			"payouts in transit": {0, "$0.00"}, "disputed credits": {0, "$0.00"}, "payment/test/clearing": {1, "-$10.51"}, "platform/fees": {1, "$0.60"},
		}
		if len(lines) != len(want) {
			t.Errorf("%d lines, want %d", len(lines), len(want))
		}
		for _, g := range lines {
			if got := (line{g.Accounts, g.Balance.Net().String()}); got != want[g.Name] {
				t.Errorf("%s: %v, want %v", g.Name, got, want[g.Name])
			}
		}
		if sum := ledger.Sum(lines); sum != 0 {
			t.Errorf("sum %s", sum)
		}
	})
}
