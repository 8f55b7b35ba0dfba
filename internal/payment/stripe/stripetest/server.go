// Package stripetest is a small Stripe for tests: it keeps what it is told,
// remembers idempotency keys as Stripe does, can fail in the ways that Stripe
// can, and signs events.
package stripetest

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"aicity.dev/aicity/internal/city"
)

// Secret signs the server's events; Key is the secret key that it takes.
const (
	Secret = "whsec_of_the_tests"
	Key    = "sk_test_of_the_tests"
)

// Failure is how the server fails.
type Failure int

// The failures.
const (
	None       Failure = iota
	Overloaded         // answers 503 and does nothing
	HangUp             // hangs up and does nothing
	LoseAnswer         // does what it is told, then hangs up
)

// object is one of Stripe's objects, as JSON has it.
type object = map[string]any

// Server is a Stripe with one platform account.
type Server struct {
	URL string

	mu       sync.Mutex
	failing  Failure            // guarded by mu
	grace    int                // guarded by mu: calls that work before failing
	calls    int                // guarded by mu
	next     int                // guarded by mu: numbers ids
	kept     map[string]answer  // guarded by mu: by idempotency key
	objects  map[string]object  // guarded by mu: by id
	order    []string           // guarded by mu: ids, oldest first
	balances map[string]int64   // guarded by mu: by account, "" is the platform
	banked   map[string]int64   // guarded by mu: what reached each account's bank
	refusals map[string]refusal // guarded by mu: what the next call of "METHOD /path" is answered
	events   []Event            // guarded by mu: not taken yet
}

// answer is what a call was answered.
type answer struct {
	status int
	body   object
	hash   [32]byte // of the call
}

// refusal is an error of Stripe's.
type refusal struct {
	status        int
	kind, code    string
	message       string
	paymentIntent object
}

// Start serves until the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{
		kept: map[string]answer{}, objects: map[string]object{}, balances: map[string]int64{}, banked: map[string]int64{},
		refusals: map[string]refusal{},
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// Fail makes every call from now on fail, until Fail(None).
func (s *Server) Fail(how Failure) { s.FailAfter(0, how) }

// FailAfter is Fail from the call on that follows so many more.
func (s *Server) FailAfter(calls int, how Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failing, s.grace = how, calls
}

// Refuse answers each call like "POST /v1/payouts" with an error of Stripe's
// kinds and codes, until Accept.
func (s *Server) Refuse(call string, status int, kind, code, message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusals[call] = refusal{status: status, kind: kind, code: code, message: message}
}

// Accept ends Refuse.
func (s *Server) Accept(call string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.refusals, call)
}

// ForgetKeys lets a day pass: idempotency keys are not known any more.
func (s *Server) ForgetKeys() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.kept)
}

// Calls is how many there were.
func (s *Server) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// Balance is what the platform has.
func (s *Server) Balance() city.Cents {
	s.mu.Lock()
	defer s.mu.Unlock()
	return city.Cents(s.balances[""])
}

// Banked is what reached the bank of a connected account, and what is still in
// the account.
func (s *Server) Banked(account string) (banked, left city.Cents) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return city.Cents(s.banked[account]), city.Cents(s.balances[account])
}

// ServeHTTP answers a call of the API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	s.mu.Lock()
	failing := s.failing
	if s.grace > 0 {
		failing, s.grace = None, s.grace-1
	}
	s.calls++
	s.mu.Unlock()
	switch {
	case failing == HangUp:
		panic(http.ErrAbortHandler)
	case failing == Overloaded:
		write(w, http.StatusServiceUnavailable, encode(errorBody(refusal{kind: "api_error", message: "Overloaded."})))
		return
	case r.Header.Get("Authorization") != "Bearer "+Key:
		write(w, http.StatusUnauthorized, encode(errorBody(refusal{kind: "invalid_request_error", message: "Invalid API Key."})))
		return
	}
	status, text, again := s.text(r, body)
	if failing == LoseAnswer {
		panic(http.ErrAbortHandler)
	}
	if again {
		w.Header().Set("Idempotent-Replayed", "true")
	}
	write(w, status, text)
}

// text is what a call is answered. It is written down while nobody changes the objects
// that it shows.
func (s *Server) text(r *http.Request, body []byte) (status int, text []byte, again bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	given, again := s.answer(r, body)
	return given.status, encode(given.body), again
}

// answer carries a call out, or answers it as before.
func (s *Server) answer(r *http.Request, body []byte) (given answer, again bool) {
	account := r.Header.Get("Stripe-Account")
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return answer{status: http.StatusBadRequest, body: errorBody(refusal{kind: "invalid_request_error", message: err.Error()})}, false
	}
	key, hash := account+" "+r.Header.Get("Idempotency-Key"), sha256.Sum256([]byte(r.URL.Path+"\n"+string(body)))
	keyed := r.Method == http.MethodPost && !strings.HasSuffix(key, " ")
	if earlier, ok := s.kept[key]; ok && keyed {
		if earlier.hash != hash {
			return answer{status: http.StatusBadRequest, body: errorBody(refusal{kind: "idempotency_error", message: "Keys for idempotent requests can only be used with the same parameters."})}, false
		}
		return earlier, true
	}
	given = answer{status: http.StatusOK, hash: hash}
	refused := s.carryOut(&given.body, r, account, form)
	if refused != nil {
		given.status, given.body = refused.status, errorBody(*refused)
	}
	if keyed {
		s.kept[key] = given
	}
	return given, false
}

func write(w http.ResponseWriter, status int, text []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}

func encode(o object) []byte {
	text, err := json.Marshal(o)
	if err != nil {
		panic(err) // objects hold what JSON can say
	}
	return text
}

func errorBody(r refusal) object {
	e := object{"type": r.kind, "message": r.message}
	if r.code != "" {
		e["code"] = r.code
	}
	if r.paymentIntent != nil {
		e["payment_intent"] = r.paymentIntent
	}
	return object{"error": e}
}

// make stores a new object; its id begins with prefix.
func (s *Server) make(prefix, kind string, fields object) object {
	s.next++
	o := object{"id": fmt.Sprintf("%s_%04d", prefix, s.next), "object": kind, "created": city.SystemClock{}.Now().Unix(), "livemode": false}
	maps.Copy(o, fields)
	id, _ := o["id"].(string)
	s.objects[id] = o
	s.order = append(s.order, id)
	return o
}

// list returns the objects of a kind for which fits says so, newest first.
func (s *Server) list(kind string, limit int, fits func(o object) bool) object {
	found := []any{}
	for i := len(s.order) - 1; i >= 0 && len(found) < limit; i-- {
		if o := s.objects[s.order[i]]; o["object"] == kind && fits(o) {
			found = append(found, o)
		}
	}
	return object{"object": "list", "data": found, "has_more": false}
}
