package stripetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stripe/stripe-go/v86/webhook"

	"aicity.dev/aicity/internal/city"
)

// Event is a signed event, ready to be sent.
type Event struct {
	ID, Type  string
	Payload   []byte
	Signature string
}

// Events takes those that happened since the last call, oldest first.
func (s *Server) Events(t testing.TB) []Event {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	events := s.events
	s.events = nil
	return events
}

// Sign signs a payload as Stripe does.
func Sign(payload []byte, secret string) string {
	return webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: payload, Secret: secret, Timestamp: city.SystemClock{}.Now()}).Header
}

// tell makes an event about an object as it stands, of the platform or of the
// connected account that the object names.
func (s *Server) tell(t testing.TB, kind string, about object) {
	t.Helper()
	s.next++
	id := fmt.Sprintf("evt_%04d", s.next)
	payload, err := json.Marshal(object{
		"id": id, "object": "event", "type": kind, "api_version": "2026-06-24.dahlia", "created": city.SystemClock{}.Now().Unix(),
		"livemode": false, "account": about["account"], "data": object{"object": about},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.events = append(s.events, Event{ID: id, Type: kind, Payload: payload, Signature: Sign(payload, Secret)})
}

// find returns the newest object of a kind that carries text somewhere.
func (s *Server) find(t testing.TB, kind, text string) object {
	t.Helper()
	for _, id := range slices.Backward(s.order) {
		o := s.objects[id]
		if data, err := json.Marshal(o); err == nil && o["object"] == kind && strings.Contains(string(data), text) {
			return o
		}
	}
	t.Fatalf("no %s with %s", kind, text)
	return nil
}

// Count is how many objects of a kind there are.
func (s *Server) Count(kind string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, o := range s.objects {
		if o["object"] == kind {
			n++
		}
	}
	return n
}

// session finds an open session of a top-up.
func (s *Server) session(t testing.TB, topUpID string) object {
	t.Helper()
	o := s.find(t, "checkout.session", topUpID)
	if o["status"] != "open" {
		t.Fatalf("the session of %s is %s", topUpID, o["status"])
	}
	return o
}

func (s *Server) complete(t testing.TB, session object) {
	t.Helper()
	intent := s.make("pi", "payment_intent", object{
		"amount": session["amount_total"], "currency": session["currency"], "customer": session["customer"],
		"metadata": session["intent_metadata"], "status": "processing",
	})
	session["status"], session["payment_intent"] = "complete", intent["id"]
}

func (s *Server) paid(session object, card string) {
	id, _ := session["payment_intent"].(string)
	s.pay(s.objects[id])
	session["payment_status"] = "paid"
	method := s.make("pm", "payment_method", object{"customer": session["customer"], "type": "card", "card": object{
		"fingerprint": card, "brand": "visa", "last4": "4242", "exp_month": 8, "exp_year": 2031,
	}})
	s.objects[id]["payment_method"] = method["id"]
}

// Pay lets the buyer pay a top-up on its page, with a card that is kept and that
// nobody else has.
func (s *Server) Pay(t testing.TB, topUpID string) {
	t.Helper()
	s.PayWith(t, topUpID, "the card of "+topUpID)
}

// PayWith is Pay with a card of this fingerprint.
func (s *Server) PayWith(t testing.TB, topUpID, fingerprint string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	session := s.session(t, topUpID)
	s.complete(t, session)
	s.paid(session, fingerprint)
	s.tell(t, "checkout.session.completed", session)
}

// PayLater lets the buyer pay with something that takes days.
func (s *Server) PayLater(t testing.TB, topUpID string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	session := s.session(t, topUpID)
	s.complete(t, session)
	s.tell(t, "checkout.session.completed", session)
}

// SettleLater ends PayLater: the money came, or not.
func (s *Server) SettleLater(t testing.TB, topUpID string, came bool) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	session := s.find(t, "checkout.session", topUpID)
	if !came {
		s.tell(t, "checkout.session.async_payment_failed", session)
		return
	}
	s.paid(session, "the card of "+topUpID)
	s.tell(t, "checkout.session.async_payment_succeeded", session)
}

// Try lets a buyer try a card that is declined, or whose bank wants more: the
// session stays open, and the event is about the payment alone.
func (s *Server) Try(t testing.TB, topUpID, code string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	session := s.session(t, topUpID)
	intent := s.make("pi", "payment_intent", object{
		"amount": session["amount_total"], "metadata": session["intent_metadata"], "status": "requires_payment_method",
		"last_payment_error": object{"type": "card_error", "code": code},
	})
	if code == "authentication_required" {
		intent["status"] = "requires_action"
		s.tell(t, "payment_intent.requires_action", intent)
		return
	}
	s.tell(t, "payment_intent.payment_failed", intent)
}

// Confirm has the bank let a payment through that it had not, and tells of it; one
// that was let through is told of alone.
func (s *Server) Confirm(t testing.TB, topUpID string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	intent := s.find(t, "payment_intent", topUpID)
	if intent["status"] != "succeeded" {
		s.pay(intent)
	}
	s.tell(t, "payment_intent.succeeded", intent)
}

// Expire closes a page that nobody finished.
func (s *Server) Expire(t testing.TB, topUpID string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	session := s.session(t, topUpID)
	session["status"] = "expired"
	s.tell(t, "checkout.session.expired", session)
}

// CardBehaves says how the saved cards of a customer answer when their owner is
// not there: "" pays, "declined", "requires action", "processes".
func (s *Server) CardBehaves(how string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.objects {
		if o["object"] == "payment_method" {
			o["behaves"] = how
		}
	}
}

// SetAccount says how an owner's connected account stands: complete and
// unrestricted when disabled is "". It returns the account's id.
func (s *Server) SetAccount(t testing.TB, ownerID string, submitted bool, disabled string) string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.find(t, "account", ownerID)
	works, transfers := submitted && disabled == "", "inactive"
	if works {
		transfers = "active"
	}
	a["details_submitted"], a["payouts_enabled"], a["capabilities"] = submitted, works, object{"transfers": transfers}
	a["requirements"] = object{"disabled_reason": disabled}
	s.tell(t, "account.updated", a)
	id, _ := a["id"].(string)
	return id
}

