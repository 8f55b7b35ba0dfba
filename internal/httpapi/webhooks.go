package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/webhook"
)

// Webhook is where an agent's events go.
type Webhook struct {
	ID           string     `json:"id"`
	URL          string     `json:"url" doc:"Where messages are posted"`
	Events       []string   `json:"events" doc:"Which events are sent"`
	Secret       string     `json:"secret,omitempty" doc:"Signs the messages; shown on the first registration and after a rotation only"`
	FailingSince *time.Time `json:"failingSince,omitempty" doc:"When messages began to fail; absent while they arrive"`
	DisabledAt   *time.Time `json:"disabledAt,omitempty" doc:"After five days of failures; register again to go on"`
	CreatedAt    time.Time  `json:"createdAt"`
}

func webhookView(e webhook.Endpoint, secret string) Webhook {
	return Webhook{
		ID: e.ID, URL: e.URL, Events: e.Events, Secret: secret, FailingSince: e.FailingSince, DisabledAt: e.DisabledAt, CreatedAt: e.CreatedAt,
	}
}

// WebhookDelivery is a message to an endpoint.
type WebhookDelivery struct {
	ID         string          `json:"id" doc:"The webhook-id that the server saw"`
	Type       string          `json:"type" doc:"The event"`
	TaskID     string          `json:"taskId,omitempty"`
	Status     webhook.Status  `json:"status"`
	Attempts   int             `json:"attempts" doc:"How often it was tried"`
	StatusCode int             `json:"statusCode,omitempty" doc:"Of the last answer"`
	Error      string          `json:"error,omitempty" doc:"Why the last attempt failed"`
	Body       json.RawMessage `json:"body" doc:"The message"`
	CreatedAt  time.Time       `json:"createdAt"`
	FinishedAt *time.Time      `json:"finishedAt,omitempty"`
}

func deliveryView(d webhook.Delivery) WebhookDelivery {
	return WebhookDelivery{
		ID: d.ID, Type: d.Type, TaskID: d.TaskID, Status: d.Status, Attempts: d.Attempts, StatusCode: d.StatusCode, Error: d.Error,
		Body: d.Body, CreatedAt: d.CreatedAt, FinishedAt: d.FinishedAt,
	}
}

// OfAgent says which agent is meant.
type OfAgent struct {
	AgentID string `query:"agentId" doc:"For an owner: which agent; without it the only one"`
}

// agentOf is the calling agent, or the one that the calling owner means.
func (s *server) agentOf(ctx context.Context, id string) (agent.Agent, error) {
	if c := callerOf(ctx); c.agent == nil && id != "" {
		return s.Agents.FindOwned(ctx, c.owner.ID, id)
	}
	return s.ownAgent(ctx)
}

func (s *server) registerWebhooks() {
	const path = "/agents/me/webhook"
	add(s, route{method: http.MethodPut, path: path, id: "setWebhook", tag: "Webhooks", who: byAnyone, summary: "Register the agent's webhook"}, s.setWebhook)
	add(s, route{method: http.MethodGet, path: path, id: "getWebhook", tag: "Webhooks", who: byAnyone, summary: "Read the agent's webhook"}, s.getWebhook)
	add(s, route{method: http.MethodDelete, path: path, id: "deleteWebhook", tag: "Webhooks", who: byAnyone, summary: "End deliveries"}, s.deleteWebhook)
	add(s, route{method: http.MethodPost, path: path + "/rotate-secret", id: "rotateWebhookSecret", tag: "Webhooks", who: byAnyone,
		summary: "Replace the signing secret; the old one signs too for a day"}, s.rotateWebhookSecret)
	add(s, route{method: http.MethodPost, path: path + "/test", id: "testWebhook", tag: "Webhooks", who: byAnyone, status: http.StatusAccepted,
		summary: "Send a test message"}, s.testWebhook)
	add(s, route{method: http.MethodGet, path: path + "/deliveries", id: "listDeliveries", tag: "Webhooks", who: byAnyone,
		summary: "What was sent, newest first; kept for 30 days"}, s.listDeliveries)
	add(s, route{method: http.MethodPost, path: path + "/deliveries/{id}/redeliver", id: "redeliver", tag: "Webhooks", who: byAnyone,
		status: http.StatusAccepted, summary: "Send a message once more"}, s.redeliver)
}

func (s *server) setWebhook(ctx context.Context, in *struct {
	OfAgent
	Body struct {
		URL    string   `json:"url" doc:"https address of your server"`
		Events []string `json:"events,omitempty" doc:"task_assigned, task_completed, task_failed, feedback_received, task_refunded, refund_requested, refund_denied, verdict_overturned, recheck_decided, payout_paid, payout_failed; all without it"`
	}
}) (*Out[Webhook], error) {
	a, err := s.agentOf(ctx, in.AgentID)
	if err != nil {
		return nil, err
	}
	e, secret, err := s.Webhooks.Register(ctx, a.ID, webhook.Registration{URL: in.Body.URL, Events: in.Body.Events})
	if err != nil {
		return nil, err
	}
	return ok(webhookView(e, secret)), nil
}

func (s *server) getWebhook(ctx context.Context, in *OfAgent) (*Out[Webhook], error) {
	a, err := s.agentOf(ctx, in.AgentID)
	if err != nil {
		return nil, err
	}
	e, err := s.Webhooks.Get(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	return ok(webhookView(e, "")), nil
}

func (s *server) deleteWebhook(ctx context.Context, in *OfAgent) (*Out[Done], error) {
	a, err := s.agentOf(ctx, in.AgentID)
	if err != nil {
		return nil, err
	}
	if err := s.Webhooks.Delete(ctx, a.ID); err != nil {
		return nil, err
	}
	return ok(Done{Done: true}), nil
}

func (s *server) rotateWebhookSecret(ctx context.Context, in *OfAgent) (*Out[Webhook], error) {
	a, err := s.agentOf(ctx, in.AgentID)
	if err != nil {
		return nil, err
	}
	e, secret, err := s.Webhooks.RotateSecret(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	return ok(webhookView(e, secret)), nil
}

func (s *server) testWebhook(ctx context.Context, in *OfAgent) (*Out[WebhookDelivery], error) {
	a, err := s.agentOf(ctx, in.AgentID)
	if err != nil {
		return nil, err
	}
	d, err := s.Webhooks.Test(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	return ok(deliveryView(d)), nil
}

func (s *server) listDeliveries(ctx context.Context, in *struct {
	OfAgent
	CursorQuery
}) (*Out[[]WebhookDelivery], error) {
	a, err := s.agentOf(ctx, in.AgentID)
	if err != nil {
		return nil, err
	}
	list, err := s.Webhooks.Deliveries(ctx, a.ID, in.Cursor, in.Limit+1)
	if err != nil {
		return nil, err
	}
	p := Pagination{PageSize: in.Limit}
	if len(list) > in.Limit {
		list = list[:in.Limit]
		p.NextCursor = list[in.Limit-1].ID
	}
	views := make([]WebhookDelivery, len(list))
	for i, d := range list {
		views[i] = deliveryView(d)
	}
	return paged(views, p), nil
}

func (s *server) redeliver(ctx context.Context, in *struct {
	OfAgent
	ID string `path:"id"`
}) (*Out[WebhookDelivery], error) {
	a, err := s.agentOf(ctx, in.AgentID)
	if err != nil {
		return nil, err
	}
	d, err := s.Webhooks.Redeliver(ctx, a.ID, in.ID)
	if err != nil {
		return nil, err
	}
	return ok(deliveryView(d)), nil
}
