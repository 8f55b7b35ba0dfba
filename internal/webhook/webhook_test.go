package webhook_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/seal"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
	"aicity.dev/aicity/internal/webhook"
)

type bundle struct {
	db     *store.DB
	queue  *jobs.Queue
	events *event.Log
	hooks  *webhook.Service
}

func setup(t *testing.T, db *store.DB, allowPrivate bool) bundle {
	t.Helper()
	box, err := seal.Load(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.DiscardHandler)
	b := bundle{db: db, queue: jobs.New(db, logger), events: event.New(db)}
	b.hooks = webhook.New(webhook.Config{DB: db, Jobs: b.queue, Events: b.events, Sealer: box, AllowPrivate: allowPrivate})
	return b
}

func (b bundle) start(t *testing.T) {
	t.Helper()
	if err := b.queue.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.queue.Stop(context.WithoutCancel(t.Context())) })
}

func (b bundle) emit(t *testing.T, eventType, taskID string, data any) {
	t.Helper()
	err := b.db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		return b.hooks.Emit(ctx, tx, "agt_1", eventType, taskID, data)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// receiver collects requests and answers with the given codes in turn, then 200.
type receiver struct {
	*httptest.Server
	got chan received
}

type received struct {
	header http.Header
	body   []byte
}

func newReceiver(t *testing.T, codes ...int) receiver {
	t.Helper()
	r := receiver{got: make(chan received, 100)}
	var mu sync.Mutex
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		mu.Lock()
		defer mu.Unlock()
		if len(codes) > 0 {
			w.WriteHeader(codes[0])
			codes = codes[1:]
		}
		r.got <- received{req.Header, body}
	}))
	t.Cleanup(r.Close)
	return r
}

func (r receiver) next(t *testing.T) received {
	t.Helper()
	return <-r.got // the test's own time ends this
}

func TestDeliverySignedAndVerified(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b, r := setup(t, db, true), newReceiver(t)
		_, secret, err := b.hooks.Register(t.Context(), "agt_1", webhook.Registration{URL: r.URL, Events: []string{"task_assigned"}})
		if err != nil || !strings.HasPrefix(secret, "whsec_") {
			t.Fatalf("secret %q, %v", secret, err)
		}
		if _, again, err := b.hooks.Register(t.Context(), "agt_1", webhook.Registration{URL: r.URL, Events: []string{"task_assigned"}}); err != nil || again != "" {
			t.Errorf("the secret is shown a second time: %q, %v", again, err)
		}
		b.start(t)
		b.emit(t, "task_completed", "tsk_1", nil) // not asked for
		b.emit(t, "task_assigned", "tsk_1", map[string]string{"id": "tsk_1"})
		got := r.next(t)
		verifier, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		if err := verifier.Verify(got.body, got.header); err != nil {
			t.Errorf("signature: %v", err)
		}
		var message struct {
			ID, Type string
			Data     struct{ ID string }
		}
		if err := json.Unmarshal(got.body, &message); err != nil || message.Type != "task_assigned" || message.Data.ID != "tsk_1" || message.ID != got.header.Get("webhook-id") {
			t.Errorf("body %s, %v", got.body, err)
		}
	})
}

func TestRotatedSecretSignsBeside(t *testing.T) {
	t.Parallel()
	b, r := setup(t, storetest.SQLite(t), true), newReceiver(t)
	_, old, err := b.hooks.Register(t.Context(), "agt_1", webhook.Registration{URL: r.URL})
	if err != nil {
		t.Fatal(err)
	}
	_, fresh, err := b.hooks.RotateSecret(t.Context(), "agt_1")
	if err != nil {
		t.Fatal(err)
	}
	b.start(t)
	if _, err := b.hooks.Test(t.Context(), "agt_1"); err != nil {
		t.Fatal(err)
	}
	got := r.next(t)
	for name, secret := range map[string]string{"old": old, "new": fresh} {
		verifier, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		if err := verifier.Verify(got.body, got.header); err != nil {
			t.Errorf("%s secret: %v", name, err)
		}
	}
}

