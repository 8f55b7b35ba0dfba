package sandbox_test

import (
	"bytes"
	"log/slog"
	"testing"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	"aicity.dev/aicity/internal/sandbox/source"
	"aicity.dev/aicity/internal/store/storetest"
)

// BenchmarkBare is the raw limit: start a sandbox and run one program in it.
func BenchmarkBare(b *testing.B) {
	backend := sandboxtest.Backend(b)
	for b.Loop() {
		id := city.NewID(city.PrefixSandbox)
		spec := sandbox.Spec{ID: id, Dir: b.TempDir(), Workspace: b.TempDir(), Baseline: b.TempDir(), Limits: sandbox.DefaultLimits()}
		if err := backend.Create(b.Context(), spec); err != nil {
			b.Fatal(err)
		}
		var out bytes.Buffer
		if _, err := backend.Exec(b.Context(), id, sandbox.Command{Argv: []string{"true"}, Dir: "/"}, &out, &out); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := backend.Destroy(b.Context(), id); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// BenchmarkProvision clones a small repository over HTTP beside it, and asks
// the service for the same.
func BenchmarkProvision(b *testing.B) {
	s, err := sandbox.New(sandbox.Config{
		DB: storetest.SQLite(b), Backend: sandboxtest.Backend(b), Fetcher: &source.Fetcher{Limits: source.DefaultLimits(), AllowPrivate: true},
		Dir: sandboxtest.Dir(b), Node: "here", Limits: sandbox.DefaultLimits(), Max: 1, Life: time.Hour, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := s.Close(b.Context()); err != nil {
			b.Error(err)
		}
	}()
	if err := s.Available(b.Context()); err != nil {
		b.Fatal(err)
	}
	repo := smallRepository(b)
	for b.Loop() {
		task := city.NewID(city.PrefixTask)
		if _, err := s.Provision(b.Context(), task, sandbox.Source{Repo: source.Repo{URL: repo}}); err != nil {
			b.Fatal(err)
		}
		if _, err := s.Exec(b.Context(), task, sandbox.Request{Argv: []string{"true"}}); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := s.Destroy(b.Context(), task); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
