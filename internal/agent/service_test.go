package agent_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/credential"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

func TestAuthenticateKeyRefuses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		_, key := b.register(t, b.ann, nil)
		for name, bad := range map[string]string{
			"empty":       "",
			"junk":        "hello",
			"huge":        strings.Repeat("x", 1<<16),
			"unknown":     credential.New(credential.AgentKey).Value,
			"owner token": credential.New(credential.OwnerToken).Value,
			"short":       key[:len(key)-1],
			"long":        key + "0",
			"upper case":  strings.ToUpper(key),
		} {
			_, err := b.AuthenticateKey(t.Context(), bad)
			citytest.WantCode(t, name, err, city.CodeUnauthorized)
		}
	})
}

func TestRotateKey(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		a, old := b.register(t, b.ann, nil)
		_, _, err := b.RotateKey(t.Context(), b.bob, a.ID)
		citytest.WantCode(t, "another owner", err, city.CodeAgentNotFound)
		if _, err := b.AuthenticateKey(t.Context(), old); err != nil {
			t.Fatalf("a refused rotation ended the key: %v", err)
		}
		rotated, fresh, err := b.RotateKey(t.Context(), b.ann, a.ID)
		if err != nil || rotated.KeyPrefix == a.KeyPrefix || !strings.HasPrefix(fresh, rotated.KeyPrefix) {
			t.Fatalf("%+v, %v", rotated, err)
		}
		_, err = b.AuthenticateKey(t.Context(), old)
		citytest.WantCode(t, "the old key", err, city.CodeUnauthorized)
		if got, err := b.AuthenticateKey(t.Context(), fresh); err != nil || got.ID != a.ID {
			t.Errorf("the new key: %+v, %v", got, err)
		}
		if got := b.eventTypes(t, a.ID); got != "registered key_rotated" {
			t.Errorf("events: %s", got)
		}
	})
}

// Owner-only calls answer alike for other people's agents and for none.
func TestOtherOwnersAgentIsNotFound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		a, _ := b.register(t, b.ann, nil)
		calls := map[string]func(id string) error{
			"find":       func(id string) error { _, err := b.FindOwned(t.Context(), b.bob, id); return err },
			"update":     func(id string) error { _, err := b.UpdateOwned(t.Context(), b.bob, id, agent.Patch{}); return err },
			"rotate":     func(id string) error { _, _, err := b.RotateKey(t.Context(), b.bob, id); return err },
			"deactivate": func(id string) error { return b.deactivate(t, b.bob, id) },
			"reactivate": func(id string) error { _, err := b.Reactivate(t.Context(), b.bob, id); return err },
		}
		for name, call := range calls {
			texts := map[string]bool{}
			for _, id := range []string{a.ID, city.NewID(city.PrefixAgent), "agt_\x00", "", b.bob} {
				err := call(id)
				citytest.WantCode(t, name+" "+id, err, city.CodeAgentNotFound)
				texts[fmt.Sprint(err)] = true
			}
			if len(texts) != 1 {
				t.Errorf("%s: the answers differ: %v", name, texts)
			}
		}
		if _, err := b.UpdateOwned(t.Context(), b.ann, a.ID, agent.Patch{Description: ptr("mine")}); err != nil {
			t.Errorf("the owner: %v", err)
		}
	})
}

func TestPublicProfile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		a, key := b.register(t, b.ann, nil)
		b.suspend(t, a.ID, "secret reason")
		p, err := b.Get(t.Context(), a.ID)
		if err != nil || p.ID != a.ID || p.Rate != 300 || p.Score != 500 || p.Status != agent.Suspended {
			t.Errorf("%+v, %v", p, err)
		}
		text := fmt.Sprintf("%+v", p)
		for what, hidden := range map[string]string{
			"owner": b.ann, "owner's address": "ann@example.com", "key": key, "key prefix": a.KeyPrefix, "reason": "secret reason",
		} {
			if strings.Contains(text, hidden) {
				t.Errorf("the public profile shows the %s: %s", what, text)
			}
		}
		// New fields of an agent become public only on purpose.
		var names []string
		for field := range reflect.TypeFor[agent.Profile]().Fields() {
			names = append(names, field.Name)
		}
		want := []string{"ID", "DisplayName", "Framework", "Model", "Description", "Capabilities", "Pricing", "Rate",
			"MaxConcurrentTasks", "Availability", "Status", "Score", "Confidence", "Completed", "Failed", "LastSeenAt", "CreatedAt"}
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("public fields (-want +got):\n%s", diff)
		}
		for _, id := range []string{"", "junk", "agt_\x00", city.NewID(city.PrefixAgent)} {
			_, err := b.Get(t.Context(), id)
			citytest.WantCode(t, id, err, city.CodeAgentNotFound)
		}
	})
}

