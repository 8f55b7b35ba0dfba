package payment_test

import (
	"strings"
	"sync"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/payment"
	"aicity.dev/aicity/internal/payment/stripe/stripetest"
)

// saved lists ann's cards.
func (c stripeCity) saved(t *testing.T) []payment.Card {
	t.Helper()
	cards, err := c.Cards(t.Context(), c.ann)
	if err != nil {
		t.Fatal(err)
	}
	return cards
}

// autoIs compares whether automatic top-ups are on, and why not.
func (c stripeCity) autoIs(t *testing.T, enabled bool, stopped string) {
	t.Helper()
	a, err := c.AutoTopUp(t.Context(), c.ann)
	if err != nil || a == nil || a.Enabled != enabled || !strings.Contains(a.StoppedBy, stopped) || enabled && a.StoppedBy != "" {
		t.Errorf("automatic top-ups: %+v, %v, want %t because %q", a, err, enabled, stopped)
	}
}

func (c stripeCity) buysAutomatically(t *testing.T) {
	t.Helper()
	if err := c.SetAutoTopUp(t.Context(), c.ann, payment.AutoTopUp{Enabled: true, Threshold: 1_000_000, Amount: 2000}); err != nil {
		t.Fatal(err)
	}
}

// A card that was used twice shows once, and is removed under both its names.
func TestSavedCardsAreSeenAndRemoved(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		if cards := c.saved(t); len(cards) != 0 || c.Calls() != 0 {
			t.Errorf("before the first top-up: %+v, after %d calls", cards, c.Calls())
		}
		c.buyWith(t, c.ann, "old card")
		c.buyWith(t, c.ann, "other card")
		c.buyWith(t, c.ann, "old card")
		c.buyWith(t, c.bob, "bob's")
		cards := c.saved(t)
		if len(cards) != 2 || !cards[0].Charged || cards[1].Charged || cards[0].Brand != "visa" || cards[0].Last4 != "4242" ||
			cards[0].ExpMonth != 8 || cards[0].ExpYear != 2031 || cards[0].ID == cards[1].ID {
			t.Fatalf("%+v", cards)
		}
		c.buysAutomatically(t)
		_, err := c.RemoveCard(t.Context(), c.bob, cards[0].ID)
		citytest.WantCode(t, "somebody else's card", err, city.CodeCardNotFound)
		c.autoIs(t, true, "")
		stopped, err := c.RemoveCard(t.Context(), c.ann, cards[0].ID)
		if err != nil || !strings.Contains(stopped, "visa ending in 4242") {
			t.Errorf("%q, %v", stopped, err)
		}
		c.autoIs(t, false, "visa ending in 4242) was removed")
		_, err = c.RemoveCard(t.Context(), c.ann, cards[0].ID)
		citytest.WantCode(t, "the removed card", err, city.CodeCardNotFound)
		left := c.saved(t)
		if len(left) != 1 || left[0].ID != cards[1].ID || !left[0].Charged {
			t.Errorf("left: %+v", left)
		}
		before := c.Count("payment_intent")
		if err := c.BuyAutomatically(t.Context(), c.ann); err != nil || c.Count("payment_intent") != before {
			t.Errorf("%d payments more, %v", c.Count("payment_intent")-before, err)
		}
	})
}

// A card that nothing charges is removed without turning anything off.
func TestAnotherCardsRemovalStopsNothing(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		c.buyWith(t, c.ann, "old card")
		c.buyWith(t, c.ann, "new card")
		c.buysAutomatically(t)
		if stopped, err := c.RemoveCard(t.Context(), c.ann, c.saved(t)[1].ID); err != nil || stopped != "" {
			t.Errorf("%q, %v", stopped, err)
		}
		c.autoIs(t, true, "")
		if err := c.BuyAutomatically(t.Context(), c.ann); err != nil {
			t.Error(err)
		}
		c.autoIs(t, true, "")
		c.wantAgreed(t)
	})
}

