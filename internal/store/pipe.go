package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// pipe is a transaction that sends what is queued, BEGIN first, together with
// the next statement that somebody waits for: round trips cost more than most
// of the city's statements do.
type pipe struct {
	conn   *pgxpool.Conn
	tx     pgx.Tx // nil until BEGIN has been sent
	batch  pgx.Batch
	queued []queued // the statements of batch
	last   []last   // those that go behind them
	done   bool
	early  bool // its locks are let go before its commit is durable
	// failed says that a queued statement did.
	failed bool
}

// last is a statement that is not in a batch yet.
type last struct {
	what, query string
	args        []any
}

// queued is a statement of a batch: either what it is, for its error, or what
// reads its row.
type queued struct {
	what string
	read func(Row) error
	tag  *pgconn.CommandTag // where its tag goes, nil when nobody asks
}

func (q queued) reads() bool { return q.read != nil }

// take gets the statement's result.
func (q queued) take(results pgx.BatchResults) error {
	if q.read != nil {
		return q.read(pgRow{results.QueryRow()})
	}
	tag, err := results.Exec()
	if err != nil {
		return fmt.Errorf("%s: %w", q.what, err)
	}
	if q.tag != nil {
		*q.tag = tag
	}
	return nil
}

func newPipe(conn *pgxpool.Conn) *pipe {
	p := &pipe{conn: conn, queued: []queued{{what: "begin transaction"}}}
	p.batch.BeginTx(pgx.TxOptions{})
	return p
}

func (p *pipe) add(what, query string, args []any) {
	p.batch.Queue(query, args...)
	p.queued = append(p.queued, queued{what: what})
}

// addLast adds what was to be last.
func (p *pipe) addLast() {
	for _, l := range p.last {
		p.add(l.what, l.query, l.args)
	}
	p.last = nil
}

// send runs what is queued with query behind it. The results stand at query's
// and must be closed.
func (p *pipe) send(ctx context.Context, query string, args []any) (pgx.BatchResults, error) {
	batch, earlier := p.batch, p.queued
	p.batch, p.queued = pgx.Batch{}, nil
	batch.Queue(query, args...)
	results := p.conn.SendBatch(ctx, &batch)
	if p.tx == nil {
		p.tx = results.Tx()
	}
	for _, q := range earlier {
		if err := q.take(results); err != nil {
			_ = results.Close()
			p.failed = true
			return nil, err
		}
	}
	return results, nil
}

// Exec implements [pgx.Tx].
func (p *pipe) Exec(ctx context.Context, query string, args ...any) (pgconn.CommandTag, error) {
	if p.done {
		return pgconn.CommandTag{}, pgx.ErrTxClosed
	}
	p.addLast()
	if p.batch.Len() == 0 {
		return p.conn.Exec(ctx, query, args...)
	}
	results, err := p.send(ctx, query, args)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	tag, err := results.Exec()
	if closed := results.Close(); err == nil {
		err = closed
	}
	return tag, err
}

// Query implements [pgx.Tx].
func (p *pipe) Query(ctx context.Context, query string, args ...any) (pgx.Rows, error) {
	if p.done {
		return nil, pgx.ErrTxClosed
	}
	p.addLast()
	if p.batch.Len() == 0 {
		return p.conn.Query(ctx, query, args...)
	}
	results, err := p.send(ctx, query, args)
	if err != nil {
		return nil, err
	}
	rows, err := results.Query()
	if err != nil {
		_ = results.Close()
		return nil, err
	}
	return &batchRows{Rows: rows, batch: results}, nil
}

// QueryRow implements [pgx.Tx].
func (p *pipe) QueryRow(ctx context.Context, query string, args ...any) pgx.Row {
	rows, err := p.Query(ctx, query, args...)
	return &firstRow{rows, err}
}

// Commit implements [pgx.Tx].
func (p *pipe) Commit(ctx context.Context) error {
	if p.done {
		return pgx.ErrTxClosed
	}
	p.addLast()
	if slices.ContainsFunc(p.queued, queued.reads) { // and may refuse what it reads
		if err := p.flush(ctx); err != nil {
			return err
		}
	}
	if p.tx == nil && p.batch.Len() == 1 { // nothing but BEGIN
		p.done = true
		return nil
	}
	tag, err := p.end(ctx)
	if err != nil {
		return err
	}
	p.done = true
	if tag.String() == "ROLLBACK" {
		return pgx.ErrTxCommitRollback
	}
	return nil
}

