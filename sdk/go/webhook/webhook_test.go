package webhook_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"testing"
	"time"

	"aicity.dev/aicity/sdk/go/webhook"
	"github.com/google/go-cmp/cmp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const (
	secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	other  = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
	body   = `{"id":"evt_1","type":"task_assigned","createdAt":"2026-01-02T03:04:05Z","data":{"taskId":"tsk_1"}}`
)

func signed(t *testing.T, key, payload string, at time.Time) http.Header {
	t.Helper()
	signer, err := standardwebhooks.NewWebhook(key)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := signer.Sign("evt_1", at, []byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	h := http.Header{}
	h.Set("webhook-id", "evt_1")
	h.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
	h.Set("webhook-signature", signature)
	return h
}

func TestVerify(t *testing.T) {
	t.Parallel()
	now := time.Now()
	both := signed(t, secret, body, now)
	both.Set("webhook-signature", signed(t, other, body, now).Get("webhook-signature")+" "+both.Get("webhook-signature"))
	for name, test := range map[string]struct {
		secret string
		header http.Header
		body   string
		ok     bool
	}{
		"good":           {secret, signed(t, secret, body, now), body, true},
		"one of two":     {secret, both, body, true},
		"other secret":   {secret, signed(t, other, body, now), body, false},
		"changed body":   {secret, signed(t, secret, body, now), body + " ", false},
		"too old":        {secret, signed(t, secret, body, now.Add(-6*time.Minute)), body, false},
		"from tomorrow":  {secret, signed(t, secret, body, now.Add(24*time.Hour)), body, false},
		"no headers":     {secret, http.Header{}, body, false},
		"empty secret":   {"", signed(t, "", body, now), body, false},
		"bare prefix":    {"whsec_", signed(t, "", body, now), body, false},
		"signed, no doc": {secret, signed(t, secret, "hello", now), "hello", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			event, err := webhook.Verify(test.secret, test.header, []byte(test.body))
			if (err == nil) != test.ok {
				t.Fatalf("got %v, want ok %v", err, test.ok)
			}
			if !test.ok {
				return
			}
			want := &webhook.Event{
				ID: "evt_1", Type: "task_assigned", CreatedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
				Data: json.RawMessage(`{"taskId":"tsk_1"}`),
			}
			if diff := cmp.Diff(want, event); diff != "" {
				t.Error(diff)
			}
		})
	}
}