// Whatever becomes of the removal, nobody charges the card from the moment that its
// owner wanted it gone.
func TestCardRemovalThatStripeDoesNotAnswer(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]stripetest.Failure{"out of reach": stripetest.HangUp, "overloaded": stripetest.Overloaded, "the answer is lost": stripetest.LoseAnswer} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachStripe(t, func(t *testing.T, c stripeCity) {
				c.buyWith(t, c.ann, "card")
				c.buysAutomatically(t)
				id := c.saved(t)[0].ID
				c.Fail(how)
				_, err := c.Cards(t.Context(), c.ann)
				citytest.WantCode(t, "list", err, city.CodePaymentUnavailable)
				_, err = c.RemoveCard(t.Context(), c.ann, id)
				citytest.WantCode(t, "remove what cannot be seen", err, city.CodePaymentUnavailable)
				c.autoIs(t, true, "")
				c.FailAfter(2, how) // it is listed twice first
				_, err = c.RemoveCard(t.Context(), c.ann, id)
				citytest.WantCode(t, "remove", err, city.CodePaymentUnavailable)
				if err != nil && !strings.Contains(err.Error(), "may be removed or not. Automatic top-ups are turned off in any case.") {
					t.Errorf("what happened is not told: %v", err)
				}
				c.autoIs(t, false, "visa ending in 4242), and the payment provider has not confirmed that it is gone.")
				c.Fail(stripetest.None)
				_, err = c.RemoveCard(t.Context(), c.ann, id)
				if how == stripetest.LoseAnswer {
					citytest.WantCode(t, "remove again what is gone", err, city.CodeCardNotFound)
				} else if c.autoIs(t, false, "visa ending in 4242) was removed."); err != nil {
					t.Errorf("remove again: %v", err)
				}
				if cards := c.saved(t); len(cards) != 0 {
					t.Errorf("left: %+v", cards)
				}
			})
		})
	}
}

func TestCardRemovedByManyAtOnce(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		c.buyWith(t, c.ann, "card")
		c.buyWith(t, c.ann, "card")
		id := c.saved(t)[0].ID
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, err := c.RemoveCard(t.Context(), c.ann, id); err != nil && city.CodeOf(err) != city.CodeCardNotFound {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if cards := c.saved(t); len(cards) != 0 {
			t.Errorf("left: %+v", cards)
		}
	})
}

// Stripe charged the card, its answer was lost, and the card was removed before the
// job asked again: the money came, so the credits are there.
func TestLostAnswerOfARemovedCardIsBooked(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		c.buyWith(t, c.ann, "card")
		balance, err := c.Pool(t.Context(), c.ann)
		if err != nil {
			t.Fatal(err)
		}
		c.buysAutomatically(t)
		c.FailAfter(2, stripetest.LoseAnswer) // the payment is looked for, and the card
		if err := c.BuyAutomatically(t.Context(), c.ann); err == nil {
			t.Fatal("a lost answer was taken for one")
		}
		c.Fail(stripetest.None)
		if _, err := c.RemoveCard(t.Context(), c.ann, c.saved(t)[0].ID); err != nil {
			t.Fatal(err)
		}
		page, err := c.TopUps(t.Context(), c.ann, "", 1)
		if err != nil || page.TopUps[0].Status != payment.TopUpPending {
			t.Fatalf("%+v, %v", page, err)
		}
		if err := c.ResumeTopUp(t.Context(), page.TopUps[0].ID); err != nil {
			t.Error(err)
		}
		c.wantPool(t, c.ann, balance.Balance+2000, 0)
		c.wantAgreed(t)
	})
}

// A purchase that never reached Stripe is tried again after its card was removed:
// no other card takes its place.
func TestAPendingTopUpOfARemovedCardChargesNoOther(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		c.buyWith(t, c.ann, "other card")
		c.buyWith(t, c.ann, "removed card")
		c.buysAutomatically(t)
		c.Fail(stripetest.HangUp)
		if err := c.BuyAutomatically(t.Context(), c.ann); err == nil {
			t.Fatal("Stripe is out of reach, and the purchase was made")
		}
		c.Fail(stripetest.None)
		if _, err := c.RemoveCard(t.Context(), c.ann, c.saved(t)[0].ID); err != nil {
			t.Fatal(err)
		}
		page, err := c.TopUps(t.Context(), c.ann, "", 1)
		if err != nil || page.TopUps[0].Status != payment.TopUpPending {
			t.Fatalf("%+v, %v", page, err)
		}
		if err := c.ResumeTopUp(t.Context(), page.TopUps[0].ID); err != nil {
			t.Error(err)
		}
		c.topUpIs(t, page.TopUps[0].ID, payment.TopUpDeclined)
		c.wantPool(t, c.ann, 2000, 0)
		c.autoIs(t, false, "was removed")
		if cards := c.saved(t); len(cards) != 1 {
			t.Errorf("left: %+v", cards)
		}
		c.wantAgreed(t)
	})
}
