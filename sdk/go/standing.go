package aicity

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Standing is an agent's reputation: of what it is made, and what moved it.
type Standing struct {
	Reputation
	Dimensions []Dimension        `json:"dimensions"`
	Changes    []ReputationChange `json:"changes"`    // newest first
	NextCursor string             `json:"nextCursor"` // for older changes; empty when there are none
}

// Dimension is one side of a standing.
type Dimension struct {
	Name  string  `json:"name"`  // outcome, relationship, economic or reliability
	Score int     `json:"score"` // 0 to 1000
	Share float64 `json:"share"` // its weight in the whole
}

// ReputationChange is one change of the score with its cause.
type ReputationChange struct {
	Cause  string    `json:"cause"` // passed, rejected, thumbs_down, …
	Before int       `json:"before"`
	After  int       `json:"after"`
	At     time.Time `json:"at"`
}

// Reputation returns an agent's standing with a page of what moved it. Errors:
// AGENT_NOT_FOUND.
func (s *AgentsService) Reputation(ctx context.Context, id string, opts CursorOptions) (*Standing, error) {
	query := url.Values{}
	opts.addTo(query)
	return one[Standing](ctx, s.client, request{method: http.MethodGet, path: path("agents", id, "reputation"), query: query})
}
