package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"aicity.dev/aicity/internal/app"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// attack is what somebody does to the books who has the database in hand and no
// guard in the way.
type attack struct {
	name       string
	linked     bool // the transfers are in the hash chain
	rolledUp   bool
	statements []string
	shows      bool     // the balances are left as they are, and not brought in line to hide it
	want       []string // how each line that the command prints begins, in order
}

func plant(id, debit, credit string, amount int, kind, ref string) string {
	return plantPhase(id, debit, credit, amount, kind, ref, "posted", "NULL")
}

func plantPhase(id, debit, credit string, amount int, kind, ref, phase, pending string) string {
	return fmt.Sprintf(`INSERT INTO ledger_transfers (id, debit, credit, amount, kind, ref, phase, pending_id, created_at)
		VALUES ('%s', '%s', '%s', %d, '%s', '%s', '%s', %s, 1)`, id, debit, credit, amount, kind, ref, phase, pending)
}

func gone(id string) string { return `DELETE FROM ledger_transfers WHERE id = '` + id + `'` }

// attacks has each offence that the command can report.
var attacks = []attack{
	{name: "a balance that no transfer made", statements: []string{
		`UPDATE ledger_accounts SET credits_posted = credits_posted + 5, debits_posted = debits_posted + 5 WHERE name = 'agent/agt_1/available'`,
	}, shows: true, want: []string{"account agent/agt_1/available: its row says"}},
	{name: "credits spent that never came", statements: []string{gone("top_poor/top_up"), `UPDATE top_ups SET status = 'declined' WHERE id = 'top_poor'`},
		want: []string{"account owner/own_poor/credits: below zero by $9.00"}},
	{name: "a cent in no account", rolledUp: true, statements: []string{`DELETE FROM ledger_accounts WHERE name = 'platform/fees'`},
		shows: true, want: []string{"the sum over all accounts is -$12.30, not zero"}},
	{name: "other money", statements: []string{
		`UPDATE ledger_transfers SET currency = 'EUR' WHERE id = 'tsk_running/hold'`, `UPDATE ledger_accounts SET currency = 'EUR' WHERE name = 'task/tsk_running/hold'`,
	}, want: []string{"transfer tsk_running/hold: its currency is EUR, the books are kept in USD", "account task/tsk_running/hold: its currency is EUR"}},
	{name: "a closing of nothing", statements: []string{
		plantPhase("evil", "owner/own_1/credits", "task/tsk_running/hold", 1, "hold", "tsk_running", "void", "'top_1/top_up'"),
	}, want: []string{"transfer evil: does not fit the pending transfer top_1/top_up", "task tsk_running: its hold is not its budget", "transfer evil: it moves on a way"}},
	{name: "closed for more than was set aside", statements: []string{
		plantPhase("aside", "owner/own_1/credits", "task/tsk_running/hold", 10, "aside", "tsk_running", "pending", "NULL"),
		plantPhase("evil", "owner/own_1/credits", "task/tsk_running/hold", 11, "aside", "tsk_running", "capture", "'aside'"),
	}, want: []string{"transfer evil: does not fit the pending transfer aside", "transfer aside: it moves on a way", "transfer evil: it moves on a way"}},
	{name: "closed a second time", statements: []string{
		plantPhase("aside", "owner/own_1/credits", "task/tsk_running/hold", 10, "aside", "tsk_running", "pending", "NULL"),
		plantPhase("first", "owner/own_1/credits", "task/tsk_running/hold", 10, "aside", "tsk_running", "void", "'aside'"),
		plantPhase("second", "owner/own_1/credits", "task/tsk_running/hold", 10, "aside", "tsk_running", "void", "'aside'"),
	}, want: []string{
		"transfer second: does not fit the pending transfer aside that it closes, or is the second", "transfer aside: it moves", "transfer first: it moves", "transfer second: it moves",
	}},

	{name: "a transfer changed", linked: true, statements: []string{`UPDATE ledger_transfers SET created_at = created_at + 1 WHERE id = 'tsk_charged/earn'`},
		want: []string{"transfer tsk_charged/earn: it, or the one before it, is not what was linked"}},
	{name: "a transfer in between", linked: true, statements: []string{
		`DELETE FROM ledger_chain WHERE seq = (SELECT seq FROM ledger_transfers WHERE id = 'tsk_charged/fee')`,
	}, want: []string{"transfer tsk_charged/fee: it was put between older ones"}},
	{name: "the last transfer gone", linked: true, statements: []string{gone("wdr_pending/withdrawal"), `DELETE FROM withdrawals WHERE id = 'wdr_pending'`},
		want: []string{"transfer number "}},

	{name: "a task gone", statements: []string{`DELETE FROM tasks WHERE id = 'tsk_running'`}, want: []string{"task tsk_running: there is no such task"}},
	{name: "another budget", statements: []string{`UPDATE tasks SET max_budget = 900 WHERE id = 'tsk_running'`}, want: []string{"task tsk_running: its hold is not its budget"}},
	{name: "a hold closed twice", statements: []string{
		gone("tsk_charged/rest"), plant("tsk_charged/void", "task/tsk_charged/hold", "owner/own_1/credits", 700, "void", "tsk_charged"),
	}, want: []string{"task tsk_charged: its hold was closed twice"}},
	{name: "held again without a return", statements: []string{gone("tsk_overturned/void")}, want: []string{"task tsk_overturned: it was held again though"}},
	{name: "a rest that stays in the hold", statements: []string{gone("tsk_charged/rest")}, want: []string{"task tsk_charged: charge and rest are not the hold"}},
	{name: "another fee than the rule's", statements: []string{
		`UPDATE ledger_transfers SET amount = 254 WHERE id = 'tsk_charged/earn'`, `UPDATE ledger_transfers SET amount = 46 WHERE id = 'tsk_charged/fee'`,
		`UPDATE tasks SET fee = 46 WHERE id = 'tsk_charged'`,
	}, want: []string{"task tsk_charged: the fee is not what the rule says"}},
	{name: "another charge", statements: []string{`UPDATE tasks SET charge = 301 WHERE id = 'tsk_charged'`}, want: []string{"task tsk_charged: it says another charge or fee"}},
	{name: "released and reversed", statements: []string{
		plant("tsk_charged/release", "agent/agt_1/escrow", "agent/agt_1/available", 155, "release", "tsk_charged"),
		plant("tsk_charged/reverse", "agent/agt_1/escrow", "owner/own_1/credits", 100, "reverse", "tsk_charged"),
	}, want: []string{"task tsk_charged: escrow was released and reversed"}},
	{name: "released in part", statements: []string{
		plant("tsk_charged/release", "agent/agt_1/escrow", "agent/agt_1/available", 155, "release", "tsk_charged"),
	}, want: []string{"task tsk_charged: not all of escrow, or more, was released"}},
	{name: "reversed in part", statements: []string{
		plant("tsk_charged/reverse", "agent/agt_1/escrow", "owner/own_1/credits", 100, "reverse", "tsk_charged"),
	}, want: []string{"task tsk_charged: not all of escrow, or more, was reversed"}},
	{name: "set aside in part", statements: []string{
		plantPhase("tsk_charged/refund_requested", "agent/agt_1/escrow", "owner/own_1/credits", 100, "refund_requested", "tsk_charged", "pending", "NULL"),
	}, want: []string{"task tsk_charged: not all of escrow, or more, was set aside for a refund"}},
	{name: "neither given nor denied", statements: []string{gone("tsk_denied/refund_denied")},
		want: []string{"task tsk_denied: what was set aside for a refund was neither given nor freed"}},
	{name: "given past what was set aside", statements: []string{
		gone("tsk_granted/reverse"), plant("tsk_granted/reverse", "agent/agt_1/escrow", "owner/own_1/credits", 255, "reverse", "tsk_granted"),
		plantPhase("tsk_granted/refund_denied", "agent/agt_1/escrow", "owner/own_1/credits", 255, "refund_denied", "tsk_granted", "void", "'tsk_granted/refund_requested'"),
	}, want: []string{"task tsk_granted: what was set aside for a refund was neither given nor freed, or both"}},
	{name: "freed while an operator decides", statements: []string{
		plantPhase("tsk_contested/refund_denied", "agent/agt_1/escrow", "owner/own_1/credits", 255, "refund_denied", "tsk_contested", "void", "'tsk_contested/refund_requested'"),
	}, want: []string{"task tsk_contested: what was set aside for a refund was freed though an operator decides"}},
	{name: "failed and kept", statements: []string{`UPDATE tasks SET status = 'failed' WHERE id = 'tsk_running'`}, want: []string{"task tsk_running: it ended without a charge and its hold was not returned"}},
	{name: "refunded in words", statements: []string{`UPDATE tasks SET status = 'refunded' WHERE id = 'tsk_charged'`}, want: []string{"task tsk_charged: it was refunded and escrow was not reversed"}},
	{name: "failed and goes on", statements: []string{`UPDATE tasks SET status = 'executing' WHERE id = 'tsk_failed'`}, want: []string{"task tsk_failed: its hold was returned though it has not failed"}},
	{name: "completed for nothing", statements: []string{`UPDATE tasks SET status = 'completed' WHERE id = 'tsk_running'`}, want: []string{"task tsk_running: it was completed and its hold is still there"}},
	{name: "charged before its time", statements: []string{`UPDATE tasks SET status = 'executing' WHERE id = 'tsk_charged'`}, want: []string{"task tsk_charged: it was charged though it is not completed"}},
	{name: "reversed and goes on", statements: []string{`UPDATE tasks SET status = 'completed' WHERE id = 'tsk_refunded'`}, want: []string{"task tsk_refunded: escrow was reversed though it is not refunded"}},
	{name: "released in words", statements: []string{`UPDATE tasks SET released_at = 1 WHERE id = 'tsk_charged'`}, want: []string{"task tsk_charged: it says that escrow was released"}},
	{name: "released in secret", statements: []string{`UPDATE tasks SET released_at = NULL WHERE id = 'tsk_released'`}, want: []string{"task tsk_released: escrow was released though it says"}},
	{name: "another agent's earnings", statements: []string{`UPDATE ledger_transfers SET credit = 'agent/agt_2/escrow' WHERE id = 'tsk_charged/earn'`},
		want: []string{"transfer tsk_charged/earn: it moves on a way"}},

	{name: "credits without a top-up", statements: []string{plant("evil", "payment/testpay/clearing", "owner/own_1/credits", 100_000, "top_up", "top_none")},
		want: []string{"transfer evil: what it belongs to does not exist"}},
	{name: "a top-up without credits", statements: []string{gone("top_2/top_up")}, want: []string{"top-up top_2: it was paid, and its credits are not its amount"}},
	{name: "a declined top-up with credits", statements: []string{`UPDATE top_ups SET status = 'declined' WHERE id = 'top_2'`}, want: []string{"top-up top_2: it was not paid and moved money"}},
	{name: "a top-up for somebody else", statements: []string{`UPDATE ledger_transfers SET credit = 'owner/own_2/credits' WHERE id = 'top_2/top_up'`}, want: []string{"transfer top_2/top_up: it moves on a way"}},
	{name: "another withdrawal", statements: []string{`UPDATE withdrawals SET amount = 1001 WHERE id = 'wdr_pending'`}, want: []string{"withdrawal wdr_pending: what was taken from the wallet is not its amount"}},
	{name: "paid out ahead", statements: []string{plant("wdr_pending/paid", "payout/wdr_pending/transit", "payment/testpay/clearing", 1000, "payout", "wdr_pending")},
		want: []string{"withdrawal wdr_pending: it is on its way and was paid out or returned"}},
	{name: "paid in words", statements: []string{`UPDATE withdrawals SET status = 'paid' WHERE id = 'wdr_failed'`}, want: []string{"withdrawal wdr_failed: it was paid, and its amount did not leave"}},
	{name: "failed in words", statements: []string{`UPDATE withdrawals SET status = 'failed' WHERE id = 'wdr_paid'`}, want: []string{"withdrawal wdr_paid: it failed, and its amount is not back"}},
	{name: "a return to another agent", statements: []string{`UPDATE ledger_transfers SET credit = 'agent/agt_2/available' WHERE id = 'wdr_failed/returned'`}, want: []string{"transfer wdr_failed/returned: it moves on a way"}},
	{name: "a debt let off", statements: []string{`UPDATE payment_disputes SET debt = debt - 1 WHERE id = 'du_open'`}, want: []string{"dispute du_open: its debt is"}},
	{name: "frozen after the end", statements: []string{`UPDATE payment_disputes SET status = 'lost' WHERE id = 'du_open'`}, want: []string{"dispute du_open: $0.00 should be frozen"}},
	{name: "earnings not given back", statements: []string{
		gone("du_won/returned"), `UPDATE ledger_transfers SET amount = amount + 60 WHERE id = 'du_won/won'`,
	}, want: []string{
		"account agent/agt_poor/available: below zero by $0.60", "dispute du_won: what agents' earnings repaid and what they got back differ by $0.60",
		"dispute du_open: its owner owes money and has $0.60 free in owner/own_poor/credits",
	}},
	{name: "a debt repaid by somebody else's agent", statements: []string{
		`UPDATE ledger_transfers SET debit = 'agent/agt_1/available' WHERE id = 'du_open/repaid'`,
		`UPDATE ledger_accounts SET debits_posted = debits_posted - 170 WHERE name = 'agent/agt_poor/available'`,
		`UPDATE ledger_accounts SET debits_posted = debits_posted + 170 WHERE name = 'agent/agt_1/available'`,
		`UPDATE payment_disputes SET debt = 0 WHERE id = 'du_open'`, plant("du_open/repaid/all", "owner/own_1/credits", "platform/debts", 200, "dispute_repaid", "du_open"),
		`UPDATE ledger_accounts SET debits_posted = debits_posted + 200 WHERE name = 'owner/own_1/credits'`,
	}, want: []string{"dispute du_open: $1.70 of it was repaid from agent/agt_1/available, which is not its owner's", "transfer du_open/repaid/all: it moves on a way"}},
	{name: "earnings kept from a debt", statements: []string{
		gone("du_open/repaid"), `UPDATE payment_disputes SET debt = 370 WHERE id = 'du_open'`,
		`UPDATE ledger_accounts SET debits_posted = debits_posted - 170 WHERE name = 'agent/agt_poor/available'`,
	}, want: []string{"dispute du_open: its owner owes money and has $1.70 free in agent/agt_poor/available"}},
	{name: "credits kept from a debt", statements: []string{
		`UPDATE ledger_transfers SET amount = amount - 50 WHERE id = 'du_open/frozen'`, `UPDATE ledger_transfers SET amount = amount + 50 WHERE id = 'du_open/missing'`,
		`UPDATE payment_disputes SET debt = debt + 50 WHERE id = 'du_open'`,
		`UPDATE ledger_accounts SET debits_posted = debits_posted - 50 WHERE name = 'owner/own_poor/credits'`,
	}, want: []string{"dispute du_open: its owner owes money and has $0.50 free in owner/own_poor/credits"}},
	{name: "a dispute's money for somebody else", statements: []string{`UPDATE ledger_transfers SET credit = 'owner/own_2/credits' WHERE id = 'du_won/won'`}, want: []string{"account owner/own_poor/credits: below zero by $1.00", "transfer du_won/won: it moves on a way"}},
}

