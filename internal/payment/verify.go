package payment

import (
	"context"
	"fmt"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
)

// VerifyMoney is a ledger.Check of what top-ups, withdrawals and disputes moved,
// how much and where to, and of transfers that belong to nothing. Tasks have a
// check of their own.
func VerifyMoney(ctx context.Context, q store.Querier, offence func(format string, args ...any)) error {
	if err := verifyOrders(ctx, q, offence); err != nil {
		return fmt.Errorf("verify top-ups and withdrawals: %w", err)
	}
	if err := verifyDisputes(ctx, q, offence); err != nil {
		return fmt.Errorf("verify disputes: %w", err)
	}
	if err := verifyDebtors(ctx, q, offence); err != nil {
		return fmt.Errorf("verify debts: %w", err)
	}
	for _, of := range []struct {
		table  string
		routes []ledger.Route
	}{{"top_ups", topUpRoutes}, {"withdrawals", withdrawalRoutes}, {"payment_disputes", disputeRoutes}} {
		if err := ledger.VerifyRoutes(ctx, q, of.table, of.routes, offence); err != nil {
			return err
		}
	}
	return ledger.VerifyOwned(ctx, q, `t.ref NOT LIKE 'tsk%'`, []string{"top_ups", "withdrawals", "payment_disputes"}, offence)
}

// The accounts of a top-up, withdrawal or dispute o, in SQL.
var (
	poolSQL      = ledger.AccountSQL(ledger.OwnerCredits, "o.owner_id")
	disputedSQL  = ledger.AccountSQL(ledger.OwnerDisputed, "o.owner_id")
	clearingSQL  = ledger.AccountSQL(ledger.PaymentClearing, "o.provider")
	claimSQL     = ledger.AccountSQL(ledger.PaymentDisputes, "o.provider")
	availableSQL = ledger.AccountSQL(ledger.AgentAvailable, "o.agent_id")
	transitSQL   = ledger.AccountSQL(ledger.PayoutTransit, "o.id")
	walletsSQL   = "'" + string(ledger.AgentAvailable("%")) + "'" // of the owner's agents
)

const debtsSQL = "'" + string(ledger.PlatformDebts) + "'"

var (
	topUpRoutes      = []ledger.Route{{Kind: string(kindTopUp), Debit: clearingSQL, Credit: poolSQL}}
	withdrawalRoutes = []ledger.Route{
		{Kind: string(kindWithdrawal), Debit: availableSQL, Credit: transitSQL},
		{Kind: string(kindPayout), Debit: transitSQL, Credit: clearingSQL},
		{Kind: string(kindPayoutReturned), Debit: transitSQL, Credit: availableSQL},
		{Kind: string(kindPayoutReturned), Debit: clearingSQL, Credit: availableSQL}, // after it had seemed to arrive
	}
	disputeRoutes = []ledger.Route{
		{Kind: string(kindWithdrawn), Debit: claimSQL, Credit: clearingSQL},
		{Kind: string(kindFrozen), Debit: poolSQL, Credit: disputedSQL},
		{Kind: string(kindMissing), Debit: debtsSQL, Credit: disputedSQL},
		{Kind: string(kindRepaid), Debit: poolSQL, Credit: debtsSQL},
		{Kind: string(kindRepaid), Debit: walletsSQL, Credit: debtsSQL},
		{Kind: string(kindLost), Debit: disputedSQL, Credit: claimSQL},
		{Kind: string(kindReinstated), Debit: clearingSQL, Credit: claimSQL},
		{Kind: string(kindWon), Debit: disputedSQL, Credit: poolSQL},
		{Kind: string(kindReturned), Debit: disputedSQL, Credit: walletsSQL},
		{Kind: string(kindForgiven), Debit: disputedSQL, Credit: debtsSQL},
	}
)

// orderOffences lists the top-ups and withdrawals whose transfers do not fit
// their state. A payout that seemed to arrive and then failed has both.
var orderOffences = `WITH moved AS (SELECT ref` + ledger.SumsSQL(kindTopUp, kindWithdrawal, kindPayout, kindPayoutReturned) + `
		FROM ledger_transfers WHERE ref LIKE 'top%' OR ref LIKE 'wdr%' GROUP BY ref)
	SELECT 'top-up' AS what, t.id AS id, CASE
		WHEN t.status = 'succeeded' AND COALESCE(m.top_up_sum, 0) <> t.amount THEN 'it was paid, and its credits are not its amount'
		WHEN t.status <> 'succeeded' AND m.ref IS NOT NULL THEN 'it was not paid and moved money'
		ELSE '' END AS offence
	FROM top_ups t LEFT JOIN moved m ON m.ref = t.id
	UNION ALL SELECT 'withdrawal', w.id, CASE
		WHEN COALESCE(m.withdrawal_sum, 0) <> w.amount THEN 'what was taken from the wallet is not its amount'
		WHEN w.status = 'pending' AND m.payout_sum + m.payout_returned_sum <> 0 THEN 'it is on its way and was paid out or returned'
		WHEN w.status = 'paid' AND (m.payout_sum <> w.amount OR m.payout_returned_sum <> 0) THEN 'it was paid, and its amount did not leave the city once'
		WHEN w.status = 'failed' AND (m.payout_returned_sum <> w.amount OR m.payout_sum NOT IN (0, w.amount)) THEN 'it failed, and its amount is not back in the wallet once'
		ELSE '' END
	FROM withdrawals w LEFT JOIN moved m ON m.ref = w.id`

