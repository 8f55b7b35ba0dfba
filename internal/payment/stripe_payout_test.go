package payment_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/payment"
	"aicity.dev/aicity/internal/payment/stripe/stripetest"
)

// ready gives the agent earnings, Stripe a balance to pay from, and the owner a
// payout account that works. It returns the account's id.
func (c stripeCity) ready(t *testing.T) (account string) {
	t.Helper()
	c.earn(t, 5000, 0)
	return c.canBePaid(t)
}

// canBePaid is ready without the earnings.
func (c stripeCity) canBePaid(t *testing.T) (account string) {
	t.Helper()
	c.buy(t, c.bob, 100_000)
	if _, err := c.Connect(t.Context(), c.ann); err != nil {
		t.Fatal(err)
	}
	account = c.SetAccount(t, c.ann, true, "")
	c.hear(t)
	return account
}

func (c stripeCity) withdraw(t *testing.T) payment.Withdrawal {
	t.Helper()
	w, err := c.Withdraw(t.Context(), c.ann, c.agent, 2000, "")
	if err != nil || w.Status != payment.WithdrawalPending {
		t.Fatalf("%+v, %v", w, err)
	}
	return w
}

// withdrawalIs compares the withdrawal, the wallet and what was told since.
func (c stripeCity) withdrawalIs(t *testing.T, id string, status payment.WithdrawalStatus, reason string, available city.Cents, heard ...string) {
	t.Helper()
	page, err := c.Withdrawals(t.Context(), c.ann, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range page.Withdrawals {
		if w.ID == id && (w.Status != status || w.Reason != reason || (w.FinishedAt == nil) != (status == payment.WithdrawalPending)) {
			t.Errorf("withdrawal: %+v, want %s %q", w, status, reason)
		}
	}
	c.wantWallet(t, available, 0)
	var got []string
	for len(c.ears) > 0 {
		got = append(got, (<-c.ears).eventType)
	}
	if strings.Join(got, " ") != strings.Join(heard, " ") {
		t.Errorf("told %q, want %q", got, heard)
	}
}

// wantBanked compares what reached the owner's bank; nothing stays on the way.
func (c stripeCity) wantBanked(t *testing.T, account string, want city.Cents) {
	t.Helper()
	if banked, left := c.Banked(account); banked != want || left != 0 {
		t.Errorf("%s reached the bank and %s is left in the account, want %s and nothing", banked, left, want)
	}
}

func TestStripeAccountMustBeComplete(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		c.earn(t, 5000, 0)
		refused := func(what, says string) {
			t.Helper()
			_, err := c.Withdraw(t.Context(), c.ann, c.agent, 1000, "")
			citytest.WantCode(t, what, err, city.CodePayoutUnavailable)
			if err != nil && !strings.Contains(err.Error(), says) {
				t.Errorf("%s: %q does not say %q", what, err, says)
			}
		}
		refused("no account", "no payout account")
		first, err := c.Connect(t.Context(), c.ann)
		if err != nil || first == "" {
			t.Fatal(err)
		}
		if again, err := c.Connect(t.Context(), c.ann); err != nil || again != first || c.Count("account") != 1 {
			t.Errorf("a second link: %q, %v, %d accounts", again, err, c.Count("account"))
		}
		refused("no details", "lacks details")
		c.SetAccount(t, c.ann, true, "")
		works := c.only1(t)
		c.SetAccount(t, c.ann, true, "requirements.past_due")
		restricted := c.only1(t)
		for _, e := range []stripetest.Event{restricted, works, restricted} { // whatever comes last, the newest counts
			if err := c.deliver(t, e); err != nil {
				t.Error(err)
			}
		}
		refused("restricted", "requirements: past due")
		c.SetAccount(t, c.ann, true, "")
		c.hear(t)
		if _, err := c.Withdraw(t.Context(), c.ann, c.agent, 1000, ""); err != nil {
			t.Errorf("complete: %v", err)
		}
	})
}

func TestStripePayoutArrives(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		account := c.ready(t)
		w := c.withdraw(t)
		for range 3 {
			if err := c.PayOut(t.Context(), w.ID); err != nil {
				t.Fatal(err)
			}
		}
		c.withdrawalIs(t, w.ID, payment.WithdrawalPending, "", 3000)
		_, err := c.Withdraw(t.Context(), c.ann, c.agent, 1000, "")
		citytest.WantCode(t, "another while it is on its way", err, city.CodeWithdrawalPending)
		c.Arrive(t, w.ID)
		arrived := c.only1(t)
		for range 2 {
			if err := c.deliver(t, arrived); err != nil {
				t.Error(err)
			}
		}
		c.withdrawalIs(t, w.ID, payment.WithdrawalPaid, "", 3000, event.NoticePayoutPaid)
		c.wantBanked(t, account, 2000)
		c.wantAgreed(t)
	})
}

