package account_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/account"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// cheap keeps tests quick; the work is the same kind.
var cheap = account.Hashing{MemoryKiB: 64, Passes: 1, Threads: 1, Concurrent: 4}

// bundle is a service on a database of its own.
type bundle struct {
	*account.Service
	db     *store.DB
	events *event.Log
	clock  *storetest.Clock
	logs   *bytes.Buffer
}

// each runs f with a service on both engines.
func each(t *testing.T, f func(t *testing.T, b bundle), change ...func(*account.Config)) {
	t.Helper()
	storetest.EachWithClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		f(t, setup(t, clock, db, change...))
	})
}

func setup(t testing.TB, clock *storetest.Clock, db *store.DB, change ...func(*account.Config)) bundle {
	t.Helper()
	logs := &bytes.Buffer{}
	logger := slog.New(slog.NewTextHandler(logs, nil))
	events := event.New(db)
	cfg := account.Config{DB: db, Events: events, Jobs: jobs.New(db, logger), Logger: logger, Hashing: cheap}
	for _, f := range change {
		f(&cfg)
	}
	s, err := account.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return bundle{Service: s, db: db, events: events, clock: clock, logs: logs}
}

const password = "correct horse"

func (b bundle) signUp(t *testing.T, email string) (account.Owner, account.Session) {
	t.Helper()
	owner, session, err := b.SignUp(t.Context(), account.SignUp{Name: "Ann", Email: email, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	return owner, session
}

func (b bundle) eventTypes(t *testing.T, subject string) string {
	t.Helper()
	list, err := b.events.List(t.Context(), b.db.Read(), subject, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, e := range list {
		types = append(types, string(e.Type))
	}
	return strings.Join(types, " ")
}

func count(t *testing.T, db *store.DB, query string, args ...any) int {
	t.Helper()
	var n int
	if err := db.Read().QueryRow(context.WithoutCancel(t.Context()), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
