package ledger

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

// BalanceAt returns what was posted in accounts together before an instant.
func (l *Ledger) BalanceAt(ctx context.Context, q store.Querier, accounts []Account, at time.Time) (city.Cents, error) {
	if len(accounts) == 0 {
		return 0, nil
	}
	args := []any{store.Micros(at)}
	var sums []string
	for _, a := range accounts {
		args = append(args, string(a))
		for _, side := range [...]struct{ sign, column string }{{"", "credit"}, {"-", "debit"}} {
			sums = append(sums, fmt.Sprintf(`%sCOALESCE((SELECT SUM(amount) FROM ledger_by_account
				WHERE %s = $%d AND created_at < $1 AND phase IN ('posted', 'capture')), 0)`, side.sign, side.column, len(args)))
		}
	}
	var balance city.Cents
	err := q.QueryRow(ctx, `SELECT CAST(`+strings.Join(sums, " + ")+` AS BIGINT)`, args...).Scan(&balance)
	if err != nil {
		return 0, fmt.Errorf("balance at %s: %w", at.Format(time.RFC3339), err)
	}
	return balance, nil
}

// Credited is what transfers of a kind brought to an account after an instant.
func (l *Ledger) Credited(ctx context.Context, q store.Querier, to Account, kind string, after time.Time) (city.Cents, error) {
	from := int64(-1)
	if !after.IsZero() {
		from = store.Micros(after)
	}
	var sum city.Cents
	err := q.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM ledger_by_account
		WHERE credit = $1 AND kind = $2 AND created_at > $3 AND phase IN ('posted', 'capture')`, string(to), kind, from).Scan(&sum)
	if err != nil {
		return 0, fmt.Errorf("sum %s to %s: %w", kind, to, err)
	}
	return sum, nil
}

// Period is what happened to accounts, seen as one purse, in a stretch of time.
type Period struct {
	From, To         time.Time // To is not in it
	Opening, Closing city.Cents
	Lines            []Line // oldest first
	Cut              bool   // there were more than MaxPeriod transfers; the oldest are left out
}

// MaxPeriod bounds the lines of a period.
const MaxPeriod = 50_000

// Between lists the transfers of accounts from an instant to before another. What
// was before it is settled, so the balances fit the lines while money moves.
func (l *Ledger) Between(ctx context.Context, q store.Querier, accounts []Account, from, to time.Time) (Period, error) {
	p := Period{From: from, To: to}
	var err error
	if p.Opening, err = l.BalanceAt(ctx, q, accounts, from); err != nil || len(accounts) == 0 {
		return p, err
	}
	args := []any{store.Micros(from), store.Micros(to), MaxPeriod + 1}
	var branches []string
	for _, a := range accounts {
		args = append(args, string(a))
		for _, side := range []string{"debit", "credit"} {
			branches = append(branches, fmt.Sprintf(`SELECT * FROM ledger_by_account WHERE %s = $%d AND created_at >= $1 AND created_at < $2`, side, len(args)))
		}
	}
	found, err := records(ctx, q, `SELECT `+recordColumns+` FROM (`+strings.Join(branches, " UNION ")+`) lines ORDER BY seq DESC LIMIT $3`, args...)
	if err != nil {
		return p, fmt.Errorf("list transfers of a period: %w", err)
	}
	found, p.Cut = store.Cut(found, MaxPeriod)
	p.Lines, p.Closing = make([]Line, len(found)), p.Opening
	for i, r := range found {
		p.Lines[i] = Line{Record: r, Change: r.changeOf(accounts)}
		p.Closing += p.Lines[i].Change
	}
	if p.Cut { // the changes of what is left out are not known
		if p.Closing, err = l.BalanceAt(ctx, q, accounts, to); err != nil {
			return p, err
		}
	}
	balance := p.Closing
	for i := range p.Lines {
		p.Lines[i].Balance = balance
		balance -= p.Lines[i].Change
	}
	slices.Reverse(p.Lines)
	return p, nil
}
