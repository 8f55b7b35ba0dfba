// Package jobs is the city's durable background work: a job is enqueued in the
// transaction that makes it necessary, and runs at least once after the commit.
// River does the work; its two clients, one per engine, stay hidden here.
package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

// Args are a job's arguments: JSON-encodable, with a stable kind.
type Args = river.JobArgs

// Option says how a job is enqueued.
type Option func(*river.InsertOpts)

// At delays the job until t.
func At(t time.Time) Option { return func(o *river.InsertOpts) { o.ScheduledAt = t } }

// MaxAttempts bounds how often a failing job is tried; the default is River's 25.
func MaxAttempts(n int) Option { return func(o *river.InsertOpts) { o.MaxAttempts = n } }

// Attempt tells a handler which try this is, from 1, and how many there are.
type Attempt struct{ Number, Max int }

// Queue enqueues and runs jobs.
type Queue struct {
	db      *store.DB
	logger  *slog.Logger
	workers *river.Workers
	// periodic jobs are collected until the client is built.
	periodic []*river.PeriodicJob

	build  sync.Once
	err    error
	pg     *river.Client[pgx.Tx]
	lite   *river.Client[*sql.Tx]
	sealed bool
}

// New returns a queue on db. Handlers are added with Handle before Start.
func New(db *store.DB, logger *slog.Logger) *Queue {
	return &Queue{db: db, logger: logger, workers: river.NewWorkers()}
}

// Migrate brings River's own tables up to date.
func Migrate(ctx context.Context, db *store.DB) error {
	var err error
	if db.Dialect() == store.Postgres {
		err = migrateWith(ctx, func() (migrator, error) { return rivermigrate.New(riverpgxv5.New(db.Pool()), quiet) })
	} else {
		err = migrateWith(ctx, func() (migrator, error) { return rivermigrate.New(riversqlite.New(db.Writer()), quiet) })
	}
	if err != nil {
		return fmt.Errorf("migrate job tables: %w", err)
	}
	return db.InTx(ctx, dropRetired)
}

// dropRetired removes waiting jobs of kinds that nothing runs any longer: what
// they were for is a task's due_at now.
func dropRetired(ctx context.Context, tx store.Tx) error {
	_, err := tx.Exec(ctx, `DELETE FROM river_job WHERE kind IN ('task_accept_window', 'task_deadline', 'task_approval', 'task_release')`)
	if err != nil {
		return fmt.Errorf("drop retired jobs: %w", err)
	}
	return nil
}

type migrator interface {
	Migrate(ctx context.Context, direction rivermigrate.Direction, opts *rivermigrate.MigrateOpts) (*rivermigrate.MigrateResult, error)
}

// quiet keeps River's migrator from narrating every statement.
var quiet = &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)}

