package app_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/config"
	"aicity.dev/aicity/internal/payment/stripe/stripetest"
	aicity "aicity.dev/aicity/sdk/go"
)

// send delivers an event as Stripe does.
func send(t *testing.T, url string, e stripetest.Event) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/api/v1/payments/stripe/webhook", strings.NewReader(string(e.Payload)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Stripe-Signature", e.Signature)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// Through the whole city: the page, the event, the job, the credits; then a
// payout with the account it needs.
func TestStripeCity(t *testing.T) {
	t.Parallel()
	each := func(t *testing.T, opts ...apptest.Option) {
		server := stripetest.Start(t)
		s := apptest.Start(t, append(opts, func(c *config.Config) {
			c.MetricsKey = "operator's key"
			c.Stripe = config.Stripe{SecretKey: stripetest.Key, WebhookSecret: "whsec_other, " + stripetest.Secret, APIURL: server.URL}
		})...)
		ctx, buyer := t.Context(), s.SignUp(t, "buyer")
		top, err := buyer.Vault.TopUp(ctx, 2000)
		if err != nil || top.Status != "pending" || top.CheckoutURL == "" || top.AmountCharged != 0 || top.NewBalance != 0 {
			t.Fatalf("%+v, %v", top, err)
		}
		server.Pay(t, top.ID)
		for _, e := range server.Events(t) {
			forged := e
			forged.Signature = stripetest.Sign(e.Payload, "whsec_of_a_stranger")
			if code, body := send(t, s.URL, forged); code != http.StatusBadRequest || !strings.Contains(body, "VALIDATION_ERROR") {
				t.Errorf("forged: %d %s", code, body)
			}
			for range 2 {
				if code, body := send(t, s.URL, e); code != http.StatusOK || !strings.Contains(body, "received") {
					t.Errorf("%s: %d %s", e.Type, code, body)
				}
			}
		}
		pool := wantBalance(t, buyer, 2000)
		if pool.Balance != 2000 {
			t.Errorf("%+v", pool)
		}
		if _, err := buyer.Vault.Connect(ctx); err != nil {
			t.Errorf("connect: %v", err)
		}
		if _, err := s.App.Reconcile(ctx); err != nil {
			t.Error(err)
		}
		if _, body := get(t, s.URL+"/metrics", "operator's key"); !strings.Contains(body, "aicity_payment_differences 0") {
			t.Error("no metric of the reconciliation")
		}
		if report, err := s.App.VerifyBooks(ctx); err != nil || !report.OK() {
			t.Errorf("%+v, %v", report, err)
		}
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		each(t)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		each(t, apptest.Postgres(t))
	})
}

// wantBalance looks until the credits are there; the test's own deadline ends it.
func wantBalance(t *testing.T, p *apptest.Person, want int64) *aicity.Pool {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		pool, err := p.Vault.Pool(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if pool.Balance >= want {
			return pool
		}
		<-tick.C
	}
}

// A city without Stripe takes none of its events.
func TestNoStripeWithoutAKey(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	if code, body := send(t, s.URL, stripetest.Event{Payload: []byte("{}")}); code != http.StatusNotFound || !strings.Contains(body, "NOT_FOUND") {
		t.Errorf("%d %s", code, body)
	}
}
