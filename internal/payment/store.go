package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/column"
)

var (
	topUps = column.List[TopUp]{
		column.Text("id", func(t *TopUp) *string { return &t.ID }),
		column.Text("owner_id", func(t *TopUp) *string { return &t.OwnerID }),
		column.Number("amount", func(t *TopUp) *city.Cents { return &t.Amount }),
		column.Text("provider", func(t *TopUp) *string { return &t.Provider }),
		column.Text("status", func(t *TopUp) *TopUpStatus { return &t.Status }),
		column.Text("reference", func(t *TopUp) *string { return &t.Reference }),
		column.Text("reason", func(t *TopUp) *string { return &t.Reason }),
		column.Time("created_at", func(t *TopUp) *time.Time { return &t.CreatedAt }),
		column.TimePtr("finished_at", func(t *TopUp) **time.Time { return &t.FinishedAt }),
		column.Text("checkout_url", func(t *TopUp) *string { return &t.CheckoutURL }),
		column.Plain("test", func(t *TopUp) *bool { return &t.Test }),
		{
			Name: `COALESCE(substr(idempotency_key, 1, 5) = '` + autoKey + `', FALSE)`,
			Read: column.Into(func(t *TopUp) *bool { return &t.Automatic }),
		},
	}
	selectTopUps   = `SELECT ` + topUps.Selected("") + ` FROM top_ups`
	insertTopUpSQL = topUps.Insert("top_ups", "idempotency_key") + ` ON CONFLICT (owner_id, idempotency_key) DO NOTHING`
)

var (
	withdrawals = column.List[Withdrawal]{
		column.Text("id", func(w *Withdrawal) *string { return &w.ID }),
		column.Text("owner_id", func(w *Withdrawal) *string { return &w.OwnerID }),
		column.Text("agent_id", func(w *Withdrawal) *string { return &w.AgentID }),
		column.Number("amount", func(w *Withdrawal) *city.Cents { return &w.Amount }),
		column.Text("provider", func(w *Withdrawal) *string { return &w.Provider }),
		column.Text("status", func(w *Withdrawal) *WithdrawalStatus { return &w.Status }),
		column.Text("reference", func(w *Withdrawal) *string { return &w.Reference }),
		column.Text("reason", func(w *Withdrawal) *string { return &w.Reason }),
		column.Time("created_at", func(w *Withdrawal) *time.Time { return &w.CreatedAt }),
		column.TimePtr("finished_at", func(w *Withdrawal) **time.Time { return &w.FinishedAt }),
		column.Plain("test", func(w *Withdrawal) *bool { return &w.Test }),
	}
	selectWithdrawals   = `SELECT ` + withdrawals.Selected("") + ` FROM withdrawals`
	insertWithdrawalSQL = withdrawals.Insert("withdrawals", "idempotency_key")
)

func scanTopUp(row store.Row) (TopUp, error) {
	t, err := topUps.Scan(row)
	if err != nil {
		return TopUp{}, fmt.Errorf("read top-up: %w", err)
	}
	return t, nil
}

func findTopUp(ctx context.Context, q store.Querier, id string) (TopUp, error) {
	return scanTopUp(q.QueryRow(ctx, selectTopUps+` WHERE id = $1`, id))
}

func lockTopUp(ctx context.Context, tx store.Tx, id string) (TopUp, error) {
	return scanTopUp(tx.QueryRow(ctx, selectTopUps+` WHERE id = $1`+store.ForUpdate(tx), id))
}

func findTopUpByKey(ctx context.Context, q store.Querier, ownerID, key string) (TopUp, error) {
	return scanTopUp(q.QueryRow(ctx, selectTopUps+` WHERE owner_id = $1 AND idempotency_key = $2`, ownerID, key))
}