func migrateWith(ctx context.Context, open func() (migrator, error)) error {
	m, err := open()
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// Handle registers f for jobs with arguments of type T. A returned error makes
// the job run again later with backoff; Cancel makes it final. f must be safe
// to run twice.
func Handle[T Args](q *Queue, f func(ctx context.Context, args T, attempt Attempt) error, opts ...HandleOption) {
	if q.sealed {
		panic("jobs: Handle after the queue was first used")
	}
	w := &worker[T]{work: f}
	for _, opt := range opts {
		opt(&w.handleOptions)
	}
	river.AddWorker(q.workers, w)
}

// HandleOption says how a kind of job is run.
type HandleOption func(*handleOptions)

type handleOptions struct {
	timeout time.Duration
	retry   func(attempt Attempt) time.Duration
}

// Timeout ends a run after d; the default is one minute.
func Timeout(d time.Duration) HandleOption { return func(o *handleOptions) { o.timeout = d } }

// RetryAfter replaces the default backoff: it gives the pause after a failed attempt.
func RetryAfter(f func(attempt Attempt) time.Duration) HandleOption {
	return func(o *handleOptions) { o.retry = f }
}

type worker[T Args] struct {
	river.WorkerDefaults[T]
	handleOptions
	work func(ctx context.Context, args T, attempt Attempt) error
}

func (w *worker[T]) Work(ctx context.Context, job *river.Job[T]) error {
	return w.work(ctx, job.Args, Attempt{Number: job.Attempt, Max: job.MaxAttempts})
}

func (w *worker[T]) Timeout(*river.Job[T]) time.Duration { return w.timeout }

func (w *worker[T]) NextRetry(job *river.Job[T]) time.Time {
	if w.retry == nil || job.AttemptedAt == nil {
		return time.Time{}
	}
	return job.AttemptedAt.Add(w.retry(Attempt{Number: job.Attempt, Max: job.MaxAttempts}))
}

// Cancel wraps an error that no further attempt can mend.
func Cancel(err error) error { return river.JobCancel(err) }

// Every enqueues a job each interval, on one node of those running.
func Every[T Args](q *Queue, interval time.Duration, args T) {
	q.periodic = append(q.periodic, river.NewPeriodicJob(river.PeriodicInterval(interval),
		func() (river.JobArgs, *river.InsertOpts) { return args, &river.InsertOpts{MaxAttempts: 1} },
		&river.PeriodicJobOpts{RunOnStart: true}))
}

// Enqueue adds a job to tx: it exists when tx commits, and not otherwise.
func (q *Queue) Enqueue(ctx context.Context, tx store.Tx, args Args, opts ...Option) error {
	if err := q.client(); err != nil {
		return err
	}
	var insert river.InsertOpts
	for _, opt := range opts {
		opt(&insert)
	}
	var err error
	if pgTx, ok := store.PGX(tx); ok {
		_, err = q.pg.InsertTx(ctx, pgTx, args, &insert)
	} else if liteTx, ok := store.SQL(tx); ok {
		_, err = q.lite.InsertTx(ctx, liteTx, args, &insert)
	} else {
		err = errors.New("the transaction is none of the store's")
	}
	if err != nil {
		return fmt.Errorf("enqueue %s: %w", args.Kind(), err)
	}
	return nil
}

// Start begins to run jobs; it stops them when Stop is called.
func (q *Queue) Start(ctx context.Context) error {
	if err := q.client(); err != nil {
		return err
	}
	var err error
	if q.pg != nil {
		err = q.pg.Start(ctx)
	} else {
		err = q.lite.Start(ctx)
	}
	if err != nil {
		return fmt.Errorf("start jobs: %w", err)
	}
	return nil
}

// Stop lets running jobs finish until ctx ends, then cancels them.
func (q *Queue) Stop(ctx context.Context) error {
	stop, halt := q.stoppers()
	if stop == nil {
		return nil
	}
	err := stop(ctx)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), haltTimeout)
		defer cancel()
		err = halt(bounded)
	}
	if err != nil {
		return fmt.Errorf("stop jobs: %w", err)
	}
	return nil
}

func (q *Queue) stoppers() (stop, halt func(context.Context) error) {
	switch {
	case q.pg != nil:
		return q.pg.Stop, q.pg.StopAndCancel
	case q.lite != nil:
		return q.lite.Stop, q.lite.StopAndCancel
	default:
		return nil, nil
	}
}

const (
	haltTimeout = 5 * time.Second
	// maxWorkers is how many jobs a node runs at once.
	maxWorkers = 16
	// liteFetchInterval is how often SQLite is asked for due jobs: it cannot notify.
	liteFetchInterval = 250 * time.Millisecond
	// keepFinished is how long finished jobs stay readable.
	keepFinished = time.Hour
)

func (q *Queue) client() error {
	q.build.Do(func() {
		q.sealed = true
		cfg := &river.Config{
			Logger:                      slog.New(raiseLevel{q.logger.Handler()}),
			Workers:                     q.workers,
			Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: maxWorkers}},
			PeriodicJobs:                q.periodic,
			ErrorHandler:                &errorLog{q.logger},
			CompletedJobRetentionPeriod: keepFinished,
		}
		if q.db.Dialect() == store.Postgres {
			q.pg, q.err = river.NewClient(riverpgxv5.New(q.db.Pool()), cfg)
			return
		}
		cfg.PollOnly = true
		cfg.FetchPollInterval = liteFetchInterval
		q.lite, q.err = river.NewClient(riversqlite.New(q.db.Writer()), cfg)
	})
	if q.err != nil {
		return fmt.Errorf("build job client: %w", q.err)
	}
	return nil
}

// raiseLevel passes only warnings and errors: River narrates its own life at info.
type raiseLevel struct{ slog.Handler }

func (h raiseLevel) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}

// errorLog reports failed jobs by kind and id; arguments stay out of the log.
type errorLog struct{ logger *slog.Logger }

func (l *errorLog) HandleError(ctx context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	level := slog.LevelInfo
	if job.Attempt >= job.MaxAttempts || city.CodeOf(err) == city.CodeInternal {
		level = slog.LevelWarn
	}
	l.logger.Log(ctx, level, "job failed", "kind", job.Kind, "job", job.ID, "attempt", job.Attempt, "error", err)
	return nil
}

func (l *errorLog) HandlePanic(ctx context.Context, job *rivertype.JobRow, value any, trace string) *river.ErrorHandlerResult {
	l.logger.ErrorContext(ctx, "job panicked", "kind", job.Kind, "job", job.ID, "panic", value, "trace", trace)
	return nil
}
