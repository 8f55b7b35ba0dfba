// Package app builds the city from its configuration, wires everything in one
// place, and starts and stops it in order.
package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"aicity.dev/aicity/internal/account"
	"aicity.dev/aicity/internal/account/mail"
	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/archive"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/config"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/httpapi"
	"aicity.dev/aicity/internal/idempotency"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/payment"
	"aicity.dev/aicity/internal/pricing"
	"aicity.dev/aicity/internal/ratelimit"
	"aicity.dev/aicity/internal/receipt"
	"aicity.dev/aicity/internal/reputation"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/gvisor"
	"aicity.dev/aicity/internal/sandbox/source"
	"aicity.dev/aicity/internal/seal"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/task"
	"aicity.dev/aicity/internal/webhook"
)

// App is a city that can be started.
type App struct {
	cfg    config.Config
	logger *slog.Logger

	DB        *store.DB
	Jobs      *jobs.Queue
	Events    *event.Log
	Ledger    *ledger.Ledger
	Accounts  *account.Service
	Agents    *agent.Service
	Tasks     *task.Service
	Payments  *payment.Service
	Webhooks  *webhook.Service
	Sandboxes *sandbox.Service

	graces  Graces
	rootfs  string          // of the sandboxes; "" is this machine's programs
	backend *gvisor.Backend // runs them

	books    booksMeters
	money    moneyMeters
	handler  http.Handler
	listener net.Listener
	held     *os.File               // keeps other cities out of the data folder
	files    map[string]os.FileInfo // of the data folder, by path: what ready looks for
	server   *http.Server

	// streams ends when the city stops: what waits for events must not wait longer.
	streams     context.Context
	stopStreams context.CancelFunc

	// background is stopped by halt and waited for at the end.
	background background
	halt       context.CancelFunc
	patience   time.Duration // Options.Patience
}

// Options are what tests and the demo set beside the configuration.
type Options struct {
	Clock    city.Clock // nil is the system's
	Graces   Graces
	Patience time.Duration // with whatever Stop waits for; 0 is the default
}

// OpenDB opens and migrates the database of a configuration.
func OpenDB(ctx context.Context, cfg config.Config, clock city.Clock) (*store.DB, error) {
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	db, err := store.Open(ctx, store.Options{URL: cfg.DatabaseURL, Path: filepath.Join(cfg.Data, DatabaseFile), Clock: clock, MaxConns: pgConns})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(db.Migrate(ctx), jobs.Migrate(ctx, db)); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// DatabaseFile is the embedded database in the data folder.
const DatabaseFile = "city.db"

// pgConns is enough for the jobs and the requests of one node.
const pgConns = 40

// New takes the address, opens the database and builds the city. Nothing runs until
// Start; who connects before waits for it.
func New(ctx context.Context, cfg config.Config, logger *slog.Logger, opts Options) (*App, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	listener, err := listen(ctx, &cfg)
	if err != nil {
		return nil, err
	}
	held, err := hold(cfg.Data)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	db, err := OpenDB(ctx, cfg, opts.Clock)
	if err != nil {
		return nil, errors.Join(err, held.Close(), listener.Close())
	}
	a := &App{cfg: cfg, logger: logger, graces: opts.Graces, patience: cmp.Or(opts.Patience, stopPatience), listener: listener, held: held, DB: db, books: newBooksMeters(), money: newMoneyMeters()}
	a.streams, a.stopStreams = context.WithCancel(context.WithoutCancel(ctx))
	err = errors.Join(a.remember(), a.build())
	if err == nil && !cfg.Stripe.AcceptTest {
		err = a.Payments.CheckTestMoney(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close(), held.Close(), listener.Close())
	}
	return a, nil
}

// listen takes the address. Whoever asked for any free port gets to know which: the
// city's own links and receipts name it.
func listen(ctx context.Context, cfg *config.Config) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", cfg.Listen, err)
	}
	host, _, asked := net.SplitHostPort(cfg.Listen)
	_, port, got := net.SplitHostPort(listener.Addr().String())
	if err := errors.Join(asked, got); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	cfg.Listen = net.JoinHostPort(host, port)
	return listener, nil
}

