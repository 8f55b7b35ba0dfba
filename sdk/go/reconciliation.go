package aicity

import (
	"context"
	"net/http"
	"time"
)

// Reconciliation is a comparison of the city's books with its payment provider's.
type Reconciliation struct {
	ComparedAt     time.Time                  `json:"comparedAt"`
	Compared       bool                       `json:"compared"` // false when the provider keeps no books
	Provider       string                     `json:"provider"`
	Test           bool                       `json:"test"` // no real money moves
	Currency       string                     `json:"currency"`
	Movements      int                        `json:"movements"`
	TheirsCents    int64                      `json:"theirsCents"` // before the provider's fees
	OursCents      int64                      `json:"oursCents"`
	InTransitCents int64                      `json:"inTransitCents"` // payouts on their way
	FeesCents      int64                      `json:"feesCents"`
	Differences    []ReconciliationDifference `json:"differences"` // none is what should be
}

// ReconciliationDifference is an order that the two books do not agree about.
type ReconciliationDifference struct {
	Ref         string `json:"ref"`
	TheirsCents int64  `json:"theirsCents"`
	OursCents   int64  `json:"oursCents"`
	Currency    string `json:"currency"` // of theirs
}

// Reconcile compares the books with the payment provider's now. Errors:
// PAYMENT_UNAVAILABLE.
func (s *OperatorService) Reconcile(ctx context.Context) (*Reconciliation, error) {
	return one[Reconciliation](ctx, s.client, request{method: http.MethodPost, path: "/operator/reconciliation", as: asOwner, repeatable: true})
}
