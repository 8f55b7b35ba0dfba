package stripe_test

import (
	"bufio"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"aicity.dev/aicity/internal/account"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/payment"
	"aicity.dev/aicity/internal/payment/stripe"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// mock starts stripe-mock, which answers only calls that Stripe's own
// specification allows, and returns its address.
func mock(t *testing.T) string {
	t.Helper()
	binary, err := filepath.Abs(filepath.Join("..", "..", "..", "bin", "stripe-mock")) // a test runs in its package's folder
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(binary); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("bin/stripe-mock is missing: make bin/stripe-mock")
		}
		t.Skip("bin/stripe-mock is missing: make bin/stripe-mock")
	}
	cmd := exec.CommandContext(t.Context(), binary, "-http-addr", "127.0.0.1:0", "-https-addr", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, address, ok := strings.Cut(lines.Text(), "Listening for HTTP at address: "); ok {
			go func() { _, _ = io.Copy(io.Discard, out) }() // it must never wait for a reader
			return "http://" + address
		}
	}
	t.Fatal("stripe-mock does not listen")
	return ""
}

// signUp makes an owner.
func signUp(t *testing.T, db *store.DB) string {
	t.Helper()
	logger := slog.New(slog.DiscardHandler)
	accounts, err := account.New(account.Config{
		DB: db, Events: event.New(db), Jobs: jobs.New(db, logger), Logger: logger,
		Hashing: account.Hashing{MemoryKiB: 64, Passes: 1, Threads: 1, Concurrent: 2},
	})
	if err != nil {
		t.Fatal(err)
	}
	o, _, err := accounts.SignUp(t.Context(), account.SignUp{Name: "Owner", Email: "owner@example.com", Password: "correct horse"})
	if err != nil {
		t.Fatal(err)
	}
	return o.ID
}

// Every call that the provider makes has the shape that Stripe wants.
func TestCallsHaveStripesShape(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t)
	ownerID := signUp(t, db)
	p := stripe.New(stripe.Config{
		SecretKey: "sk_test_123", WebhookSecrets: []string{"whsec_1"}, APIURL: watched(t, ""), ReturnURL: "https://city.example/wallet", DB: db,
		Links: payment.NewLinks(db, []byte("key")), Logger: slog.New(slog.DiscardHandler),
	})
	ctx := t.Context()
	order := payment.Order{ID: city.NewID(city.PrefixTopUp), OwnerID: ownerID, Amount: 2500, Currency: city.USD}
	page, reference, err := p.Checkout(ctx, order, "https://city.example/wallet")
	if err != nil || reference == "" {
		t.Errorf("checkout: %q %q, %v", page, reference, err)
	}
	order.ID = city.NewID(city.PrefixTopUp)
	// The mock's payment is one that was never confirmed.
	if _, err := p.Charge(ctx, order); !isRefusal(err) {
		t.Errorf("charge: %v", err)
	}
	cards, err := p.Cards(ctx, ownerID)
	if err != nil || len(cards) == 0 || cards[0].Last4 == "" || cards[0].Brand == "" || cards[0].ExpYear == 0 {
		t.Fatalf("cards: %+v, %v", cards, err)
	}
	if err := p.RemoveCard(ctx, ownerID, cards[0].ID); err != nil {
		t.Errorf("remove card: %v", err)
	}
	if link, err := p.Connect(ctx, ownerID); err != nil || link == "" {
		t.Errorf("connect: %q, %v", link, err)
	}
	order.ID = city.NewID(city.PrefixWithdrawal)
	if reference, err := p.PayOut(ctx, order); err != nil || reference == "" {
		t.Errorf("pay out: %q, %v", reference, err)
	}
	since := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for m, err := range p.Movements(ctx, since) {
		if err != nil || m.ID == "" {
			t.Errorf("movements: %+v, %v", m, err)
		}
		break // the mock's pages never end
	}
	var customer string
	if err := db.Read().QueryRow(ctx, `SELECT customer FROM stripe_owners`).Scan(&customer); err != nil {
		t.Fatal(err)
	}
	paid := `{"id":"evt_1","type":"checkout.session.completed","data":{"object":{"id":"cs_1","customer":"` + customer + `",
		"payment_status":"paid","payment_intent":"pi_1","metadata":{"aicity_top_up":"top_1"}}}}`
	if news, err := p.News(ctx, []byte(paid)); err != nil || len(news) != 1 {
		t.Errorf("paid: %+v, %v", news, err)
	}
	dispute := `{"id":"evt_1","type":"charge.dispute.created","data":{"object":{"id":"du_1","amount":1,"status":"lost","payment_intent":"pi_1"}}}`
	if _, err := p.News(ctx, []byte(dispute)); err != nil {
		t.Errorf("dispute: %v", err)
	}
}

// What calls rarely do is tried one by one.
func TestRareCallsHaveStripesShape(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t)
	ownerID := signUp(t, db)
	p := stripe.New(stripe.Config{SecretKey: "sk_test_123", APIURL: watched(t, "POST /v1/payouts"), ReturnURL: "https://city.example/wallet", DB: db, Links: payment.NewLinks(db, []byte("key")), Logger: slog.New(slog.DiscardHandler)})
	if _, err := p.Connect(t.Context(), ownerID); err != nil {
		t.Fatal(err)
	}
	// The payout is refused, so that the transfer is taken back: another answer
	// than a refusal is the mock's, to a call that it does not like.
	_, err := p.PayOut(t.Context(), payment.Order{ID: city.NewID(city.PrefixWithdrawal), OwnerID: ownerID, Amount: 2500, Currency: city.USD})
	if !isRefusal(err) {
		t.Errorf("take back: %v", err)
	}
	account := ""
	if err := db.Read().QueryRow(t.Context(), `SELECT account FROM stripe_owners`).Scan(&account); err != nil {
		t.Fatal(err)
	}
	updated := `{"id":"evt_1","type":"account.updated","data":{"object":{"id":"` + account + `"}}}`
	if _, err := p.News(t.Context(), []byte(updated)); err != nil {
		t.Errorf("look at the account: %v", err)
	}
}

func isRefusal(err error) bool {
	_, ok := errors.AsType[*payment.RefusedError](err)
	return ok
}

// watched passes all calls on but one, which it refuses, and names those that
// the mock does not like.
func watched(t *testing.T, refused string) string {
	t.Helper()
	target, err := url.Parse(mock(t))
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) { p.SetURL(target) },
		ModifyResponse: func(r *http.Response) error {
			if r.StatusCode >= http.StatusBadRequest {
				t.Errorf("%s %s: %s", r.Request.Method, r.Request.URL.Path, r.Status)
			}
			return nil
		},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method+" "+r.URL.Path == refused {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"error":{"type":"invalid_request_error","code":"payouts_not_allowed","message":"No."}}`)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}