func TestRetriesUntilItWorks(t *testing.T) {
	t.Parallel()
	b, r := setup(t, storetest.SQLite(t), true), newReceiver(t, 500)
	if _, _, err := b.hooks.Register(t.Context(), "agt_1", webhook.Registration{URL: r.URL}); err != nil {
		t.Fatal(err)
	}
	b.start(t)
	b.emit(t, "task_failed", "tsk_1", nil)
	first, second := r.next(t), r.next(t)
	if first.header.Get("webhook-id") != second.header.Get("webhook-id") || string(first.body) != string(second.body) {
		t.Error("the second attempt is another message")
	}
}

func TestPrivateAddressesAreNeverReached(t *testing.T) {
	t.Parallel()
	b, r := setup(t, storetest.SQLite(t), false), newReceiver(t)
	for _, url := range []string{"http://example.com/", "ftp://example.com/", "https://user:pass@example.com/", "not a url", "https://"} {
		if _, _, err := b.hooks.Register(t.Context(), "agt_1", webhook.Registration{URL: url}); city.CodeOf(err) != city.CodeWebhookURLNotAllowed {
			t.Errorf("%q: %v", url, err)
		}
	}
	// A name may resolve to anything later: the dialer is the wall.
	address := strings.Replace(r.URL, "http://127.0.0.1", "https://localhost", 1)
	if _, _, err := b.hooks.Register(t.Context(), "agt_1", webhook.Registration{URL: address}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.hooks.Register(t.Context(), "agt_2", webhook.Registration{URL: "https://nobody.invalid/"}); err != nil {
		t.Fatal(err)
	}
	b.start(t)
	private, unknown := b.failure(t, "agt_1"), b.failure(t, "agt_2")
	// Which names exist inside is not for an agent to find out.
	if private != unknown || !strings.Contains(private, "no public address") {
		t.Errorf("a private name fails with %q, an unknown one with %q", private, unknown)
	}
	if len(r.got) != 0 {
		t.Error("a loopback address was reached")
	}
}

// failure is what an agent reads about the first attempt of a test message.
func (b bundle) failure(t *testing.T, agentID string) string {
	t.Helper()
	d, err := b.hooks.Test(t.Context(), agentID)
	if err != nil {
		t.Fatal(err)
	}
	for { // the test's own time ends this
		list, err := b.hooks.Deliveries(t.Context(), agentID, "", 10)
		if err != nil || len(list) != 1 || list[0].ID != d.ID {
			t.Fatalf("deliveries %+v, %v", list, err)
		}
		if list[0].Attempts > 0 {
			return list[0].Error
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestUnknownAgentsAndEvents(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db, true)
		ctx := t.Context()
		if _, err := b.hooks.Get(ctx, "agt_1"); city.CodeOf(err) != city.CodeWebhookNotFound {
			t.Errorf("get: %v", err)
		}
		if _, err := b.hooks.Test(ctx, "agt_1"); city.CodeOf(err) != city.CodeWebhookNotFound {
			t.Errorf("test: %v", err)
		}
		if _, _, err := b.hooks.Register(ctx, "agt_1", webhook.Registration{URL: "https://x.example", Events: []string{"nonsense"}}); city.CodeOf(err) != city.CodeValidation {
			t.Errorf("unknown event: %v", err)
		}
		if _, _, err := b.hooks.Register(ctx, "agt_1", webhook.Registration{URL: "https://x.example"}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.hooks.Redeliver(ctx, "agt_1", city.NewID(city.PrefixEvent)); city.CodeOf(err) != city.CodeDeliveryNotFound {
			t.Errorf("redeliver nothing: %v", err)
		}
		b.emit(t, "task_failed", "tsk_1", nil)
		if err := b.hooks.Delete(ctx, "agt_1"); err != nil {
			t.Fatal(err)
		}
		if _, err := b.hooks.Get(ctx, "agt_1"); city.CodeOf(err) != city.CodeWebhookNotFound {
			t.Errorf("after delete: %v", err)
		}
	})
}

// An endpoint can be told everything that has a name.
func TestEventsAreWhole(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile(filepath.Join("..", "event", "type.go"))
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, match := range regexp.MustCompile(`Notice\w+ += "([a-z_]+)"`).FindAllStringSubmatch(string(source), -1) {
		named = append(named, match[1])
	}
	if !slices.Equal(named, webhook.Events()) {
		t.Errorf("event names %q, an endpoint can be told %q", named, webhook.Events())
	}
}
