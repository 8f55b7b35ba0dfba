package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"aicity.dev/aicity/internal/store"
)

const endpointColumns = `id, agent_id, url, events, sealed_secret, sealed_old_secret, old_until, failing_since, disabled_at, created_at, updated_at`

func findEndpoint(ctx context.Context, q store.Querier, agentID, lock string) (Endpoint, error) {
	return scanEndpoint(q.QueryRow(ctx, `SELECT `+endpointColumns+` FROM webhook_endpoints WHERE agent_id = $1`+lock, agentID))
}

func findEndpointByID(ctx context.Context, q store.Querier, id string) (Endpoint, error) {
	return scanEndpoint(q.QueryRow(ctx, `SELECT `+endpointColumns+` FROM webhook_endpoints WHERE id = $1`, id))
}

func scanEndpoint(row store.Row) (Endpoint, error) {
	var e Endpoint
	var events string
	var oldUntil, failing, disabled *int64
	var createdAt, updatedAt int64
	err := row.Scan(&e.ID, &e.AgentID, &e.URL, &events, &e.sealedSecret, &e.sealedOldSecret, &oldUntil, &failing, &disabled, &createdAt, &updatedAt)
	if err != nil {
		return Endpoint{}, fmt.Errorf("find webhook: %w", err)
	}
	if err := json.Unmarshal([]byte(events), &e.Events); err != nil {
		return Endpoint{}, fmt.Errorf("decode webhook events: %w", err)
	}
	e.oldUntil, e.FailingSince, e.DisabledAt = store.FromMicrosPtr(oldUntil), store.FromMicrosPtr(failing), store.FromMicrosPtr(disabled)
	e.CreatedAt, e.UpdatedAt = store.FromMicros(createdAt), store.FromMicros(updatedAt)
	return e, nil
}

func saveEndpoint(ctx context.Context, tx store.Tx, e Endpoint) error {
	events, err := json.Marshal(e.Events)
	if err != nil {
		return fmt.Errorf("encode webhook events: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO webhook_endpoints (`+endpointColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (id) DO UPDATE SET url = $3, events = $4, sealed_secret = $5, sealed_old_secret = $6, old_until = $7,
		failing_since = $8, disabled_at = $9, updated_at = $11`,
		e.ID, e.AgentID, e.URL, string(events), e.sealedSecret, e.sealedOldSecret, store.MicrosPtr(e.oldUntil),
		store.MicrosPtr(e.FailingSince), store.MicrosPtr(e.DisabledAt), store.Micros(e.CreatedAt), store.Micros(e.UpdatedAt))
	if err != nil {
		return fmt.Errorf("save webhook: %w", err)
	}
	return nil
}

func deleteEndpoint(ctx context.Context, tx store.Tx, agentID string) error {
	_, err := tx.Exec(ctx, `DELETE FROM webhook_deliveries WHERE endpoint_id IN (SELECT id FROM webhook_endpoints WHERE agent_id = $1)`, agentID)
	if err != nil {
		return fmt.Errorf("delete deliveries: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM webhook_endpoints WHERE agent_id = $1`, agentID); err != nil {
		return fmt.Errorf("delete webhook: %w", err)
	}
	return nil
}

const deliveryColumns = `id, endpoint_id, task_id, type, body, status, attempts, status_code, error, created_at, finished_at`

func insertDelivery(ctx context.Context, tx store.Tx, d Delivery) error {
	_, err := tx.Exec(ctx, `INSERT INTO webhook_deliveries (`+deliveryColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		d.ID, d.EndpointID, d.TaskID, d.Type, string(d.Body), d.Status, d.Attempts, d.StatusCode, d.Error, store.Micros(d.CreatedAt), store.MicrosPtr(d.FinishedAt))
	if err != nil {
		return fmt.Errorf("insert delivery: %w", err)
	}
	return nil
}

func updateDelivery(ctx context.Context, tx store.Tx, d Delivery) error {
	_, err := tx.Exec(ctx, `UPDATE webhook_deliveries SET status = $2, attempts = $3, status_code = $4, error = $5, finished_at = $6 WHERE id = $1`,
		d.ID, d.Status, d.Attempts, d.StatusCode, d.Error, store.MicrosPtr(d.FinishedAt))
	if err != nil {
		return fmt.Errorf("update delivery: %w", err)
	}
	return nil
}

func findDelivery(ctx context.Context, q store.Querier, id string) (Delivery, error) {
	d, err := scanDelivery(q.QueryRow(ctx, `SELECT `+deliveryColumns+` FROM webhook_deliveries WHERE id = $1`, id))
	if err != nil {
		return Delivery{}, fmt.Errorf("find delivery: %w", err)
	}
	return d, nil
}

func scanDelivery(row store.Row) (Delivery, error) {
	var d Delivery
	var body string
	var createdAt int64
	var finishedAt *int64
	err := row.Scan(&d.ID, &d.EndpointID, &d.TaskID, &d.Type, &body, &d.Status, &d.Attempts, &d.StatusCode, &d.Error, &createdAt, &finishedAt)
	d.Body, d.CreatedAt, d.FinishedAt = json.RawMessage(body), store.FromMicros(createdAt), store.FromMicrosPtr(finishedAt)
	return d, err
}

// earlierWaiting reports whether an older delivery of the same task to the same
// endpoint has not been finished.
func earlierWaiting(ctx context.Context, q store.Querier, d Delivery) (bool, error) {
	var waiting bool
	err := q.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM webhook_deliveries
		WHERE endpoint_id = $1 AND task_id = $2 AND id < $3 AND status = 'pending')`, d.EndpointID, d.TaskID, d.ID).Scan(&waiting)
	if err != nil {
		return false, fmt.Errorf("look for earlier deliveries: %w", err)
	}
	return waiting, nil
}

func listDeliveries(ctx context.Context, q store.Querier, endpointID, cursor string, limit int) ([]Delivery, error) {
	if cursor == "" {
		cursor = "~" // above every id
	}
	rows, err := q.Query(ctx, `SELECT `+deliveryColumns+` FROM webhook_deliveries WHERE endpoint_id = $1 AND id < $2
		ORDER BY id DESC LIMIT $3`, endpointID, cursor, limit)
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var list []Delivery
	for rows.Next() {
		d, err := scanDelivery(rows)
		if err != nil {
			return nil, fmt.Errorf("scan delivery: %w", err)
		}
		list = append(list, d)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	return list, nil
}

func pruneDeliveries(ctx context.Context, tx store.Tx, before time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM webhook_deliveries WHERE created_at < $1`, store.Micros(before))
	if err != nil {
		return fmt.Errorf("prune deliveries: %w", err)
	}
	return nil
}
