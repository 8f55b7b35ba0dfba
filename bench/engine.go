package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"aicity.dev/aicity/internal/app"
	"aicity.dev/aicity/internal/config"
	"aicity.dev/aicity/internal/gate/honest"
	aicity "aicity.dev/aicity/sdk/go"
)

// rate runs f from many workers for a while and returns how often it ran a
// second. What comes first is not counted: connections, plans and caches warm up.
func rate(ctx context.Context, workers int, d time.Duration, f func(ctx context.Context, worker int) error) (float64, error) {
	if _, err := counted(ctx, workers, d/3, f); err != nil {
		return 0, err
	}
	return counted(ctx, workers, d, f)
}

func counted(ctx context.Context, workers int, d time.Duration, f func(ctx context.Context, worker int) error) (float64, error) {
	timed, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	var n atomic.Int64
	var wg sync.WaitGroup
	failures := make(chan error, workers)
	began := time.Now()
	for w := range workers {
		wg.Go(func() {
			for timed.Err() == nil {
				// A round that has begun is finished: the context of the whole run.
				if err := f(ctx, w); err != nil {
					failures <- err
					return
				}
				n.Add(1)
			}
		})
	}
	wg.Wait()
	elapsed := time.Since(began).Seconds()
	select {
	case err := <-failures:
		return 0, err
	default:
		return float64(n.Load()) / elapsed, ctx.Err()
	}
}

// measureEngine measures whole tasks and polling, each in turns with its raw limit.
func measureEngine(ctx context.Context, s settings, e engine) ([]measurement, error) {
	city, err := openCity(ctx, s, e, s.workers)
	if err != nil {
		return nil, err
	}
	defer city.close(ctx)
	s.seconds /= turns
	lifecycles, commits, err := compared(
		func() (float64, error) { return city.lifecycles(ctx, s, func(worker int) int { return worker }) },
		func() (float64, error) { return bareCommits(ctx, s, e) })
	if err != nil {
		return nil, fmt.Errorf("lifecycles: %w", err)
	}
	polls, handler, err := compared(
		func() (float64, error) { return city.polls(ctx, s) },
		func() (float64, error) { return bareHandler(ctx, s) })
	if err != nil {
		return nil, fmt.Errorf("polling: %w", err)
	}
	return []measurement{
		{
			what: e.name + ": full task lifecycles over HTTP, 16 at once", got: fmt.Sprintf("%.0f/s", lifecycles),
			limit: fmt.Sprintf("%.0f durable commits/s, 16 at once", commits), ratio: lifecycles / commits, aim: "≥ 0.12", met: lifecycles/commits >= 0.12,
		},
		{
			what: e.name + ": GET /tasks/submitted, nothing new", got: fmt.Sprintf("%.0f/s", polls),
			limit: fmt.Sprintf("%.0f/s from a bare net/http JSON handler", handler), ratio: polls / handler, aim: "≥ 0.35", met: polls/handler >= 0.35,
		},
	}, nil
}

// bareCommits is the raw limit: transactions of one small insert through the
// bare driver, with the durability that the city asks for. Each commits alone.
func bareCommits(ctx context.Context, s settings, e engine) (float64, error) {
	const create, insert = `CREATE TABLE IF NOT EXISTS bare (id TEXT PRIMARY KEY, n BIGINT NOT NULL)`, `INSERT INTO bare (id, n) VALUES ($1, 1)`
	if e.url == "" {
		return bareSQLite(ctx, s, create, insert)
	}
	fresh, drop, err := freshDatabase(ctx, e.url)
	if err != nil {
		return 0, err
	}
	defer drop()
	pool, err := pgxpool.New(ctx, fresh+"&pool_max_conns=40")
	if err != nil {
		return 0, err
	}
	defer pool.Close()
	if _, err := pool.Exec(ctx, create); err != nil {
		return 0, err
	}
	return rate(ctx, s.workers, s.seconds, func(ctx context.Context, _ int) error {
		return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, insert, uuid.NewString())
			return err
		})
	})
}

