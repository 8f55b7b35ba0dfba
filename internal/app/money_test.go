package app_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"aicity.dev/aicity/internal/account"
	"aicity.dev/aicity/internal/app"
	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/config"
	"aicity.dev/aicity/internal/payment/stripe/stripetest"
	"aicity.dev/aicity/internal/store"
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
	apptest.OnEach(t, func(t *testing.T, opts ...apptest.Option) {
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
	})
}

// An operator compares the books on demand, and sees what differs.
func TestOperatorsReconcile(t *testing.T) {
	t.Parallel()
	apptest.OnEach(t, func(t *testing.T, opts ...apptest.Option) {
		server := stripetest.Start(t)
		s := apptest.Start(t, append(opts, func(c *config.Config) {
			c.MetricsKey = "operator's key"
			c.Stripe = config.Stripe{SecretKey: stripetest.Key, WebhookSecret: stripetest.Secret, APIURL: server.URL}
		})...)
		ctx, buyer, operator := t.Context(), s.SignUp(t, "buyer"), s.Operator(t)
		top, err := buyer.Vault.TopUp(ctx, 2000)
		if err != nil {
			t.Fatal(err)
		}
		server.Pay(t, top.ID)
		for _, e := range server.Events(t) {
			send(t, s.URL, e)
		}
		wantBalance(t, buyer, 2000)
		r, err := operator.Operator.Reconcile(ctx)
		if err != nil || !r.Compared || r.Movements != 1 || r.TheirsCents != 2000 || r.OursCents != 2000 || len(r.Differences) != 0 {
			t.Errorf("%+v, %v", r, err)
		}
		if _, body := get(t, s.URL+"/metrics", "operator's key"); !strings.Contains(body, "aicity_payment_differences 0") {
			t.Error("no metric of the reconciliation")
		}
		server.AddIn("eur", "adjustment", 700)
		backdate(t, s)
		r, err = operator.Operator.Reconcile(ctx)
		if err != nil || len(r.Differences) != 1 || r.Differences[0].TheirsCents != 700 || !strings.EqualFold(r.Differences[0].Currency, "eur") {
			t.Errorf("%+v, %v", r, err)
		}
		server.Fail(stripetest.HangUp)
		if _, err := operator.Operator.Reconcile(ctx); aicity.ErrorCode(err) != "PAYMENT_UNAVAILABLE" {
			t.Errorf("without Stripe: %v", err)
		}
	})
}