// insertTopUp is false when the key is taken.
func insertTopUp(ctx context.Context, tx store.Tx, t TopUp, key string) (bool, error) {
	n, err := tx.Exec(ctx, insertTopUpSQL, append(topUps.Values(&t), optional(key))...)
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

func scanWithdrawal(row store.Row) (Withdrawal, error) {
	w, err := withdrawals.Scan(row)
	if err != nil {
		return Withdrawal{}, fmt.Errorf("read withdrawal: %w", err)
	}
	return w, nil
}

func findWithdrawal(ctx context.Context, q store.Querier, id string) (Withdrawal, error) {
	return scanWithdrawal(q.QueryRow(ctx, selectWithdrawals+` WHERE id = $1`, id))
}

func lockWithdrawal(ctx context.Context, tx store.Tx, id string) (Withdrawal, error) {
	return scanWithdrawal(tx.QueryRow(ctx, selectWithdrawals+` WHERE id = $1`+store.ForUpdate(tx), id))
}

func findWithdrawalByKey(ctx context.Context, q store.Querier, ownerID, key string) (Withdrawal, error) {
	return scanWithdrawal(q.QueryRow(ctx, selectWithdrawals+`
		WHERE owner_id = $1 AND idempotency_key = $2`, ownerID, key))
}

func insertWithdrawal(ctx context.Context, tx store.Tx, w Withdrawal, key string) error {
	_, err := tx.Exec(ctx, insertWithdrawalSQL, append(withdrawals.Values(&w), optional(key))...)
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
	return listOrders(ctx, q, topUps.Scan, selectTopUps, ownerID, before, limit)
}

// listWithdrawals reads an owner's withdrawals below the id before ("" for all).
func listWithdrawals(ctx context.Context, q store.Querier, ownerID, before string, limit int) ([]Withdrawal, error) {
	return listOrders(ctx, q, withdrawals.Scan, selectWithdrawals, ownerID, before, limit)
}

func listOrders[T any](ctx context.Context, q store.Querier, scan func(store.Row) (T, error), selectOrders, ownerID, before string, limit int) ([]T, error) {
	below, args := "", []any{ownerID, limit}
	if before != "" {
		below, args = " AND id < $3", append(args, before)
	}
	list, err := store.All(ctx, q, scan, selectOrders+` WHERE owner_id = $1`+below+` ORDER BY id DESC LIMIT $2`, args...)
	if err != nil {
		return nil, fmt.Errorf("list orders: %w", err)
	}
	return list, nil
}

var (
	autoTopUps = column.List[AutoTopUp]{
		column.Plain("enabled", func(a *AutoTopUp) *bool { return &a.Enabled }),
		column.Number("threshold", func(a *AutoTopUp) *city.Cents { return &a.Threshold }),
		column.Number("amount", func(a *AutoTopUp) *city.Cents { return &a.Amount }),
		column.Number("monthly_cap", func(a *AutoTopUp) *city.Cents { return &a.MonthlyCap }),
		column.Text("stopped_by", func(a *AutoTopUp) *string { return &a.StoppedBy }),
	}
	selectAutoTopUp  = `SELECT ` + autoTopUps.Selected("") + ` FROM auto_top_ups WHERE owner_id = $1`
	saveAutoTopUpSQL = autoTopUps.Insert("auto_top_ups", "owner_id", "updated_at") +
		` ON CONFLICT (owner_id) DO UPDATE SET ` + autoTopUps.SetExcluded() + `, updated_at = excluded.updated_at`
)

// findAutoTopUp returns store.ErrNoRows when the owner never set it.
func findAutoTopUp(ctx context.Context, q store.Querier, ownerID string) (AutoTopUp, error) {
	a, err := autoTopUps.Scan(q.QueryRow(ctx, selectAutoTopUp, ownerID))
	if err != nil {
		return AutoTopUp{}, fmt.Errorf("find automatic top-up: %w", err)
	}
	return a, nil
}

func saveAutoTopUp(ctx context.Context, tx store.Tx, ownerID string, a AutoTopUp) error {
	_, err := tx.Exec(ctx, saveAutoTopUpSQL, append(autoTopUps.Values(&a), ownerID, store.Micros(tx.Now()))...)
	if err != nil {
		return fmt.Errorf("save automatic top-up: %w", err)
	}
	return nil
}

// turnOffAutoTopUp is false when it is off.
func turnOffAutoTopUp(ctx context.Context, tx store.Tx, ownerID, reason string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE auto_top_ups SET enabled = FALSE, stopped_by = $2, updated_at = $3 WHERE owner_id = $1 AND enabled`,
		ownerID, reason, store.Micros(tx.Now()))
	return n == 1, err
}

// updateStoppedBy changes why automatic top-ups are off, if that is still from.
func updateStoppedBy(ctx context.Context, tx store.Tx, ownerID, from, to string) error {
	_, err := tx.Exec(ctx, `UPDATE auto_top_ups SET stopped_by = $3, updated_at = $4 WHERE owner_id = $1 AND stopped_by = $2 AND NOT enabled`,
		ownerID, from, to, store.Micros(tx.Now()))
	return err
}

// hopeNotLow hopes that runsLow is false.
func hopeNotLow(ctx context.Context, tx store.Tx, ownerID string) error {
	return store.HopeNone(ctx, tx, "top up automatically", `SELECT 1 FROM auto_top_ups a LEFT JOIN ledger_accounts l ON l.name = $2
		WHERE a.owner_id = $1 AND a.enabled AND COALESCE(l.credits_posted - l.debits_posted - l.debits_pending, 0) < a.threshold`,
		ownerID, string(ledger.OwnerCredits(ownerID)))
}

// runsLow reports whether an owner's free credits are under the threshold of
// automatic top-ups.
func runsLow(ctx context.Context, tx store.Tx, ownerID string) (low bool, err error) {
	err = tx.QueryRow(ctx, `SELECT a.enabled AND COALESCE(l.credits_posted - l.debits_posted - l.debits_pending, 0) < a.threshold
		FROM auto_top_ups a LEFT JOIN ledger_accounts l ON l.name = $2 WHERE a.owner_id = $1`,
		ownerID, string(ledger.OwnerCredits(ownerID))).Scan(&low)
	if errors.Is(err, store.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look at automatic top-up: %w", err)
	}
	return low, nil
}

// autoPurchases counts an owner's automatic purchases and those of them that
// are not finished, and sums up those since a moment.
func autoPurchases(ctx context.Context, q store.Querier, ownerID string, since time.Time) (count, pending int, sum city.Cents, err error) {
	err = q.QueryRow(ctx, `SELECT count(*), count(CASE WHEN status = 'pending' THEN 1 END), CAST(COALESCE(SUM(CASE WHEN created_at >= $2 AND status <> 'declined' THEN amount ELSE 0 END), 0) AS BIGINT)
		FROM top_ups WHERE owner_id = $1 AND idempotency_key LIKE 'auto/%'`, ownerID, store.Micros(since)).Scan(&count, &pending, &sum)
	if err != nil {
		return 0, 0, 0, fmt.Errorf("count automatic top-ups: %w", err)
	}
	return count, pending, sum, nil
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
