package task

import (
	"context"
	"fmt"

	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
)

// routes are where a task's transfers move from and to.
var routes = []ledger.Route{
	{Kind: string(KindHold), Debit: buyerSQL, Credit: holdSQL},
	{Kind: string(KindRehold), Debit: buyerSQL, Credit: holdSQL},
	{Kind: string(KindVoid), Debit: holdSQL, Credit: buyerSQL},
	{Kind: string(KindRest), Debit: holdSQL, Credit: buyerSQL},
	{Kind: string(KindEarn), Debit: holdSQL, Credit: escrowSQL},
	{Kind: string(KindFee), Debit: holdSQL, Credit: feesEscrowSQL},
	{Kind: string(KindRelease), Debit: escrowSQL, Credit: walletSQL},
	{Kind: string(KindReleaseFee), Debit: feesEscrowSQL, Credit: feesSQL},
	{Kind: string(KindReverse), Debit: escrowSQL, Credit: buyerSQL},
	{Kind: string(KindReverse), Debit: escrowSQL, Credit: buyerSQL, Phase: ledger.Capture}, // of what was set aside
	{Kind: string(KindRefundRequested), Debit: escrowSQL, Credit: buyerSQL, Phase: ledger.Pending},
	{Kind: string(KindRefundDenied), Debit: escrowSQL, Credit: buyerSQL, Phase: ledger.Void},
	{Kind: string(KindReverseFee), Debit: feesEscrowSQL, Credit: buyerSQL},
}

// The accounts of a task o, in SQL.
var (
	buyerSQL  = ledger.AccountSQL(ledger.OwnerCredits, "o.buyer_id")
	holdSQL   = ledger.AccountSQL(ledger.TaskHold, "o.id")
	escrowSQL = ledger.AccountSQL(ledger.AgentEscrow, "o.agent_id")
	walletSQL = ledger.AccountSQL(ledger.AgentAvailable, "o.agent_id")
)

const (
	feesSQL       = "'" + string(ledger.PlatformFees) + "'"
	feesEscrowSQL = "'" + string(ledger.PlatformFeesEscrow) + "'"
)

// moneyOffences lists the tasks whose transfers do not fit their life: the hold
// is the budget, it was closed once and whole, the fee follows its rule, escrow
// was released or reversed at most once, never both, and the task says the same.
var moneyOffences = `WITH moved AS (SELECT ref` + ledger.SumsSQL(TransferKinds()...) + `
		FROM ledger_transfers WHERE ref LIKE 'tsk%' GROUP BY ref)
	SELECT COALESCE(m.ref, t.id), CASE
		WHEN t.id IS NULL THEN 'there is no such task'
		WHEN m.ref IS NULL OR m.hold_sum <> t.max_budget THEN 'its hold is not its budget'
		WHEN m.void_sum > 0 AND (m.void_sum <> m.hold_sum OR m.earn_sum + m.fee_sum + m.rest_sum <> m.rehold_sum) THEN 'its hold was closed twice'
		WHEN m.rehold_sum > 0 AND m.void_sum = 0 THEN 'it was held again though its hold was not returned'
		WHEN m.earn_sum + m.fee_sum > 0 AND m.rehold_sum = 0 AND m.earn_sum + m.fee_sum + m.rest_sum <> m.hold_sum THEN 'charge and rest are not the hold'
		WHEN m.fee_sum <> ` + feeSQL("m.earn_sum + m.fee_sum", "t.fee_percent") + ` THEN 'the fee is not what the rule says'
		WHEN t.charge <> m.earn_sum + m.fee_sum OR t.fee <> m.fee_sum THEN 'it says another charge or fee than was moved'
		WHEN m.release_sum + m.release_fee_sum > 0 AND m.reverse_sum + m.reverse_fee_sum > 0 THEN 'escrow was released and reversed'
		WHEN m.release_sum + m.release_fee_sum > 0 AND (m.release_sum <> m.earn_sum OR m.release_fee_sum <> m.fee_sum) THEN 'not all of escrow, or more, was released'
		WHEN m.reverse_sum + m.reverse_fee_sum > 0 AND (m.reverse_sum <> m.earn_sum OR m.reverse_fee_sum <> m.fee_sum) THEN 'not all of escrow, or more, was reversed'
		WHEN m.refund_requested_sum > 0 AND m.refund_requested_sum <> m.earn_sum THEN 'not all of escrow, or more, was set aside for a refund'
		WHEN t.status <> 'refund_review' AND m.refund_requested_sum <> m.refund_denied_sum + CASE WHEN m.refund_requested_sum > 0 THEN m.reverse_sum ELSE 0 END THEN 'what was set aside for a refund was neither given nor freed, or both'
		WHEN t.status = 'refund_review' AND m.refund_denied_sum > 0 THEN 'what was set aside for a refund was freed though an operator decides'
		WHEN t.status IN ('failed', 'cancelled') AND (m.void_sum <> m.hold_sum OR m.rehold_sum > 0) THEN 'it ended without a charge and its hold was not returned'
		WHEN t.status = 'refunded' AND m.reverse_sum <> m.earn_sum THEN 'it was refunded and escrow was not reversed'
		WHEN t.status NOT IN ('failed', 'cancelled') AND m.void_sum > 0 AND m.rehold_sum = 0 THEN 'its hold was returned though it has not failed'
		WHEN t.status IN ('completed', 'refund_review', 'refunded') AND m.rehold_sum = 0 AND m.earn_sum + m.fee_sum + m.rest_sum <> m.hold_sum THEN 'it was completed and its hold is still there'
		WHEN t.status NOT IN ('completed', 'refund_review', 'refunded') AND m.earn_sum + m.fee_sum + m.rest_sum > 0 THEN 'it was charged though it is not completed'
		WHEN t.status <> 'refunded' AND m.reverse_sum + m.reverse_fee_sum > 0 THEN 'escrow was reversed though it is not refunded'
		WHEN t.charge > 0 AND t.released_at IS NOT NULL AND m.release_sum + m.release_fee_sum = 0 THEN 'it says that escrow was released, which was not'
		WHEN t.released_at IS NULL AND m.release_sum + m.release_fee_sum > 0 THEN 'escrow was released though it says that it was not'
		ELSE '' END AS offence
	FROM tasks t FULL JOIN moved m ON m.ref = t.id`

// feeSQL is pricing.Fee in SQL.
func feeSQL(charge, percent string) string {
	return "((" + charge + ") * " + percent + " + 50) / 100"
}

// VerifyMoney is a ledger.Check of what tasks moved, how much and where to.
func VerifyMoney(ctx context.Context, q store.Querier, offence func(format string, args ...any)) error {
	rows, err := q.Query(ctx, `SELECT * FROM (`+moneyOffences+`) judged WHERE offence <> '' ORDER BY 1 LIMIT 20`)
	if err != nil {
		return fmt.Errorf("verify tasks: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, what string
		if err := rows.Scan(&id, &what); err != nil {
			return fmt.Errorf("verify tasks: %w", err)
		}
		offence("task %s: %s", id, what)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("verify tasks: %w", err)
	}
	return ledger.VerifyRoutes(ctx, q, "tasks", routes, offence)
}
