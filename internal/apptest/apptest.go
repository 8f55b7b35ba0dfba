// Package apptest starts a whole city in one call, for tests.
package apptest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"aicity.dev/aicity/internal/account"
	"aicity.dev/aicity/internal/app"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/config"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	"aicity.dev/aicity/internal/store/storetest"
	aicity "aicity.dev/aicity/sdk/go"
)

// Server is a running city.
type Server struct {
	URL  string
	Data string // the folder that it keeps its files in
	App  *app.App
}

// Option changes the configuration before the start.
type Option func(*config.Config)

// Postgres runs the city on a PostgreSQL database of its own.
func Postgres(t testing.TB) Option {
	t.Helper()
	url := storetest.PostgresURL(t)
	return func(c *config.Config) { c.DatabaseURL = url }
}

// RefundWindow shortens the refund window.
func RefundWindow(d time.Duration) Option { return func(c *config.Config) { c.RefundWindow = d } }

// ArchiveQuota changes how much an owner may keep, in MiB.
func ArchiveQuota(mib int64) Option { return func(c *config.Config) { c.ArchiveQuotaMB = mib } }

// Start starts a city on SQLite that lives as long as the test. Private
// repositories and webhooks are allowed, seed agents are off.
func Start(t testing.TB, opts ...Option) *Server {
	t.Helper()
	sandboxtest.Runner(t)
	cfg := Config(sandboxtest.Dir(t))
	for _, opt := range opts {
		opt(&cfg)
	}
	return startAt(t, cfg, nil)
}

// EachAt runs f on a city on each engine whose time is a clock's.
func EachAt(t *testing.T, f func(t *testing.T, s *Server, clock *storetest.Clock), opts ...Option) {
	t.Helper()
	sandboxtest.Runner(t)
	at := func(t *testing.T, opts ...Option) {
		cfg, clock := Config(sandboxtest.Dir(t)), storetest.NewClock()
		clock.Advance(time.Since(clock.Now())) // jobs run by the real time
		for _, opt := range opts {
			opt(&cfg)
		}
		f(t, startAt(t, cfg, clock), clock)
	}
	OnEach(t, at, opts...)
}

func startAt(t testing.TB, cfg config.Config, clock city.Clock) *Server {
	t.Helper()
	s, err := start(t, cfg, clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.App.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("stop the city: %v", err)
		}
	})
	return s
}

// Each runs f on a city on each engine.
func Each(t *testing.T, f func(t *testing.T, s *Server), opts ...Option) {
	t.Helper()
	OnEach(t, func(t *testing.T, opts ...Option) { f(t, Start(t, opts...)) }, opts...)
}

// OnEach runs f with the options of a city on each engine.
func OnEach(t *testing.T, f func(t *testing.T, opts ...Option), opts ...Option) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, opts...)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(t, append(slices.Clone(opts), Postgres(t))...)
	})
}

// Config is the configuration that Start begins with, with its data in dir.
func Config(dir string) config.Config {
	c := config.Default()
	c.Listen, c.Data, c.Runsc = "127.0.0.1:0", dir, runsc()
	c.AllowPrivateRepos, c.AllowPrivateWebhooks, c.RequestsPerSecond = true, true, 10_000
	c.SeedAgents = false
	// Many cities run at once: each small, with no sandbox before one is asked for.
	c.SandboxMax, c.SandboxQueue, c.SandboxWarmGit = 8, 0, false
	c.SandboxMemoryMB, c.SandboxDiskMB, c.SandboxFiles, c.SandboxLifetime = 512, 256, 50_000, time.Hour
	c.RepoMaxMB, c.RepoMaxFiles = 50, 10_000
	return c
}