// A bank may send a payout back after it seemed to have arrived, and the news of
// that may come first.
func TestStripePayoutFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name           string
		arrives, swaps bool
		heard          []string
	}{
		{"before it arrived", false, false, []string{event.NoticePayoutFailed}},
		{"after it arrived", true, false, []string{event.NoticePayoutPaid, event.NoticePayoutFailed}},
		{"after it arrived, told in reverse", true, true, []string{event.NoticePayoutFailed}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			eachStripe(t, func(t *testing.T, c stripeCity) {
				account := c.ready(t)
				before := c.Balance()
				w := c.withdraw(t)
				if err := c.PayOut(t.Context(), w.ID); err != nil {
					t.Fatal(err)
				}
				if tt.arrives {
					c.Arrive(t, w.ID)
				}
				c.Bounce(t, w.ID, "The bank account is closed.")
				events := c.Events(t)
				if tt.swaps {
					events[0], events[1] = events[1], events[0]
				}
				for _, e := range append(events, events...) {
					if err := c.deliver(t, e); err != nil {
						t.Errorf("%s: %v", e.Type, err)
					}
				}
				c.withdrawalIs(t, w.ID, payment.WithdrawalFailed, "The bank account is closed.", 5000, tt.heard...)
				c.wantBanked(t, account, 0)
				if c.Balance() != before || c.Count("transfer_reversal") != 1 {
					t.Errorf("the city has %s at Stripe, had %s", c.Balance(), before)
				}
				c.wantAgreed(t)
				again := c.withdraw(t)
				if err := c.PayOut(t.Context(), again.ID); err != nil {
					t.Fatal(err)
				}
				c.Arrive(t, again.ID)
				c.hear(t)
				c.withdrawalIs(t, again.ID, payment.WithdrawalPaid, "", 3000, event.NoticePayoutPaid)
				c.wantAgreed(t)
			})
		})
	}
}

// An account that was restricted in between refuses the payout: what went to it
// comes back.
func TestStripePayoutRefused(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"POST /v1/transfers", "POST /v1/payouts"} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			eachStripe(t, func(t *testing.T, c stripeCity) {
				account, w := c.ready(t), c.withdraw(t)
				before := c.Balance()
				c.Refuse(call, http.StatusBadRequest, "invalid_request_error", "payouts_not_allowed", "acct_… may not")
				for range 2 {
					if err := c.PayOut(t.Context(), w.ID); err != nil {
						t.Fatal(err)
					}
				}
				c.withdrawalIs(t, w.ID, payment.WithdrawalFailed, "Stripe refused (payouts not allowed).", 5000, event.NoticePayoutFailed)
				c.wantBanked(t, account, 0)
				if c.Balance() != before {
					t.Errorf("the city has %s at Stripe, had %s", c.Balance(), before)
				}
				c.wantAgreed(t)
			})
		})
	}
}

// An account that is restricted while its payout is on the way: the payout goes
// on until Stripe says how it ended, and the next one waits for the account.
func TestStripeAccountIsRestrictedDuringAPayout(t *testing.T) {
	t.Parallel()
	for _, arrives := range []bool{true, false} {
		t.Run(map[bool]string{true: "it arrives", false: "it is sent back"}[arrives], func(t *testing.T) {
			t.Parallel()
			eachStripe(t, func(t *testing.T, c stripeCity) {
				account, w := c.ready(t), c.withdraw(t)
				if err := c.PayOut(t.Context(), w.ID); err != nil {
					t.Fatal(err)
				}
				c.SetAccount(t, c.ann, true, "requirements.past_due")
				c.hear(t)
				if err := c.PayOut(t.Context(), w.ID); err != nil {
					t.Errorf("the job, again: %v", err)
				}
				c.withdrawalIs(t, w.ID, payment.WithdrawalPending, "", 3000)
				if arrives {
					c.Arrive(t, w.ID)
					c.hear(t)
					c.withdrawalIs(t, w.ID, payment.WithdrawalPaid, "", 3000, event.NoticePayoutPaid)
					c.wantBanked(t, account, 2000)
				} else {
					c.Bounce(t, w.ID, "The account is restricted.")
					c.hear(t)
					c.withdrawalIs(t, w.ID, payment.WithdrawalFailed, "The account is restricted.", 5000, event.NoticePayoutFailed)
					c.wantBanked(t, account, 0)
				}
				_, err := c.Withdraw(t.Context(), c.ann, c.agent, 1000, "")
				citytest.WantCode(t, "another one", err, city.CodePayoutUnavailable)
				c.SetAccount(t, c.ann, true, "")
				c.hear(t)
				if _, err := c.Withdraw(t.Context(), c.ann, c.agent, 1000, ""); err != nil {
					t.Errorf("after the restriction: %v", err)
				}
				c.wantAgreed(t)
			})
		})
	}
}