func bareSQLite(ctx context.Context, s settings, create, insert string) (float64, error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(s.dir, "bare.db")+
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		return 0, err
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, create); err != nil {
		return 0, err
	}
	statement, err := db.PrepareContext(ctx, insert)
	if err != nil {
		return 0, err
	}
	defer func() { _ = statement.Close() }()
	return rate(ctx, s.workers, s.seconds, func(ctx context.Context, _ int) error {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		if _, err := tx.StmtContext(ctx, statement).ExecContext(ctx, uuid.NewString()); err != nil { //nolint:sqlclosecheck // it ends with its transaction
			return errors.Join(err, tx.Rollback())
		}
		return tx.Commit()
	})
}

func freshDatabase(ctx context.Context, base string) (string, func(), error) {
	name := "aicity_bench_" + uuid.NewString()[:8]
	exec := func(ctx context.Context, statement string) error {
		conn, err := pgx.Connect(ctx, base)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close(ctx) }()
		_, err = conn.Exec(ctx, statement)
		return err
	}
	if err := exec(ctx, `CREATE DATABASE `+name); err != nil {
		return "", nil, err
	}
	u, err := url.Parse(base)
	if err != nil {
		return "", nil, err
	}
	u.Path = "/" + name
	return u.String(), func() { _ = exec(context.WithoutCancel(ctx), `DROP DATABASE IF EXISTS `+name+` WITH (FORCE)`) }, nil
}

// city is a running server with people in it.
type city struct {
	app    *app.App
	data   string // its folder
	url    string
	drop   func()
	owners []*aicity.Client // each with credits and the agent of its number
	agents []*worker
}

type worker struct {
	id, key string
	client  *aicity.Client
}

// openCity starts a city with so many owners, at least two.
func openCity(ctx context.Context, s settings, e engine, people int) (*city, error) {
	data, err := os.MkdirTemp(s.dir, e.name+"-")
	if err != nil {
		return nil, err
	}
	cfg := config.Config{
		Listen: "127.0.0.1:0", Data: data, RefundWindow: 15 * time.Minute, AcceptWindow: 10 * time.Minute,
		RefundReview: 24 * time.Hour, RefundRateLimit: 0.3, FeePercent: 15,
		DefaultDeadline: 30 * time.Minute, SandboxMax: 4, SandboxMemoryMB: 512, SandboxCPUs: 1, SandboxPIDs: 256, SandboxDiskMB: 1024, SandboxFiles: 100_000, SandboxVolume: "auto",
		SandboxExecs: 8, SandboxExecTime: 10 * time.Minute, SandboxOutputMB: 64,
		SandboxLifetime: time.Hour,
		RepoMaxMB:       100, RepoMaxFiles: 10_000, ArchiveQuotaMB: 1024, AllowPrivateRepos: true, RequestsPerSecond: 1e9,
	}
	if cfg.Runsc, err = findRunsc(); err != nil {
		return nil, err
	}
	if s.adjust != nil {
		s.adjust(&cfg)
	}
	c := &city{data: data, drop: func() {}}
	if e.url != "" {
		fresh, drop, err := freshDatabase(ctx, e.url)
		if err != nil {
			return nil, err
		}
		cfg.DatabaseURL, c.drop = fresh, drop
	}
	if c.app, err = app.New(ctx, cfg, slog.New(slog.NewTextHandler(io.Discard, nil)), app.Options{}); err != nil {
		return nil, err
	}
	if err := c.app.Start(ctx); err != nil {
		return nil, err
	}
	c.url = "http://" + c.app.Address()
	if err := c.populate(ctx, people); err != nil {
		c.close(ctx)
		return nil, err
	}
	return c, nil
}

func (c *city) close(ctx context.Context) {
	_ = c.app.Stop(ctx)
	c.drop()
}

// httpClient keeps enough connections open for all workers.
func httpClient() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
}

