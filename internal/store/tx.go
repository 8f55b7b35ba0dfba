package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// maxAttempts bounds how often a transaction is run again after the database
// asked for it (serialization failure, deadlock, busy).
const maxAttempts = 10

// errHope says that a statement failed of which the transaction had hoped that it
// would not; it is run again and asks first.
var errHope = errors.New("the transaction hoped in vain")

// HopeNone queues, for a hopeful transaction, the hope that a query finds nothing,
// as QueueLast does: when it finds a row, the transaction runs again without hope.
func HopeNone(ctx context.Context, tx Tx, what, query string, args ...any) error {
	return tx.QueueLast(ctx, what, `INSERT INTO hopes (vain) SELECT 1 FROM (`+query+`) found LIMIT 1`, args...)
}

type inTxKey struct{}

// InTx runs f in one transaction and commits when it returns nil. When the
// database refuses it for a reason that goes away (serialization failure,
// deadlock, busy), the whole of f runs again, so f must have no effect outside
// the transaction. The context given to f is marked: the pool refuses it.
func (db *DB) InTx(ctx context.Context, f func(ctx context.Context, tx Tx) error) error {
	if err := db.checkOutside(ctx); err != nil {
		return err
	}
	hopeful := true
	for attempt := 1; ; attempt++ {
		err := db.once(ctx, f, hopeful)
		if errors.Is(err, errHope) {
			hopeful = false
			continue
		}
		if err == nil || attempt >= maxAttempts || !retryable(err) {
			return err
		}
		if err := pause(ctx, attempt); err != nil {
			return err
		}
	}
}

func (db *DB) once(ctx context.Context, f func(ctx context.Context, tx Tx) error, hopeful bool) error {
	if db.pool != nil {
		return db.oncePostgres(ctx, f, hopeful)
	}
	return db.onceSQLite(ctx, f, hopeful)
}

// pause waits a little longer after each attempt, at random, so that two
// transactions that met once do not meet again.
func pause(ctx context.Context, attempt int) error {
	limit := time.Duration(1<<min(attempt, 7)) * time.Millisecond
	timer := time.NewTimer(rand.N(limit) + time.Millisecond) //nolint:gosec // jitter needs no secrecy
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func markInTx(ctx context.Context) context.Context { return context.WithValue(ctx, inTxKey{}, true) }

var errPoolInTx = errors.New("the pool was used inside a transaction: use the tx that was given")

func (db *DB) checkOutside(ctx context.Context) error {
	if ctx.Value(inTxKey{}) == nil {
		return nil
	}
	if db.strict {
		panic(errPoolInTx)
	}
	return errPoolInTx
}

// SQL returns the SQLite transaction behind tx. It is for package jobs.
func SQL(tx Tx) (*sql.Tx, bool) {
	t, ok := tx.(*sqlTx)
	if !ok {
		return nil, false
	}
	return t.tx, true
}

type txBase struct {
	now   time.Time
	after []func()
	rows  []rows
}

func (b *txBase) Now() time.Time       { return b.now }
func (b *txBase) AfterCommit(f func()) { b.after = append(b.after, f) }

func (b *txBase) committed() {
	for _, f := range b.after {
		f()
	}
}

type sqlTx struct {
	txBase
	tx      *sql.Tx
	hopeful bool
	hoped   bool // somebody was told so
	failed  bool // a queued statement did
}

func (t *sqlTx) Dialect() Dialect { return SQLite }

func (t *sqlTx) Hopeful() bool {
	t.hoped = t.hoped || t.hopeful
	return t.hopeful
}

func (t *sqlTx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := t.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (t *sqlTx) Queue(ctx context.Context, what, query string, args ...any) error {
	if _, err := t.tx.ExecContext(ctx, query, args...); err != nil {
		t.failed = true
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// QueueLast does not wait for the last: SQLite's only writer holds every lock.
func (t *sqlTx) QueueLast(ctx context.Context, what, query string, args ...any) error {
	return t.Queue(ctx, what, query, args...)
}

// ReleaseEarly does nothing: the next writer need not wait for the disk, it joins
// the same commit.
func (t *sqlTx) ReleaseEarly() {}

func (t *sqlTx) Ask(ctx context.Context, query string, args []any, read func(Row) error) error {
	return read(t.QueryRow(ctx, query, args...))
}

func (t *sqlTx) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	return t.tx.QueryContext(ctx, query, args...) //nolint:rowserrcheck // the caller owns the rows
}

func (t *sqlTx) QueryRow(ctx context.Context, query string, args ...any) Row {
	return sqlRow{t.tx.QueryRowContext(ctx, query, args...)}
}

type sqlRow struct{ row *sql.Row }

func (r sqlRow) Scan(dest ...any) error {
	err := r.row.Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNoRows
	}
	return err
}

// poolReader runs single queries outside a transaction.
type poolReader struct{ db *DB }

func (p poolReader) Dialect() Dialect { return p.db.dialect }

func (p poolReader) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	if err := p.db.checkOutside(ctx); err != nil {
		return nil, err
	}
	if p.db.pool != nil {
		rows, err := p.db.pool.Query(ctx, query, args...)
		if err != nil {
			return nil, err
		}
		return pgRows{Rows: rows}, nil
	}
	return p.db.reader.QueryContext(ctx, query, args...) //nolint:rowserrcheck // the caller owns the rows
}

func (p poolReader) QueryRow(ctx context.Context, query string, args ...any) Row {
	if err := p.db.checkOutside(ctx); err != nil {
		return errRow{err}
	}
	if p.db.pool != nil {
		return pgRow{row: p.db.pool.QueryRow(ctx, query, args...)}
	}
	return sqlRow{p.db.reader.QueryRowContext(ctx, query, args...)}
}

type errRow struct{ err error }

func (r errRow) Scan(...any) error { return r.err }
