package payment_test

import (
	"errors"
	"testing"

	"aicity.dev/aicity/internal/payment"
	"aicity.dev/aicity/internal/payment/stripe/stripetest"
)

// An automatic charge is credited once, whoever tells of it first: the answer of the
// call, an event, or both books compared; also when it was given up before.
func TestStripeAutomaticChargeThatComesLate(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		card  string             // how it behaves
		fails stripetest.Failure // of the call that charges
		given payment.TopUpStatus
	}{
		{"answered", "", stripetest.None, payment.TopUpSucceeded},
		{"the answer is lost", "", stripetest.LoseAnswer, payment.TopUpPending},
		{"the bank takes its time", "processes", stripetest.None, payment.TopUpPending},
		{"the bank wanted to see the buyer", "requires action", stripetest.None, payment.TopUpDeclined},
		{"declined", "declined", stripetest.None, payment.TopUpDeclined},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			eachStripe(t, func(t *testing.T, c stripeCity) {
				ctx := t.Context()
				c.buy(t, c.ann, 500)
				c.CardBehaves(tt.card)
				if err := c.SetAutoTopUp(ctx, c.ann, payment.AutoTopUp{Enabled: true, Threshold: 1000, Amount: 1500}); err != nil {
					t.Fatal(err)
				}
				c.FailAfter(2, tt.fails) // the payment is looked for, and the card
				if err := c.BuyAutomatically(ctx, c.ann); (err != nil) != (tt.given == payment.TopUpPending) {
					t.Fatalf("the charge: %v", err)
				}
				c.Fail(stripetest.None)
				page, err := c.TopUps(ctx, c.ann, "", 1)
				if err != nil || page.TopUps[0].Status != tt.given {
					t.Fatalf("%+v, %v", page, err)
				}
				id := page.TopUps[0].ID
				before, err := c.AutoTopUp(ctx, c.ann)
				if err != nil {
					t.Fatal(err)
				}

				c.Confirm(t, id)
				if _, err := c.Reconcile(ctx); err != nil {
					t.Error(err)
				}
				came := c.only1(t)
				for range 2 { // Stripe may tell twice
					if err := errors.Join(c.deliver(t, came), c.ResumeTopUp(ctx, id)); err != nil {
						t.Error(err)
					}
				}
				if _, err := c.ReplayEvents(ctx, came.ID); err != nil {
					t.Error(err)
				}
				if err := errors.Join(c.ProcessEvent(ctx, came.ID), c.BuyAutomatically(ctx, c.ann)); err != nil {
					t.Error(err)
				}
				c.topUpIs(t, id, payment.TopUpSucceeded)
				c.wantPool(t, c.ann, 2000, 0)
				if a, err := c.AutoTopUp(ctx, c.ann); err != nil || a.Enabled != before.Enabled {
					t.Errorf("automatic top-ups were %+v and are %+v, %v", before, a, err)
				}
				if page, err := c.TopUps(ctx, c.ann, "", 1); err != nil || page.TopUps[0].Reason != "" {
					t.Errorf("%+v, %v", page, err)
				}
				c.wantAgreed(t)
			})
		})
	}
}

// The event may be here before the call's answer is.
func TestStripeAutomaticChargeIsToldBeforeItIsAnswered(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		ctx := t.Context()
		c.buy(t, c.ann, 500)
		if err := c.SetAutoTopUp(ctx, c.ann, payment.AutoTopUp{Enabled: true, Threshold: 1000, Amount: 1500}); err != nil {
			t.Fatal(err)
		}
		c.FailAfter(2, stripetest.LoseAnswer)
		if err := c.BuyAutomatically(ctx, c.ann); err == nil {
			t.Fatal("a lost answer was taken for one")
		}
		c.Fail(stripetest.None)
		page, err := c.TopUps(ctx, c.ann, "", 1)
		if err != nil || page.TopUps[0].Status != payment.TopUpPending {
			t.Fatalf("%+v, %v", page, err)
		}
		c.Confirm(t, page.TopUps[0].ID)
		told := c.only1(t)
		answered := make(chan error)
		go func() { answered <- c.ResumeTopUp(ctx, page.TopUps[0].ID) }()
		if err := errors.Join(c.deliver(t, told), <-answered); err != nil {
			t.Error(err)
		}
		c.topUpIs(t, page.TopUps[0].ID, payment.TopUpSucceeded)
		c.wantPool(t, c.ann, 2000, 0)
		c.wantAgreed(t)
	})
}

// A payment page tells twice of one payment, in any order.
func TestStripePagesPaymentIsToldTwice(t *testing.T) {
	t.Parallel()
	for _, first := range []int{0, 1} {
		eachStripe(t, func(t *testing.T, c stripeCity) {
			top := c.begin(t, c.ann, 700)
			c.Pay(t, top.ID)
			c.Confirm(t, top.ID)
			events := c.Events(t)
			for _, e := range []stripetest.Event{events[first], events[1-first]} {
				if err := c.deliver(t, e); err != nil {
					t.Errorf("%s: %v", e.Type, err)
				}
				c.wantPool(t, c.ann, 700, 0)
			}
			c.wantAgreed(t)
		})
	}
}