// end sends COMMIT and returns what became of it.
func (p *pipe) end(ctx context.Context) (pgconn.CommandTag, error) {
	if !p.early {
		return p.Exec(ctx, "commit")
	}
	p.add("release early", "SET LOCAL synchronous_commit TO off", nil)
	var tag pgconn.CommandTag
	p.batch.Queue("commit")
	p.queued = append(p.queued, queued{what: "commit", tag: &tag})
	results, err := p.send(ctx, barrier, nil)
	if err != nil {
		return tag, err
	}
	if err := results.Close(); err != nil {
		// The transaction is committed: nobody may take this for a reason to run it again.
		return tag, fmt.Errorf("wait until it is durable: %w", hidden{err})
	}
	return tag, nil
}

// hidden is an error that is not looked into.
type hidden struct{ err error }

func (h hidden) Error() string { return h.err.Error() }

// Rollback implements [pgx.Tx].
func (p *pipe) Rollback(ctx context.Context) error {
	if p.done {
		return pgx.ErrTxClosed
	}
	p.done = true
	if p.tx == nil {
		return nil
	}
	return p.tx.Rollback(ctx)
}

var errNoNesting = errors.New("transactions do not nest")

// Begin implements [pgx.Tx]; it always fails.
func (p *pipe) Begin(context.Context) (pgx.Tx, error) { return nil, errNoNesting }

// flush runs what is queued.
func (p *pipe) flush(ctx context.Context) error {
	_, err := p.Exec(ctx, "select 1")
	return err
}

// SendBatch implements [pgx.Tx].
func (p *pipe) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	if err := p.flush(ctx); err != nil {
		return failedBatch{err}
	}
	return p.conn.SendBatch(ctx, b)
}

// CopyFrom implements [pgx.Tx].
func (p *pipe) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	if err := p.flush(ctx); err != nil {
		return 0, err
	}
	return p.conn.CopyFrom(ctx, table, columns, rows)
}

// LargeObjects implements [pgx.Tx]; the city has none.
func (p *pipe) LargeObjects() pgx.LargeObjects { return pgx.LargeObjects{} }

// Prepare implements [pgx.Tx].
func (p *pipe) Prepare(ctx context.Context, name, query string) (*pgconn.StatementDescription, error) {
	return p.conn.Conn().Prepare(ctx, name, query)
}

// Conn implements [pgx.Tx].
func (p *pipe) Conn() *pgx.Conn { return p.conn.Conn() }

// batchRows close their batch with them.
type batchRows struct {
	pgx.Rows
	batch pgx.BatchResults
	err   error // of closing the batch
}

func (r *batchRows) Next() bool {
	if r.Rows.Next() {
		return true
	}
	r.Close() // as pgx's own rows do at their end
	return false
}

func (r *batchRows) Close() {
	r.Rows.Close()
	if r.batch != nil {
		r.err = r.batch.Close()
		r.batch = nil
	}
}

func (r *batchRows) Err() error {
	if err := r.Rows.Err(); err != nil {
		return err
	}
	return r.err
}

// firstRow is the row of QueryRow.
type firstRow struct {
	rows pgx.Rows
	err  error
}

// Scan implements [pgx.Row].
func (r *firstRow) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return pgx.ErrNoRows
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	r.rows.Close()
	return r.rows.Err()
}

// failedBatch are the results of a batch that was not sent.
type failedBatch struct{ err error }

func (b failedBatch) Exec() (pgconn.CommandTag, error) { return pgconn.CommandTag{}, b.err }
func (b failedBatch) Query() (pgx.Rows, error)         { return nil, b.err }
func (b failedBatch) QueryRow() pgx.Row                { return &firstRow{err: b.err} }
func (b failedBatch) Close() error                     { return b.err }
func (b failedBatch) Tx() pgx.Tx                       { return nil }
