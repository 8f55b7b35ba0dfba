package store_test

import (
	"context"
	"errors"
	"net/url"
	"testing"

	"github.com/jackc/pgx/v5"

	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// waitingForDisk is a database whose commits wait until their log is written, as
// those of a city do; the server of the tests does not.
func waitingForDisk(t *testing.T) (*store.DB, *pgx.Conn) {
	t.Helper()
	u, err := url.Parse(storetest.PostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set("synchronous_commit", "on")
	u.RawQuery = query.Encode()
	db, err := store.Open(t.Context(), store.Options{URL: u.String()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	conn, err := pgx.Connect(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return db, conn
}

const written = `SELECT pg_current_wal_flush_lsn() >= $1::pg_lsn`

func TestReleaseEarlyEndsWhenItIsDurable(t *testing.T) {
	t.Parallel()
	db, look := waitingForDisk(t)
	for range 30 {
		var place string
		err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			tx.ReleaseEarly()
			if _, err := tx.Exec(ctx, `INSERT INTO instance (name, value) VALUES ('k', '1') ON CONFLICT (name) DO UPDATE SET value = instance.value || '1'`); err != nil {
				return err
			}
			return tx.QueryRow(ctx, `SELECT CAST(pg_current_wal_insert_lsn() AS TEXT)`).Scan(&place)
		})
		if err != nil {
			t.Fatal(err)
		}
		var safe bool
		if err := look.QueryRow(t.Context(), written, place).Scan(&safe); err != nil || !safe {
			t.Fatalf("the transaction ended before the log was written up to its commit (%v)", err)
		}
	}
	if value, err := get(t, db.Read(), "k"); err != nil || len(value) != 30 {
		t.Errorf("30 transactions left %q, %v", value, err)
	}
}

// Somebody else's commit that did not wait is durable after Durable.
func TestDurable(t *testing.T) {
	t.Parallel()
	db, conn := waitingForDisk(t)
	for range 30 {
		var place string
		if _, err := conn.Exec(t.Context(), `SET synchronous_commit TO off`); err != nil {
			t.Fatal(err)
		}
		if err := conn.QueryRow(t.Context(), `INSERT INTO instance (name, value) VALUES (gen_random_uuid()::text, '') RETURNING CAST(pg_current_wal_insert_lsn() AS TEXT)`).Scan(&place); err != nil {
			t.Fatal(err)
		}
		if err := db.Durable(t.Context()); err != nil {
			t.Fatal(err)
		}
		var safe bool
		if err := conn.QueryRow(t.Context(), written, place).Scan(&safe); err != nil || !safe {
			t.Fatalf("not written yet (%v)", err)
		}
	}
}

func TestReleaseEarlyFailsAsAWhole(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		insert := `INSERT INTO instance (name, value) VALUES ($1, 'x')`
		mine := errors.New("mine")
		for name, f := range map[string]func(ctx context.Context, tx store.Tx) error{
			"an error of the caller":  func(context.Context, store.Tx) error { return mine },
			"a statement":             func(ctx context.Context, tx store.Tx) error { _, err := tx.Exec(ctx, insert, "a"); return err },
			"a queued statement":      func(ctx context.Context, tx store.Tx) error { return tx.Queue(ctx, "insert", insert, "a") },
			"one that is queued last": func(ctx context.Context, tx store.Tx) error { return tx.QueueLast(ctx, "insert", insert, "a") },
			"an error that was passed over": func(ctx context.Context, tx store.Tx) error {
				if tx.Dialect() == store.SQLite {
					return mine // its statements fail alone
				}
				_, _ = tx.Exec(ctx, insert, "a")
				return nil
			},
		} {
			err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
				tx.ReleaseEarly()
				if err := tx.Queue(ctx, "insert", insert, "a"); err != nil {
					return err
				}
				return f(ctx, tx)
			})
			if err == nil {
				t.Errorf("%s: no error", name)
			}
			if _, err := get(t, db.Read(), "a"); !errors.Is(err, store.ErrNoRows) {
				t.Errorf("%s: something was committed (%v)", name, err)
			}
		}
	})
}
