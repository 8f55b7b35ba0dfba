package stripe

import (
	"context"
	"fmt"

	sdk "github.com/stripe/stripe-go/v86"

	"aicity.dev/aicity/internal/payment"
)

// Each visit to the payment page saves the card that was used once more, as a
// payment method of its own. To an owner these are one card: they show once, under
// the newest one's name, and are removed together.

// Cards lists an owner's saved cards, the newest first, which is the one that is
// charged.
func (p *Provider) Cards(ctx context.Context, ownerID string) ([]payment.Card, error) {
	methods, err := p.methods(ctx, ownerID)
	if err != nil {
		return nil, err
	}
	var cards []payment.Card
	known := map[string]bool{}
	for _, m := range methods {
		if known[sameCard(m)] {
			continue
		}
		known[sameCard(m)] = true
		card := payment.Card{ID: m.ID}
		if c := m.Card; c != nil {
			card.Brand, card.Last4, card.ExpMonth, card.ExpYear = string(c.Brand), c.Last4, int(c.ExpMonth), int(c.ExpYear)
		}
		cards = append(cards, card)
	}
	return cards, nil
}

// RemoveCard detaches a card from the owner's customer, under all its names: a
// detached one can never be charged again.
func (p *Provider) RemoveCard(ctx context.Context, ownerID, cardID string) error {
	methods, err := p.methods(ctx, ownerID)
	if err != nil {
		return err
	}
	card := ""
	for _, m := range methods {
		if m.ID == cardID {
			card = sameCard(m)
		}
	}
	for _, m := range methods {
		if sameCard(m) != card {
			continue
		}
		if err := p.detach(ctx, m.ID); err != nil {
			return err
		}
	}
	return nil
}

// detach is nil also for what another call has detached meanwhile.
func (p *Provider) detach(ctx context.Context, methodID string) error {
	_, err := p.client.V1PaymentMethods.Detach(ctx, methodID, nil)
	if err == nil {
		return nil
	}
	if refused(outcome("", err)) {
		if m, lookErr := p.client.V1PaymentMethods.Retrieve(ctx, methodID, nil); lookErr == nil && m.Customer == nil {
			return nil
		}
	}
	return fmt.Errorf("remove card: %w", err)
}

// sameCard is the same for all names of a card.
func sameCard(m *sdk.PaymentMethod) string {
	if fingerprint := methodFingerprint(m); fingerprint != "" {
		return fingerprint
	}
	return m.ID
}

// methods lists an owner's saved cards under all their names, newest first.
func (p *Provider) methods(ctx context.Context, ownerID string) ([]*sdk.PaymentMethod, error) {
	owner, err := p.findOwner(ctx, ownerID)
	if err != nil || owner.customer == "" {
		return nil, err
	}
	list := &sdk.PaymentMethodListParams{Customer: &owner.customer, Type: sdk.String("card")}
	list.Limit = sdk.Int64(searchDepth)
	var methods []*sdk.PaymentMethod
	for m, err := range p.client.V1PaymentMethods.List(ctx, list).All(ctx) {
		if err != nil {
			return nil, fmt.Errorf("list cards: %w", err)
		}
		methods = append(methods, m)
	}
	return methods, nil
}
