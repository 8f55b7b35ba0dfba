package ledger

import (
	"context"
	"fmt"
	"slices"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

// BalanceOf returns the balance of an account; an account that was never
// touched has a zero balance.
func (l *Ledger) BalanceOf(ctx context.Context, q store.Querier, a Account) (Balance, error) {
	if a.Hot() {
		return hotBalance(ctx, q, a)
	}
	return readBalance(ctx, q, a)
}

// Lock is Balances of accounts that nobody else moves until the transaction ends,
// locked in the order of their names as a transfer locks them. Those that do not
// exist yet are made: a row that is not there cannot be locked. Hot accounts are
// refused.
func (l *Ledger) Lock(ctx context.Context, tx store.Tx, accounts ...Account) (map[Account]Balance, error) {
	changes := make([]change, len(accounts))
	for i, a := range accounts {
		if a.Hot() {
			return nil, fmt.Errorf("account %s: a hot account cannot be locked", a)
		}
		changes[i] = change{Account: a}
	}
	slices.SortFunc(changes, byName)
	return lockBalances(ctx, tx, slices.CompactFunc(changes, func(a, b change) bool { return a.Account == b.Account }))
}

// Balances returns the balances of several accounts, one for each name.
func (l *Ledger) Balances(ctx context.Context, q store.Querier, accounts ...Account) (map[Account]Balance, error) {
	balances := make(map[Account]Balance, len(accounts))
	var cold []string
	for _, a := range accounts {
		balances[a] = Balance{}
		if !a.Hot() {
			cold = append(cold, string(a))
			continue
		}
		b, err := hotBalance(ctx, q, a)
		if err != nil {
			return nil, err
		}
		balances[a] = b
	}
	if len(cold) == 0 {
		return balances, nil
	}
	wanted, args := store.AnyOf(q, "name", 1, cold)
	rows, err := q.Query(ctx, balancesSQL+` WHERE `+wanted, args...)
	if err != nil {
		return nil, fmt.Errorf("read balances: %w", err)
	}
	if err := scanBalances(rows, balances); err != nil {
		return nil, fmt.Errorf("read balances: %w", err)
	}
	return balances, nil
}

const balancesSQL = `SELECT name, debits_pending, debits_posted, credits_pending, credits_posted FROM ledger_accounts`

// scanBalances adds the rows of balancesSQL to balances and closes them.
func scanBalances(rows store.Rows, balances map[Account]Balance) error {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name Account
		var b Balance
		if err := rows.Scan(&name, &b.DebitsPending, &b.DebitsPosted, &b.CreditsPending, &b.CreditsPosted); err != nil {
			return err
		}
		balances[name] = b
	}
	return rows.Err()
}

// hotSums is one row with a hot account's posted debits and credits: its
// roll-up and what came later. It is one statement, so that a roll-up which
// commits meanwhile is seen in both parts or in neither. %s is the account's
// placeholder.
const hotSums = `SELECT
	COALESCE(a.debits_posted, 0) + CAST(COALESCE((SELECT SUM(t.amount) FROM ledger_by_account t WHERE t.debit = one.name
		AND t.stretch_end > COALESCE(a.rolled_up_to, 0) AND t.seq > COALESCE(a.rolled_up_to, 0)), 0) AS BIGINT) AS debits,
	COALESCE(a.credits_posted, 0) + CAST(COALESCE((SELECT SUM(t.amount) FROM ledger_by_account t WHERE t.credit = one.name
		AND t.stretch_end > COALESCE(a.rolled_up_to, 0) AND t.seq > COALESCE(a.rolled_up_to, 0)), 0) AS BIGINT) AS credits
	FROM (SELECT CAST(%s AS TEXT) AS name) one LEFT JOIN ledger_accounts a ON a.name = one.name`

func hotBalance(ctx context.Context, q store.Querier, a Account) (Balance, error) {
	var b Balance
	if err := q.QueryRow(ctx, fmt.Sprintf(hotSums, "$1"), string(a)).Scan(&b.DebitsPosted, &b.CreditsPosted); err != nil {
		return Balance{}, fmt.Errorf("sum transfers of %s: %w", a, err)
	}
	return b, nil
}

// HeldFor is what is held for an owner in accounts that are not in the owner's
// name: the open holds of tasks.
func (l *Ledger) HeldFor(ctx context.Context, q store.Querier, ownerID string) (city.Cents, error) {
	var held city.Cents
	err := q.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(credits_posted - debits_posted), 0) AS BIGINT) FROM ledger_accounts
		WHERE holder = $1 AND holder <> ''`, ownerID).Scan(&held)
	if err != nil {
		return 0, fmt.Errorf("sum holds: %w", err)
	}
	return held, nil
}
