package payment

import (
	"context"
	"fmt"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

const topUpColumns = `id, owner_id, amount, provider, status, reference, reason, created_at, finished_at, checkout_url, test,
	COALESCE(substr(idempotency_key, 1, 5) = '` + autoKey + `', FALSE)`

func scanTopUp(row store.Row) (TopUp, error) {
	var t TopUp
	var created int64
	var finished *int64
	err := row.Scan(&t.ID, &t.OwnerID, &t.Amount, &t.Provider, &t.Status, &t.Reference, &t.Reason, &created, &finished,
		&t.CheckoutURL, &t.Test, &t.Automatic)
	if err != nil {
		return TopUp{}, fmt.Errorf("read top-up: %w", err)
	}
	t.CreatedAt, t.FinishedAt = store.FromMicros(created), store.FromMicrosPtr(finished)
	return t, nil
}

func findTopUp(ctx context.Context, q store.Querier, id string) (TopUp, error) {
	return scanTopUp(q.QueryRow(ctx, `SELECT `+topUpColumns+` FROM top_ups WHERE id = $1`, id))
}

func lockTopUp(ctx context.Context, tx store.Tx, id string) (TopUp, error) {
	return scanTopUp(tx.QueryRow(ctx, `SELECT `+topUpColumns+` FROM top_ups WHERE id = $1`+store.ForUpdate(tx), id))
}

func findTopUpByKey(ctx context.Context, q store.Querier, ownerID, key string) (TopUp, error) {
	return scanTopUp(q.QueryRow(ctx, `SELECT `+topUpColumns+` FROM top_ups WHERE owner_id = $1 AND idempotency_key = $2`, ownerID, key))
}

// insertTopUp is false when the key is taken.
func insertTopUp(ctx context.Context, tx store.Tx, t TopUp, key string) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO top_ups (id, owner_id, amount, provider, status, reference, reason, idempotency_key, created_at, test)
		VALUES ($1, $2, $3, $4, $5, '', '', $6, $7, $8) ON CONFLICT (owner_id, idempotency_key) DO NOTHING`,
		t.ID, t.OwnerID, int64(t.Amount), t.Provider, string(t.Status), optional(key), store.Micros(t.CreatedAt), t.Test)
	if err != nil {
		return false, fmt.Errorf("insert top-up: %w", err)
	}
	return n == 1, nil
}

// saveCheckout notes where the owner pays; it is false when that was noted
// before, or the top-up is finished.
func saveCheckout(ctx context.Context, tx store.Tx, t TopUp) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE top_ups SET checkout_url = $2, reference = $3 WHERE id = $1 AND status = 'pending' AND checkout_url = ''`,
		t.ID, t.CheckoutURL, t.Reference)
	if err != nil {
		return false, fmt.Errorf("update top-up: %w", err)
	}
	return n == 1, nil
}

