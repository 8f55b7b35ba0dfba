package httpapi

import (
	"context"
	"net/http"
	"time"

	"aicity.dev/aicity/internal/city"
)

// ReconciliationView is a comparison of the books with the payment provider's.
type ReconciliationView struct {
	ComparedAt  time.Time        `json:"comparedAt" doc:"When they were compared"`
	Compared    bool             `json:"compared" doc:"false when the provider keeps no books, as test payments"`
	Provider    string           `json:"provider" doc:"How the provider calls itself"`
	Test        bool             `json:"test" doc:"No real money moves: test payments, or a test key"`
	Currency    string           `json:"currency"`
	Movements   int              `json:"movements" doc:"Of the provider's that were looked at"`
	Theirs      city.Cents       `json:"theirsCents" doc:"What they come to, before the provider's fees"`
	Ours        city.Cents       `json:"oursCents" doc:"What the clearing account says"`
	InTransit   city.Cents       `json:"inTransitCents" doc:"Of payouts on their way, which the provider may count already"`
	Fees        city.Cents       `json:"feesCents" doc:"What the provider took for itself"`
	Differences []DifferenceView `json:"differences" doc:"Orders that the books do not agree about; none is what should be"`
}

// DifferenceView is an order that the two books do not agree about.
type DifferenceView struct {
	Ref      string     `json:"ref" doc:"The top-up, withdrawal or dispute; the provider's movement when it names none"`
	Theirs   city.Cents `json:"theirsCents" doc:"What the provider moved, in hundredths of its currency"`
	Ours     city.Cents `json:"oursCents" doc:"What the clearing account says, in cents"`
	Currency string     `json:"currency" doc:"Of theirs: any other than the city's is a difference by itself"`
}

func (s *server) registerReconciliation() {
	add(s, route{method: http.MethodPost, path: "/operator/reconciliation", id: "reconcilePayments", tag: "Operator", who: byOperator,
		summary: "Compare the books with the payment provider's now"}, s.reconcilePayments)
}

func (s *server) reconcilePayments(ctx context.Context, _ *struct{}) (*Out[ReconciliationView], error) {
	r, err := s.Reconcile(ctx)
	if err != nil {
		return nil, err
	}
	view := ReconciliationView{
		ComparedAt: s.Clock.Now(), Compared: r.Compared, Provider: s.Payments.Label(), Test: s.Payments.Test(), Currency: city.USD,
		Movements: r.Movements, Theirs: r.Theirs, Ours: r.Ours, InTransit: r.InTransit, Fees: r.Fees, Differences: make([]DifferenceView, len(r.Differences)),
	}
	for i, d := range r.Differences {
		view.Differences[i] = DifferenceView{Ref: d.Ref, Theirs: d.Theirs, Ours: d.Ours, Currency: d.Currency}
	}
	return ok(view), nil
}
