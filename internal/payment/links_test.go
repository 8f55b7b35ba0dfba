package payment_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/payment"
	"aicity.dev/aicity/internal/payment/stripe/stripetest"
	"aicity.dev/aicity/internal/store"
)

// wantLinked compares the owners that one is linked with.
func (c stripeCity) wantLinked(t *testing.T, when, ownerID string, want ...string) {
	t.Helper()
	var linked []string
	err := c.db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		if err := c.links.AskLinked(ctx, tx, ownerID, &linked); err != nil {
			return err
		}
		var one int
		return tx.QueryRow(ctx, `SELECT 1`).Scan(&one)
	})
	slices.Sort(linked)
	slices.Sort(want)
	if err != nil || !slices.Equal(linked, want) {
		t.Errorf("%s: linked with %q, %v, want %q", when, linked, err, want)
	}
}

// buyWith is buy with a card of this fingerprint.
func (c stripeCity) buyWith(t *testing.T, ownerID, fingerprint string) {
	t.Helper()
	top := c.begin(t, ownerID, 1000)
	c.PayWith(t, top.ID, fingerprint)
	c.hear(t)
	c.topUpIs(t, top.ID, payment.TopUpSucceeded)
}

func TestStripeLinksOwnersWithOneCard(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		c.buyWith(t, c.ann, "fp_one")
		c.buyWith(t, c.bob, "fp_two")
		c.wantLinked(t, "a card each", c.ann)
		c.buyWith(t, c.bob, "fp_one")
		c.buyWith(t, c.bob, "fp_one")
		c.wantLinked(t, "one card", c.ann, c.bob)
		c.wantLinked(t, "one card", c.bob, c.ann)
		c.buyWith(t, c.bob, "fp_three")
		c.wantLinked(t, "another card later", c.ann, c.bob)
		var kept int
		err := c.db.Read().QueryRow(t.Context(), `SELECT count(*) FROM payment_fingerprints WHERE hash LIKE '%fp_%'`).Scan(&kept)
		if err != nil || kept != 0 {
			t.Errorf("%d fingerprints are readable, %v", kept, err)
		}
	})
}

// An account and a card can be the same thing: a debit card.
func TestStripeLinksOwnersWithOnePayoutAccount(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		for _, owner := range []string{c.ann, c.bob} {
			if _, err := c.Connect(t.Context(), owner); err != nil {
				t.Fatal(err)
			}
		}
		c.AddBank(t, c.ann, "fp_bank")
		c.hear(t)
		c.wantLinked(t, "one account", c.ann)
		c.AddBank(t, c.bob, "fp_other_bank")
		c.hear(t)
		c.wantLinked(t, "an account each", c.ann)
		c.AddBank(t, c.bob, "fp_bank")
		c.hear(t)
		c.wantLinked(t, "the same account", c.ann, c.bob)
		c.AddBank(t, c.bob, "fp_other_bank")
		c.hear(t)
		c.wantLinked(t, "another one later", c.bob, c.ann)
	})
}

// A card that was saved before cards were noted is noted when it is charged.
func TestStripeLinksByAutomaticTopUps(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		c.buyWith(t, c.bob, "fp_one")
		c.buyWith(t, c.ann, "fp_one")
		err := c.db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM payment_fingerprints WHERE owner_id = $1`, c.ann)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		c.wantLinked(t, "forgotten", c.ann)
		if err := c.SetAutoTopUp(t.Context(), c.ann, payment.AutoTopUp{Enabled: true, Threshold: 2000, Amount: 5000}); err != nil {
			t.Fatal(err)
		}
		if err := c.BuyAutomatically(t.Context(), c.ann); err != nil {
			t.Fatal(err)
		}
		c.wantPool(t, c.ann, 6000, 0)
		c.wantLinked(t, "charged", c.ann, c.bob)
	})
}

// Money that came is credited when Stripe answers again; when Stripe will not
// say what it was paid with, it is credited all the same.
func TestStripeDownWhileACardIsLearned(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		c.buyWith(t, c.bob, "fp_one")
		top := c.begin(t, c.ann, 1000)
		c.PayWith(t, top.ID, "fp_one")
		paid := c.only1(t)
		c.Fail(stripetest.HangUp)
		if err := c.deliver(t, paid); err == nil {
			t.Error("applied while Stripe is out of reach")
		}
		c.wantPool(t, c.ann, 0, 0)
		c.Fail(stripetest.None)
		if err := c.ProcessEvent(t.Context(), paid.ID); err != nil {
			t.Fatal(err)
		}
		c.wantPool(t, c.ann, 1000, 0)
		c.wantLinked(t, "in reach again", c.ann, c.bob)

		second := c.begin(t, c.ann, 1500)
		c.PayWith(t, second.ID, "fp_two")
		paid = c.only1(t)
		payload := string(paid.Payload)
		intent := payload[strings.Index(payload, `"payment_intent":"`)+len(`"payment_intent":"`):]
		intent = intent[:strings.Index(intent, `"`)]
		c.Refuse("GET /v1/payment_intents/"+intent, http.StatusNotFound, "invalid_request_error", "resource_missing", "No such payment.")
		if err := c.deliver(t, paid); err != nil {
			t.Fatal(err)
		}
		c.wantPool(t, c.ann, 2500, 0)
		c.wantAgreed(t)
	})
}

func TestLinksLeaveOutWhatHasNoFingerprint(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		for _, owner := range []string{c.ann, c.bob} {
			if err := c.links.Learn(t.Context(), owner, "", ""); err != nil {
				t.Error(err)
			}
		}
		c.wantLinked(t, "nothing known", c.ann)
		if err := c.links.Learn(t.Context(), city.NewID(city.PrefixOwner), "fp"); err == nil {
			t.Error("learned of an owner who is not there")
		}
	})
}