// Each offence is found in a real database, printed first, and ends the command
// with 1.
func TestVerifyNamesEachOffence(t *testing.T) {
	t.Parallel()
	for _, a := range attacks {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			for _, engine := range []string{"sqlite", "postgres"} {
				t.Run(engine, func(t *testing.T) {
					t.Parallel()
					options, where := emptyBooks(t, engine)
					db, err := store.Open(t.Context(), options)
					if err != nil {
						t.Fatal(err)
					}
					t.Cleanup(func() { _ = db.Close() })
					keepBooks(t, db)
					if a.rolledUp {
						if err := ledger.New().RollUp(t.Context(), db); err != nil {
							t.Fatal(err)
						}
					}
					if a.linked {
						if err := ledger.New().Chain(t.Context(), db); err != nil {
							t.Fatal(err)
						}
					}
					if code, out, complaint := verify(t, where); code != 0 {
						t.Fatalf("before: %d, %s%s", code, out, complaint)
					}
					a.carryOut(t, db)
					code, out, complaint := verify(t, where)
					lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
					fits := len(lines) == len(a.want)
					for i := 0; fits && i < len(lines); i++ {
						fits = strings.HasPrefix(lines[i], a.want[i])
					}
					if code != 1 || !fits {
						t.Errorf("%d, want lines like %q, got %q", code, a.want, lines)
					}
					if want := "aicity: the books are wrong: first, " + lines[0] + "\n"; complaint != want {
						t.Errorf("it complains %q, want %q", complaint, want)
					}
				})
			}
		})
	}
}

