package stripetest

import (
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// invalid is Stripe's no to a call.
func invalid(code, format string, args ...any) *refusal {
	return &refusal{status: http.StatusBadRequest, kind: "invalid_request_error", code: code, message: fmt.Sprintf(format, args...)}
}

// carryOut does what a call says.
func (s *Server) carryOut(out *object, r *http.Request, account string, form url.Values) *refusal {
	call := r.Method + " " + r.URL.Path
	if refused, ok := s.refusals[call]; ok {
		return &refused
	}
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/v1/"), "/")
	query := r.URL.Query()
	switch {
	case call == "POST /v1/customers":
		*out = s.make("cus", "customer", object{"metadata": metadata(form, "metadata")})
	case call == "POST /v1/checkout/sessions":
		*out = s.openSession(form)
	case call == "GET /v1/payment_methods":
		*out = s.list("payment_method", limit(query), func(o object) bool { return o["customer"] == query.Get("customer") })
	case r.Method == http.MethodPost && len(parts) == 3 && parts[0] == "payment_methods" && parts[2] == "detach":
		return s.detach(out, parts[1])
	case call == "GET /v1/payment_intents":
		*out = s.list("payment_intent", limit(query), func(o object) bool { return o["customer"] == query.Get("customer") })
	case call == "POST /v1/payment_intents":
		return s.chargeCard(out, form)
	case call == "POST /v1/accounts":
		*out = s.make("acct", "account", object{
			"details_submitted": false, "payouts_enabled": false, "capabilities": object{"transfers": "inactive"},
			"requirements": object{"disabled_reason": "requirements.past_due"}, "metadata": metadata(form, "metadata"),
		})
	case call == "POST /v1/account_links":
		if s.objects[form.Get("account")] == nil {
			return invalid("resource_missing", "No such account.")
		}
		*out = object{"object": "account_link", "url": s.URL + "/onboarding/" + form.Get("account")}
	case call == "GET /v1/transfers":
		*out = s.list("transfer", limit(query), func(o object) bool { return o["transfer_group"] == query.Get("transfer_group") })
	case call == "POST /v1/transfers":
		return s.transfer(out, form)
	case len(parts) == 3 && parts[0] == "transfers" && parts[2] == "reversals":
		return s.reverse(out, parts[1], form)
	case call == "GET /v1/payouts":
		*out = s.list("payout", limit(query), func(o object) bool { return o["account"] == account })
	case call == "POST /v1/payouts":
		return s.payOut(out, account, form)
	case call == "GET /v1/balance_transactions":
		*out = s.page(query)
	case r.Method == http.MethodGet && len(parts) == 2 && query.Get("expand[0]") == "payment_method" && s.objects[parts[1]] != nil:
		*out = s.expanded(s.objects[parts[1]], "payment_method")
	case r.Method == http.MethodGet && len(parts) == 2 && s.objects[parts[1]] != nil:
		*out = s.objects[parts[1]]
	default:
		return &refusal{status: http.StatusNotFound, kind: "invalid_request_error", code: "resource_missing", message: "No such thing: " + call}
	}
	return nil
}

// expanded is an object with what its field names instead of the name.
func (s *Server) expanded(o object, field string) object {
	whole := maps.Clone(o)
	if id, _ := o[field].(string); s.objects[id] != nil {
		whole[field] = s.objects[id]
	}
	return whole
}

func limit(query url.Values) int {
	if n, err := strconv.Atoi(query.Get("limit")); err == nil {
		return n
	}
	return 10
}

// metadata collects name[key]=value.
func metadata(form url.Values, name string) object {
	m := object{}
	for field := range form {
		if key, ok := strings.CutPrefix(field, name+"["); ok {
			m[strings.TrimSuffix(key, "]")] = form.Get(field)
		}
	}
	return m
}

func amount(form url.Values, field string) int64 {
	n, err := strconv.ParseInt(form.Get(field), 10, 64)
	if err != nil {
		return math.MinInt64
	}
	return n
}

// move changes the balance of an account and writes it down; the platform's
// transactions are what the platform can list.
func (s *Server) move(account, kind string, cents, fee int64, source object) {
	s.balances[account] += cents - fee
	s.make("txn", "balance_transaction", object{
		"account": account, "type": kind, "amount": cents, "fee": fee, "net": cents - fee, "currency": "usd", "source": source,
	})
}

// page lists the platform's balance transactions, a few at a time so that
// callers must turn pages.
func (s *Server) page(query url.Values) object {
	const size = 3
	after, data, more := query.Get("starting_after"), []any{}, false
	reached := after == ""
	for _, id := range slices.Backward(s.order) {
		o := s.objects[id]
		switch {
		case o["object"] != "balance_transaction" || o["account"] != "":
		case !reached:
			reached = o["id"] == after
		case len(data) == size:
			more = true
		default:
			data = append(data, o)
		}
	}
	return object{"object": "list", "data": data, "has_more": more}
}

func (s *Server) openSession(form url.Values) object {
	o := s.make("cs", "checkout.session", object{
		"status": "open", "payment_status": "unpaid", "customer": form.Get("customer"), "currency": form.Get("line_items[0][price_data][currency]"),
		"amount_total": amount(form, "line_items[0][price_data][unit_amount]"), "metadata": metadata(form, "metadata"),
		"client_reference_id": form.Get("client_reference_id"), "payment_intent": nil,
	})
	o["url"] = fmt.Sprintf("%s/pay/%s", s.URL, o["id"])
	o["intent_metadata"] = metadata(form, "payment_intent_data[metadata]")
	return o
}

// pay takes money from a card for a payment.
func (s *Server) pay(intent object) {
	intent["status"] = "succeeded"
	cents, _ := intent["amount"].(int64)
	intent["amount_received"] = cents
	charge := s.make("ch", "charge", object{"amount": cents, "payment_intent": intent["id"], "metadata": intent["metadata"]})
	s.move("", "charge", cents, 30+cents*29/1000, charge)
}

// chargeCard charges a saved card whose owner is not there.
func (s *Server) chargeCard(out *object, form url.Values) *refusal {
	method := s.objects[form.Get("payment_method")]
	if method == nil || method["customer"] != form.Get("customer") {
		return invalid("resource_missing", "No such payment method.")
	}
	intent := s.make("pi", "payment_intent", object{
		"amount": amount(form, "amount"), "currency": form.Get("currency"), "customer": form.Get("customer"),
		"metadata": metadata(form, "metadata"), "status": "requires_payment_method",
	})
	switch method["behaves"] {
	case "declined":
		return s.refuseCard(intent, "card_declined", "Your card was declined.")
	case "requires action":
		return s.refuseCard(intent, "authentication_required", "Your card was declined. This transaction requires authentication.")
	case "processes":
		intent["status"] = "processing"
		*out = intent
		return nil
	}
	s.pay(intent)
	*out = intent
	return nil
}

// detach takes a card from its customer for good.
func (s *Server) detach(out *object, id string) *refusal {
	method := s.objects[id]
	if method == nil || method["customer"] == nil {
		return invalid("", "The payment method you provided is not attached to a customer so detachment is impossible.")
	}
	method["customer"] = nil
	*out = method
	return nil
}

func (s *Server) refuseCard(intent object, code, message string) *refusal {
	intent["last_payment_error"] = object{"type": "card_error", "code": code, "message": message}
	return &refusal{status: http.StatusPaymentRequired, kind: "card_error", code: code, message: message, paymentIntent: intent}
}

func (s *Server) transfer(out *object, form url.Values) *refusal {
	destination, cents := form.Get("destination"), amount(form, "amount")
	switch {
	case s.objects[destination] == nil:
		return invalid("resource_missing", "No such destination.")
	case cents > s.balances[""]:
		return invalid("balance_insufficient", "You have insufficient funds in your Stripe account.")
	}
	o := s.make("tr", "transfer", object{
		"amount": cents, "currency": form.Get("currency"), "destination": destination, "transfer_group": form.Get("transfer_group"),
		"metadata": metadata(form, "metadata"), "reversed": false,
	})
	s.move("", "transfer", -cents, 0, o)
	s.move(destination, "payment", cents, 0, o)
	*out = o
	return nil
}

func (s *Server) reverse(out *object, id string, form url.Values) *refusal {
	t := s.objects[id]
	if t == nil || t["reversed"] == true {
		return invalid("", "The transfer is already fully reversed.")
	}
	destination, _ := t["destination"].(string)
	cents, _ := t["amount"].(int64)
	if cents > s.balances[destination] {
		return invalid("balance_insufficient", "The connected account has insufficient funds.")
	}
	t["reversed"], t["amount_reversed"] = true, cents
	o := s.make("trr", "transfer_reversal", object{"amount": cents, "transfer": id, "metadata": metadata(form, "metadata")})
	s.move(destination, "payment_refund", -cents, 0, o)
	s.move("", "transfer_refund", cents, 0, o)
	*out = o
	return nil
}

func (s *Server) payOut(out *object, account string, form url.Values) *refusal {
	cents, a := amount(form, "amount"), s.objects[account]
	switch {
	case a == nil:
		return invalid("resource_missing", "No such account.")
	case a["payouts_enabled"] != true:
		return invalid("payouts_not_allowed", "Payouts are not allowed for this account.")
	case cents > s.balances[account]:
		return invalid("balance_insufficient", "You have insufficient funds in your Stripe account.")
	}
	o := s.make("po", "payout", object{
		"account": account, "amount": cents, "currency": form.Get("currency"), "metadata": metadata(form, "metadata"), "status": "pending",
	})
	s.move(account, "payout", -cents, 0, o)
	*out = o
	return nil
}
