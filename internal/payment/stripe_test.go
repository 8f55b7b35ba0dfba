package payment_test

import (
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/payment"
	"aicity.dev/aicity/internal/payment/stripe"
	"aicity.dev/aicity/internal/payment/stripe/stripetest"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// stripeCity is a city whose money moves through Stripe.
type stripeCity struct {
	bundle
	*stripetest.Server
	links *payment.Links
}

func eachStripe(t *testing.T, f func(t *testing.T, c stripeCity)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		server := stripetest.Start(t)
		links := payment.NewLinks(db, []byte("key"))
		provider := stripe.New(stripe.Config{
			SecretKey: stripetest.Key, WebhookSecrets: []string{"whsec_of_another_endpoint", stripetest.Secret},
			APIURL: server.URL, ReturnURL: "https://city.example/wallet", DB: db, Links: links, Logger: slog.New(slog.DiscardHandler),
		})
		f(t, stripeCity{bundle: setupWith(t, db, provider), Server: server, links: links})
	})
}

// begin opens a top-up's page.
func (c stripeCity) begin(t *testing.T, ownerID string, amount city.Cents) payment.TopUp {
	t.Helper()
	top, _, err := c.TopUp(t.Context(), ownerID, amount, city.NewID("key"))
	if err != nil || top.Status != payment.TopUpPending || top.CheckoutURL == "" {
		t.Fatalf("top-up: %+v, %v", top, err)
	}
	return top
}

// buy tops up, pays and hears of it.
func (c stripeCity) buy(t *testing.T, ownerID string, amount city.Cents) payment.TopUp {
	t.Helper()
	top := c.begin(t, ownerID, amount)
	c.Pay(t, top.ID)
	c.hear(t)
	return top
}

// hear delivers what happened, and applies it.
func (c stripeCity) hear(t *testing.T) {
	t.Helper()
	for _, e := range c.Events(t) {
		if err := c.deliver(t, e); err != nil {
			t.Errorf("%s: %v", e.Type, err)
		}
	}
}

// deliver brings one event; the error is that of its job.
func (c stripeCity) deliver(t *testing.T, e stripetest.Event) error {
	t.Helper()
	if err := c.Receive(t.Context(), e.Payload, e.Signature); err != nil {
		t.Fatal(err)
	}
	return c.ProcessEvent(t.Context(), e.ID)
}

func (c stripeCity) only1(t *testing.T) stripetest.Event {
	t.Helper()
	events := c.Events(t)
	if len(events) != 1 {
		t.Fatalf("%d events, want one", len(events))
	}
	return events[0]
}

// topUpIs compares what is written of a top-up.
func (c stripeCity) topUpIs(t *testing.T, id string, want payment.TopUpStatus) {
	t.Helper()
	var got payment.TopUpStatus
	if err := c.db.Read().QueryRow(t.Context(), `SELECT status FROM top_ups WHERE id = $1`, id).Scan(&got); err != nil || got != want {
		t.Errorf("top-up %s is %s, %v, want %s", id, got, err, want)
	}
}

// wantAgreed checks both books: the ledger by itself, and against Stripe's.
func (c stripeCity) wantAgreed(t *testing.T) {
	t.Helper()
	c.wantVerified(t)
	r, err := c.Reconcile(t.Context())
	if err != nil || r.Theirs != r.Ours {
		t.Errorf("Stripe has moved %s, the clearing account says %s: %+v, %v", r.Theirs, r.Ours, r, err)
	}
}

func TestStripeTopUpIsPaidOnStripesPage(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		top, balance, err := c.TopUp(t.Context(), c.ann, 2500, "key")
		if err != nil || top.Status != payment.TopUpPending || top.CheckoutURL == "" || balance != 0 {
			t.Fatalf("%+v, %s, %v", top, balance, err)
		}
		again, _, err := c.TopUp(t.Context(), c.ann, 2500, "key")
		if err != nil || again.ID != top.ID || again.CheckoutURL != top.CheckoutURL || c.Count("checkout.session") != 1 {
			t.Errorf("the same key again: %+v, %v, %d sessions", again, err, c.Count("checkout.session"))
		}
		c.Pay(t, top.ID)
		paid := c.only1(t)
		c.wantPool(t, c.ann, 0, 0) // the page's word counts for nothing
		for range 3 {              // Stripe may send an event again, also much later
			if err := c.deliver(t, paid); err != nil {
				t.Error(err)
			}
		}
		c.wantPool(t, c.ann, 2500, 0)
		c.wantPool(t, c.bob, 0, 0)
		c.wantJobs(t, `kind = 'payment_event'`, 1)
		again, balance, err = c.TopUp(t.Context(), c.ann, 2500, "key")
		if err != nil || again.Status != payment.TopUpSucceeded || balance != 2500 {
			t.Errorf("the same key after it was paid: %+v, %s, %v", again, balance, err)
		}
		if err := c.ResumeTopUp(t.Context(), top.ID); err != nil {
			t.Errorf("the job afterwards: %v", err)
		}
		c.wantAgreed(t)
	})
}

