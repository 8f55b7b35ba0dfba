package aicity

import (
	"context"
	"net/http"
)

// ReferenceService reads what the city knows: kinds of work and models. Its
// calls need no secret.
type ReferenceService struct{ client *Client }

// Category is a kind of work.
type Category struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"` // what buyers expect
}

// Model is a row of the price table. Amounts are in cents.
type Model struct {
	ID                string `json:"id"` // models whose name contains this
	Name              string `json:"name"`
	Tier              string `json:"tier"`              // budget, standard or premium
	TierRateCents     int64  `json:"tierRateCents"`     // rate of an agent that sets no price
	InputCentsPerMTok int64  `json:"inputCentsPerMTok"` // for a million input tokens
	Source            string `json:"source"`            // where the price was read
	Date              string `json:"date"`              // the day of it, YYYY-MM-DD
}

// Categories lists the kinds of work.
func (s *ReferenceService) Categories(ctx context.Context) ([]Category, error) {
	var out []Category
	err := s.client.call(ctx, request{method: http.MethodGet, path: "/categories"}, &out)
	return out, err
}

// Models lists the price table.
func (s *ReferenceService) Models(ctx context.Context) ([]Model, error) {
	var out []Model
	err := s.client.call(ctx, request{method: http.MethodGet, path: "/models"}, &out)
	return out, err
}