func verifyOrders(ctx context.Context, q store.Querier, offence func(format string, args ...any)) error {
	rows, err := q.Query(ctx, `SELECT * FROM (`+orderOffences+`) judged WHERE offence <> '' ORDER BY id LIMIT 20`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var what, id, text string
		if err := rows.Scan(&what, &id, &text); err != nil {
			return err
		}
		offence("%s %s: %s", what, id, text)
	}
	return rows.Err()
}

// verifyDisputes compares what disputes say of their money with the ledger.
func verifyDisputes(ctx context.Context, q store.Querier, offence func(format string, args ...any)) error {
	frozen := ledger.AccountSQL(ledger.OwnerDisputed, "d.owner_id")
	rows, err := q.Query(ctx, `SELECT d.id, d.debt,
			CAST(COALESCE(SUM(CASE WHEN t.debit = $1 THEN t.amount WHEN t.credit = $1 THEN -t.amount ELSE 0 END), 0) AS BIGINT) AS owed,
			CASE WHEN d.status = 'open' THEN d.amount ELSE 0 END AS stands,
			CAST(COALESCE(SUM(CASE WHEN t.credit = `+frozen+` THEN t.amount
				WHEN t.debit = `+frozen+` THEN -t.amount ELSE 0 END), 0) AS BIGINT) AS held,
			CAST(COALESCE(SUM(CASE WHEN d.status = 'won' AND t.debit LIKE 'agent/%' THEN t.amount
				WHEN t.credit LIKE 'agent/%' THEN CASE d.status WHEN 'won' THEN -t.amount ELSE t.amount END ELSE 0 END), 0) AS BIGINT) AS kept
		FROM payment_disputes d LEFT JOIN ledger_transfers t ON t.ref = d.id
		GROUP BY d.id, d.debt, d.status, d.amount ORDER BY d.id`, string(ledger.PlatformDebts))
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id string
		var debt, owed, stands, held, kept city.Cents
		if err := rows.Scan(&id, &debt, &owed, &stands, &held, &kept); err != nil {
			return err
		}
		if debt != owed {
			offence("dispute %s: its debt is %s, its transfers say %s", id, debt, owed)
		}
		if stands != held {
			offence("dispute %s: %s should be frozen, its transfers say %s", id, stands, held)
		}
		if kept != 0 {
			offence("dispute %s: what agents' earnings repaid and what they got back differ by %s", id, kept)
		}
	}
	return rows.Err()
}

// verifyDebtors: whoever owes something has nothing that could be spent or
// withdrawn, and nobody's agent pays for another owner.
func verifyDebtors(ctx context.Context, q store.Querier, offence func(format string, args ...any)) error {
	wallet := ledger.AccountSQL(ledger.AgentAvailable, "a.id")
	rows, err := q.Query(ctx, `SELECT d.id, CAST(l.name AS TEXT) AS account, CAST(l.credits_posted - l.debits_posted - l.debits_pending AS BIGINT) AS free, 0 AS strange
			FROM payment_disputes d JOIN ledger_accounts l ON l.name = `+ledger.AccountSQL(ledger.OwnerCredits, "d.owner_id")+`
			WHERE d.debt > 0 AND l.credits_posted - l.debits_posted > l.debits_pending
		UNION ALL SELECT d.id, l.name, l.credits_posted - l.debits_posted - l.debits_pending, 0
			FROM payment_disputes d JOIN agents a ON a.owner_id = d.owner_id JOIN ledger_accounts l ON l.name = `+wallet+`
			WHERE d.debt > 0 AND l.credits_posted - l.debits_posted > l.debits_pending
		UNION ALL SELECT d.id, t.debit, t.amount, 1
			FROM payment_disputes d JOIN ledger_transfers t ON t.ref = d.id
			WHERE t.kind = $1 AND t.debit LIKE 'agent/%'
				AND NOT EXISTS (SELECT 1 FROM agents a WHERE a.owner_id = d.owner_id AND t.debit = `+wallet+`)
		ORDER BY 1, 2 LIMIT 20`, string(kindRepaid))
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, account string
		var amount city.Cents
		var strange int
		if err := rows.Scan(&id, &account, &amount, &strange); err != nil {
			return err
		}
		if strange == 1 {
			offence("dispute %s: %s of it was repaid from %s, which is not its owner's", id, amount, account)
			continue
		}
		offence("dispute %s: its owner owes money and has %s free in %s", id, amount, account)
	}
	return rows.Err()
}
