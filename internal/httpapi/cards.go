package httpapi

import (
	"context"
	"net/http"
)

// CardView is a saved card.
type CardView struct {
	ID       string `json:"id" doc:"The payment provider's name for it"`
	Brand    string `json:"brand" example:"visa" doc:"The network: visa, mastercard and so on"`
	Last4    string `json:"last4" doc:"The last digits of its number"`
	ExpMonth int    `json:"expMonth" doc:"1 to 12; it is good to the end of that month"`
	ExpYear  int    `json:"expYear" doc:"The year it ends in, with four digits"`
	Charged  bool   `json:"charged" doc:"Automatic top-ups charge this one"`
	Test     bool   `json:"test" doc:"No real money moves"`
}

// CardRemoved is what the removal of a saved card did.
type CardRemoved struct {
	Done             bool   `json:"done" doc:"Always true: nobody can charge the card any more"`
	AutoTopUpStopped string `json:"autoTopUpStopped,omitempty" doc:"Why automatic top-ups were turned off"`
}

func (s *server) registerCards() {
	add(s, route{method: http.MethodGet, path: "/vault/cards", id: "listCards", tag: "Vault", who: byOwner,
		summary: "Your saved cards, first the one that automatic top-ups charge"}, s.listCards)
	add(s, route{method: http.MethodDelete, path: "/vault/cards/{id}", id: "removeCard", tag: "Vault", who: byOwner,
		summary: "Remove a saved card; automatic top-ups that charge it are turned off"}, s.removeCard)
}

func (s *server) listCards(ctx context.Context, _ *struct{}) (*Out[[]CardView], error) {
	cards, err := s.Payments.Cards(ctx, callerOf(ctx).owner.ID)
	if err != nil {
		return nil, err
	}
	views := make([]CardView, len(cards))
	for i, c := range cards {
		views[i] = CardView{ID: c.ID, Brand: c.Brand, Last4: c.Last4, ExpMonth: c.ExpMonth, ExpYear: c.ExpYear, Charged: c.Charged, Test: s.Payments.Test()}
	}
	return ok(views), nil
}

func (s *server) removeCard(ctx context.Context, in *struct {
	ID string `path:"id" maxLength:"100" doc:"The card, as GET /vault/cards names it"`
}) (*Out[CardRemoved], error) {
	stopped, err := s.Payments.RemoveCard(ctx, callerOf(ctx).owner.ID, in.ID)
	if err != nil {
		return nil, err
	}
	return ok(CardRemoved{Done: true, AutoTopUpStopped: stopped}), nil
}
