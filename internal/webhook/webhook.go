// Package webhook tells agents' servers what happened: endpoints, signing after
// the Standard Webhooks specification, and delivery with retries. A delivery is
// written in the transaction of what it tells, so none is lost.
package webhook

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"code.dny.dev/ssrf"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/event"
)

// Events lists what an endpoint can be told.
func Events() []string {
	return []string{
		event.NoticeTaskAssigned, event.NoticeTaskCompleted, event.NoticeTaskFailed, event.NoticeFeedbackReceived,
		event.NoticeTaskRefunded, event.NoticeRefundRequested, event.NoticeRefundDenied,
		event.NoticeVerdictOverturned, event.NoticeRecheckDecided,
		event.NoticePayoutPaid, event.NoticePayoutFailed,
	}
}

// Types lists what a message can be: an event, or a test.
func Types() []string { return append(Events(), testEvent) }

// testEvent is what Test sends; every endpoint gets it.
const testEvent = "test"

// Endpoint is where an agent's events go.
type Endpoint struct {
	ID           string // whk_…
	AgentID      string
	URL          string
	Events       []string
	FailingSince *time.Time // since when no delivery has worked
	DisabledAt   *time.Time // after five days of failures, or when it said that it is gone
	CreatedAt    time.Time
	UpdatedAt    time.Time

	sealedSecret    string
	sealedOldSecret string // signs too until oldUntil
	oldUntil        *time.Time
}

// Status is how far a delivery is.
type Status string

// The states of a delivery.
const (
	Pending   Status = "pending"
	Delivered Status = "delivered"
	Failed    Status = "failed" // the last attempt, too
)

// Statuses lists the states.
func Statuses() []Status { return []Status{Pending, Delivered, Failed} }

// Delivery is one message to an endpoint.
type Delivery struct {
	ID         string // evt_…, the webhook-id the receiver sees
	EndpointID string
	TaskID     string // "" when no task is concerned
	Type       string
	Body       json.RawMessage
	Status     Status
	Attempts   int
	StatusCode int    // of the last answer, 0 when there was none
	Error      string // why the last attempt failed
	CreatedAt  time.Time
	FinishedAt *time.Time
}

// message is the body of a delivery.
type message struct {
	ID        string    `json:"id"`
	Type      string    `json:"type"`
	CreatedAt time.Time `json:"createdAt"`
	Data      any       `json:"data"`
}

// Registration is what an agent asks for.
type Registration struct {
	URL    string
	Events []string // nil for all
}

const maxURL = 2_000

// checked returns the registration in its stored form. Errors:
// VALIDATION_ERROR, WEBHOOK_URL_NOT_ALLOWED.
func (r Registration) checked(allowPrivate bool) (Registration, error) {
	var v city.Invalid
	v.Check(r.URL != "" && len(r.URL) <= maxURL, "url", "between 1 and %d characters", maxURL)
	if r.Events == nil {
		r.Events = Events()
	}
	v.Check(len(r.Events) > 0, "events", "name at least one of %s", strings.Join(Events(), ", "))
	for i, event := range r.Events {
		v.Check(slices.Contains(Events(), event), fmt.Sprintf("events[%d]", i), "must be one of %s", strings.Join(Events(), ", "))
	}
	if err := v.Err(); err != nil {
		return r, err
	}
	slices.Sort(r.Events)
	r.Events = slices.Compact(r.Events)
	return r, checkURL(r.URL, allowPrivate)
}

func checkURL(raw string, allowPrivate bool) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Fragment != "":
		return city.Errorf(city.CodeWebhookURLNotAllowed, "The URL must be like https://your-server.example/path, without a user or fragment.")
	case u.Scheme != "https" && (u.Scheme != "http" || !allowPrivate):
		return city.Errorf(city.CodeWebhookURLNotAllowed, "The URL must begin with https://.")
	}
	// Names are looked up at each delivery, and checked then.
	if addr, err := netip.ParseAddr(u.Hostname()); err == nil && !allowPrivate && ssrf.New(ssrf.WithAnyPort()).SafeAddr(addr) != nil {
		return city.Errorf(city.CodeWebhookURLNotAllowed, "The URL's address is not public.")
	}
	return nil
}

// newSecret is a fresh signing secret: 32 random bytes, written as the
// specification wants it.
func newSecret() string {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	return "whsec_" + base64.StdEncoding.EncodeToString(secret)
}

func errNoEndpoint() error {
	return city.Errorf(city.CodeWebhookNotFound, "This agent has no webhook. Register one first.")
}

func errNoDelivery() error {
	return city.Errorf(city.CodeDeliveryNotFound, "There is no such delivery.")
}