func TestOnlyAgentOf(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		_, err := b.OnlyAgentOf(t.Context(), b.ann)
		citytest.WantCode(t, "none", err, city.CodeAgentRequired)
		one, _ := b.register(t, b.ann, nil)
		b.register(t, b.bob, nil)
		if got, err := b.OnlyAgentOf(t.Context(), b.ann); err != nil || got.ID != one.ID {
			t.Errorf("one: %+v, %v", got, err)
		}
		two, _ := b.register(t, b.ann, nil)
		_, err = b.OnlyAgentOf(t.Context(), b.ann)
		citytest.WantCode(t, "two", err, city.CodeAgentRequired)
		var e *city.Error
		if !errors.As(err, &e) || !reflect.DeepEqual(e.Details["agentIds"], []string{two.ID, one.ID}) {
			t.Errorf("details: %+v", e)
		}
		for _, left := range []struct{ deactivate, want string }{{one.ID, two.ID}, {two.ID, ""}} {
			if err := b.deactivate(t, b.ann, left.deactivate); err != nil {
				t.Fatal(err)
			}
			got, err := b.OnlyAgentOf(t.Context(), b.ann)
			if left.want == "" {
				citytest.WantCode(t, "two, both deactivated", err, city.CodeAgentRequired)
			} else if err != nil || got.ID != left.want {
				t.Errorf("one in use: %s, %v", got.ID, err)
			}
		}
	})
}

func TestStatus(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		a, key := b.register(t, b.ann, nil)
		status := func(want agent.Status, reason string) {
			t.Helper()
			got, err := b.byKey(t, key)
			if err != nil || got.Status != want || got.StatusReason != reason || got.Active() != (want == agent.Active) {
				t.Errorf("status %s %q, %v; want %s %q", got.Status, got.StatusReason, err, want, reason)
			}
		}
		b.setStanding(t, a.ID, agent.Standing{Score: 400, Confidence: 6, Failed: 3, ConsecutiveFailures: 3})
		b.suspend(t, a.ID, "Three tasks in a row failed.")
		b.suspend(t, a.ID, "Again.")
		status(agent.Suspended, "Three tasks in a row failed.")
		for range 2 {
			if _, err := b.Reactivate(t.Context(), b.ann, a.ID); err != nil {
				t.Fatal(err)
			}
		}
		status(agent.Active, "")
		got, _ := b.Find(t.Context(), a.ID)
		if want := (agent.Standing{Score: 400, Confidence: 6, Failed: 3}); got.Standing != want {
			t.Errorf("standing after reactivation %+v, want %+v", got.Standing, want)
		}
		if want := []string{a.ID}; !slices.Equal(*b.forgiven, want) {
			t.Errorf("told of reactivation: %v, want %v", *b.forgiven, want)
		}
		for range 2 {
			if err := b.deactivate(t, b.ann, a.ID); err != nil {
				t.Fatal(err)
			}
		}
		b.suspend(t, a.ID, "Too late.")
		status(agent.Deactivated, "")
		if _, err := b.Reactivate(t.Context(), b.ann, a.ID); err != nil {
			t.Fatal(err)
		}
		status(agent.Active, "")
		if got := b.eventTypes(t, a.ID); got != "registered suspended reactivated deactivated reactivated" {
			t.Errorf("events: %s", got)
		}
	})
}

func TestReactivationIsOneTransaction(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		a, _ := b.register(t, b.ann, nil)
		b.suspend(t, a.ID, "x")
		refused := errors.New("refused")
		failing := agent.New(agent.Config{DB: b.db, Events: b.events, TierRate: tierRate,
			Reactivated: func(context.Context, store.Tx, string) error { return refused }})
		if _, err := failing.Reactivate(t.Context(), b.ann, a.ID); !errors.Is(err, refused) {
			t.Errorf("got %v", err)
		}
		if got, _ := b.Find(t.Context(), a.ID); got.Active() {
			t.Error("half of a refused reactivation stayed")
		}
	})
}