// A declined card, or one whose bank wants to see the buyer first, leaves the
// page open: the buyer may use another.
func TestStripeCardsThatFailLeaveThePageOpen(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		top := c.begin(t, c.ann, 1000)
		for _, code := range []string{"card_declined", "authentication_required"} {
			c.Try(t, top.ID, code)
			c.hear(t)
			c.topUpIs(t, top.ID, payment.TopUpPending)
		}
		c.Pay(t, top.ID)
		c.hear(t)
		c.wantPool(t, c.ann, 1000, 0)

		left, _, err := c.TopUp(t.Context(), c.ann, 700, "left")
		if err != nil {
			t.Fatal(err)
		}
		c.Try(t, left.ID, "card_declined")
		c.Expire(t, left.ID)
		c.hear(t)
		c.topUpIs(t, left.ID, payment.TopUpDeclined)
		_, _, err = c.TopUp(t.Context(), c.ann, 700, "left")
		citytest.WantCode(t, "a page that was left", err, city.CodePaymentDeclined)
		c.wantPool(t, c.ann, 1000, 0)
		c.wantAgreed(t)
	})
}

// What takes days to arrive is credited when it has, in whatever order the
// events come.
func TestStripePaymentsThatTakeDays(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		for _, tt := range []struct {
			name    string
			came    bool
			reverse bool
			want    payment.TopUpStatus
		}{
			{"came", true, false, payment.TopUpSucceeded},
			{"came, events reversed", true, true, payment.TopUpSucceeded},
			{"failed", false, false, payment.TopUpDeclined},
			{"failed, events reversed", false, true, payment.TopUpDeclined},
		} {
			top := c.begin(t, c.ann, 500)
			c.PayLater(t, top.ID)
			c.SettleLater(t, top.ID, tt.came)
			events := c.Events(t)
			if tt.reverse {
				events[0], events[1] = events[1], events[0]
			}
			for i, e := range events {
				if err := c.deliver(t, e); err != nil {
					t.Errorf("%s: %v", tt.name, err)
				}
				if i == 0 && !tt.reverse {
					c.topUpIs(t, top.ID, payment.TopUpPending)
				}
			}
			c.topUpIs(t, top.ID, tt.want)
		}
		c.wantPool(t, c.ann, 1000, 0)
		c.wantAgreed(t)
	})
}

// Money that came is credited also when the city had given the top-up up.
func TestStripePaymentAfterItWasGivenUp(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		top := c.begin(t, c.ann, 900)
		c.PayLater(t, top.ID)
		c.SettleLater(t, top.ID, false)
		c.hear(t)
		c.topUpIs(t, top.ID, payment.TopUpDeclined)
		c.SettleLater(t, top.ID, true)
		c.hear(t)
		c.topUpIs(t, top.ID, payment.TopUpSucceeded)
		c.wantPool(t, c.ann, 900, 0)
		c.wantAgreed(t)
	})
}

// outages is every way in which Stripe can be gone.
var outages = []struct {
	name string
	how  stripetest.Failure
}{{"overloaded", stripetest.Overloaded}, {"hangs up", stripetest.HangUp}, {"answers get lost", stripetest.LoseAnswer}}

// attempts is how often a job is tried in an hour, and more.
const attempts = 25

func TestStripeDownDuringATopUp(t *testing.T) {
	t.Parallel()
	for _, outage := range outages {
		t.Run(outage.name, func(t *testing.T) {
			t.Parallel()
			eachStripe(t, func(t *testing.T, c stripeCity) {
				for n := range attempts {
					c.FailAfter(min(n, 1), outage.how) // the customer is made first, then the page
					if _, _, err := c.TopUp(t.Context(), c.ann, 1500, "key"); err == nil && n < 2 {
						t.Error("a top-up without an answer succeeded")
					}
				}
				var id string
				if err := c.db.Read().QueryRow(t.Context(), `SELECT id FROM top_ups`).Scan(&id); err != nil {
					t.Fatal(err)
				}
				c.topUpIs(t, id, payment.TopUpPending)
				c.FailAfter(0, stripetest.None)
				if err := c.ResumeTopUp(t.Context(), id); err != nil {
					t.Fatal(err)
				}
				top, _, err := c.TopUp(t.Context(), c.ann, 1500, "key")
				if err != nil || top.ID != id || top.CheckoutURL == "" || c.Count("checkout.session") != 1 {
					t.Fatalf("%+v, %v, %d sessions", top, err, c.Count("checkout.session"))
				}
				c.Pay(t, id)
				c.hear(t)
				c.wantPool(t, c.ann, 1500, 0)
				c.wantAgreed(t)
			})
		})
	}
}

