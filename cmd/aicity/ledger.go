package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/alecthomas/kong"

	"aicity.dev/aicity/internal/app"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/payment"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/task"
)

// ledgerCmd is `aicity ledger`: the books, read and checked while the city runs
// or not.
type ledgerCmd struct {
	Verify ledgerVerifyCmd `cmd:"" help:"Recompute every balance from the transfers and compare."`
	Show   ledgerShowCmd   `cmd:"" help:"Show the trial balance, an account or what belongs to a task."`
}

// booksFlags say where the books are.
type booksFlags struct {
	Data        string `help:"Folder of the embedded database." default:"data" type:"path" env:"AICITY_DATA"`
	DatabaseURL string `help:"PostgreSQL, as postgres://user@host/name; without it SQLite in the data folder." placeholder:"URL" env:"AICITY_DATABASE_URL"`
}

func (f booksFlags) open(ctx context.Context) (*store.DB, error) {
	path := filepath.Join(f.Data, app.DatabaseFile)
	if f.DatabaseURL == "" {
		// Opening would make an empty database, whose books are always right.
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("there is no city in %s: name its folder with --data, or its database with --database-url", f.Data)
		}
	}
	return store.Open(ctx, store.Options{URL: f.DatabaseURL, Path: path})
}

// with runs f on the opened books.
func (f booksFlags) with(ctx context.Context, use func(db *store.DB) error) (err error) {
	db, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return use(db)
}

type ledgerVerifyCmd struct{ booksFlags }

// Run verifies; it fails when anything is wrong.
func (c *ledgerVerifyCmd) Run(ctx context.Context, k *kong.Context) error {
	return c.with(ctx, func(db *store.DB) error {
		report, err := ledger.New().Verify(ctx, db, task.VerifyMoney, payment.VerifyMoney)
		if err != nil {
			return err
		}
		if report.OK() {
			_, err = fmt.Fprintf(k.Stdout, "The books are right: %d transfers, %d accounts, sum $0.00.\n", report.Transfers, report.Accounts)
			if err == nil && report.Head != "" {
				_, err = fmt.Fprintf(k.Stdout, "The hash chain holds %d of them and ends in %s.\n", report.Linked, report.Head)
			}
			return err
		}
		for _, offence := range report.Offences {
			if _, err := fmt.Fprintln(k.Stdout, offence); err != nil {
				return err
			}
		}
		return fmt.Errorf("the books are wrong: first, %s", report.Offences[0])
	})
}

type ledgerShowCmd struct {
	booksFlags
	Account string `help:"Statement of one account, like owner/ID/credits." placeholder:"NAME" xor:"what"`
	Ref     string `help:"Transfers of a task, top-up or withdrawal." placeholder:"ID" xor:"what"`
	Limit   int    `help:"Lines of a statement, at most 200." default:"50"`
	At      string `help:"The balances as they were at a time: RFC 3339, or a day, whose beginning in UTC is meant." placeholder:"TIME"`
}

// Run prints one table.
func (c *ledgerShowCmd) Run(ctx context.Context, k *kong.Context) error {
	return c.with(ctx, func(db *store.DB) error {
		text, err := c.render(ctx, ledger.New(), db.Read())
		if err != nil {
			return err
		}
		_, err = lipgloss.Fprintln(k.Stdout, text) // colours only where they can be shown
		return err
	})
}

func (c *ledgerShowCmd) render(ctx context.Context, books *ledger.Ledger, q store.Querier) (string, error) {
	var at time.Time
	if c.At != "" {
		var err error
		if at, err = instant(c.At); err != nil {
			return "", err
		}
	}
	switch {
	case c.Ref != "" && c.At != "":
		return "", errors.New("--at goes with balances; the transfers of --ref name their times")
	case c.Account != "" && c.At != "":
		if _, err := c.statement(ctx, books, q, 1); err != nil {
			return "", err
		}
		balance, err := books.BalanceAt(ctx, q, []ledger.Account{ledger.Account(c.Account)}, at)
		return fmt.Sprintf("%s at %s: %s", c.Account, at.Format(time.RFC3339), balance), err
	case c.At != "":
		lines, err := books.TrialBalanceAt(ctx, q, at)
		return trialBalanceTable(lines), err
	case c.Account != "":
		lines, err := c.statement(ctx, books, q, c.Limit)
		return statementTable(lines), err
	case c.Ref != "":
		records, err := books.ByRef(ctx, q, c.Ref)
		if err == nil && len(records) == 0 {
			err = fmt.Errorf("no transfer belongs to %q", c.Ref)
		}
		return transfersTable(records), err
	default:
		lines, err := books.TrialBalance(ctx, q)
		return trialBalanceTable(lines), err
	}
}

// statement is what moved last on the account; nothing is an error, because it
// tells of a misspelt name.
func (c *ledgerShowCmd) statement(ctx context.Context, books *ledger.Ledger, q store.Querier, limit int) ([]ledger.Line, error) {
	page, err := books.Statement(ctx, q, []ledger.Account{ledger.Account(c.Account)}, "", limit)
	if err == nil && len(page.Lines) == 0 {
		err = fmt.Errorf("nothing ever moved on an account %q; names are like owner/ID/credits", c.Account)
	}
	return page.Lines, err
}

// instant reads a time that a user names.
func instant(text string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is neither a day like 2026-11-01 nor a time like 2026-11-01T12:00:00Z", text)
}

// trialBalanceTable shows all accounts by kind; the balances of its last line are
// zero when the books balance. What is set aside is still in the balance.
func trialBalanceTable(lines []ledger.Group) string {
	t := newTable("Accounts", "Number", "Debits", "Credits", "Balance", "Set aside")
	var total ledger.Balance
	for _, line := range lines {
		b := line.Balance
		t.Row(line.Name, strconv.FormatInt(line.Accounts, 10), b.DebitsPosted.String(), b.CreditsPosted.String(), b.Net().String(), b.DebitsPending.String())
		total.DebitsPosted += b.DebitsPosted
		total.CreditsPosted += b.CreditsPosted
		total.DebitsPending += b.DebitsPending
	}
	t.Row("Sum", "", total.DebitsPosted.String(), total.CreditsPosted.String(), ledger.Sum(lines).String(), total.DebitsPending.String())
	return t.String()
}

// transfersTable shows transfers in the order they were made.
func transfersTable(records []ledger.Record) string {
	t := newTable("Transfer", "From", "To", "Phase", "Amount")
	for _, r := range records {
		t.Row(r.Kind, string(r.Debit), string(r.Credit), string(r.Phase), r.Amount.String())
	}
	return t.String()
}

// statementTable shows an account's transfers, newest first.
func statementTable(lines []ledger.Line) string {
	t := newTable("When", "Transfer", "Belongs to", "Change", "Balance")
	for _, line := range lines {
		t.Row(whenExactly(line.At), line.Kind, line.Ref, signed(line.Change), line.Balance.String())
	}
	return t.String()
}

func signed(c city.Cents) string {
	if c > 0 {
		return "+" + c.String()
	}
	return c.String()
}