// AddBank lets an owner add a bank account of this fingerprint to the connected
// account.
func (s *Server) AddBank(t testing.TB, ownerID, fingerprint string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.find(t, "account", ownerID)
	bank := s.make("ba", "bank_account", object{"account": a["id"], "fingerprint": fingerprint})
	a["external_accounts"] = object{"object": "list", "data": []any{bank}}
	s.tell(t, "account.external_account.created", bank)
}

// Arrive lets a withdrawal's payout reach the bank.
func (s *Server) Arrive(t testing.TB, withdrawalID string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.find(t, "payout", withdrawalID)
	account, _ := o["account"].(string)
	cents, _ := o["amount"].(int64)
	s.banked[account] += cents
	o["status"] = "paid"
	s.tell(t, "payout.paid", o)
}

// Bounce lets a withdrawal's payout fail, also after it arrived.
func (s *Server) Bounce(t testing.TB, withdrawalID, message string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.find(t, "payout", withdrawalID)
	account, _ := o["account"].(string)
	cents, _ := o["amount"].(int64)
	if o["status"] == "paid" {
		s.banked[account] -= cents
	}
	o["status"], o["failure_message"] = "failed", message
	s.move(account, "payout_failure", cents, 0, o)
	s.tell(t, "payout.failed", o)
}

// Dispute lets the buyer's bank take part of a top-up back, and returns the
// dispute's id. An inquiry takes nothing.
func (s *Server) Dispute(t testing.TB, topUpID string, cents city.Cents, inquiry bool) string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	intent := s.find(t, "payment_intent", topUpID)
	o := s.make("du", "dispute", object{
		"amount": int64(cents), "currency": "usd", "payment_intent": intent["id"], "reason": "fraudulent", "status": "needs_response",
	})
	if inquiry {
		o["status"] = "warning_needs_response"
	} else {
		s.move("", "adjustment", -int64(cents), 1500, o)
	}
	s.tell(t, "charge.dispute.created", o)
	id, _ := o["id"].(string)
	return id
}

// Decide closes a dispute.
func (s *Server) Decide(t testing.TB, disputeID string, won bool) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.objects[disputeID]
	cents, _ := o["amount"].(int64)
	o["status"] = "lost"
	if won {
		o["status"] = "won"
		s.move("", "adjustment", cents, 0, o)
	}
	s.tell(t, "charge.dispute.closed", o)
}

// Add changes the platform's balance by hand, as an operator can in the
// Dashboard.
func (s *Server) Add(kind string, cents city.Cents) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.move("", kind, int64(cents), 0, nil)
}

// AddIn is Add to the balance that Stripe keeps in another currency, in its
// smallest units.
func (s *Server) AddIn(currency, kind string, units int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.make("txn", "balance_transaction", object{
		"account": "", "type": kind, "amount": units, "fee": 7, "net": units - 7, "currency": currency, "source": nil,
	})
}
