package task

import (
	"context"
	"errors"
	"fmt"

	"aicity.dev/aicity/internal/store"
)

// BuyerRecord is how a buyer has dealt with work that passed, so that an agent
// knows before it starts.
type BuyerRecord struct {
	Completed int // tasks that passed
	Refunded  int // of them, those the buyer took the money back for
}

// RefundRate is the refunded share, 0 to 1.
func (r BuyerRecord) RefundRate() float64 {
	if r.Completed == 0 {
		return 0
	}
	return float64(r.Refunded) / float64(r.Completed)
}

// BuyerView is a record as JSON.
type BuyerView struct {
	Completed  int     `json:"completedTasks" doc:"Tasks of this buyer that passed the gate"`
	Refunded   int     `json:"refundedTasks" doc:"Of them, those the buyer took the money back for"`
	RefundRate float64 `json:"refundRate" doc:"The refunded share, 0 to 1"`
}

func (r BuyerRecord) view() BuyerView {
	return BuyerView{Completed: r.Completed, Refunded: r.Refunded, RefundRate: r.RefundRate()}
}

// findRecord reads a buyer's record; locked until commit when lock is
// store.ForUpdate.
func findRecord(ctx context.Context, q store.Querier, ownerID, lock string) (BuyerRecord, error) {
	var r BuyerRecord
	err := r.read(q.QueryRow(ctx, recordQuery+lock, ownerID))
	return r, err
}

const recordQuery = `SELECT completed, refunded FROM buyer_records WHERE owner_id = $1`

// read takes a record from a row of recordQuery; without a row it is empty.
func (r *BuyerRecord) read(row store.Row) error {
	if err := row.Scan(&r.Completed, &r.Refunded); err != nil && !errors.Is(err, store.ErrNoRows) {
		return fmt.Errorf("find buyer's record: %w", err)
	}
	return nil
}

// remember adds what happened to a buyer's record.
func remember(ctx context.Context, tx store.Tx, ownerID string, on Trigger) error {
	var more BuyerRecord
	switch on {
	case Pass, Overturn, Adjudge:
		more.Completed = 1
	case Refund, GrantRefund, ReviewExpire:
		more.Refunded = 1
	default:
		return nil
	}
	return tx.QueueLast(ctx, "remember buyer", `INSERT INTO buyer_records (owner_id, completed, refunded) VALUES ($1, $2, $3)
		ON CONFLICT (owner_id) DO UPDATE SET completed = buyer_records.completed + excluded.completed,
		refunded = buyer_records.refunded + excluded.refunded`, ownerID, more.Completed, more.Refunded)
}