// What is no decision about the owner is no refusal: it is tried until it works.
func TestStripePayoutWaits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name               string
		status             int
		kind, code, refuse string
	}{
		{"a wrong key", http.StatusUnauthorized, "invalid_request_error", "", "POST /v1/transfers"},
		{"too many calls", http.StatusTooManyRequests, "invalid_request_error", "rate_limit", "POST /v1/transfers"},
		{"the city's balance is too small", http.StatusBadRequest, "invalid_request_error", "balance_insufficient", "POST /v1/transfers"},
		{"the account's balance is too small", http.StatusBadRequest, "invalid_request_error", "balance_insufficient", "POST /v1/payouts"},
		{"Stripe is confused", http.StatusInternalServerError, "api_error", "", "POST /v1/payouts"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			eachStripe(t, func(t *testing.T, c stripeCity) {
				account, w := c.ready(t), c.withdraw(t)
				c.Refuse(tt.refuse, tt.status, tt.kind, tt.code, "Not now.")
				for range attempts {
					if err := c.PayOut(t.Context(), w.ID); err == nil {
						t.Fatal("the job gave up")
					}
				}
				c.withdrawalIs(t, w.ID, payment.WithdrawalPending, "", 3000)
				c.Accept(tt.refuse)
				if tt.code != "balance_insufficient" {
					c.ForgetKeys() // Stripe answers from memory for a day
				}
				if err := c.PayOut(t.Context(), w.ID); err != nil {
					t.Fatal(err)
				}
				c.Arrive(t, w.ID)
				c.hear(t)
				c.withdrawalIs(t, w.ID, payment.WithdrawalPaid, "", 3000, event.NoticePayoutPaid)
				c.wantBanked(t, account, 2000)
				c.wantAgreed(t)
			})
		})
	}
}

// Whatever gets lost while Stripe is gone, for hours or for days, the money
// moves once.
func TestStripeDownDuringAPayout(t *testing.T) {
	t.Parallel()
	for _, outage := range outages {
		t.Run(outage.name, func(t *testing.T) {
			t.Parallel()
			eachStripe(t, func(t *testing.T, c stripeCity) {
				account, w := c.ready(t), c.withdraw(t)
				for n := range attempts {
					// It is gone from another call on each time: each may be the last that arrives.
					c.FailAfter(n%4, outage.how)
					if err := c.PayOut(t.Context(), w.ID); err == nil && n%4 < 2 {
						t.Fatal("a payout without an answer succeeded")
					}
					if n%5 == 4 {
						c.ForgetKeys()
					}
				}
				c.FailAfter(0, stripetest.None)
				if err := c.PayOut(t.Context(), w.ID); err != nil {
					t.Fatal(err)
				}
				if c.Count("transfer") != 1 || c.Count("payout") != 1 {
					t.Errorf("%d transfers, %d payouts", c.Count("transfer"), c.Count("payout"))
				}
				c.Arrive(t, w.ID)
				e := c.only1(t)
				c.Bounce(t, w.ID, "No such account.")
				bounced := c.only1(t)
				if err := c.deliver(t, e); err != nil {
					t.Fatal(err)
				}
				c.Fail(outage.how)
				for range attempts {
					if err := c.deliver(t, bounced); err == nil {
						t.Fatal("a failure was booked before the money was back")
					}
				}
				c.ForgetKeys()
				c.Fail(stripetest.None)
				if err := errors.Join(c.deliver(t, bounced), c.PayOut(t.Context(), w.ID)); err != nil {
					t.Fatal(err)
				}
				c.withdrawalIs(t, w.ID, payment.WithdrawalFailed, "No such account.", 5000, event.NoticePayoutPaid, event.NoticePayoutFailed)
				c.wantBanked(t, account, 0)
				c.wantAgreed(t)
			})
		})
	}
}

// Payouts and sessions of other programs on the same Stripe account are none of
// the city's; those that name an order which is not known wait for it.
func TestStripeEventsOfOthers(t *testing.T) {
	t.Parallel()
	eachStripe(t, func(t *testing.T, c stripeCity) {
		for payload, applied := range map[string]bool{
			`{"id":"evt_1","object":"event","type":"payout.paid","data":{"object":{"id":"po_1","object":"payout"}}}`:                             true,
			`{"id":"evt_2","object":"event","type":"checkout.session.completed","data":{"object":{"id":"cs_1","payment_status":"paid"}}}`:        true,
			`{"id":"evt_3","object":"event","type":"account.updated","data":{"object":{"id":"acct_x","object":"account"}}}`:                      true,
			`{"id":"evt_4","object":"event","type":"invoice.paid","data":{"object":{"id":"in_1"}}}`:                                              true,
			`{"id":"evt_5","object":"event","type":"payout.paid","data":{"object":{"id":"po_2","metadata":{"aicity_withdrawal":"wdr_none"}}}}`:   false,
			`{"id":"evt_6","object":"event","type":"account.updated","data":{"object":{"id":"acct_y","metadata":{"aicity_owner":"own_none"}}}}`:  false,
			`{"id":"evt_7","object":"event","type":"checkout.session.expired","data":{"object":{"id":"cs_2","metadata":{"aicity_top_up":"t"}}}}`: false,
		} {
			e := stripetest.Event{ID: payload[7:12], Payload: []byte(payload), Signature: stripetest.Sign([]byte(payload), stripetest.Secret)}
			if err := c.deliver(t, e); (err == nil) != applied {
				t.Errorf("%s: %v", payload, err)
			}
		}
		if n, err := c.ReplayEvents(t.Context()); err != nil || n != 3 {
			t.Errorf("%d events wait, %v", n, err)
		}
	})
}
