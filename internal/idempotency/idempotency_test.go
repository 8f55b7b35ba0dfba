package idempotency_test

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/idempotency"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/seal"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

func service(t *testing.T, db *store.DB) *idempotency.Service {
	t.Helper()
	box, err := seal.Load(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	return idempotency.New(db, jobs.New(db, slog.New(slog.DiscardHandler)), box)
}

func TestRepeatGetsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := service(t, db)
		hash := hashOf("{}")
		begin := func(caller, key, hash string) (*idempotency.Answer, error) {
			return s.Begin(t.Context(), idempotency.Claim{Caller: caller, Key: key, Hash: hash})
		}
		if a, err := begin("own_1", "k", hash); a != nil || err != nil {
			t.Fatalf("first call: %v, %v", a, err)
		}
		if _, err := begin("own_1", "k", hash); city.CodeOf(err) != city.CodeIdempotency {
			t.Errorf("repeat while the first runs: %v", err)
		}
		if _, err := s.End(t.Context(), idempotency.Claim{Caller: "own_1", Key: "k", Hash: "h"}, idempotency.Answer{Status: 201, Body: []byte("secret answer")}); err != nil {
			t.Fatal(err)
		}
		if a, err := begin("own_1", "k", hash); err != nil || a == nil || a.Status != 201 || string(a.Body) != "secret answer" {
			t.Errorf("repeat: %+v, %v", a, err)
		}
		if _, err := begin("own_1", "k", hashOf("[]")); city.CodeOf(err) != city.CodeIdempotency {
			t.Errorf("same key, other body: %v", err)
		}
		if a, err := begin("own_2", "k", hash); a != nil || err != nil {
			t.Errorf("same key of another caller: %v, %v", a, err)
		}
	})
}

func TestAFailedCallMayRunAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := service(t, db)
		for range 2 {
			if a, err := s.Begin(t.Context(), idempotency.Claim{Caller: "own_1", Key: "k", Hash: "h"}); a != nil || err != nil {
				t.Fatalf("%v, %v", a, err)
			}
			if _, err := s.End(t.Context(), idempotency.Claim{Caller: "own_1", Key: "k", Hash: "h"}, idempotency.Answer{Status: 503}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// Of calls that run side by side the one that ends first has the answer of all.
func TestARepeatThatRunsAnew(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := service(t, db)
		anew := idempotency.Claim{Caller: "own_1", Key: "k", Hash: "h", Anew: true}
		for i := range 3 {
			if a, err := s.Begin(t.Context(), anew); a != nil || err != nil {
				t.Fatalf("call %d: %v, %v", i, a, err)
			}
		}
		other := anew
		other.Hash = "another"
		if _, err := s.Begin(t.Context(), other); city.CodeOf(err) != city.CodeIdempotency {
			t.Errorf("same key, other body, while the first runs: %v", err)
		}
		for i, a := range []idempotency.Answer{{Status: 201, Body: []byte("first")}, {Status: 200, Body: []byte("second")}, {Status: 404}} {
			if got, err := s.End(t.Context(), anew, a); err != nil || got.Status != 201 || string(got.Body) != "first" {
				t.Errorf("end of call %d: %d %s, %v", i, got.Status, got.Body, err)
			}
		}
		if got, err := s.End(t.Context(), anew, idempotency.Answer{Status: 503}); err != nil || got.Status != 503 {
			t.Errorf("a call that failed: %d, %v", got.Status, err)
		}
		if a, err := s.Begin(t.Context(), anew); err != nil || a == nil || string(a.Body) != "first" {
			t.Errorf("repeat: %+v, %v", a, err)
		}
	})
}

func hashOf(body string) string {
	h := idempotency.NewHash("POST", "/tasks")
	_, _ = h.Write([]byte(body))
	return h.String()
}

func TestAKeyIsBoundedInCharacters(t *testing.T) {
	t.Parallel()
	longest := idempotency.Claim{Key: strings.Repeat("字", idempotency.MaxKey)}
	if err := longest.Check(); err != nil {
		t.Errorf("the longest key: %v", err)
	}
	if err := (idempotency.Claim{Key: longest.Key + "k"}).Check(); city.CodeOf(err) != city.CodeValidation {
		t.Errorf("a longer one: %v", err)
	}
}
