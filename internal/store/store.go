// Package store opens the city's database, SQLite or PostgreSQL, migrates it
// and runs transactions on it. One SQL text serves both engines; what must
// differ sits behind the named helpers of this package.
//
// Conventions of the SQL written against it: placeholders are $1, $2, …; times
// are BIGINT unix microseconds (Micros, FromMicros); JSON lives in TEXT columns,
// written as string; booleans are written as TRUE and FALSE.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"aicity.dev/aicity/internal/city"
)

// Dialect names the engine behind a DB.
type Dialect string

// The two engines.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// ErrNoRows is returned by Row.Scan when the query found nothing, on both engines.
var ErrNoRows = errors.New("no rows")

// Row is the single row of QueryRow. Scan returns ErrNoRows when there is none.
type Row interface {
	Scan(dest ...any) error
}

// Rows is a result set; Close is safe to call twice, Err must be checked after the loop.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Close() error
	Err() error
}

// Querier reads. Both a transaction and the pool's reader are one.
type Querier interface {
	Query(ctx context.Context, query string, args ...any) (Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) Row
	// Dialect tells which engine answers.
	Dialect() Dialect
}

// Tx is a transaction. It is what domain code gets; the pool stays out of its reach.
type Tx interface {
	Querier
	// Exec runs a statement and returns how many rows it touched.
	Exec(ctx context.Context, query string, args ...any) (int64, error)
	// Queue runs a statement of whose result nothing depends, in order, at the
	// latest before the next Query, QueryRow or Exec and before the commit; its
	// error, which begins with what, may come as theirs. PostgreSQL gets all that
	// is queued in one round trip.
	Queue(ctx context.Context, what, query string, args ...any) error
	// QueueLast is Queue for what takes a lock that others wait for: it runs behind
	// all that is queued before the next answer or the commit, so that the lock is
	// held no longer than it must be.
	QueueLast(ctx context.Context, what, query string, args ...any) error
	// Ask is QueryRow for an answer that is not needed yet: read gets the row, in
	// order with what is queued, at the latest when the next Query, QueryRow or
	// Exec has been answered; it must not use the transaction.
	Ask(ctx context.Context, query string, args []any, read func(Row) error) error
	// Collect adds a row to those that are written right before the commit; the
	// rows for the same "table (columns)" go into one statement, in order.
	Collect(into string, values ...any)
	// Hopeful reports whether the caller may queue statements that fail where a
	// rule is broken, instead of asking first: when one of them fails, the whole
	// transaction runs again and is not hopeful.
	Hopeful() bool
	// ReleaseEarly lets others have the transaction's locks as soon as it is
	// committed, before that is on the disk; InTx still returns when it is. It costs
	// two small statements, and is for transactions whose locks are waited for.
	ReleaseEarly()
	// Now is the instant the transaction began: all rows written together share it.
	Now() time.Time
	// AfterCommit runs f once the transaction is durable; not at all when it rolls back.
	AfterCommit(f func())
}

// DB is an open database.
type DB struct {
	dialect Dialect
	clock   city.Clock
	strict  bool

	pool    *pgxpool.Pool // PostgreSQL
	barrier bool          // PostgreSQL: whether it takes the barrier of ReleaseEarly

	writer *sql.DB // SQLite: the one write connection
	reader *sql.DB // SQLite: read-only connections
	turns  *turns  // SQLite: who may write
}

// Options say how to open a database.
type Options struct {
	// URL is a postgres:// URL; empty means SQLite at Path.
	URL string
	// Path is SQLite's file; its folder must exist.
	Path string
	// Clock gives transactions their time; nil is the system's.
	Clock city.Clock
	// MaxConns bounds PostgreSQL's pool; 0 is pgx's default.
	MaxConns int
	// PanicOnMisuse makes use of the pool inside a transaction panic. Tests set it.
	PanicOnMisuse bool
}

// Open connects to the database. It does not migrate.
func Open(ctx context.Context, opts Options) (*DB, error) {
	if opts.Clock == nil {
		opts.Clock = city.SystemClock{}
	}
	if opts.URL != "" {
		return openPostgres(ctx, opts)
	}
	return openSQLite(ctx, opts)
}

// Dialect tells which engine the database is.
func (db *DB) Dialect() Dialect { return db.dialect }

// Clock is the clock transactions take their time from.
func (db *DB) Clock() city.Clock { return db.clock }