// An automatic purchase uses the card of the last visit, and is made once,
// however often Stripe must be asked.
func TestStripeAutomaticTopUp(t *testing.T) {
	t.Parallel()
	for _, outage := range outages {
		t.Run(outage.name, func(t *testing.T) {
			t.Parallel()
			eachStripe(t, func(t *testing.T, c stripeCity) {
				ctx := t.Context()
				set := payment.AutoTopUp{Enabled: true, Threshold: 1000, Amount: 1500}
				if err := c.SetAutoTopUp(ctx, c.ann, set); err != nil {
					t.Fatal(err)
				}
				if err := c.BuyAutomatically(ctx, c.ann); err != nil {
					t.Fatal(err)
				}
				if a, err := c.AutoTopUp(ctx, c.ann); err != nil || a.Enabled || a.StoppedBy == "" {
					t.Errorf("without a card: %+v, %v", a, err)
				}
				c.buy(t, c.ann, 500)
				if err := c.SetAutoTopUp(ctx, c.ann, set); err != nil {
					t.Fatal(err)
				}
				c.Fail(outage.how)
				if err := c.BuyAutomatically(ctx, c.ann); err == nil {
					t.Error("a charge without an answer succeeded")
				}
				var id string
				if err := c.db.Read().QueryRow(ctx, `SELECT id FROM top_ups WHERE status = 'pending'`).Scan(&id); err != nil {
					t.Fatal(err)
				}
				for n := range attempts {
					// It is looked for a card, then for the payment; the third call makes one.
					c.FailAfter((n+2)%3, outage.how)
					if err := c.BuyAutomatically(ctx, c.ann); err != nil { // leaves it to the first one's job
						t.Error(err)
					}
					if err := c.ResumeTopUp(ctx, id); err == nil && n == 0 {
						t.Error("a charge without an answer succeeded")
					}
					c.ForgetKeys() // the outage lasts for days
				}
				c.FailAfter(0, stripetest.None)
				if err := errors.Join(c.ResumeTopUp(ctx, id), c.BuyAutomatically(ctx, c.ann)); err != nil {
					t.Error(err)
				}
				c.wantPool(t, c.ann, 2000, 0)
				c.wantAgreed(t)
			})
		})
	}
}

func TestStripeAutomaticTopUpStopsWhenTheCardRefuses(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		ctx := t.Context()
		c.buy(t, c.ann, 500)
		for _, how := range []string{"declined", "requires action"} {
			c.CardBehaves(how)
			if err := c.SetAutoTopUp(ctx, c.ann, payment.AutoTopUp{Enabled: true, Threshold: 1000, Amount: 1500}); err != nil {
				t.Fatal(err)
			}
			if err := c.BuyAutomatically(ctx, c.ann); err != nil {
				t.Fatal(err)
			}
			if a, err := c.AutoTopUp(ctx, c.ann); err != nil || a.Enabled || a.StoppedBy == "" {
				t.Errorf("%s: %+v, %v", how, a, err)
			}
		}
		c.wantPool(t, c.ann, 500, 0)
		c.wantAgreed(t)
	})
}

func TestStripeEventsAreChecked(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		top := c.begin(t, c.ann, 2000)
		c.Pay(t, top.ID)
		e := c.only1(t)
		for name, signature := range map[string]string{
			"none": "", "of another secret": stripetest.Sign(e.Payload, "whsec_of_a_stranger"),
			"of another event": stripetest.Sign(append([]byte(" "), e.Payload...), stripetest.Secret), "junk": "t=1,v1=00",
		} {
			citytest.WantCode(t, name, c.Receive(t.Context(), e.Payload, signature), city.CodeValidation)
		}
		var n int
		if err := c.db.Read().QueryRow(t.Context(), `SELECT count(*) FROM payment_events`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d events kept, %v", n, err)
		}
		if err := c.deliver(t, e); err != nil {
			t.Fatal(err)
		}
		var payload string
		var processed *int64
		err := c.db.Read().QueryRow(t.Context(), `SELECT payload, processed_at FROM payment_events WHERE id = $1`, e.ID).Scan(&payload, &processed)
		if err != nil || payload != string(e.Payload) || processed == nil {
			t.Errorf("kept as %q, processed %v, %v", payload, processed, err)
		}
	})
}

