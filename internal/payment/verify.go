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
const (
	poolSQL      = "'owner/' || o.owner_id || '/credits'"
	disputedSQL  = "'owner/' || o.owner_id || '/disputed'"
	clearingSQL  = "'payment/' || o.provider || '/clearing'"
	claimSQL     = "'payment/' || o.provider || '/disputes'"
	availableSQL = "'agent/' || o.agent_id || '/available'"
	transitSQL   = "'payout/' || o.id || '/transit'"
	debtsSQL     = "'" + string(ledger.PlatformDebts) + "'"
	walletsSQL   = "'agent/%/available'" // of the owner's agents
)

var (
	topUpRoutes      = []ledger.Route{{Kind: "top_up", Debit: clearingSQL, Credit: poolSQL}}
	withdrawalRoutes = []ledger.Route{
		{Kind: "withdrawal", Debit: availableSQL, Credit: transitSQL},
		{Kind: "payout", Debit: transitSQL, Credit: clearingSQL},
		{Kind: "payout_returned", Debit: transitSQL, Credit: availableSQL},
		{Kind: "payout_returned", Debit: clearingSQL, Credit: availableSQL}, // after it had seemed to arrive
	}
	disputeRoutes = []ledger.Route{
		{Kind: "dispute_withdrawn", Debit: claimSQL, Credit: clearingSQL},
		{Kind: "dispute_frozen", Debit: poolSQL, Credit: disputedSQL},
		{Kind: "dispute_missing", Debit: debtsSQL, Credit: disputedSQL},
		{Kind: string(kindRepaid), Debit: poolSQL, Credit: debtsSQL},
		{Kind: string(kindRepaid), Debit: walletsSQL, Credit: debtsSQL},
		{Kind: "dispute_lost", Debit: disputedSQL, Credit: claimSQL},
		{Kind: "dispute_reinstated", Debit: clearingSQL, Credit: claimSQL},
		{Kind: "dispute_won", Debit: disputedSQL, Credit: poolSQL},
		{Kind: "dispute_returned", Debit: disputedSQL, Credit: walletsSQL},
		{Kind: "dispute_forgiven", Debit: disputedSQL, Credit: debtsSQL},
	}
)

// orderOffences lists the top-ups and withdrawals whose transfers do not fit
// their state. A payout that seemed to arrive and then failed has both.
const orderOffences = `WITH moved AS (SELECT ref,
		CAST(SUM(CASE WHEN kind = 'top_up' THEN amount ELSE 0 END) AS BIGINT) AS bought,
		CAST(SUM(CASE WHEN kind = 'withdrawal' THEN amount ELSE 0 END) AS BIGINT) AS taken,
		CAST(SUM(CASE WHEN kind = 'payout' THEN amount ELSE 0 END) AS BIGINT) AS paid,
		CAST(SUM(CASE WHEN kind = 'payout_returned' THEN amount ELSE 0 END) AS BIGINT) AS returned
		FROM ledger_transfers WHERE ref LIKE 'top%' OR ref LIKE 'wdr%' GROUP BY ref)
	SELECT 'top-up' AS what, t.id AS id, CASE
		WHEN t.status = 'succeeded' AND COALESCE(m.bought, 0) <> t.amount THEN 'it was paid, and its credits are not its amount'
		WHEN t.status <> 'succeeded' AND m.ref IS NOT NULL THEN 'it was not paid and moved money'
		ELSE '' END AS offence
	FROM top_ups t LEFT JOIN moved m ON m.ref = t.id
	UNION ALL SELECT 'withdrawal', w.id, CASE
		WHEN COALESCE(m.taken, 0) <> w.amount THEN 'what was taken from the wallet is not its amount'
		WHEN w.status = 'pending' AND m.paid + m.returned <> 0 THEN 'it is on its way and was paid out or returned'
		WHEN w.status = 'paid' AND (m.paid <> w.amount OR m.returned <> 0) THEN 'it was paid, and its amount did not leave the city once'
		WHEN w.status = 'failed' AND (m.returned <> w.amount OR m.paid NOT IN (0, w.amount)) THEN 'it failed, and its amount is not back in the wallet once'
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
	rows, err := q.Query(ctx, `SELECT d.id, d.debt,
			CAST(COALESCE(SUM(CASE WHEN t.debit = $1 THEN t.amount WHEN t.credit = $1 THEN -t.amount ELSE 0 END), 0) AS BIGINT) AS owed,
			CASE WHEN d.status = 'open' THEN d.amount ELSE 0 END AS stands,
			CAST(COALESCE(SUM(CASE WHEN t.credit = 'owner/' || d.owner_id || '/disputed' THEN t.amount
				WHEN t.debit = 'owner/' || d.owner_id || '/disputed' THEN -t.amount ELSE 0 END), 0) AS BIGINT) AS held,
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