// StartWith starts a city with a configuration; the caller stops its App.
func StartWith(t testing.TB, cfg config.Config) *Server {
	t.Helper()
	sandboxtest.Runner(t)
	s, err := start(t, cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func start(t testing.TB, cfg config.Config, clock city.Clock) (*Server, error) {
	t.Helper()
	if cfg.DatabaseURL == "" {
		if err := prepare(t, cfg.Data); err != nil {
			return nil, err
		}
	}
	ctx := t.Context()
	city, err := app.New(ctx, cfg, logger(), app.Options{Clock: clock})
	if err != nil {
		return nil, err
	}
	if err := city.Start(ctx); err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	return &Server{URL: "http://" + city.Address(), Data: cfg.Data, App: city}, nil
}

// prepare puts a migrated database into a folder that has none: the migrations
// would take more time than most tests.
func prepare(t testing.TB, data string) error {
	t.Helper()
	file := filepath.Join(data, app.DatabaseFile)
	if exists(file) {
		return nil
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return err
	}
	storetest.SQLiteFile(t, file)
	return nil
}

// logger shows warnings when a test is looked at closely.
func logger() *slog.Logger {
	out := io.Discard
	if testing.Verbose() {
		out = os.Stderr
	}
	return slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// runsc is the one that make build puts into bin, "" when it was not built. The
// module is looked for above the test's folder: a path that was compiled in
// may be cut.
func runsc() string {
	dir, err := os.Getwd() // a test's own folder; what the compiler knows of it is trimmed
	if err != nil {
		return ""
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if path := filepath.Join(dir, "bin", "runsc"); exists(path) && exists(filepath.Join(dir, "go.mod")) {
			return path
		}
	}
	return ""
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Person is an owner who is signed in.
type Person struct {
	*aicity.Client
	ID, Email, Password, Token string
}

// SignUp makes an owner.
func (s *Server) SignUp(t testing.TB, name string) *Person {
	t.Helper()
	p := &Person{Email: name + "-" + city.NewID("x") + "@people.example", Password: "correct horse battery"}
	session, err := aicity.New(aicity.Options{BaseURL: s.URL}).Auth.SignUp(t.Context(), aicity.SignUp{Name: name, Email: p.Email, Password: p.Password})
	if err != nil {
		t.Fatal(err)
	}
	p.ID, p.Token = session.Owner.ID, session.Token
	p.Client = aicity.New(aicity.Options{BaseURL: s.URL, OwnerToken: session.Token})
	return p
}

// Operator makes an owner who runs the city.
func (s *Server) Operator(t testing.TB) *Person {
	t.Helper()
	p := &Person{Email: "operator-" + city.NewID("x") + "@people.example", Password: "correct horse battery"}
	if _, err := s.App.Accounts.CreateOperator(t.Context(), account.SignUp{Name: "Operator", Email: p.Email, Password: p.Password}); err != nil {
		t.Fatal(err)
	}
	session, err := aicity.New(aicity.Options{BaseURL: s.URL}).Auth.SignIn(t.Context(), p.Email, p.Password)
	if err != nil {
		t.Fatal(err)
	}
	p.ID, p.Token = session.Owner.ID, session.Token
	p.Client = aicity.New(aicity.Options{BaseURL: s.URL, OwnerToken: session.Token})
	return p
}

// Buyer makes an owner with credits.
func (s *Server) Buyer(t testing.TB, cents int64) *Person {
	t.Helper()
	p := s.SignUp(t, "buyer")
	if _, err := p.Vault.TopUp(t.Context(), cents); err != nil {
		t.Fatal(err)
	}
	return p
}

// Worker is an agent with its key.
type Worker struct {
	*aicity.Client
	ID, Key string
	Owner   *Person
}

// Agent makes an owner with an agent that takes the categories for $3.00.
func (s *Server) Agent(t testing.TB, categories ...string) *Worker {
	t.Helper()
	owner := s.SignUp(t, "owner")
	in := aicity.RegisterAgent{
		DisplayName: "Worker", Framework: "custom", Model: "claude-sonnet-4-6", Pricing: aicity.PerTask(300), MaxConcurrentTasks: 100,
	}
	for _, c := range categories {
		in.Capabilities = append(in.Capabilities, aicity.Capability{Category: c, Tags: []string{"go"}})
	}
	registered, err := owner.Agents.Register(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return &Worker{
		Client: aicity.New(aicity.Options{BaseURL: s.URL, APIKey: registered.APIKey}), ID: registered.Agent.ID, Key: registered.APIKey, Owner: owner,
	}
}

// SignIn signs an owner in again.
func (s *Server) SignIn(t testing.TB, email, password string) (*aicity.Client, error) {
	t.Helper()
	session, err := aicity.New(aicity.Options{BaseURL: s.URL}).Auth.SignIn(t.Context(), email, password)
	if err != nil {
		return nil, err
	}
	return aicity.New(aicity.Options{BaseURL: s.URL, OwnerToken: session.Token}), nil
}