// An event may be applied again, by hand, and changes nothing then; one that
// could not be applied keeps the reason until it can.
func TestStripeEventsAreReplayed(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		ctx := t.Context()
		top := c.begin(t, c.ann, 2000)
		c.Pay(t, top.ID)
		paid := c.only1(t)
		du := c.Dispute(t, top.ID, 2000, false)
		early := c.only1(t)
		if err := c.deliver(t, early); err == nil { // about a top-up that is not booked yet
			t.Error("a dispute came before the payment")
		}
		var reason string
		var attempts int
		if err := c.db.Read().QueryRow(ctx, `SELECT error, attempts FROM payment_events WHERE id = $1`, early.ID).Scan(&reason, &attempts); err != nil ||
			reason == "" || attempts != 1 {
			t.Errorf("noted: %q after %d attempts, %v", reason, attempts, err)
		}
		if err := c.deliver(t, paid); err != nil {
			t.Fatal(err)
		}
		if n, err := c.ReplayEvents(ctx); err != nil || n != 1 {
			t.Errorf("%d events were open, %v", n, err)
		}
		c.wantJobs(t, `kind = 'payment_event'`, 3)
		if err := c.ProcessEvent(ctx, early.ID); err != nil {
			t.Error(err)
		}
		c.Decide(t, du, true)
		c.hear(t)
		if n, err := c.ReplayEvents(ctx, early.ID, paid.ID); err != nil || n != 2 {
			t.Errorf("%d events, %v", n, err)
		}
		if err := errors.Join(c.ProcessEvent(ctx, early.ID), c.ProcessEvent(ctx, paid.ID)); err != nil {
			t.Error(err)
		}
		_, err := c.ReplayEvents(ctx, "evt_none")
		citytest.WantCode(t, "an event that never came", err, city.CodeNotFound)
		c.wantPool(t, c.ann, 2000, 0)
		c.wantAgreed(t)
	})
}

// Everything at once: events many times each, in any order, from many workers,
// while buyers spend and top up. The end is the same.
func TestStripeEventsAtOnce(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		const tops = 6
		for i := range tops {
			top := c.begin(t, c.ann, 1000)
			c.Pay(t, top.ID)
			if i%2 == 0 {
				c.Decide(t, c.Dispute(t, top.ID, 600, false), i%4 == 0)
			}
		}
		events := c.Events(t)
		var wg sync.WaitGroup
		for worker := range 6 {
			wg.Go(func() {
				order := rand.New(rand.NewPCG(uint64(worker), 7)).Perm(len(events))
				for _, i := range order {
					if err := c.Receive(t.Context(), events[i].Payload, events[i].Signature); err != nil {
						t.Error(err)
					}
					// What comes too early fails, and is tried again below.
					_ = c.ProcessEvent(t.Context(), events[i].ID)
				}
			})
		}
		wg.Wait()
		for range 2 {
			for _, e := range events {
				if err := c.deliver(t, e); err != nil {
					t.Errorf("%s: %v", e.Type, err)
				}
			}
		}
		// Of three disputes over 600 each two are won and one is lost.
		c.wantCredits(t, "at the end", tops*1000-600, 0, 0)
	})
}

// Without an answer nothing is charged, and the top-up waits for its page.
func TestStripeOutOfReachIsSaid(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]stripetest.Failure{"out of reach": stripetest.HangUp, "overloaded": stripetest.Overloaded, "the answer is lost": stripetest.LoseAnswer} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachStripe(t, func(t *testing.T, c stripeCity) {
				c.Fail(how)
				_, _, err := c.TopUp(t.Context(), c.ann, 2500, "key")
				citytest.WantCode(t, "top up", err, city.CodePaymentUnavailable)
				_, err = c.Connect(t.Context(), c.ann)
				citytest.WantCode(t, "connect", err, city.CodePaymentUnavailable)
				c.Fail(stripetest.None)
				page, err := c.TopUps(t.Context(), c.ann, "", 0)
				if err != nil || len(page.TopUps) != 1 {
					t.Fatalf("%+v, %v", page, err)
				}
				if err := c.ResumeTopUp(t.Context(), page.TopUps[0].ID); err != nil {
					t.Error(err)
				}
				top, _, err := c.TopUp(t.Context(), c.ann, 2500, "key")
				if err != nil || top.ID != page.TopUps[0].ID || top.CheckoutURL == "" || c.Count("checkout.session") != 1 {
					t.Errorf("%+v, %v, %d pages", top, err, c.Count("checkout.session"))
				}
				if _, err := c.Connect(t.Context(), c.ann); err != nil {
					t.Error(err)
				}
			})
		})
	}
}
