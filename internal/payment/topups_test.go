package payment_test

import (
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/payment"
)

// Every purchase is in the list, whatever became of it, and says why.
func TestTopUpsAreListedInEveryState(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		c.buy(t, c.ann, 1000)
		left, open := c.begin(t, c.ann, 1500), c.begin(t, c.ann, 2000)
		c.Expire(t, left.ID)
		c.hear(t)
		c.CardBehaves("declined")
		if err := c.SetAutoTopUp(t.Context(), c.ann, payment.AutoTopUp{Enabled: true, Threshold: 2000, Amount: 2500}); err != nil {
			t.Fatal(err)
		}
		if err := c.BuyAutomatically(t.Context(), c.ann); err != nil {
			t.Fatal(err)
		}
		c.begin(t, c.bob, 900) // nobody else's business
		want := []payment.TopUp{
			{Amount: 2500, Status: payment.TopUpDeclined, Reason: "Your card was declined.", Automatic: true},
			{Amount: 2000, Status: payment.TopUpPending, CheckoutURL: open.CheckoutURL},
			{Amount: 1500, Status: payment.TopUpDeclined, Reason: "The payment page was left unfinished.", CheckoutURL: left.CheckoutURL},
			{Amount: 1000, Status: payment.TopUpSucceeded},
		}
		var got []payment.TopUp
		cursor, pages := "", 0
		for ; pages == 0 || cursor != ""; pages++ {
			page, err := c.TopUps(t.Context(), c.ann, cursor, 3)
			if err != nil {
				t.Fatal(err)
			}
			got, cursor = append(got, page.TopUps...), page.Next
		}
		if len(got) != len(want) || pages != 2 {
			t.Fatalf("%d top-ups on %d pages: %+v", len(got), pages, got)
		}
		for i, w := range want {
			g := got[i]
			if g.Amount != w.Amount || g.Status != w.Status || g.Reason != w.Reason || g.Automatic != w.Automatic || g.CreatedAt.IsZero() ||
				(g.FinishedAt == nil) != (w.Status == payment.TopUpPending) || w.CheckoutURL != "" && g.CheckoutURL != w.CheckoutURL {
				t.Errorf("top-up %d: %+v, want %+v", i, g, w)
			}
		}
		_, err := c.TopUps(t.Context(), c.ann, city.NewID(city.PrefixWithdrawal), 0)
		citytest.WantCode(t, "the cursor of another list", err, city.CodeValidation)
	})
}