// backdate copies the provider's movements and lets three hours pass for them:
// fresh ones are not compared yet.
func backdate(t *testing.T, s *apptest.Server) {
	t.Helper()
	if _, err := s.App.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := s.App.DB.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE payment_movements SET moved_at = moved_at - $1`, (3 * time.Hour).Microseconds())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
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

// What comes back from a buyer's tasks pays what the buyer's bank took back, or
// credits could sit out a dispute in a task.
func TestWhatComesBackFromTasksPaysDebts(t *testing.T) {
	t.Parallel()
	apptest.OnEach(t, func(t *testing.T, opts ...apptest.Option) {
		ctx, s := t.Context(), newStripeScene(t, opts...)
		order, canceled := s.order(t, 2500), s.order(t, 2000)
		if _, err := s.agent.Tasks.Executing(ctx, order, ""); err != nil {
			t.Fatal(err)
		}
		s.stripe.Dispute(t, s.topUp, 5000, false)
		s.tell(t)
		s.settle(t)
		s.wantDebt(t, s.buyer, "held in two tasks", 0, 4500)
		if _, err := s.buyer.Tasks.Cancel(ctx, canceled); err != nil {
			t.Fatal(err)
		}
		s.wantDebt(t, s.buyer, "one is canceled", 0, 2500)
		if _, err := s.agent.Tasks.Complete(ctx, order, aicity.Completion{Output: aicity.Output{Result: apptest.Research}}); err != nil {
			t.Fatal(err)
		}
		s.wantDebt(t, s.buyer, "$20.00 of $25.00 are charged", 0, 2000)
		if _, err := s.buyer.Tasks.Feedback(ctx, order, aicity.Feedback{Thumbs: "down", Reason: "incomplete", Criterion: 1}); err != nil {
			t.Fatal(err)
		}
		s.wantDebt(t, s.buyer, "the charge comes back", 0, 0)
		s.wantBooks(t)
	})
}

// An owner whose bank took a payment back pays it out of what the owner's agent
// earns, before anything can be withdrawn.
func TestReleasedEarningsPayDebts(t *testing.T) {
	t.Parallel()
	s := newStripeScene(t, apptest.RefundWindow(time.Millisecond))
	ctx, owner, colleague := t.Context(), s.agent.Owner, s.Agent(t, "research")
	top, err := owner.Vault.TopUp(ctx, 2000)
	if err != nil {
		t.Fatal(err)
	}
	s.stripe.Pay(t, top.ID)
	s.tell(t)
	wantBalance(t, owner, 2000)
	_, err = owner.Tasks.Submit(ctx, aicity.SubmitTask{
		TaskType: "research", AgentID: colleague.ID, MaxBudget: 2000, Input: aicity.TaskInput{Description: apptest.Question},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.stripe.Dispute(t, top.ID, 2000, false)
	s.tell(t)
	s.settle(t)
	s.wantDebt(t, owner, "all is held", 0, 2000)
	s.agent.Earn(t, s.buyer, 2000)
	s.wantAvailable(t, 0)
	s.wantDebt(t, owner, "$17.00 are released", 0, 300)
	s.wantBooks(t)
}

// A new owner's earnings rest; the refusal says how much is free and until when.
func TestEarningsHeldBack(t *testing.T) {
	t.Parallel()
	s := newStripeScene(t, apptest.RefundWindow(time.Millisecond), func(c *config.Config) {
		c.PayoutNew, c.PayoutReserve = 90*24*time.Hour, 20
	})
	s.agent.Earn(t, s.buyer, 2000)
	s.wantAvailable(t, 1700)
	_, err := s.agent.Owner.Vault.Withdraw(t.Context(), aicity.Withdraw{AgentID: s.agent.ID, Amount: 1500})
	refused, ok := errors.AsType[*aicity.Error](err)
	if !ok || refused.Code != aicity.CodeEarningsHeldBack || refused.Status != http.StatusConflict ||
		refused.Details["withdrawableCents"] != 1360.0 || refused.Details["heldBackCents"] != 340.0 || refused.Details["heldBackUntil"] == nil {
		t.Errorf("%+v", refused)
	}
	if _, err := s.agent.Owner.Vault.Withdraw(t.Context(), aicity.Withdraw{AgentID: s.agent.ID, Amount: 1360}); err != nil {
		t.Errorf("what is free: %v", err)
	}
}

// What was bought for no real money stays a test after the city has left the tests.
func TestOldTestMoneyStaysATest(t *testing.T) {
	t.Parallel()
	apptest.OnEach(t, func(t *testing.T, opts ...apptest.Option) {
		server := stripetest.Start(t)
		s := apptest.Start(t, append(opts, func(c *config.Config) {
			c.Stripe = config.Stripe{SecretKey: "sk_live_1", WebhookSecret: stripetest.Secret, APIURL: server.URL}
		})...)
		ctx, buyer := t.Context(), s.SignUp(t, "buyer")
		err := s.App.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
			for id, test := range map[string]bool{"top_1": true, "top_2": false} {
				_, err := tx.Exec(ctx, `INSERT INTO top_ups (id, owner_id, amount, provider, status, reference, reason, created_at, test)
					VALUES ($1, $2, 2000, 'stripe', 'declined', '', 'No.', 1, $3)`, id, buyer.ID, test)
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		page, err := buyer.Vault.TopUps(ctx, aicity.CursorOptions{})
		if err != nil || len(page.Items) != 2 {
			t.Fatalf("%+v, %v", page, err)
		}
		for _, top := range page.Items {
			if top.Test != (top.ID == "top_1") {
				t.Errorf("%+v", top)
			}
		}
	})
}

// A city that sold credits for no real money does not pay them out in earnest, unless
// its operator says so.
func TestNoLiveKeyOverTestMoney(t *testing.T) {
	t.Parallel()
	cfg := apptest.Config(t.TempDir())
	open := func(key string, accept bool) (*app.App, error) {
		cfg.Stripe = config.Stripe{SecretKey: key, WebhookSecret: stripetest.Secret, AcceptTest: accept}
		return app.New(t.Context(), cfg, slog.New(slog.DiscardHandler), app.Options{})
	}
	opens := func(key string, accept bool, f func(a *app.App)) {
		t.Helper()
		a, err := open(key, accept)
		if err != nil {
			t.Fatal(err)
		}
		f(a)
		if err := a.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}
	opens("rk_live_1", false, func(*app.App) {})
	opens("", false, func(a *app.App) {
		o, _, err := a.Accounts.SignUp(t.Context(), account.SignUp{Name: "Ann", Email: "ann@people.example", Password: "correct horse battery"})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := a.Payments.TopUp(t.Context(), o.ID, 1234, ""); err != nil {
			t.Fatal(err)
		}
	})
	opens("rk_test_1", false, func(*app.App) {})
	if _, err := open("sk_live_1", false); err == nil || !strings.Contains(err.Error(), "$12.34") {
		t.Errorf("a live key over test money: %v", err)
	}
	opens("sk_live_1", true, func(*app.App) {})
}
