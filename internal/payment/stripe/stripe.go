// Package stripe moves real money through Stripe: buyers pay on a Checkout page
// and later, when credits run low, with the card they used there; owners are
// paid through Connect Express accounts. What became of an order is told by
// Stripe's webhook events.
//
// Stripe remembers an idempotency key for a day only, so each order carries its
// id in its metadata too, and is looked for before money moves again.
package stripe

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	sdk "github.com/stripe/stripe-go/v86"

	"aicity.dev/aicity/internal/payment"
	"aicity.dev/aicity/internal/store"
)

// The metadata that ties Stripe's objects to orders.
const (
	metaTopUp      = "aicity_top_up"
	metaWithdrawal = "aicity_withdrawal"
	metaOwner      = "aicity_owner"
)

// Config is what a Provider needs.
type Config struct {
	SecretKey string // sk_test_… moves no real money
	// WebhookSecrets are the signing secrets of the webhook endpoints: one for
	// the city's own account, one for connected accounts.
	WebhookSecrets []string
	APIURL         string // "" is Stripe's own
	ReturnURL      string // the page an owner comes back to from onboarding
	DB             *store.DB
	Links          *payment.Links // learns cards and bank accounts
	Logger         *slog.Logger
}

// Provider is a payment.Provider over Stripe.
type Provider struct {
	cfg    Config
	client *sdk.Client
	db     *store.DB
}

var (
	_ payment.Provider   = (*Provider)(nil)
	_ payment.Connector  = (*Provider)(nil)
	_ payment.Hosted     = (*Provider)(nil)
	_ payment.Reporter   = (*Provider)(nil)
	_ payment.Accountant = (*Provider)(nil)
	_ payment.CardKeeper = (*Provider)(nil)
)

// callTimeout bounds one call: jobs, which try again, have a minute.
const callTimeout = 20 * time.Second

// New returns the provider. Nothing is asked of Stripe yet.
func New(cfg Config) *Provider {
	backend := &sdk.BackendConfig{
		HTTPClient:        &http.Client{Timeout: callTimeout},
		LeveledLogger:     &sdk.LeveledLogger{Level: sdk.LevelNull}, // errors come back to the caller, who logs them once
		MaxNetworkRetries: sdk.Int64(0),                             // jobs try again
		EnableTelemetry:   sdk.Bool(false),
	}
	if cfg.APIURL != "" {
		backend.URL = sdk.String(cfg.APIURL)
	}
	return &Provider{cfg: cfg, db: cfg.DB, client: sdk.NewClient(cfg.SecretKey, sdk.WithBackends(sdk.NewBackendsWithConfig(backend)))}
}

// Name identifies the provider in accounts and rows.
func (p *Provider) Name() string { return "stripe" }

// Label says when it is Stripe's test mode.
func (p *Provider) Label() string {
	if p.Test() {
		return "Stripe test mode — no real money"
	}
	return "Stripe"
}

// Test reports that the key is one of Stripe's test mode.
func (p *Provider) Test() bool {
	return strings.HasPrefix(p.cfg.SecretKey, "sk_test_") || strings.HasPrefix(p.cfg.SecretKey, "rk_test_")
}

// mode names what kind of key it is.
func (p *Provider) mode() string {
	if p.Test() {
		return "a test key"
	}
	return "a live key"
}

// outcome turns Stripe's final no into a *payment.RefusedError. Everything else
// is a failure after which the same order is given again: Stripe out of reach,
// too many calls, a wrong key, too little in the city's own balance.
func outcome(doing string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*sdk.Error](err); ok && final(e) {
		return &payment.RefusedError{Reason: reason(e)}
	}
	return fmt.Errorf("%s: %w", doing, unanswered(err))
}

// unanswered adds payment.ErrNoAnswer to what comes from calling Stripe and is no
// final no.
func unanswered(err error) error {
	answer, ok := errors.AsType[*sdk.Error](err)
	_, network := errors.AsType[*url.Error](err)
	if network || ok && !final(answer) {
		return fmt.Errorf("%w: %w", payment.ErrNoAnswer, err)
	}
	return err
}

// refused reports a final no among what outcome returns.
func refused(err error) bool {
	_, ok := errors.AsType[*payment.RefusedError](err)
	return ok
}

func final(e *sdk.Error) bool {
	switch e.Code {
	case sdk.ErrorCodeBalanceInsufficient, sdk.ErrorCodeInsufficientFunds:
		// Of a card it is a no; of the city's own balance it passes.
		return e.Type == sdk.ErrorTypeCard
	case sdk.ErrorCodeLockTimeout, sdk.ErrorCodeRateLimit, sdk.ErrorCodeIdempotencyKeyInUse:
		return false
	}
	switch e.Type {
	case sdk.ErrorTypeCard:
		return true
	case sdk.ErrorTypeInvalidRequest:
		return e.HTTPStatusCode == http.StatusBadRequest || e.HTTPStatusCode == http.StatusNotFound
	default:
		return false
	}
}

// reason is for the owner to read. Messages about cards are written for them;
// the others may name the operator's settings, so that only their code is told.
func reason(e *sdk.Error) string {
	switch {
	case e.Type == sdk.ErrorTypeCard && e.Msg != "":
		return e.Msg
	case e.Code != "":
		return "Stripe refused (" + sentence(string(e.Code)) + ")."
	default:
		return "Stripe refused the order."
	}
}

// sentence reads one of Stripe's codes as words.
func sentence(code string) string {
	return strings.NewReplacer("_", " ", ".", ": ").Replace(code)
}

// replayed reports that the answer is one given before under the same
// idempotency key.
func replayed(e *sdk.Error) bool {
	return e.LastResponse != nil && e.LastResponse.Header.Get("Idempotent-Replayed") == "true"
}

// maxKeys bounds the idempotency keys of one order: one a day is used at most.
const maxKeys = 60

// once gives an order under its idempotency key. A lack of balance is answered
// from memory for a day, so such an order goes on under the next key: its
// refusal says that nothing moved under this one.
func once(key string, give func(key string) error) error {
	for n := 1; ; n++ {
		numbered := key
		if n > 1 {
			numbered = fmt.Sprintf("%s/%d", key, n)
		}
		err := give(numbered)
		e, ok := errors.AsType[*sdk.Error](err)
		if !ok || n == maxKeys || e.Code != sdk.ErrorCodeBalanceInsufficient || !replayed(e) {
			return err
		}
	}
}
