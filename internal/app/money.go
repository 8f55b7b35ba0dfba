package app

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/payment"
	"aicity.dev/aicity/internal/payment/stripe"
	"aicity.dev/aicity/internal/payment/testpay"
)

// paymentProvider moves real money when there is a key for it.
func (a *App) paymentProvider(links *payment.Links) payment.Provider {
	cfg := a.cfg.Stripe
	if cfg.SecretKey == "" {
		return testpay.New(a.DB)
	}
	return stripe.New(stripe.Config{
		SecretKey: cfg.SecretKey, WebhookSecrets: cfg.WebhookSecrets(), APIURL: cfg.APIURL, ReturnURL: a.walletURL(), DB: a.DB,
		Links: links, Logger: a.logger,
	})
}

// walletURL is the page an owner comes back to from the provider's pages.
func (a *App) walletURL() string { return a.cfg.URL() + "/wallet" }

// reconcileEvery is how often the clearing account is compared with the
// provider's books.
const reconcileEvery = 24 * time.Hour

// reconcileTimeout is for the first comparison, which copies all there is.
const reconcileTimeout = time.Hour

type reconcileArgs struct{}

func (reconcileArgs) Kind() string { return "payment_reconcile" }

// moneyMeters tell an operator's alarm whether the provider agrees.
type moneyMeters struct{ differences, reconciled prometheus.Gauge }

func newMoneyMeters() moneyMeters {
	return moneyMeters{
		differences: prometheus.NewGauge(prometheus.GaugeOpts{Name: "aicity_payment_differences", Help: "Orders that the ledger and the payment provider do not agree about; anything but 0 is an alarm."}),
		reconciled:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "aicity_payment_reconciled_timestamp_seconds", Help: "When the ledger was last compared with the payment provider."}),
	}
}

// keepReconciled registers the job that compares the books with the provider's.
func (a *App) keepReconciled() {
	jobs.Handle(a.Jobs, func(ctx context.Context, _ reconcileArgs, _ jobs.Attempt) error {
		_, err := a.Reconcile(ctx)
		return err
	}, jobs.Timeout(reconcileTimeout))
	jobs.Every(a.Jobs, reconcileEvery, reconcileArgs{})
}

// Reconcile compares the clearing account with the provider's books, and raises
// the metric and errors in the log when they differ.
func (a *App) Reconcile(ctx context.Context) (payment.Reconciliation, error) {
	r, err := a.Payments.Reconcile(ctx)
	if err != nil {
		return r, err
	}
	a.money.differences.Set(float64(len(r.Differences)))
	a.money.reconciled.Set(float64(a.DB.Clock().Now().Unix()))
	return r, nil
}