// finishTopUp is false when the top-up is not in the state from any more.
func finishTopUp(ctx context.Context, tx store.Tx, t TopUp, from TopUpStatus) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE top_ups SET status = $2, reference = $3, reason = $4, finished_at = $5
		WHERE id = $1 AND status = $6`, t.ID, string(t.Status), t.Reference, t.Reason, store.MicrosPtr(t.FinishedAt), string(from))
	if err != nil {
		return false, fmt.Errorf("update top-up: %w", err)
	}
	return n == 1, nil
}

const withdrawalColumns = `id, owner_id, agent_id, amount, provider, status, reference, reason, created_at, finished_at, test`

func scanWithdrawal(row store.Row) (Withdrawal, error) {
	var w Withdrawal
	var created int64
	var finished *int64
	err := row.Scan(&w.ID, &w.OwnerID, &w.AgentID, &w.Amount, &w.Provider, &w.Status, &w.Reference, &w.Reason, &created, &finished, &w.Test)
	if err != nil {
		return Withdrawal{}, fmt.Errorf("read withdrawal: %w", err)
	}
	w.CreatedAt, w.FinishedAt = store.FromMicros(created), store.FromMicrosPtr(finished)
	return w, nil
}

func findWithdrawal(ctx context.Context, q store.Querier, id string) (Withdrawal, error) {
	return scanWithdrawal(q.QueryRow(ctx, `SELECT `+withdrawalColumns+` FROM withdrawals WHERE id = $1`, id))
}

func lockWithdrawal(ctx context.Context, tx store.Tx, id string) (Withdrawal, error) {
	return scanWithdrawal(tx.QueryRow(ctx, `SELECT `+withdrawalColumns+` FROM withdrawals WHERE id = $1`+store.ForUpdate(tx), id))
}

func findWithdrawalByKey(ctx context.Context, q store.Querier, ownerID, key string) (Withdrawal, error) {
	return scanWithdrawal(q.QueryRow(ctx, `SELECT `+withdrawalColumns+` FROM withdrawals
		WHERE owner_id = $1 AND idempotency_key = $2`, ownerID, key))
}

func insertWithdrawal(ctx context.Context, tx store.Tx, w Withdrawal, key string) error {
	_, err := tx.Exec(ctx, `INSERT INTO withdrawals (id, owner_id, agent_id, amount, provider, status, reference, reason, idempotency_key, created_at, test)
		VALUES ($1, $2, $3, $4, $5, $6, '', '', $7, $8, $9)`,
		w.ID, w.OwnerID, w.AgentID, int64(w.Amount), w.Provider, string(w.Status), optional(key), store.Micros(w.CreatedAt), w.Test)
	if err != nil {
		return fmt.Errorf("insert withdrawal: %w", err)
	}
	return nil
}

// savePayout notes the provider's name for a payout that is on its way.
func savePayout(ctx context.Context, tx store.Tx, id, reference string) error {
	if _, err := tx.Exec(ctx, `UPDATE withdrawals SET reference = $2 WHERE id = $1 AND status = 'pending'`, id, reference); err != nil {
		return fmt.Errorf("update withdrawal: %w", err)
	}
	return nil
}

// finishWithdrawal is false when the withdrawal is not in the state from any more.
func finishWithdrawal(ctx context.Context, tx store.Tx, w Withdrawal, from WithdrawalStatus) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE withdrawals SET status = $2, reference = $3, reason = $4, finished_at = $5
		WHERE id = $1 AND status = $6`, w.ID, string(w.Status), w.Reference, w.Reason, store.MicrosPtr(w.FinishedAt), string(from))
	if err != nil {
		return false, fmt.Errorf("update withdrawal: %w", err)
	}
	return n == 1, nil
}

// listTopUps reads an owner's top-ups below the id before ("" for all).
func listTopUps(ctx context.Context, q store.Querier, ownerID, before string, limit int) ([]TopUp, error) {
	return listOrders(ctx, q, "top_ups", topUpColumns, scanTopUp, ownerID, before, limit)
}

// listWithdrawals reads an owner's withdrawals below the id before ("" for all).
func listWithdrawals(ctx context.Context, q store.Querier, ownerID, before string, limit int) ([]Withdrawal, error) {
	return listOrders(ctx, q, "withdrawals", withdrawalColumns, scanWithdrawal, ownerID, before, limit)
}

func listOrders[T any](ctx context.Context, q store.Querier, table, columns string, scan func(store.Row) (T, error), ownerID, before string, limit int) ([]T, error) {
	below, args := "", []any{ownerID, limit}
	if before != "" {
		below, args = " AND id < $3", append(args, before)
	}
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM `+table+` WHERE owner_id = $1`+below+` ORDER BY id DESC LIMIT $2`, args...)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", table, err)
	}
	defer func() { _ = rows.Close() }()
	var list []T
	for rows.Next() {
		order, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, order)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list %s: %w", table, err)
	}
	return list, nil
}

// testMoney is what test payments brought.
func testMoney(ctx context.Context, q store.Querier) (sum city.Cents, err error) {
	err = q.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM top_ups WHERE test AND status = 'succeeded'`).Scan(&sum)
	if err != nil {
		return 0, fmt.Errorf("sum test payments: %w", err)
	}
	return sum, nil
}

// optional is NULL for "".
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
