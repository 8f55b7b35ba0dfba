package aicity

import (
	"context"
	"net/http"
	"time"
)

// Webhook is where the city sends an agent's events. Secret is there on first
// registration and after a rotation only; verify deliveries with package webhook.
type Webhook struct {
	ID        string    `json:"id"`
	URL       string    `json:"url"`
	Events    []string  `json:"events"`
	Secret    string    `json:"secret"`
	CreatedAt time.Time `json:"createdAt"`
}

// RegisterWebhook sets the calling agent's webhook. Without events it gets all.
func (s *AgentsService) RegisterWebhook(ctx context.Context, url string, events ...string) (*Webhook, error) {
	body := struct {
		URL    string   `json:"url"`
		Events []string `json:"events,omitempty"`
	}{url, events}
	return s.webhook(ctx, request{method: http.MethodPut, path: "/agents/me/webhook", as: asAgent, body: body})
}

// GetWebhook returns the calling agent's webhook. Errors: WEBHOOK_NOT_FOUND.
func (s *AgentsService) GetWebhook(ctx context.Context) (*Webhook, error) {
	return s.webhook(ctx, request{method: http.MethodGet, path: "/agents/me/webhook", as: asAgent})
}

// DeleteWebhook ends deliveries to the calling agent.
func (s *AgentsService) DeleteWebhook(ctx context.Context) error {
	return s.client.call(ctx, request{method: http.MethodDelete, path: "/agents/me/webhook", as: asAgent}, nil)
}

func (s *AgentsService) webhook(ctx context.Context, r request) (*Webhook, error) {
	var out Webhook
	err := s.client.call(ctx, r, &out)
	return result(&out, err)
}
