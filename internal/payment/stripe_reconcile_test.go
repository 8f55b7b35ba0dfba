package payment_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/payment"
	"aicity.dev/aicity/internal/payment/stripe"
	"aicity.dev/aicity/internal/payment/stripe/stripetest"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

func TestReconcileNamesWhatDiffers(t *testing.T) {
	t.Parallel()
	storetest.EachWithClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		server := stripetest.Start(t)
		c := stripeCity{Server: server, bundle: setupWith(t, db, stripe.New(stripe.Config{
			SecretKey: stripetest.Key, WebhookSecrets: []string{stripetest.Secret}, APIURL: server.URL, DB: db,
			Links: payment.NewLinks(db, []byte("key")), Logger: slog.New(slog.DiscardHandler),
		}))}
		if r, err := c.Reconcile(t.Context()); err != nil || r.Movements != 0 || server.Calls() != 0 {
			t.Errorf("before anything: %+v, %v, %d calls", r, err, server.Calls())
		}
		for range 4 {
			c.buy(t, c.ann, 1000)
		}
		unheard := c.begin(t, c.ann, 700)
		c.Pay(t, unheard.ID)
		c.Add("refund", -300)              // by hand, in the Dashboard
		c.Add("payout", -100)              // to the operator's own bank
		c.Add("stripe_fee", -9)            // Stripe's own
		c.AddIn("eur", "adjustment", 5000) // by hand, in another currency
		c.post(t, ledger.Transfer{
			ID: "wrong", Debit: ledger.PaymentClearing("stripe"), Credit: ledger.OwnerCredits(c.bob), Amount: 5, Kind: "top_up", Ref: "top_wrong",
		})
		clock.Advance(20 * 365 * 24 * time.Hour) // the server's clock is the machine's
		r, err := c.Reconcile(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, d := range r.Differences {
			got[d.Ref[:3]+d.Currency] = fmt.Sprintf("%d, ours %d", d.Theirs, d.Ours)
		}
		if len(r.Differences) != 4 || got["txnUSD"] != "-300, ours 0" || got["txnEUR"] != "5000, ours 0" || d(r, unheard.ID).Theirs != 700 || d(r, "top_wrong").Ours != 5 {
			t.Errorf("%+v", r)
		}
		if r.Movements != 9 || r.Theirs != 4400 || r.Ours != 4005 || r.Fees != 4*59+50+9 {
			t.Errorf("%+v", r)
		}
		if _, err := c.Reconcile(t.Context()); err != nil { // what was copied is not copied twice
			t.Error(err)
		}
		c.hear(t)
		report, err := c.books.Verify(t.Context(), c.db, payment.VerifyMoney)
		if err != nil || len(report.Offences) != 1 || !strings.HasPrefix(report.Offences[0], "transfer wrong: ") {
			t.Errorf("only what was planted is wrong, got %q, %v", report.Offences, err)
		}
	})
}

// d finds a difference.
func d(r payment.Reconciliation, ref string) payment.Difference {
	for _, difference := range r.Differences {
		if difference.Ref == ref {
			return difference
		}
	}
	return payment.Difference{}
}