// Close releases all connections.
func (db *DB) Close() error {
	if db.pool != nil {
		db.pool.Close()
		return nil
	}
	return errors.Join(db.reader.Close(), db.writer.Close())
}

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	if db.pool != nil {
		return db.pool.Ping(ctx)
	}
	return db.writer.PingContext(ctx)
}

// Pool is the PostgreSQL pool, nil on SQLite. It is for package jobs, which
// hands it to River; domain code uses InTx and Read.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

// Writer is SQLite's single write connection, nil on PostgreSQL. It is for
// package jobs, which shares it with River.
func (db *DB) Writer() *sql.DB { return db.writer }

// Read returns a reader outside any transaction, for single queries.
func (db *DB) Read() Querier { return poolReader{db} }

func openPostgres(ctx context.Context, opts Options) (*DB, error) {
	cfg, err := pgxpool.ParseConfig(opts.URL)
	if err != nil {
		// The parser's error may repeat the URL with its password.
		return nil, errors.New("parse database URL: it is not a valid postgres:// URL")
	}
	if opts.MaxConns > 0 {
		cfg.MaxConns = int32(min(opts.MaxConns, 10_000))
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open PostgreSQL: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	_, refused := pool.Exec(ctx, barrier) // as where the function was revoked
	return &DB{dialect: Postgres, clock: opts.Clock, strict: opts.PanicOnMisuse, pool: pool, barrier: refused == nil}, nil
}

// readerConns bounds SQLite's read pool; reads are short and the machine small.
const readerConns = 8

func openSQLite(ctx context.Context, opts Options) (*DB, error) {
	if _, err := os.Stat(filepath.Dir(opts.Path)); err != nil {
		return nil, fmt.Errorf("open SQLite: %w", err)
	}
	writer, err := keepStatements(sqliteDSN(opts.Path, false))
	if err != nil {
		return nil, fmt.Errorf("open SQLite: %w", err)
	}
	writer.SetMaxOpenConns(1)
	// The first statement creates the file and turns the journal to WAL; readers need both.
	if err := writer.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open SQLite: %w", err), writer.Close())
	}
	reader, err := keepStatements(sqliteDSN(opts.Path, true))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open SQLite for reading: %w", err), writer.Close())
	}
	reader.SetMaxOpenConns(readerConns)
	reader.SetMaxIdleConns(readerConns)
	return &DB{dialect: SQLite, clock: opts.Clock, strict: opts.PanicOnMisuse, writer: writer, reader: reader, turns: newTurns(writer)}, nil
}

const (
	// writerCache bounds what the writer keeps in memory, in bytes. What it works on
	// fits in, but for sketches that are filed together; more costs time: after a
	// commit in which a page was split SQLite looks through all of it.
	writerCache = 4 << 20
	// checkpointPages is after how many pages the log is copied back into the
	// database, 64 MiB. A page that changed often in between is copied once.
	checkpointPages = 16_000
)

// sqliteDSN sets what the city's promises need: WAL with a sync at every commit,
// enforced foreign keys, and write transactions that take their lock at BEGIN,
// because a lock upgrade inside a transaction fails with BUSY instead of waiting.
func sqliteDSN(path string, readOnly bool) string {
	params := []string{
		"_pragma=busy_timeout(10000)",
		"_pragma=foreign_keys(1)",
		"_pragma=recursive_triggers(1)", // so that REPLACE asks those that refuse a DELETE
		"_pragma=temp_store(2)",
	}
	if readOnly {
		params = append(params, "_pragma=query_only(1)", "_pragma=cache_size(-16000)")
	} else {
		params = append(params, "_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)", "_txlock=immediate",
			fmt.Sprintf("_pragma=cache_size(-%d)", writerCache>>10), fmt.Sprintf("_pragma=wal_autocheckpoint(%d)", checkpointPages))
	}
	return "file:" + strings.NewReplacer("?", "%3f", "#", "%23", "%", "%25").Replace(path) + "?" + strings.Join(params, "&")
}

// Micros is t as the database keeps it.
func Micros(t time.Time) int64 { return t.UnixMicro() }

// FromMicros is the time kept as us.
func FromMicros(us int64) time.Time { return time.UnixMicro(us).UTC() }

// MicrosPtr is Micros for a time that may be missing (NULL).
func MicrosPtr(t *time.Time) *int64 {
	if t == nil {
		return nil
	}
	us := t.UnixMicro()
	return &us
}

// FromMicrosPtr is FromMicros for a column that may be NULL.
func FromMicrosPtr(us *int64) *time.Time {
	if us == nil {
		return nil
	}
	t := FromMicros(*us)
	return &t
}
