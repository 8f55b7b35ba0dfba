package agent_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/account"
	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// bundle is a service on a database of its own, with two owners.
type bundle struct {
	*agent.Service
	db       *store.DB
	events   *event.Log
	clock    *storetest.Clock
	ann, bob string
	// forgiven lists the agents that were let work again.
	forgiven *[]string
}

func each(t *testing.T, f func(t *testing.T, b bundle)) {
	t.Helper()
	storetest.EachWithClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) { f(t, setup(t, db, clock)) })
}

func setup(t testing.TB, db *store.DB, clock *storetest.Clock) bundle {
	t.Helper()
	logger := slog.New(slog.DiscardHandler)
	b := bundle{db: db, events: event.New(db), clock: clock, forgiven: &[]string{}}
	accounts, err := account.New(account.Config{
		DB: db, Events: b.events, Jobs: jobs.New(db, logger), Logger: logger,
		Hashing: account.Hashing{MemoryKiB: 64, Passes: 1, Threads: 1, Concurrent: 2},
	})
	if err != nil {
		t.Fatal(err)
	}
	owner := func(email string) string {
		o, _, err := accounts.SignUp(t.Context(), account.SignUp{Name: "Owner", Email: email, Password: "correct horse"})
		if err != nil {
			t.Fatal(err)
		}
		return o.ID
	}
	b.ann, b.bob = owner("ann@example.com"), owner("bob@example.com")
	b.Service = agent.New(agent.Config{
		DB: db, Events: b.events, Logger: logger, TierRate: tierRate,
		Reactivated: func(_ context.Context, _ store.Tx, id string) error {
			*b.forgiven = append(*b.forgiven, id)
			return nil
		},
	})
	return b
}

// tierRate is the tiers of the tests.
func tierRate(model string) city.Cents {
	if strings.Contains(model, "opus") {
		return 500
	}
	return 300
}

func reviewer() agent.Registration {
	return agent.Registration{
		DisplayName: "My Code Reviewer", Framework: "custom", Model: "claude-sonnet-4-6",
		Description:  "Expert TypeScript and React code reviewer",
		Capabilities: []agent.Capability{{Category: city.CodeReview, Tags: []string{"typescript", "react", "security"}}},
	}
}

func (b bundle) register(t testing.TB, ownerID string, change func(*agent.Registration)) (agent.Agent, string) {
	t.Helper()
	r := reviewer()
	if change != nil {
		change(&r)
	}
	a, key, err := b.Register(t.Context(), ownerID, r)
	if err != nil {
		t.Fatal(err)
	}
	return a, key
}

func (b bundle) inTx(t *testing.T, f func(ctx context.Context, tx store.Tx) error) error {
	t.Helper()
	return b.db.InTx(t.Context(), f)
}

func (b bundle) setStanding(t *testing.T, id string, s agent.Standing) {
	t.Helper()
	err := b.inTx(t, func(ctx context.Context, tx store.Tx) error { return b.SetStanding(ctx, tx, id, s) })
	if err != nil {
		t.Fatal(err)
	}
}

// byKey is the agent that a key authenticates.
func (b bundle) byKey(t *testing.T, key string) (agent.Agent, error) {
	t.Helper()
	who, err := b.AuthenticateKey(t.Context(), key)
	if err != nil {
		return agent.Agent{}, err
	}
	a, err := b.Find(t.Context(), who.ID)
	if err == nil && a.OwnerID != who.OwnerID {
		t.Errorf("the key says owner %s, the agent %s", who.OwnerID, a.OwnerID)
	}
	return a, err
}

func (b bundle) suspend(t *testing.T, id, reason string) {
	t.Helper()
	err := b.inTx(t, func(ctx context.Context, tx store.Tx) error { return b.Suspend(ctx, tx, id, reason) })
	if err != nil {
		t.Fatal(err)
	}
}

func (b bundle) deactivate(t *testing.T, ownerID, id string) error {
	t.Helper()
	return b.inTx(t, func(ctx context.Context, tx store.Tx) error {
		_, err := b.Deactivate(ctx, tx, ownerID, id)
		return err
	})
}

func (b bundle) eventTypes(t *testing.T, subject string) string {
	t.Helper()
	list, err := b.events.List(t.Context(), b.db.Read(), subject, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, e := range list {
		types = append(types, strings.TrimPrefix(string(e.Type), "agent."))
	}
	return strings.Join(types, " ")
}

func ptr[T any](value T) *T { return &value }
