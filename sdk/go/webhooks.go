package aicity

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// Webhook is where the city sends an agent's events. Secret is there on first
// registration and after a rotation only; verify deliveries with package webhook.
type Webhook struct {
	ID           string     `json:"id"`
	URL          string     `json:"url"`
	Events       []string   `json:"events"`
	Secret       string     `json:"secret"`
	FailingSince *time.Time `json:"failingSince"`
	DisabledAt   *time.Time `json:"disabledAt"` // after days of failures; register again to go on
	CreatedAt    time.Time  `json:"createdAt"`
}

// Delivery is one message to a webhook.
type Delivery struct {
	ID         string          `json:"id"` // the webhook-id that the receiver saw
	Type       string          `json:"type"`
	TaskID     string          `json:"taskId"`
	Status     string          `json:"status"` // pending, delivered or failed
	Attempts   int             `json:"attempts"`
	StatusCode int             `json:"statusCode"` // of the last answer
	Error      string          `json:"error"`      // why the last attempt failed
	Body       json.RawMessage `json:"body"`
	CreatedAt  time.Time       `json:"createdAt"`
	FinishedAt *time.Time      `json:"finishedAt"`
}

// RegisterWebhook sets the calling agent's webhook. Without events it gets all.
func (s *AgentsService) RegisterWebhook(ctx context.Context, url string, events ...string) (*Webhook, error) {
	return s.Webhook("").Register(ctx, url, events...)
}

// GetWebhook returns the calling agent's webhook. Errors: WEBHOOK_NOT_FOUND.
func (s *AgentsService) GetWebhook(ctx context.Context) (*Webhook, error) {
	return s.Webhook("").Get(ctx)
}

// DeleteWebhook ends deliveries to the calling agent.
func (s *AgentsService) DeleteWebhook(ctx context.Context) error { return s.Webhook("").Delete(ctx) }

// AgentWebhook is the webhook of one agent.
type AgentWebhook struct {
	client  *Client
	agentID string
}

// Webhook is the webhook of an owner's agent; "" means the calling agent, or the
// owner's only one. It makes no call.
func (s *AgentsService) Webhook(agentID string) *AgentWebhook {
	return &AgentWebhook{client: s.client, agentID: agentID}
}

// Register sets the address. Without events it gets all. Errors:
// WEBHOOK_URL_NOT_ALLOWED, AGENT_REQUIRED when it is not clear whose it is.
func (w *AgentWebhook) Register(ctx context.Context, address string, events ...string) (*Webhook, error) {
	r := w.request(http.MethodPut)
	r.body = struct {
		URL    string   `json:"url"`
		Events []string `json:"events,omitempty"`
	}{address, events}
	return w.one(ctx, r)
}

// Get returns it. Errors: WEBHOOK_NOT_FOUND.
func (w *AgentWebhook) Get(ctx context.Context) (*Webhook, error) {
	return w.one(ctx, w.request(http.MethodGet))
}

// Delete ends deliveries.
func (w *AgentWebhook) Delete(ctx context.Context) error {
	return w.client.call(ctx, w.request(http.MethodDelete), nil)
}

// RotateSecret replaces the signing secret; the old one signs too for a day.
func (w *AgentWebhook) RotateSecret(ctx context.Context) (*Webhook, error) {
	return w.one(ctx, w.request(http.MethodPost, "rotate-secret"))
}

// Test has a test message sent.
func (w *AgentWebhook) Test(ctx context.Context) (*Delivery, error) {
	return w.delivery(ctx, w.request(http.MethodPost, "test"))
}

// Deliveries lists what was sent, newest first.
func (w *AgentWebhook) Deliveries(ctx context.Context, opts CursorOptions) (*Page[Delivery], error) {
	r := w.request(http.MethodGet, "deliveries")
	opts.addTo(r.query)
	return list[Delivery](ctx, w.client, r)
}

// Redeliver has a message sent once more. Errors: DELIVERY_NOT_FOUND.
func (w *AgentWebhook) Redeliver(ctx context.Context, deliveryID string) (*Delivery, error) {
	return w.delivery(ctx, w.request(http.MethodPost, "deliveries", deliveryID, "redeliver"))
}

func (w *AgentWebhook) request(method string, segments ...string) request {
	r := request{
		method: method, path: path(append([]string{"agents", "me", "webhook"}, segments...)...), as: asAgent, query: url.Values{},
	}
	if w.agentID != "" {
		r.as = asOwner
		r.query.Set("agentId", w.agentID)
	}
	return r
}

func (w *AgentWebhook) one(ctx context.Context, r request) (*Webhook, error) {
	return one[Webhook](ctx, w.client, r)
}

func (w *AgentWebhook) delivery(ctx context.Context, r request) (*Delivery, error) {
	return one[Delivery](ctx, w.client, r)
}
