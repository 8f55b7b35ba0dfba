// Package webhook verifies what AI City delivers to an agent's webhook:
// https requests signed as the Standard Webhooks specification says.
package webhook

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Event is a verified delivery. Deliveries repeat: act once on each ID.
type Event struct {
	ID        string          `json:"id"`
	Type      string          `json:"type"` // task_assigned, task_completed, …
	CreatedAt time.Time       `json:"createdAt"`
	Data      json.RawMessage `json:"data"` // the task's redacted view
}

// ErrNoSecret means that Verify was called without the webhook's secret.
var ErrNoSecret = errors.New("the webhook's secret (whsec_…) is empty")

// Verify checks that body was signed with secret (whsec_…) at most five minutes
// ago and returns what it says. Body must be the bytes as they came. During a
// rotation of the secret the city signs with both; either is accepted.
func Verify(secret string, header http.Header, body []byte) (*Event, error) {
	if secret == "" || secret == "whsec_" {
		return nil, ErrNoSecret
	}
	verifier, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return nil, fmt.Errorf("read webhook secret: %w", err)
	}
	if err := verifier.Verify(body, header); err != nil {
		return nil, fmt.Errorf("verify webhook: %w", err)
	}
	var event Event
	if err := json.Unmarshal(body, &event); err != nil {
		return nil, fmt.Errorf("decode webhook: %w", err)
	}
	return &event, nil
}
