package app

import (
	"net/http"

	"aicity.dev/aicity/internal/httpapi"
	"aicity.dev/aicity/internal/receipt"
	"aicity.dev/aicity/internal/web"
)

// routes puts the API and the pages on one address. They are two worlds: the
// API takes no cookies and no forms, the pages take no tokens.
func (a *App) routes(shared httpapi.Config) (http.Handler, error) {
	api := httpapi.New(shared)
	pages, err := web.New(web.Config{
		DB: a.DB, Accounts: a.Accounts, Agents: a.Agents, Tasks: a.Tasks, Payments: a.Payments, Reconcile: a.Reconcile,
		Webhooks: a.Webhooks, Archives: shared.Archives, Events: a.Events, Idempotency: shared.Idempotency,
		Limits: shared.Limits, Prices: shared.Prices, Clock: a.DB.Clock(), Logger: a.logger, PublicURL: a.cfg.URL(),
		Secure: a.cfg.Secure(), TrustedProxy: a.cfg.TrustProxy, RefundWindow: a.cfg.RefundWindow, FeePercent: a.cfg.FeePercent,
		OpenAPI: func() ([]byte, error) { return httpapi.OpenAPI(shared) }, Status: httpapi.Status, Stopping: a.streams,
	})
	if err != nil {
		return nil, err
	}
	registry := newRegistry()
	registry.MustRegister(a.books.offences, a.books.verified, a.money.differences, a.money.reconciled)
	api, pages = meters(registry, "api", api), meters(registry, "page", pages)
	mux := http.NewServeMux()
	for _, path := range []string{"/metrics", "/api/v1/metrics"} {
		mux.Handle(path, httpapi.Metrics(shared, a.cfg.MetricsKey, metrics(registry)))
	}
	for _, path := range []string{"/api/", "/openapi.json", "/healthz", "/readyz", receipt.WellKnown} {
		mux.Handle(path, api)
	}
	mux.Handle("/", pages)
	return timedCallers(mux, a.graces), nil
}
