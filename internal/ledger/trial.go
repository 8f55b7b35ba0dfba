package ledger

import (
	"context"
	"fmt"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

// Group is one line of a trial balance: the accounts of a kind, summed up. A
// hot account is a line of its own.
type Group struct {
	Name     string // "owner credits", "task holds", "platform/fees", …
	Accounts int64
	Balance  Balance
}

// groups says which accounts a line sums up, by LIKE pattern.
var groups = []struct{ name, pattern string }{
	{"owner credits", "owner/%/credits"},
	{"disputed credits", "owner/%/disputed"},
	{"task holds", "task/%/hold"},
	{"agent escrow", "agent/%/escrow"},
	{"agent available", "agent/%/available"},
	{"payouts in transit", "payout/%/transit"},
}

// TrialBalance sums up all accounts of one moment, by kind. The net of all lines
// together is zero.
func (l *Ledger) TrialBalance(ctx context.Context, q store.Querier) ([]Group, error) {
	return trialBalance(ctx, q, trialSQL())
}

// TrialBalanceAt is TrialBalance as it was before an instant. It sums up every
// transfer until then.
func (l *Ledger) TrialBalanceAt(ctx context.Context, q store.Querier, at time.Time) ([]Group, error) {
	const (
		posted = `CASE WHEN phase IN ('posted', 'capture') THEN amount ELSE 0 END`
		aside  = `CASE phase WHEN 'posted' THEN 0 WHEN 'pending' THEN amount ELSE -(SELECT p.amount FROM ledger_transfers p WHERE p.id = t.pending_id) END`
	)
	return trialBalance(ctx, q, `WITH parts (name, dp, dq, cp, cq) AS (
			SELECT debit, `+aside+`, `+posted+`, 0, 0 FROM ledger_transfers t WHERE created_at < $1
			UNION ALL SELECT credit, 0, 0, `+aside+`, `+posted+` FROM ledger_transfers t WHERE created_at < $1)
		SELECT `+kindSQL()+` AS kind, count(DISTINCT name), CAST(SUM(dp) AS BIGINT), CAST(SUM(dq) AS BIGINT), CAST(SUM(cp) AS BIGINT), CAST(SUM(cq) AS BIGINT)
		FROM parts GROUP BY 1 ORDER BY 1`, store.Micros(at))
}

func trialBalance(ctx context.Context, q store.Querier, query string, args ...any) ([]Group, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("trial balance: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := map[string]Group{}
	var order []string
	for _, g := range groups {
		found[g.name] = Group{Name: g.name}
		order = append(order, g.name)
	}
	for rows.Next() {
		var g Group
		err := rows.Scan(&g.Name, &g.Accounts, &g.Balance.DebitsPending, &g.Balance.DebitsPosted,
			&g.Balance.CreditsPending, &g.Balance.CreditsPosted)
		if err != nil {
			return nil, fmt.Errorf("trial balance: %w", err)
		}
		if _, known := found[g.Name]; !known {
			order = append(order, g.Name)
		}
		found[g.Name] = g
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("trial balance: %w", err)
	}
	lines := make([]Group, len(order))
	for i, name := range order {
		lines[i] = found[name]
	}
	return lines, nil
}

// kindSQL is the line that an account's name belongs to.
func kindSQL() string {
	var kinds strings.Builder
	for _, g := range groups {
		fmt.Fprintf(&kinds, " WHEN name LIKE '%s' THEN '%s'", g.pattern, g.name)
	}
	return `CASE` + kinds.String() + ` ELSE name END`
}

// trialSQL is one statement, so that everything is of one moment: the stored
// balances, and what came to the hot accounts since their roll-up.
func trialSQL() string {
	since := func(side, debits, credits string) string {
		return fmt.Sprintf(`SELECT t.%[1]s, t.%[1]s, 0, %[2]s, 0, %[3]s FROM ledger_transfers t LEFT JOIN ledger_accounts a ON a.name = t.%[1]s
			WHERE %[4]s AND %[5]s AND t.seq > COALESCE(a.rolled_up_to, 0)`,
			side, debits, credits, hotRange("t."+side), sinceRollUp())
	}
	return `WITH parts (kind, name, dp, dq, cp, cq) AS (
		SELECT ` + kindSQL() + `, name, debits_pending, debits_posted, credits_pending, credits_posted FROM ledger_accounts
		UNION ALL ` + since("debit", "t.amount", "0") + `
		UNION ALL ` + since("credit", "0", "t.amount") + `)
		SELECT kind, count(DISTINCT name), CAST(SUM(dp) AS BIGINT), CAST(SUM(dq) AS BIGINT), CAST(SUM(cp) AS BIGINT), CAST(SUM(cq) AS BIGINT)
		FROM parts GROUP BY kind ORDER BY kind`
}

// Sum is what the lines come to together: zero when the books balance.
func Sum(lines []Group) city.Cents {
	var sum city.Cents
	for _, line := range lines {
		sum += line.Balance.Net()
	}
	return sum
}