// populate signs up n owners with credits and an agent each.
func (c *city) populate(ctx context.Context, n int) error {
	c.owners, c.agents = make([]*aicity.Client, n), make([]*worker, n)
	shared := httpClient()
	client := func(o aicity.Options) *aicity.Client {
		o.BaseURL, o.HTTPClient = c.url, shared
		return aicity.New(o)
	}
	return each(n, func(i int) error {
		owner, err := client(aicity.Options{}).Auth.SignUp(ctx, aicity.SignUp{Name: "O", Email: fmt.Sprintf("o%d@bench.example", i), Password: "correct horse battery"})
		if err != nil {
			return err
		}
		ownerClient := client(aicity.Options{OwnerToken: owner.Token})
		for range 5 {
			if _, err := ownerClient.Vault.TopUp(ctx, 1_000_000); err != nil {
				return err
			}
		}
		agent, err := ownerClient.Agents.Register(ctx, aicity.RegisterAgent{
			DisplayName: "Bench", Framework: "custom", Model: "claude-sonnet-4-6", MaxConcurrentTasks: 100,
			Capabilities: []aicity.Capability{{Category: "research"}}, Pricing: aicity.PerTask(300),
		})
		if err != nil {
			return err
		}
		c.owners[i] = ownerClient
		c.agents[i] = &worker{id: agent.Agent.ID, key: agent.APIKey, client: client(aicity.Options{APIKey: agent.APIKey})}
		return nil
	})
}

// each runs f for 0 to n-1, several at once, and returns what went wrong.
func each(n int, f func(i int) error) error {
	var next atomic.Int64
	errs := make([]error, runtime.NumCPU())
	var wg sync.WaitGroup
	for w := range errs {
		wg.Go(func() {
			for errs[w] == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				errs[w] = f(i)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// buyerOf is who hires an agent: the owner after its own.
func (c *city) buyerOf(agent int) *aicity.Client { return c.owners[(agent+1)%len(c.owners)] }

// lifecycles orders, starts and completes tasks: hold, gate, capture, fee,
// escrow. pick says which agent's turn it is.
func (c *city) lifecycles(ctx context.Context, s settings, pick func(worker int) int) (float64, error) {
	return rate(ctx, s.workers, s.seconds, func(ctx context.Context, w int) error {
		i := pick(w)
		agent := c.agents[i]
		task, err := c.buyerOf(i).Tasks.Submit(ctx, aicity.SubmitTask{
			TaskType: "research", MaxBudget: 400, AgentID: agent.id, Input: aicity.TaskInput{Description: honest.Question},
		})
		if err != nil {
			return err
		}
		if _, err := agent.client.Tasks.Executing(ctx, task.ID, ""); err != nil {
			return err
		}
		done, err := agent.client.Tasks.Complete(ctx, task.ID, aicity.Completion{Output: aicity.Output{Result: honest.Report(task.ID)}})
		if err != nil {
			return err
		}
		if done.Status != aicity.TaskCompleted {
			return fmt.Errorf("task %s is %s: %s", task.ID, done.Status, done.FailReason)
		}
		return nil
	})
}

func (c *city) polls(ctx context.Context, s settings) (float64, error) {
	// A raw client on both sides: the SDK's own cost is not the server's.
	client := httpClient()
	return rate(ctx, s.workers, s.seconds, func(ctx context.Context, w int) error {
		return get(ctx, client, c.url+"/api/v1/tasks/submitted", c.agents[w].key)
	})
}

// bareHandler is the raw limit of an answer: net/http with the same JSON.
func bareHandler(ctx context.Context, s settings) (float64, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"success": true, "data": []string{}})
	})}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	client := httpClient()
	result, err := rate(ctx, s.workers, s.seconds, func(ctx context.Context, _ int) error {
		return get(ctx, client, "http://"+listener.Addr().String()+"/", "")
	})
	err = errors.Join(err, server.Close())
	if closed := <-served; !errors.Is(closed, http.ErrServerClosed) {
		err = errors.Join(err, closed)
	}
	return result, err
}

func get(ctx context.Context, client *http.Client, address, key string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	if key != "" {
		req.Header.Set("X-API-Key", key)
	}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", address, res.Status)
	}
	return nil
}
