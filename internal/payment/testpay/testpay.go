// Package testpay is the payment provider of a city without real money: every
// charge and every payout succeeds at once. It calls itself a test wherever its
// name shows.
package testpay

import (
	"context"

	"aicity.dev/aicity/internal/payment"
)

// Provider is a payment.Provider that moves no real money. It keeps nothing: a
// reference follows from the order's id, so a repeated order has the same one.
type Provider struct{}

var _ payment.Provider = Provider{}

// New returns the provider.
func New() Provider { return Provider{} }

// Name identifies the provider in accounts and rows.
func (Provider) Name() string { return "testpay" }

// Label says that this is a test.
func (Provider) Label() string { return "Test payments — no real money" }

// Test is true: no real money moves.
func (Provider) Test() bool { return true }

// Charge takes no real money and always succeeds.
func (Provider) Charge(ctx context.Context, order payment.Order) (string, error) {
	return "test_charge_" + order.ID, ctx.Err()
}

// PayOut sends no real money and always succeeds.
func (Provider) PayOut(ctx context.Context, order payment.Order) (string, error) {
	return "test_payout_" + order.ID, ctx.Err()
}

// CheckPayout is nil: test money needs no payout account.
func (Provider) CheckPayout(context.Context, string) error { return nil }