// build makes the services, those first that others stand on.
func (a *App) build() error {
	box, err := seal.Load(filepath.Join(a.cfg.Data, "instance.key"))
	if err != nil {
		return err
	}
	prices, err := pricing.LoadTable(a.cfg.Models)
	if err != nil {
		return err
	}
	a.Jobs, a.Events, a.Ledger = jobs.New(a.DB, a.logger), event.New(a.DB), ledger.New()
	if a.Accounts, err = a.buildAccounts(box); err != nil {
		return err
	}
	a.Agents = agent.New(agent.Config{
		DB: a.DB, Events: a.Events, Logger: a.logger, TierRate: prices.TierRate, Reactivated: reputation.ForgiveFailures,
	})
	a.Webhooks = webhook.New(webhook.Config{
		DB: a.DB, Jobs: a.Jobs, Events: a.Events, Sealer: box, AllowPrivate: a.cfg.AllowPrivateWebhooks,
	})
	links := payment.NewLinks(a.DB, box.Derive("payment fingerprints"))
	a.Payments = a.buildPayments(box, links)
	return a.buildWork(box, prices, links)
}

// buildWork makes what does tasks, on what build has made, and what serves it all.
func (a *App) buildWork(box *seal.Box, prices *pricing.Table, links *payment.Links) error {
	fetcher, err := a.fetcher()
	if err != nil {
		return err
	}
	archives, err := a.buildArchives(fetcher)
	if err != nil {
		return err
	}
	if a.Sandboxes, err = a.buildSandboxes(fetcher); err != nil {
		return err
	}
	panel, err := a.buildPanel()
	if err != nil {
		return err
	}
	a.Tasks = task.New(task.Config{
		DB: a.DB, Jobs: a.Jobs, Events: a.Events, Ledger: a.Ledger, Agents: a.Agents, Prices: prices,
		Sandboxes: a.Sandboxes, Fetcher: fetcher, Archives: archives, Webhooks: a.Webhooks,
		Spender: a.Payments, Links: links, Debts: a.Payments, Sealer: box, Panel: panel, Logger: a.logger,
		Receipts: task.Receipts{Signer: receipt.NewSigner(box.Derive("receipt signing")), Issuer: a.cfg.URL()}, Rules: a.rules(),
	})
	a.keepBooks()
	a.keepRetention()
	a.keepReconciled()
	a.handler, err = a.routes(httpapi.Config{
		DB: a.DB, Accounts: a.Accounts, Agents: a.Agents, Tasks: a.Tasks, Events: a.Events, Payments: a.Payments,
		Reconcile: a.Reconcile, Webhooks: a.Webhooks, Archives: archives, Idempotency: idempotency.New(a.DB, a.Jobs, box),
		Limits: ratelimit.New(a.DB.Clock(), a.cfg.RequestsPerSecond, int(4*a.cfg.RequestsPerSecond)),
		Prices: prices, Clock: a.DB.Clock(), Logger: a.logger, PublicURL: a.cfg.URL(), TrustedProxy: a.cfg.TrustProxy,
		Ready: a.ready, Stopping: a.streams,
	})
	return err
}

func (a *App) buildPayments(box *seal.Box, links *payment.Links) *payment.Service {
	return payment.New(payment.Config{
		DB: a.DB, Jobs: a.Jobs, Ledger: a.Ledger, Provider: a.paymentProvider(links), Notifier: a.Webhooks, Logger: a.logger,
		OwnsAgent: a.ownsAgent, AgentsOf: a.Agents.IDsOf, OwnerSince: a.ownerSince,
		ReturnURL: a.walletURL(), CursorKey: box.Derive("statement cursors"),
		Probation: payment.Probation{Length: a.cfg.PayoutNew, Delay: a.cfg.PayoutDelay, Reserve: a.cfg.PayoutReserve},
	})
}

