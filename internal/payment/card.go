package payment

import (
	"context"
	"slices"

	"aicity.dev/aicity/internal/city"
)

// Card is a card that is kept for automatic top-ups, as its provider tells of it.
type Card struct {
	ID       string // the provider's
	Brand    string // "visa"
	Last4    string // the last digits of its number
	ExpMonth int    // 1 to 12; it is good to the end of that month
	ExpYear  int
	Charged  bool // automatic top-ups charge this one
}

// String is how people know the card.
func (c Card) String() string { return c.Brand + " ending in " + c.Last4 }

// CardKeeper is a Provider that keeps an owner's cards for purchases that nobody
// sits in front of.
type CardKeeper interface {
	// Cards lists them, first the one that such a purchase charges.
	Cards(ctx context.Context, ownerID string) ([]Card, error)
	// RemoveCard has the provider forget one of them, so that nobody can charge it
	// any more. One that is gone already is no error.
	RemoveCard(ctx context.Context, ownerID, cardID string) error
}

func errNoCard() error {
	return city.Errorf(city.CodeCardNotFound, "You have no such saved card; it may be removed already.")
}

func errUnavailable(label string) error {
	return errNotAnswered(label, "Nothing was changed there; try again in a moment.")
}

// errMaybeRemoved tells also of the automatic top-ups that were turned off for a
// removal of which nobody knows how far it came.
func errMaybeRemoved(label string, stopped bool) error {
	text := "The payment provider (%s) does not answer, so the card may be removed or not."
	if stopped {
		text += " Automatic top-ups are turned off in any case."
	}
	return city.Errorf(city.CodePaymentUnavailable, text+" Remove it again in a moment if it is still there.", label)
}

// Cards lists an owner's saved cards, first the one that automatic top-ups charge.
// Errors: PAYMENT_UNAVAILABLE.
func (s *Service) Cards(ctx context.Context, ownerID string) ([]Card, error) {
	keeper, ok := s.provider.(CardKeeper)
	if !ok {
		return nil, nil
	}
	cards, err := keeper.Cards(ctx, ownerID)
	if err != nil {
		s.logger.WarnContext(ctx, "saved cards cannot be read", "owner", ownerID, "error", err)
		return nil, errUnavailable(s.provider.Label())
	}
	for i := range cards {
		cards[i].Charged = i == 0
	}
	return cards, nil
}

// RemoveCard removes a saved card. Automatic top-ups that charge it are turned off
// first, with the reason: should the removal come to nothing, nobody charges a card
// that its owner wants to be gone, nor another in its stead. The reason says that it
// was removed once it is. Stopped is that reason, or "". Errors: CARD_NOT_FOUND, PAYMENT_UNAVAILABLE.
func (s *Service) RemoveCard(ctx context.Context, ownerID, cardID string) (stopped string, err error) {
	cards, err := s.Cards(ctx, ownerID)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(cards, func(c Card) bool { return c.ID == cardID })
	if i < 0 {
		return "", errNoCard()
	}
	unconfirmed := "You asked to remove the card that automatic top-ups charged (" + cards[i].String() + "), and the payment provider has not confirmed that it is gone."
	if cards[i].Charged {
		if stopped, err = s.stopAutoTopUp(ctx, ownerID, unconfirmed); err != nil {
			return "", err
		}
	}
	keeper, _ := s.provider.(CardKeeper)
	if err := keeper.RemoveCard(ctx, ownerID, cardID); err != nil {
		s.logger.WarnContext(ctx, "a saved card cannot be removed", "owner", ownerID, "error", err)
		return "", errMaybeRemoved(s.provider.Label(), stopped != "")
	}
	removed := "The card that automatic top-ups charged (" + cards[i].String() + ") was removed."
	if err := s.confirmStop(ctx, ownerID, unconfirmed, removed); err != nil {
		return "", err
	}
	if stopped != "" {
		stopped = removed
	}
	s.logger.InfoContext(ctx, "saved card removed", "owner", ownerID, "autoTopUpStopped", stopped != "")
	return stopped, nil
}
