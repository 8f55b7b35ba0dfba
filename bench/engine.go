package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
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
