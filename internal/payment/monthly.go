package payment

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/ledger"
)

// Statement is a month of a buyer's credits or an agent's wallet.
type Statement struct {
	Month            string // "2026-11", in UTC
	From, To         time.Time
	Opening, Closing city.Cents
	Transactions     []Transaction // oldest first
	Cut              bool          // the oldest are left out: there were too many
}

// monthLayout is how a month is written.
const monthLayout = "2006-01"

// MonthlyStatement returns a month of an owner's credits. Errors: VALIDATION_ERROR.
func (s *Service) MonthlyStatement(ctx context.Context, ownerID, month string) (Statement, error) {
	return s.monthly(ctx, month, ledger.OwnerCredits(ownerID))
}

// AgentMonthlyStatement returns a month of an agent's wallet, escrow and
// available together. Errors: VALIDATION_ERROR.
func (s *Service) AgentMonthlyStatement(ctx context.Context, agentID, month string) (Statement, error) {
	return s.monthly(ctx, month, walletOf(agentID)...)
}

func (s *Service) monthly(ctx context.Context, month string, accounts ...ledger.Account) (Statement, error) {
	month, from, err := s.monthNamed(month)
	if err != nil {
		return Statement{}, err
	}
	p, err := s.ledger.Between(ctx, s.db.Read(), accounts, from, from.AddDate(0, 1, 0))
	if err != nil {
		return Statement{}, fmt.Errorf("monthly statement: %w", err)
	}
	st := Statement{Month: month, From: p.From, To: p.To, Opening: p.Opening, Closing: p.Closing, Cut: p.Cut}
	for _, line := range p.Lines {
		st.Transactions = append(st.Transactions, transactionOf(line))
	}
	return st, nil
}

// monthNamed is a month and its first instant; "" is this one. Errors:
// VALIDATION_ERROR.
func (s *Service) monthNamed(month string) (string, time.Time, error) {
	if month == "" {
		month = s.db.Clock().Now().UTC().Format(monthLayout)
	}
	from, err := time.Parse(monthLayout, month)
	switch {
	case err != nil:
		return "", time.Time{}, city.InvalidField("month", "must be a month like 2026-11")
	case from.After(s.db.Clock().Now()):
		return "", time.Time{}, city.InvalidField("month", "must not lie in the future")
	case from.Year() < 1970:
		return "", time.Time{}, city.InvalidField("month", "must not lie before 1970")
	default:
		return month, from, nil
	}
}

// Table is a month as a table, written line by line, so that none is left out.
type Table struct {
	Month   string
	extract *ledger.Extract
}

// MonthlyTable is MonthlyStatement as a table.
func (s *Service) MonthlyTable(ctx context.Context, ownerID, month string) (Table, error) {
	return s.monthlyTable(ctx, month, ledger.OwnerCredits(ownerID))
}

// AgentMonthlyTable is AgentMonthlyStatement as a table.
func (s *Service) AgentMonthlyTable(ctx context.Context, agentID, month string) (Table, error) {
	return s.monthlyTable(ctx, month, walletOf(agentID)...)
}

func (s *Service) monthlyTable(ctx context.Context, month string, accounts ...ledger.Account) (Table, error) {
	month, from, err := s.monthNamed(month)
	if err != nil {
		return Table{}, err
	}
	extract, err := s.ledger.Extract(ctx, s.db, accounts, from, from.AddDate(0, 1, 0))
	if err != nil {
		return Table{}, fmt.Errorf("monthly table: %w", err)
	}
	return Table{Month: month, extract: extract}, nil
}

// Filename is what the table is called on a disk.
func (t Table) Filename() string { return "statement-" + t.Month + ".csv" }

// CSV writes the table as RFC 4180 has it: amounts in cents, times in UTC, the first
// line the opening balance and the last the closing one, with the number of the
// transfer up to which the table goes.
func (t Table) CSV(ctx context.Context, to io.Writer) error {
	w := csv.NewWriter(to)
	balance := func(at time.Time, kind, note string, c city.Cents) error {
		return w.Write([]string{at.Format(time.RFC3339), kind, note, "", cents(c), city.USD, ""})
	}
	if err := w.Write([]string{"time", "type", "reference", "amount_cents", "balance_cents", "currency", "id"}); err != nil {
		return err
	}
	if err := balance(t.extract.From, "opening", "", t.extract.Opening); err != nil {
		return err
	}
	err := t.extract.Lines(ctx, func(l ledger.Line) error {
		return w.Write([]string{l.At.UTC().Format(time.RFC3339Nano), l.Kind, l.Ref, cents(l.Change), cents(l.Balance), city.USD, l.ID})
	})
	if err != nil {
		return fmt.Errorf("monthly table: %w", err)
	}
	if err := balance(t.extract.To, "closing", fmt.Sprintf("up to transfer %d", t.extract.UpTo), t.extract.Closing); err != nil {
		return err
	}
	w.Flush()
	return w.Error()
}

func cents(c city.Cents) string { return strconv.FormatInt(int64(c), 10) }