// verdictWait is how long complete waits for the gate before it answers
// quality_check.
const verdictWait = 20 * time.Second

func (a *App) rules() task.Rules {
	return task.Rules{
		AcceptWindow: a.cfg.AcceptWindow, DefaultDeadline: a.cfg.DefaultDeadline, RefundWindow: a.cfg.RefundWindow, VerdictWait: verdictWait,
		FeePercent: a.cfg.FeePercent, ReviewWindow: a.cfg.RefundReview, InstantRefundRate: a.cfg.RefundRateLimit,
	}
}

func (a *App) buildArchives(fetcher *source.Fetcher) (*archive.Service, error) {
	return archive.New(a.DB, a.Jobs, archive.Config{
		Dir: filepath.Join(a.cfg.Data, "archives"), Quota: a.cfg.ArchiveQuotaMB << 20,
		Check: func(ctx context.Context, content io.ReaderAt, size int64) error {
			return fetcher.CheckArchive(ctx, source.Archive{Content: content, Size: size})
		},
	})
}

func (a *App) ownsAgent(ctx context.Context, ownerID, agentID string) error {
	_, err := a.Agents.FindOwned(ctx, ownerID, agentID)
	return err
}

func (a *App) ownerSince(ctx context.Context, ownerID string) (time.Time, error) {
	o, err := a.Accounts.Find(ctx, ownerID)
	return o.CreatedAt, err
}

func (a *App) buildAccounts(box *seal.Box) (*account.Service, error) {
	cfg := account.Config{DB: a.DB, Events: a.Events, Jobs: a.Jobs, Logger: a.logger, PublicURL: a.cfg.URL()}
	if a.cfg.SMTP.Host != "" {
		mailer, err := mail.New(mail.Config{
			Host: a.cfg.SMTP.Host, Port: a.cfg.SMTP.Port, Security: mail.Security(a.cfg.SMTP.Security), Username: a.cfg.SMTP.User, Password: a.cfg.SMTP.Password, From: a.cfg.SMTP.From,
		})
		if err != nil {
			return nil, fmt.Errorf("prepare mail: %w", err)
		}
		cfg.Mailer, cfg.SigningKey = mailer, box.Derive("email verification")
	}
	return account.New(cfg)
}

// Start begins to serve, and to work on jobs. It returns once the city listens.
func (a *App) Start(ctx context.Context) error {
	a.checkSandboxes(ctx)
	if err := errors.Join(a.Sandboxes.CleanOrphans(ctx), a.Agents.RefreshRates(ctx), a.Tasks.PublishReceiptKey(ctx)); err != nil {
		return err
	}
	if err := a.Jobs.Start(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	running, halt := context.WithCancel(context.WithoutCancel(ctx))
	a.halt = halt
	a.background.Go("event relay", func() { a.Events.Run(running, a.logger) })
	a.background.Go("last uses of tokens", func() { a.Accounts.Run(running) })
	a.background.Go("agents' rates", func() { a.Agents.Run(running) })
	a.background.Go("sandbox sweep", func() { a.Sandboxes.Run(running) })
	a.background.Go("due tasks", func() { a.Tasks.Run(running) })
	a.server = &http.Server{
		Handler: a.handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
		ErrorLog:    slog.NewLogLogger(a.logger.Handler(), slog.LevelDebug),
	}
	a.background.Go("server", func() {
		if err := a.server.Serve(a.listener); !errors.Is(err, http.ErrServerClosed) {
			a.logger.ErrorContext(running, "server ended", "error", err)
		}
	})
	if a.cfg.SeedAgents {
		return a.startSeedAgents(running)
	}
	return nil
}

// Address is where the city listens: host and port.
func (a *App) Address() string { return a.listener.Addr().String() }

// URL is where users reach the city.
func (a *App) URL() string { return a.cfg.URL() }

// Handler serves the whole city, for tests.
func (a *App) Handler() http.Handler { return a.handler }
