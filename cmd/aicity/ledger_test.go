package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/app"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// booksFolder is a data folder with a few transfers.
func booksFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(folder, app.DatabaseFile), Clock: storetest.NewClock()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	err = db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO tasks (id, buyer_id, submitter_id, direct_id, agent_id, agent_owner_id, category, status, description, tags,
			max_budget, deadline_us, acceptance, repo, ref, sealed_token, has_code, archive_id, size_class, quote, routing, passed_over, sandbox_id,
			fail_code, fail_reason, charge, fee, thumbs, rating, reason, comment, created_at) VALUES ('tsk_1', 'own_1', '', '', '', '', 'research',
			'submitted', '', '[]', 1200, 0, '{}', '', '', '', 0, '', '', '{}', '{}', '[]', '', '', '', 0, 0, '', 0, '', '', 0)`)
		if err != nil {
			return err
		}
		return ledger.New().Post(ctx, tx,
			ledger.Transfer{ID: "1", Debit: ledger.PaymentClearing("testpay"), Credit: ledger.OwnerCredits("own_1"), Amount: 5000, Kind: "top_up", Ref: "top_1"},
			ledger.Transfer{ID: "2", Debit: ledger.OwnerCredits("own_1"), Credit: ledger.TaskHold("tsk_1"), Amount: 1200, Kind: "hold", Ref: "tsk_1"})
	})
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// A name that is mistyped is not an account without movements.
func TestLedgerShowOfNothing(t *testing.T) {
	t.Parallel()
	folder := booksFolder(t)
	for _, args := range [][]string{{"--account", "owner/own_1/credit"}, {"--ref", "tsk_2"}} {
		out, err := printed(t, append([]string{"ledger", "show", "--data", folder}, args...)...)
		if err == nil || !strings.Contains(err.Error(), args[1]) || out != "" {
			t.Errorf("%v: %q, %v", args, out, err)
		}
	}
}

func TestLedgerShow(t *testing.T) {
	t.Parallel()
	folder := booksFolder(t)
	const trial = `
╭──────────────────────────┬────────┬────────┬─────────┬─────────┬───────────╮
│ Accounts                 │ Number │ Debits │ Credits │ Balance │ Set aside │
├──────────────────────────┼────────┼────────┼─────────┼─────────┼───────────┤
│ owner credits            │      1 │ $12.00 │  $50.00 │  $38.00 │     $0.00 │
│ disputed credits         │      0 │  $0.00 │   $0.00 │   $0.00 │     $0.00 │
│ task holds               │      1 │  $0.00 │  $12.00 │  $12.00 │     $0.00 │
│ agent escrow             │      0 │  $0.00 │   $0.00 │   $0.00 │     $0.00 │
│ agent available          │      0 │  $0.00 │   $0.00 │   $0.00 │     $0.00 │
│ payouts in transit       │      0 │  $0.00 │   $0.00 │   $0.00 │     $0.00 │
│ payment/testpay/clearing │      1 │ $50.00 │   $0.00 │ -$50.00 │     $0.00 │
│ Sum                      │        │ $62.00 │  $62.00 │   $0.00 │     $0.00 │
╰──────────────────────────┴────────┴────────┴─────────┴─────────┴───────────╯
`
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"trial balance", nil, trial},
		{"a task", []string{"--ref", "tsk_1"}, `
╭──────────┬─────────────────────┬─────────────────┬────────┬────────╮
│ Transfer │ From                │ To              │ Phase  │ Amount │
├──────────┼─────────────────────┼─────────────────┼────────┼────────┤
│ hold     │ owner/own_1/credits │ task/tsk_1/hold │ posted │ $12.00 │
╰──────────┴─────────────────────┴─────────────────┴────────┴────────╯
`},
		{"an account before anything", []string{"--account", "owner/own_1/credits", "--at", "2026-03-01"}, `
owner/own_1/credits at 2026-03-01T00:00:00Z: $0.00
`},
		{"an account at a time", []string{"--account", "owner/own_1/credits", "--at", "2026-03-01T14:00:01+02:00"}, `
owner/own_1/credits at 2026-03-01T12:00:01Z: $38.00
`},
		{"the trial balance at a time", []string{"--at", "2026-03-02"}, trial},
		{"an account", []string{"--account", "owner/own_1/credits"}, `
╭─────────────────────┬──────────┬────────────┬─────────┬─────────╮
│ When                │ Transfer │ Belongs to │  Change │ Balance │
├─────────────────────┼──────────┼────────────┼─────────┼─────────┤
│ 2026-03-01 12:00:00 │ hold     │ tsk_1      │ -$12.00 │  $38.00 │
│ 2026-03-01 12:00:00 │ top_up   │ top_1      │ +$50.00 │  $50.00 │
╰─────────────────────┴──────────┴────────────┴─────────┴─────────╯
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := printed(t, append([]string{"ledger", "show", "--data", folder}, c.args...)...)
			if err != nil || got != strings.TrimPrefix(c.want, "\n") {
				t.Errorf("%v\n%s", err, got)
			}
		})
	}
}

func TestLedgerVerify(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	storetest.SQLiteFile(t, filepath.Join(folder, app.DatabaseFile))
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(folder, app.DatabaseFile)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	keepBooks(t, db)
	got, err := printed(t, "ledger", "verify", "--data", folder)
	if err != nil || got != "The books are right: 68 transfers, 20 accounts, sum $0.00.\n" {
		t.Errorf("%q, %v", got, err)
	}
}

// A name that never was is an error, not an account without money.
func TestLedgerShowOfNoAccount(t *testing.T) {
	t.Parallel()
	folder := booksFolder(t)
	for _, more := range [][]string{nil, {"--at", "2026-03-02"}} {
		got, err := printed(t, append([]string{"ledger", "show", "--data", folder, "--account", "owner/own_9/credits"}, more...)...)
		if err == nil || !strings.Contains(err.Error(), `nothing ever moved on an account "owner/own_9/credits"`) {
			t.Errorf("%q: %q, %v", more, got, err)
		}
	}
}

func TestLedgerNeedsACity(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, command := range []string{"verify", "show"} {
		if _, err := printed(t, "ledger", command, "--data", folder); err == nil || !strings.Contains(err.Error(), "there is no city in "+folder) {
			t.Errorf("%s: %v", command, err)
		}
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 0 {
		t.Errorf("made %v, %v", entries, err)
	}
}