// emptyBooks is a migrated database, and the flags that lead the command there.
func emptyBooks(t *testing.T, engine string) (store.Options, []string) {
	t.Helper()
	if engine == "postgres" {
		url := storetest.PostgresURL(t)
		return store.Options{URL: url}, []string{"--database-url", url}
	}
	folder := t.TempDir()
	options := store.Options{Path: filepath.Join(folder, app.DatabaseFile)}
	storetest.SQLiteFile(t, options.Path)
	return options, []string{"--data", folder}
}

func verify(t *testing.T, where []string) (code int, out, complaint string) {
	t.Helper()
	var stdout, stderr strings.Builder
	code = run(t.Context(), append([]string{"ledger", "verify"}, where...), kong.Writers(&stdout, &stderr))
	return code, stdout.String(), stderr.String()
}

// carryOut takes the guards away, attacks, and brings the balances in line, as
// somebody who hides would do.
func (a attack) carryOut(t *testing.T, db *store.DB) {
	t.Helper()
	statements := append(guards(t, db), a.statements...)
	if !a.shows {
		statements = append(statements, `INSERT INTO ledger_accounts (name, holder, debits_pending, debits_posted, credits_pending, credits_posted)
			SELECT name, '', 0, 0, 0, 0 FROM (SELECT debit AS name FROM ledger_transfers UNION SELECT credit FROM ledger_transfers) used
			WHERE name NOT LIKE 'p%' OR name LIKE 'payout/%' ON CONFLICT (name) DO NOTHING`,
			`UPDATE ledger_accounts SET
			debits_posted = (SELECT COALESCE(SUM(amount), 0) FROM ledger_transfers WHERE debit = name AND phase IN ('posted', 'capture')),
			credits_posted = (SELECT COALESCE(SUM(amount), 0) FROM ledger_transfers WHERE credit = name AND phase IN ('posted', 'capture')),
			debits_pending = (SELECT COALESCE(SUM(amount), 0) FROM ledger_transfers p WHERE debit = name AND `+open+`),
			credits_pending = (SELECT COALESCE(SUM(amount), 0) FROM ledger_transfers p WHERE credit = name AND `+open+`)`)
	}
	err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		for _, s := range statements {
			if _, err := tx.Exec(ctx, s); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// open is that a transfer p sets something aside and nothing has closed it.
const open = `phase = 'pending' AND NOT EXISTS (SELECT 1 FROM ledger_transfers c WHERE c.pending_id = p.id)`

// guards takes away what the database refuses by itself.
func guards(t *testing.T, db *store.DB) []string {
	t.Helper()
	statements := []string{`DROP INDEX ledger_transfers_pending_id`, `PRAGMA ignore_check_constraints = TRUE`}
	query := `SELECT 'DROP TRIGGER ' || name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'ledger_%'`
	if db.Dialect() == store.Postgres {
		statements = []string{`DROP INDEX ledger_transfers_pending_id`, `ALTER TABLE ledger_accounts DROP CONSTRAINT ledger_accounts_floor`,
			`ALTER TABLE ledger_accounts DROP CONSTRAINT ledger_accounts_currency`, `ALTER TABLE ledger_transfers DROP CONSTRAINT ledger_transfers_currency`}
		query = `SELECT 'DROP TRIGGER ' || tgname || ' ON ' || tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'ledger_%'`
	}
	rows, err := db.Read().Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var drop string
		if err := rows.Scan(&drop); err != nil {
			t.Fatal(err)
		}
		statements = append(statements, drop)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return statements
}
