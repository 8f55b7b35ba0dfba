package payment_test

import (
	"log/slog"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/payment"
	"aicity.dev/aicity/internal/payment/stripe"
	"aicity.dev/aicity/internal/payment/stripe/stripetest"
)

// live is the same city with a live key.
func (c stripeCity) live() *payment.Service {
	logger := slog.New(slog.DiscardHandler)
	return payment.New(payment.Config{
		DB: c.db, Jobs: jobs.New(c.db, logger), Ledger: c.books, Notifier: c.ears, Logger: logger, AgentsOf: c.agents.IDsOf,
		Provider: stripe.New(stripe.Config{
			SecretKey: "sk_live_1", WebhookSecrets: []string{stripetest.Secret}, APIURL: c.URL, DB: c.db, Links: c.links, Logger: logger,
		}),
	})
}

// What began with a test key is not finished with a live one, and what test payments
// brought is no real money.
func TestTestsAndRealMoneyDoNotMix(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		ctx, live := t.Context(), c.live()
		if err := live.CheckTestMoney(ctx); err != nil {
			t.Errorf("empty books: %v", err)
		}
		c.buy(t, c.ann, 500)
		if err := live.CheckTestMoney(ctx); err == nil || !strings.Contains(err.Error(), "$5.00") {
			t.Errorf("books with test money: %v", err)
		}
		if err := c.CheckTestMoney(ctx); err != nil {
			t.Errorf("with a test key: %v", err)
		}

		c.Fail(stripetest.HangUp)
		_, _, err := c.TopUp(ctx, c.ann, 700, "")
		citytest.WantCode(t, "a top-up without an answer", err, city.CodePaymentUnavailable)
		c.Fail(stripetest.None)
		page, err := c.TopUps(ctx, c.ann, "", 1)
		if err != nil || !page.TopUps[0].Test || page.TopUps[0].Status != payment.TopUpPending {
			t.Fatalf("%+v, %v", page, err)
		}
		calls := c.Calls()
		if err := live.ResumeTopUp(ctx, page.TopUps[0].ID); err == nil || !strings.Contains(err.Error(), "do not mix") || c.Calls() != calls {
			t.Errorf("a test's top-up with a live key: %v, %d calls", err, c.Calls()-calls)
		}

		top := c.begin(t, c.bob, 900)
		c.Pay(t, top.ID)
		told := c.only1(t)
		citytest.WantCode(t, "an event of the test mode", live.Receive(ctx, told.Payload, told.Signature), city.CodeValidation)
		if err := c.deliver(t, told); err != nil {
			t.Error(err)
		}
		c.wantPool(t, c.bob, 900, 0)
	})
}
