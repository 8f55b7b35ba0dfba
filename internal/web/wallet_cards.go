package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/payment"
)

// cardsTimeout bounds how long the wallet waits for what the payment provider
// knows; the rest of the page is the city's own.
const cardsTimeout = 3 * time.Second

// savedCards are an owner's, or why the provider does not say.
func (s *site) savedCards(ctx context.Context, ownerID string) (cards []payment.Card, unknown string, err error) {
	ctx, cancel := context.WithTimeout(ctx, cardsTimeout)
	defer cancel()
	cards, err = s.Payments.Cards(ctx, ownerID)
	if city.CodeOf(err) == city.CodePaymentUnavailable {
		return nil, publicMessage(err), nil
	}
	return cards, "", err
}

// expiry is how a card itself says until when it is good.
func expiry(c payment.Card) string { return fmt.Sprintf("%02d/%d", c.ExpMonth, c.ExpYear) }

func (s *site) askRemoveCard(r *http.Request, in form) (*question, error) {
	ctx, ownerID := r.Context(), visitorOf(r).owner.ID
	cards, err := s.Payments.Cards(ctx, ownerID)
	if err != nil { // asked again, the provider might answer, and remove without a question
		return nil, err
	}
	i := slices.IndexFunc(cards, func(c payment.Card) bool { return c.ID == in.get("card") })
	if i < 0 {
		return nil, nil
	}
	auto, err := s.Payments.AutoTopUp(ctx, ownerID)
	if err != nil {
		return nil, err
	}
	text := []string{"Nobody can charge it any more. The next top-up that you pay by hand saves the card that you use."}
	if cards[i].Charged && auto != nil && auto.Enabled {
		text = append(text, "Automatic top-ups charge this card: they are turned off.")
	}
	return &question{Title: "Remove the " + cards[i].String() + "?", Text: text, Button: "Remove the card", Back: "/wallet"}, nil
}

// removeCard removes a saved card. A form that is sent again finds its work done.
func (s *site) removeCard(w http.ResponseWriter, r *http.Request) error {
	in, err := readForm(r)
	if err != nil {
		return err
	}
	stopped, err := s.Payments.RemoveCard(r.Context(), visitorOf(r).owner.ID, in.get("card"))
	if err != nil && city.CodeOf(err) != city.CodeCardNotFound {
		if !in.refused(err) {
			return err
		}
		return s.showWallet(w, r, http.StatusUnprocessableEntity, in)
	}
	said := "The card is removed."
	if stopped != "" {
		said += " Automatic top-ups are off."
	}
	return s.goTo(w, r, "/wallet", said)
}