func TestSetStanding(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		a, _ := b.register(t, b.ann, nil)
		want := agent.Standing{Score: 900, Confidence: 100, Completed: 60, Failed: 2, ConsecutiveFailures: 1}
		b.setStanding(t, a.ID, want)
		if got, _ := b.Find(t.Context(), a.ID); got.Standing != want {
			t.Errorf("got %+v, want %+v", got.Standing, want)
		}
		for name, bad := range map[string]agent.Standing{
			"score": {Score: 1001}, "negative score": {Score: -1}, "confidence": {Confidence: 101}, "count": {Failed: -1},
		} {
			err := b.inTx(t, func(ctx context.Context, tx store.Tx) error { return b.SetStanding(ctx, tx, a.ID, bad) })
			if err == nil {
				t.Errorf("%s out of range was stored", name)
			}
		}
		err := b.inTx(t, func(ctx context.Context, tx store.Tx) error {
			return b.SetStanding(ctx, tx, city.NewID(city.PrefixAgent), want)
		})
		citytest.WantCode(t, "no such agent", err, city.CodeAgentNotFound)
		err = b.inTx(t, func(ctx context.Context, tx store.Tx) error {
			return b.Suspend(ctx, tx, city.NewID(city.PrefixAgent), "x")
		})
		citytest.WantCode(t, "suspend no such agent", err, city.CodeAgentNotFound)
	})
}

func TestCandidates(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		with := func(category city.Category) agent.Agent {
			a, _ := b.register(t, b.ann, func(r *agent.Registration) {
				r.Capabilities = []agent.Capability{{Category: category, Tags: []string{"general"}}}
			})
			return a
		}
		set := func(a agent.Agent, availability agent.Availability) {
			if _, err := b.Update(t.Context(), a.ID, agent.Patch{Availability: &availability}); err != nil {
				t.Fatal(err)
			}
		}
		fresh, best, busy := with(city.Testing), with(city.Testing), with(city.Testing)
		offline, suspended, deactivated := with(city.Testing), with(city.Testing), with(city.Testing)
		with(city.Design)
		b.setStanding(t, best.ID, agent.Standing{Score: 800})
		set(busy, agent.Busy)
		set(offline, agent.Offline)
		b.suspend(t, suspended.ID, "x")
		if err := b.deactivate(t, b.ann, deactivated.ID); err != nil {
			t.Fatal(err)
		}
		var found []agent.Agent
		err := b.inTx(t, func(ctx context.Context, tx store.Tx) error {
			var err error
			found, err = b.Candidates(ctx, tx, city.Testing)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, a := range found {
			ids = append(ids, a.ID)
			if !a.Accepts(city.Testing) || a.Accepts(city.Design) {
				t.Errorf("capabilities %+v", a.Capabilities)
			}
		}
		if want := []string{best.ID, fresh.ID, busy.ID}; !slices.Equal(ids, want) {
			t.Errorf("candidates %v, want %v", ids, want)
		}
		// A tag is not a category.
		if found, err := b.Candidates(t.Context(), b.db.Read(), city.General); err != nil || len(found) != 0 {
			t.Errorf("found by a tag: %v, %v", found, err)
		}
	})
}

func TestLastSeen(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		a, key := b.register(t, b.ann, nil)
		for range 3 {
			if got, err := b.byKey(t, key); err != nil || got.LastSeenAt != nil {
				t.Fatalf("written during authentication: %v, %v", got.LastSeenAt, err)
			}
		}
		seen := b.clock.Now()
		b.clock.Advance(time.Minute)
		if err := b.FlushUses(t.Context()); err != nil {
			t.Fatal(err)
		}
		if p, err := b.Get(t.Context(), a.ID); err != nil || p.LastSeenAt == nil || !p.LastSeenAt.Equal(seen) {
			t.Errorf("last seen %v, want %v, %v", p.LastSeenAt, seen, err)
		}
	})
}

// Changes to different fields at the same time must not undo each other.
func TestConcurrentUpdates(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		a, _ := b.register(t, b.ann, nil)
		patches := []agent.Patch{
			{DisplayName: ptr("New name")}, {Description: ptr("New description")}, {Availability: ptr(agent.Busy)},
			{MaxConcurrentTasks: ptr(50)}, {Pricing: &agent.Pricing{BaseRate: 777}},
		}
		var wg sync.WaitGroup
		for _, p := range patches {
			wg.Go(func() {
				if _, err := b.Update(t.Context(), a.ID, p); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		got, _ := b.Find(t.Context(), a.ID)
		if got.DisplayName != "New name" || got.Description != "New description" || got.Availability != agent.Busy ||
			got.MaxConcurrentTasks != 50 || got.Rate() != 777 {
			t.Errorf("a change was lost: %+v", got)
		}
	})
}

func BenchmarkAuthenticateKey(b *testing.B) {
	for name, db := range map[string]func(testing.TB) *store.DB{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			s := setup(b, db(b), storetest.NewClock())
			_, key := s.register(b, s.ann, nil)
			for b.Loop() {
				if _, err := s.AuthenticateKey(b.Context(), key); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
