package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/column"
)

var (
	endpoints = column.List[Endpoint]{
		column.Text("id", func(e *Endpoint) *string { return &e.ID }).Fixed(),
		column.Text("agent_id", func(e *Endpoint) *string { return &e.AgentID }).Fixed(),
		column.Text("url", func(e *Endpoint) *string { return &e.URL }),
		column.JSON("events", func(e *Endpoint) *[]string { return &e.Events }),
		column.Text("sealed_secret", func(e *Endpoint) *string { return &e.sealedSecret }),
		column.Text("sealed_old_secret", func(e *Endpoint) *string { return &e.sealedOldSecret }),
		column.TimePtr("old_until", func(e *Endpoint) **time.Time { return &e.oldUntil }),
		column.TimePtr("failing_since", func(e *Endpoint) **time.Time { return &e.FailingSince }),
		column.TimePtr("disabled_at", func(e *Endpoint) **time.Time { return &e.DisabledAt }),
		column.Time("created_at", func(e *Endpoint) *time.Time { return &e.CreatedAt }).Fixed(),
		column.Time("updated_at", func(e *Endpoint) *time.Time { return &e.UpdatedAt }),
	}
	selectEndpoint = `SELECT ` + endpoints.Selected("") + ` FROM webhook_endpoints`
	upsertEndpoint = endpoints.Insert("webhook_endpoints") + ` ON CONFLICT (id) DO UPDATE SET ` + endpoints.Changing().SetExcluded()
)

var (
	deliveries = column.List[Delivery]{
		column.Text("id", func(d *Delivery) *string { return &d.ID }).Fixed(),
		column.Text("endpoint_id", func(d *Delivery) *string { return &d.EndpointID }).Fixed(),
		column.Text("task_id", func(d *Delivery) *string { return &d.TaskID }).Fixed(),
		column.Text("type", func(d *Delivery) *string { return &d.Type }).Fixed(),
		column.Of[Delivery]{
			Name:  "body", // the very bytes that are signed
			Write: func(d *Delivery) any { return string(d.Body) },
			Read:  column.Via(func(d *Delivery, text string) error { d.Body = json.RawMessage(text); return nil }),
		}.Fixed(),
		column.Text("status", func(d *Delivery) *Status { return &d.Status }),
		column.Number("attempts", func(d *Delivery) *int { return &d.Attempts }),
		column.Number("status_code", func(d *Delivery) *int { return &d.StatusCode }),
		column.Text("error", func(d *Delivery) *string { return &d.Error }),
		column.Time("created_at", func(d *Delivery) *time.Time { return &d.CreatedAt }).Fixed(),
		column.TimePtr("finished_at", func(d *Delivery) **time.Time { return &d.FinishedAt }),
	}
	attempted         = deliveries.Changing()
	selectDeliveries  = `SELECT ` + deliveries.Selected("") + ` FROM webhook_deliveries`
	insertDeliverySQL = deliveries.Insert("webhook_deliveries")
	updateDeliverySQL = `UPDATE webhook_deliveries SET ` + attempted.Set(2) + ` WHERE id = $1`
)

func findEndpoint(ctx context.Context, q store.Querier, agentID, lock string) (Endpoint, error) {
	return scanEndpoint(q.QueryRow(ctx, selectEndpoint+` WHERE agent_id = $1`+lock, agentID))
}

func findEndpointByID(ctx context.Context, q store.Querier, id string) (Endpoint, error) {
	return scanEndpoint(q.QueryRow(ctx, selectEndpoint+` WHERE id = $1`, id))
}

func scanEndpoint(row store.Row) (Endpoint, error) {
	e, err := endpoints.Scan(row)
	if err != nil {
		return Endpoint{}, fmt.Errorf("find webhook: %w", err)
	}
	return e, nil
}

func saveEndpoint(ctx context.Context, tx store.Tx, e Endpoint) error {
	if _, err := tx.Exec(ctx, upsertEndpoint, endpoints.Values(&e)...); err != nil {
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

func insertDelivery(ctx context.Context, tx store.Tx, d Delivery) error {
	if _, err := tx.Exec(ctx, insertDeliverySQL, deliveries.Values(&d)...); err != nil {
		return fmt.Errorf("insert delivery: %w", err)
	}
	return nil
}

func updateDelivery(ctx context.Context, tx store.Tx, d Delivery) error {
	_, err := tx.Exec(ctx, updateDeliverySQL, append([]any{d.ID}, attempted.Values(&d)...)...)
	if err != nil {
		return fmt.Errorf("update delivery: %w", err)
	}
	return nil
}

func findDelivery(ctx context.Context, q store.Querier, id string) (Delivery, error) {
	d, err := deliveries.Scan(q.QueryRow(ctx, selectDeliveries+` WHERE id = $1`, id))
	if err != nil {
		return Delivery{}, fmt.Errorf("find delivery: %w", err)
	}
	return d, nil
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
	list, err := store.All(ctx, q, deliveries.Scan, selectDeliveries+` WHERE endpoint_id = $1 AND id < $2
		ORDER BY id DESC LIMIT $3`, endpointID, cursor, limit)
	if err != nil {
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
