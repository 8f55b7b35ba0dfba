package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

func (db *DB) onceSQLite(ctx context.Context, f func(ctx context.Context, tx Tx) error, hopeful bool) error {
	var tx *sqlTx
	err := db.turns.write(ctx, func(inner *sql.Tx) error {
		// The time is taken in turn, so that it grows with commit order.
		tx = &sqlTx{txBase: txBase{now: db.clock.Now()}, tx: inner, hopeful: hopeful}
		// SQLite ends the transaction of an interrupted statement, and others are
		// in it: a caller that leaves does not interrupt.
		ctx := markInTx(context.WithoutCancel(ctx))
		if err := f(ctx, tx); err != nil {
			return err
		}
		return tx.writeCollected(ctx, tx)
	})
	if err != nil && tx != nil && tx.hoped && tx.failed {
		return errors.Join(errHope, err)
	}
	if err != nil {
		return err
	}
	tx.committed()
	return nil
}

// turns lets the writers of SQLite write one after the other. Those who wait
// for each other share a commit, because the sync of a commit costs as much as
// many statements: each is a savepoint of one transaction, fails for itself,
// and returns when all is durable.
type turns struct {
	db      *sql.DB
	token   chan struct{} // holds one element while nobody writes
	waiting atomic.Int32
	// open is the shared transaction, nil when there is none; the holder of the
	// token owns it.
	open *shared
}

// shared is a transaction of several writers.
type shared struct {
	tx      *sql.Tx
	began   time.Time
	writers int // whose work is in it
	done    chan struct{}
	err     error // of the commit; to be read after done is closed
}

// A shared transaction ends after so many writers or so long, so that the first
// does not wait for ever and other users of the connection get it.
const (
	maxShare    = 64
	maxShareFor = 20 * time.Millisecond
)

func newTurns(db *sql.DB) *turns {
	t := &turns{db: db, token: make(chan struct{}, 1)}
	t.token <- struct{}{}
	return t
}

// write runs f in a transaction and returns when it is durable, or with f's
// error when it is undone.
func (t *turns) write(ctx context.Context, f func(*sql.Tx) error) error {
	t.waiting.Add(1)
	<-t.token // never for long, and who waits here must come to the end: others count on it
	t.waiting.Add(-1)
	release := sync.OnceFunc(func() { t.token <- struct{}{} })
	defer release()
	ended := false
	defer func() {
		if !ended { // f panicked
			t.undo()
			t.end()
		}
	}()
	joined, err := t.run(ctx, f)
	ended = true
	t.end()
	release()
	if joined == nil {
		return err
	}
	// Also a refusal waits: it may be because of what others in the transaction
	// did, and whoever hears of it must find that durable.
	<-joined.done
	return cmp.Or(joined.err, err)
}

// run adds the work of f to the open transaction, which it returns when there is
// one whose end f's result hangs on.
func (t *turns) run(ctx context.Context, f func(*sql.Tx) error) (*shared, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if t.open == nil {
		tx, err := t.db.BeginTx(context.WithoutCancel(ctx), nil)
		if err != nil {
			return nil, fmt.Errorf("begin transaction: %w", err)
		}
		t.open = &shared{tx: tx, began: time.Now(), done: make(chan struct{})} //nolint:forbidigo // how long, not when
	}
	if _, err := t.open.tx.Exec("SAVEPOINT writer"); err != nil { //nolint:noctx // must not be interrupted
		t.fail()
		return nil, fmt.Errorf("begin transaction: %w", err)
	}
	if err := f(t.open.tx); err != nil {
		t.undo()
		return t.open, err
	}
	if _, err := t.open.tx.Exec("RELEASE writer"); err != nil { //nolint:noctx // must not be interrupted
		t.fail()
		return nil, fmt.Errorf("commit: %w", err)
	}
	t.open.writers++
	return t.open, nil
}

// undo takes back what the writer in turn has done. Where that cannot be done,
// everybody's work is lost, and they are told.
func (t *turns) undo() {
	if t.open == nil {
		return
	}
	if _, err := t.open.tx.Exec("ROLLBACK TO writer"); err != nil { //nolint:noctx // must not be interrupted
		t.fail()
		return
	}
	if _, err := t.open.tx.Exec("RELEASE writer"); err != nil { //nolint:noctx // must not be interrupted
		t.fail()
	}
}

// errLost says that a transaction was undone through no fault of its own; it is
// run again.
var errLost = errors.New("the shared transaction was given up")

// fail gives the open transaction up.
func (t *turns) fail() {
	_ = t.open.tx.Rollback()
	t.open.err = errLost
	close(t.open.done)
	t.open = nil
}

// end commits the open transaction, unless somebody waits who can join it.
func (t *turns) end() {
	o := t.open
	if o == nil {
		return
	}
	if t.waiting.Load() > 0 && o.writers < maxShare && time.Since(o.began) < maxShareFor { //nolint:forbidigo // how long, not when
		return
	}
	t.open = nil
	if o.writers == 0 {
		_ = o.tx.Rollback()
		close(o.done)
		return
	}
	if err := o.tx.Commit(); err != nil {
		o.err = fmt.Errorf("commit: %w", err)
	}
	close(o.done)
}
