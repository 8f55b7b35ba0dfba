package web_test

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/config"
	"aicity.dev/aicity/internal/payment/stripe/stripetest"
	"aicity.dev/aicity/internal/store"
	aicity "aicity.dev/aicity/sdk/go"
)

// onStripe is a city whose payments a fake of Stripe carries out.
func onStripe(t *testing.T) (*apptest.Server, *stripetest.Server) {
	t.Helper()
	server := stripetest.Start(t)
	return apptest.Start(t, func(c *config.Config) {
		c.Stripe = config.Stripe{SecretKey: stripetest.Key, WebhookSecret: stripetest.Secret, APIURL: server.URL}
	}), server
}

// tell sends the city what happened at Stripe.
func tell(t *testing.T, s *apptest.Server, server *stripetest.Server) {
	t.Helper()
	for _, e := range server.Events(t) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/api/v1/payments/stripe/webhook", bytes.NewReader(e.Payload))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Stripe-Signature", e.Signature)
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s, %v", e.Type, res.Status, err)
		}
	}
}

// While money is on its way the open wallet looks for it by itself, and no longer.
func TestWalletFollowsWhatIsOnItsWay(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	t.Parallel()
	s, server := onStripe(t)
	buyer := s.SignUp(t, "buyer")
	v := newVisitor(t, s.URL, buyer)
	const looks = `hx-get="/wallet/fragment"`
	v.get("/wallet").never(t, looks)
	v.post("/wallet/top-up", url.Values{"amount": {"20"}, "key": {"k1"}})
	v.get("/wallet").want(t, http.StatusOK, looks)
	calls := server.Calls()
	v.get("/wallet/fragment").want(t, http.StatusOK, looks, "Pending", `hx-swap-oob="true"`)
	if made := server.Calls() - calls; made > 0 {
		t.Errorf("each look asks Stripe %d times", made)
	}
	ctx, cancel := context.WithTimeout(newBrowser(t), pageTimeout)
	defer cancel()
	if err := (&scene{Server: s}).enter(ctx, scenePage{path: "/wallet", as: buyer}); err != nil {
		t.Fatal(err)
	}
	shows := func(in, text string) chromedp.Action[chromedp.Void] {
		return chromedp.WaitVisible(`//*[@id="` + in + `"]//*[contains(text(), "` + text + `")]`)
	}
	if err := chromedp.Do(ctx, shows("states", "Pending"), shows("sums", "$0.00")); err != nil {
		t.Fatal(err)
	}
	top, err := buyer.Vault.TopUps(t.Context(), aicity.CursorOptions{})
	if err != nil || len(top.Items) != 1 {
		t.Fatalf("%+v, %v", top, err)
	}
	server.Pay(t, top.Items[0].ID)
	tell(t, s, server)
	if err := chromedp.Do(ctx, shows("states", "Paid"), shows("sums", "$20.00")); err != nil {
		t.Fatalf("the wallet does not follow: %v", err)
	}
	v.get("/wallet/fragment").never(t, looks)
}

// An open page whose session has ended is loaded again, which leads to the sign-in
// page and back; its parts do not become that page.
func TestAPartForAStrangerHasThePageLoaded(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	v := newVisitor(t, s.URL, nil)
	for _, path := range []string{"/wallet/fragment", "/tasks/tsk_1/fragment"} {
		r := v.request(http.MethodGet, path, nil)
		r.Header.Set("HX-Request", "true")
		if a := v.do(r); a.status != http.StatusNoContent || a.header.Get("HX-Refresh") != "true" || a.body != "" {
			t.Errorf("%s: %d %v %q", path, a.status, a.header, a.body)
		}
	}
}

// Each state of a withdrawal, and of a refund, has its words in the wallet.
func TestWalletSaysEveryState(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	v := newVisitor(t, s.URL, s.worker.Owner)
	s.withdrawals(t)
	page := v.get("/wallet")
	page.want(t, http.StatusOK, "On its way", "Paid", "Failed", "The bank account is closed. The money is back in the wallet.")
	if n := strings.Count(page.body, `data-th="From"`); n != 3 {
		t.Errorf("%d payouts", n)
	}
	newVisitor(t, s.URL, s.buyer).get("/wallet").want(t, http.StatusOK, "Set aside while a refund is decided")
}

// withdrawals writes one of each state, whose money the books do not know.
func (s *scene) withdrawals(t *testing.T) {
	t.Helper()
	err := s.App.DB.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		for i, state := range []string{"failed", "paid", "pending"} {
			reason := map[string]string{"failed": "The bank account is closed."}[state]
			_, err := tx.Exec(ctx, `INSERT INTO withdrawals (id, owner_id, agent_id, amount, provider, status, reference, reason, created_at, test)
				VALUES ($1, $2, $3, $4, 'testpay', $5, '', $6, $7, TRUE)`, "wdr_"+string(rune('a'+i)), s.worker.Owner.ID, s.worker.ID,
				int64(1000*(i+1)), state, reason, store.Micros(tx.Now()))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
