// Package testpay is the payment provider of a city without real money: every
// charge and every payout succeeds at once, and everybody has a simulated card. It
// calls itself a test wherever its name shows.
package testpay

import (
	"context"
	"fmt"

	"aicity.dev/aicity/internal/payment"
	"aicity.dev/aicity/internal/store"
)

// Provider is a payment.Provider that moves no real money. A reference follows from
// the order's id, so a repeated order has the same one. All it keeps is who has
// removed the simulated card.
type Provider struct{ db *store.DB }

var (
	_ payment.Provider   = Provider{}
	_ payment.CardKeeper = Provider{}
)

// New returns the provider.
func New(db *store.DB) Provider { return Provider{db} }

// Name identifies the provider in accounts and rows.
func (Provider) Name() string { return payment.TestProvider }

// Label says that this is a test.
func (Provider) Label() string { return "Test payments — no real money" }

// Test is true: no real money moves.
func (Provider) Test() bool { return true }

// Charge takes no real money. A charge by hand always succeeds, and saves the
// simulated card again; an automatic one needs that. Errors: *payment.RefusedError.
func (p Provider) Charge(ctx context.Context, order payment.Order) (string, error) {
	removed, err := p.removed(ctx, order.OwnerID)
	switch {
	case err != nil:
		return "", err
	case removed && order.Automatic:
		return "", &payment.RefusedError{Reason: "No test card is saved. Top up once yourself, then it is."}
	case order.Automatic:
		if err := order.CheckWanted(ctx); err != nil {
			return "", err
		}
	case removed:
		if err := p.exec(ctx, "save test card", `DELETE FROM test_cards_removed WHERE owner_id = $1`, order.OwnerID); err != nil {
			return "", err
		}
	}
	return "test_charge_" + order.ID, nil
}

// PayOut sends no real money and always succeeds.
func (Provider) PayOut(ctx context.Context, order payment.Order) (string, error) {
	return "test_payout_" + order.ID, ctx.Err()
}

// CheckPayout is nil: test money needs no payout account.
func (Provider) CheckPayout(context.Context, string) error { return nil }

// cardID names everybody's simulated card.
const cardID = "test_card"

// Cards is the simulated card, unless the owner has removed it.
func (p Provider) Cards(ctx context.Context, ownerID string) ([]payment.Card, error) {
	removed, err := p.removed(ctx, ownerID)
	if err != nil || removed {
		return nil, err
	}
	return []payment.Card{{ID: cardID, Brand: "simulated test card", Last4: "0000", ExpMonth: 12, ExpYear: 2099}}, nil
}

// RemoveCard forgets the simulated card until the next top-up by hand.
func (p Provider) RemoveCard(ctx context.Context, ownerID, _ string) error {
	return p.exec(ctx, "remove test card", `INSERT INTO test_cards_removed (owner_id, removed_at) VALUES ($1, $2) ON CONFLICT (owner_id) DO NOTHING`,
		ownerID, store.Micros(p.db.Clock().Now()))
}

func (p Provider) removed(ctx context.Context, ownerID string) (removed bool, err error) {
	err = p.db.Read().QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM test_cards_removed WHERE owner_id = $1)`, ownerID).Scan(&removed)
	if err != nil {
		return false, fmt.Errorf("look for the test card: %w", err)
	}
	return removed, nil
}

func (p Provider) exec(ctx context.Context, doing, query string, args ...any) error {
	err := p.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}
