package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

func (db *DB) oncePostgres(ctx context.Context, f func(ctx context.Context, tx Tx) error, hopeful bool) error {
	conn, err := db.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	defer conn.Release()
	tx := &pgTx{txBase: txBase{now: db.clock.Now()}, barrier: db.barrier, pipe: newPipe(conn), hopeful: hopeful}
	// The context may be gone by then; after a commit this does nothing.
	defer func() { _ = tx.pipe.Rollback(context.WithoutCancel(ctx)) }()
	if err = f(markInTx(ctx), tx); err == nil {
		err = tx.writeCollected(ctx, tx) // it only queues
	}
	if err == nil {
		if err = tx.pipe.Commit(ctx); err != nil {
			err = fmt.Errorf("commit: %w", err)
		}
	}
	if err != nil && tx.hoped && tx.pipe.failed && refused(err) {
		return errors.Join(errHope, err)
	}
	if err == nil {
		tx.committed()
	}
	return err
}

// refused reports whether the server answered with an error. A connection that
// breaks, or is ended (class 57), says nothing of what was committed: running the
// transaction again would tell its caller another outcome.
func refused(err error) bool {
	var answer *pgconn.PgError
	return errors.As(err, &answer) && !strings.HasPrefix(answer.Code, "57")
}

// PGX returns the PostgreSQL transaction behind tx. It is for package jobs.
func PGX(tx Tx) (pgx.Tx, bool) {
	t, ok := tx.(*pgTx)
	if !ok {
		return nil, false
	}
	return t.pipe, true
}

type pgTx struct {
	txBase
	barrier bool // the server has what ReleaseEarly needs
	pipe    *pipe
	hopeful bool
	hoped   bool // somebody was told so
}

func (t *pgTx) Dialect() Dialect { return Postgres }

func (t *pgTx) Hopeful() bool {
	t.hoped = t.hoped || t.hopeful
	return t.hopeful
}

func (t *pgTx) Queue(_ context.Context, what, query string, args ...any) error {
	t.pipe.add(what, query, args)
	return nil
}

func (t *pgTx) QueueLast(_ context.Context, what, query string, args ...any) error {
	t.pipe.last = append(t.pipe.last, last{what, query, args})
	return nil
}

func (t *pgTx) ReleaseEarly() { t.pipe.early = t.barrier }

func (t *pgTx) Ask(_ context.Context, query string, args []any, read func(Row) error) error {
	t.pipe.addLast()
	t.pipe.batch.Queue(query, args...)
	t.pipe.queued = append(t.pipe.queued, queued{read: read})
	return nil
}

func (t *pgTx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	tag, err := t.pipe.Exec(ctx, query, args...)
	return tag.RowsAffected(), err
}

func (t *pgTx) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	rows, err := t.pipe.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return pgRows{rows}, nil
}

func (t *pgTx) QueryRow(ctx context.Context, query string, args ...any) Row {
	return pgRow{t.pipe.QueryRow(ctx, query, args...)}
}

type pgRows struct{ pgx.Rows }

func (r pgRows) Close() error {
	r.Rows.Close()
	return r.Rows.Err()
}

type pgRow struct{ row pgx.Row }

func (r pgRow) Scan(dest ...any) error {
	err := r.row.Scan(dest...)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNoRows
	}
	return err
}

// barrier, behind a COMMIT that did not wait for the disk, is a change of its own
// that does. The log is written in order: when this is durable, so is all that
// was committed before. It runs on the same connection, which does not outlive a
// crash of the server.
const barrier = "SELECT pg_logical_emit_message(true, 'aicity', '')"

// Durable returns when all that is committed is: a transaction that released
// early can be seen shortly before that. On SQLite it always is.
func (db *DB) Durable(ctx context.Context) error {
	if !db.barrier {
		return nil
	}
	if _, err := db.pool.Exec(ctx, barrier); err != nil {
		return fmt.Errorf("wait until it is durable: %w", err)
	}
	return nil
}
