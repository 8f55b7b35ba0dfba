package payment

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
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
	return s.monthly(ctx, month, ledger.AgentEscrow(agentID), ledger.AgentAvailable(agentID))
}

func (s *Service) monthly(ctx context.Context, month string, accounts ...ledger.Account) (Statement, error) {
	if month == "" {
		month = s.db.Clock().Now().UTC().Format(monthLayout)
	}
	from, err := time.Parse(monthLayout, month)
	if err != nil {
		return Statement{}, city.InvalidField("month", "must be a month like 2026-11")
	}
	p, err := s.ledger.Between(ctx, s.db.Read(), accounts, from, from.AddDate(0, 1, 0))
	if err != nil {
		return Statement{}, fmt.Errorf("monthly statement: %w", err)
	}
	st := Statement{Month: month, From: p.From, To: p.To, Opening: p.Opening, Closing: p.Closing, Cut: p.Cut}
	for _, line := range p.Lines {
		st.Transactions = append(st.Transactions, Transaction{
			ID: line.ID, Type: line.Kind, Amount: line.Change, Moved: line.Amount, Balance: line.Balance, Currency: city.USD,
			Ref: line.Ref, TaskID: taskOf(line.Ref), CreatedAt: line.At,
		})
	}
	return st, nil
}

// CSV is the statement as RFC 4180 has it: amounts in cents, times in
// UTC, the first line the opening and the last the closing balance. Where the
// oldest are left out, a line says so and has the balance behind them.
func (st Statement) CSV() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	cents := func(c city.Cents) string { return strconv.FormatInt(int64(c), 10) }
	rows := [][]string{
		{"time", "type", "reference", "amount_cents", "balance_cents", "currency", "id"},
		{st.From.Format(time.RFC3339), "opening", "", "", cents(st.Opening), city.USD, ""},
	}
	if st.Cut {
		first := st.Transactions[0]
		rows = append(rows, []string{st.From.Format(time.RFC3339), "movements_left_out", "the oldest, only the newest " + strconv.Itoa(ledger.MaxPeriod) + " follow", "", cents(first.Balance - first.Amount), city.USD, ""})
	}
	for _, t := range st.Transactions {
		rows = append(rows, []string{t.CreatedAt.UTC().Format(time.RFC3339Nano), t.Type, t.Ref, cents(t.Amount), cents(t.Balance), t.Currency, t.ID})
	}
	rows = append(rows, []string{st.To.Format(time.RFC3339), "closing", "", "", cents(st.Closing), city.USD, ""})
	err := w.WriteAll(rows)
	return b.Bytes(), err
}
