package store_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

func put(ctx context.Context, tx store.Tx, name, value string) error {
	_, err := tx.Exec(ctx, `INSERT INTO instance (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
	return err
}

func get(t *testing.T, q store.Querier, name string) (string, error) {
	t.Helper()
	var value string
	err := q.QueryRow(t.Context(), `SELECT value FROM instance WHERE name = $1`, name).Scan(&value)
	return value, err
}

func TestInTxCommitsAndRollsBack(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ran := 0
		err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			tx.AfterCommit(func() { ran++ })
			return put(ctx, tx, "kept", "yes")
		})
		if err != nil {
			t.Fatal(err)
		}
		refused := errors.New("refused")
		err = db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			tx.AfterCommit(func() { ran++ })
			if err := put(ctx, tx, "lost", "no"); err != nil {
				return err
			}
			return refused
		})
		if !errors.Is(err, refused) {
			t.Fatalf("error of the closure: got %v", err)
		}
		if value, err := get(t, db.Read(), "kept"); err != nil || value != "yes" {
			t.Errorf("committed row: got %q, %v", value, err)
		}
		if _, err := get(t, db.Read(), "lost"); !errors.Is(err, store.ErrNoRows) {
			t.Errorf("rolled back row: got %v, want ErrNoRows", err)
		}
		if ran != 1 {
			t.Errorf("AfterCommit ran %d times, want once, for the commit only", ran)
		}
	})
}

func TestPoolIsRefusedInsideTx(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		defer func() {
			if recover() == nil {
				t.Error("reading through the pool inside a transaction did not panic")
			}
		}()
		_ = db.InTx(t.Context(), func(ctx context.Context, _ store.Tx) error {
			return db.Read().QueryRow(ctx, `SELECT 1`).Scan(new(int))
		})
	})
}

// Writers that read, then write what they read plus one, must lose nothing.
func TestInTxConcurrentIncrements(t *testing.T) {
	t.Parallel()
	const writers, each = 8, 20
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		if err := db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO idempotency_keys (caller, key, request_hash, status, answer, created_at)
				VALUES ('c', 'k', '', 0, '', 0)`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		increment := func(ctx context.Context, tx store.Tx) error {
			var n int64
			if err := tx.QueryRow(ctx, `SELECT status FROM idempotency_keys WHERE caller = 'c'`+store.ForUpdate(tx)).Scan(&n); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `UPDATE idempotency_keys SET status = $1, created_at = $1 WHERE caller = 'c'`, n+1)
			return err
		}
		var wg sync.WaitGroup
		for range writers {
			wg.Go(func() {
				for range each {
					if err := db.InTx(ctx, increment); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		var n int64
		if err := db.Read().QueryRow(ctx, `SELECT status FROM idempotency_keys WHERE caller = 'c'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n != writers*each {
			t.Errorf("got %d increments, want %d", n, writers*each)
		}
	})
}

// Two serializable transactions that read each other's row conflict on
// PostgreSQL; the loser runs again and both succeed.
func TestInTxRetriesSerializationFailure(t *testing.T) {
	t.Parallel()
	db := storetest.Postgres(t)
	ctx := t.Context()
	var ready, wg sync.WaitGroup
	ready.Add(2)
	attempts := make([]int, 2)
	names := []string{"a", "b"}
	for i := range names {
		wg.Go(func() {
			err := db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
				attempts[i]++
				if _, err := tx.Exec(ctx, `SET TRANSACTION ISOLATION LEVEL SERIALIZABLE`); err != nil {
					return err
				}
				var n int
				if err := tx.QueryRow(ctx, `SELECT count(*) FROM instance`).Scan(&n); err != nil {
					return err
				}
				if attempts[i] == 1 {
					ready.Done()
					ready.Wait() // both have read before either writes
				}
				return put(ctx, tx, names[i], "x")
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if attempts[0]+attempts[1] < 3 {
		t.Errorf("attempts %v: nothing was retried", attempts)
	}
}

func TestConstraintNames(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		insert := func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO instance (name, value) VALUES ('twice', 'x')`)
			return err
		}
		if err := db.InTx(t.Context(), insert); err != nil {
			t.Fatal(err)
		}
		err := db.InTx(t.Context(), insert)
		if !store.IsUnique(err, "instance", "name") {
			t.Errorf("duplicate key not recognised: %v", err)
		}
		if store.IsUnique(err, "instance", "value") || store.IsUnique(errors.New("x"), "instance", "name") {
			t.Error("IsUnique says yes to other errors")
		}
	})
}

// Writers share commits: one that fails or panics takes nobody else's work with it.
func TestWritersFailAlone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const writers, each = 12, 25
		refused := errors.New("refused")
		write := func(name string, end func()) (err error) {
			defer func() {
				if p := recover(); p != nil {
					err = refused
				}
			}()
			return db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
				if err := put(ctx, tx, name, "x"); err != nil {
					return err
				}
				if end != nil {
					end()
					return refused
				}
				return nil
			})
		}
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					name, end := fmt.Sprintf("%d/%d", w, i), func() {}
					switch i % 5 {
					case 1: // returns an error
					case 2:
						end = func() { panic("boom") }
					default:
						end = nil
					}
					if err := write(name, end); (end == nil) != (err == nil) {
						t.Errorf("%s: %v", name, err)
					}
				}
			})
		}
		wg.Wait()
		var n int
		if err := db.Read().QueryRow(t.Context(), `SELECT count(*) FROM instance WHERE value = 'x'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if want := writers * each * 3 / 5; n != want {
			t.Errorf("%d rows, want %d", n, want)
		}
	})
}

// A statement that breaks off, as on a cancelled request, ends only its own work.
func TestCancelledWriterLeavesTheOthersAlone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for i := range 20 {
					ctx, cancel := context.WithCancel(t.Context())
					name := fmt.Sprintf("%d/%d", w, i)
					if w%2 == 0 {
						cancel()
						name = "cancelled"
					}
					err := db.InTx(ctx, func(ctx context.Context, tx store.Tx) error { return put(ctx, tx, name, "x") })
					cancel()
					if w%2 == 1 && err != nil {
						t.Errorf("%s: %v", name, err)
					}
				}
			})
		}
		wg.Wait()
		var n int
		if err := db.Read().QueryRow(t.Context(), `SELECT count(*) FROM instance WHERE name LIKE '%/%'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n != 4*20 {
			t.Errorf("%d rows, want %d", n, 4*20)
		}
	})
}

// Queued statements run in order, before what comes after them.
func TestQueue(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		queue := func(ctx context.Context, tx store.Tx, name string) error {
			return tx.Queue(ctx, "insert "+name, `INSERT INTO instance (name, value) VALUES ($1, 'x')`, name)
		}
		err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			for _, name := range []string{"a", "b"} {
				if err := queue(ctx, tx, name); err != nil {
					return err
				}
			}
			var n int
			if err := tx.QueryRow(ctx, `SELECT count(*) FROM instance WHERE value = 'x'`).Scan(&n); err != nil || n != 2 {
				t.Errorf("a query after two queued inserts sees %d rows, %v", n, err)
			}
			if err := queue(ctx, tx, "c"); err != nil {
				return err
			}
			changed, err := tx.Exec(ctx, `UPDATE instance SET value = 'y' WHERE value = 'x'`)
			if err != nil || changed != 3 {
				t.Errorf("an update after three queued inserts changes %d rows, %v", changed, err)
			}
			return queue(ctx, tx, "d")
		})
		if err != nil {
			t.Fatal(err)
		}
		if v, err := get(t, db.Read(), "d"); err != nil || v != "x" {
			t.Errorf("the last queued insert: %q, %v", v, err)
		}
		err = db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			if err := queue(ctx, tx, "e"); err != nil {
				return err
			}
			return queue(ctx, tx, "a")
		})
		if !store.IsUnique(err, "instance", "name") || !strings.HasPrefix(err.Error(), "commit: insert a:") && !strings.HasPrefix(err.Error(), "insert a:") {
			t.Errorf("a queued insert that repeats a name: %v", err)
		}
		if _, err := get(t, db.Read(), "e"); !errors.Is(err, store.ErrNoRows) {
			t.Errorf("the transaction of a failed queued insert: %v", err)
		}
	})
}

// Whoever is refused because of another's row finds that row.
func TestRefusalsAreDurable(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for round := range 20 {
			name := fmt.Sprintf("round %d", round)
			var wg sync.WaitGroup
			var took atomic.Int32
			for range 10 {
				wg.Go(func() {
					err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
						_, err := tx.Exec(ctx, `INSERT INTO instance (name, value) VALUES ($1, 'x')`, name)
						return err
					})
					if err == nil {
						took.Add(1)
					} else if !store.IsUnique(err, "instance", "name") {
						t.Error(err)
					}
					if _, err := get(t, db.Read(), name); err != nil {
						t.Errorf("%s: refused, and yet: %v", name, err)
					}
				})
			}
			wg.Wait()
			if took.Load() != 1 {
				t.Errorf("%s was taken %d times", name, took.Load())
			}
		}
	})
}

// A transaction that hoped in vain runs again and asks first; of what it did
// nothing stays. Without hope the error of a queued statement is the caller's.
func TestHope(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		insert := func(ctx context.Context, tx store.Tx, name string) error {
			return tx.Queue(ctx, "insert "+name, `INSERT INTO instance (name, value) VALUES ($1, 'x')`, name)
		}
		if err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error { return insert(ctx, tx, "taken") }); err != nil {
			t.Fatal(err)
		}
		told := 0
		err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			tx.AfterCommit(func() { told++ })
			if tx.Hopeful() {
				return errors.Join(insert(ctx, tx, "first run"), insert(ctx, tx, "taken"))
			}
			return insert(ctx, tx, "second run")
		})
		if err != nil || told != 1 {
			t.Fatalf("%v, told %d times of the commit", err, told)
		}
		if _, err := get(t, db.Read(), "first run"); !errors.Is(err, store.ErrNoRows) {
			t.Errorf("of the run that hoped in vain: %v", err)
		}
		if _, err := get(t, db.Read(), "second run"); err != nil {
			t.Errorf("of the run that asked first: %v", err)
		}
		runs := 0
		err = db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			runs++
			return insert(ctx, tx, "taken")
		})
		if !store.IsUnique(err, "instance", "name") || runs != 1 {
			t.Errorf("without hope: %v after %d runs", err, runs)
		}
	})
}

func TestCollectedRowsAreWrittenInOrder(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		const n = 130
		appendAll := func(fail error) error {
			return db.InTx(ctx, func(_ context.Context, tx store.Tx) error {
				for i := range n {
					tx.Collect(`events (id, subject, type, data, created_at)`, "evt", "tsk", "t", strconv.Itoa(i), 1)
				}
				return fail
			})
		}
		refused := errors.New("refused")
		if err := appendAll(refused); !errors.Is(err, refused) {
			t.Fatal(err)
		}
		if err := appendAll(nil); err != nil {
			t.Fatal(err)
		}
		rows, err := db.Read().Query(ctx, `SELECT data FROM events ORDER BY seq`)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		next := 0
		for ; rows.Next(); next++ {
			var data string
			if err := rows.Scan(&data); err != nil || data != strconv.Itoa(next) {
				t.Fatalf("row %d: %q, %v", next, data, err)
			}
		}
		if next != n || rows.Err() != nil {
			t.Errorf("%d rows, want %d; %v", next, n, rows.Err())
		}
	})
}

// What takes a lock comes behind what is queued, and before every answer.
func TestQueueLast(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		set := `INSERT INTO instance (name, value) VALUES ($1, $2)`
		note := `UPDATE instance SET value = value || $2 WHERE name = $1`
		err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			asked := ""
			err := errors.Join(
				tx.Queue(ctx, "set", set, "k", "a"),
				tx.QueueLast(ctx, "last", note, "k", "z"),
				tx.Queue(ctx, "note", note, "k", "b"),
				tx.QueueLast(ctx, "very last", note, "k", "Z"),
				tx.Ask(ctx, `SELECT value FROM instance WHERE name = $1`, []any{"k"}, func(row store.Row) error { return row.Scan(&asked) }),
				tx.QueueLast(ctx, "last at the commit", note, "k", "."))
			if err != nil {
				return err
			}
			value, err := get(t, tx, "k")
			want := map[store.Dialect]string{store.Postgres: "abzZ", store.SQLite: "azbZ"}[tx.Dialect()]
			if err != nil || value != want+"." || asked != want {
				t.Errorf("read %q, asked %q; %v", value, asked, err)
			}
			return tx.QueueLast(ctx, "at the commit", note, "k", "!")
		})
		if err != nil {
			t.Fatal(err)
		}
		if value, err := get(t, db.Read(), "k"); err != nil || !strings.HasSuffix(value, ".!") {
			t.Errorf("committed %q, %v", value, err)
		}
	})
}

// An answer that is read at the commit may refuse it.
func TestAskRefusesTheCommit(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		refused := errors.New("refused")
		err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			return errors.Join(tx.Queue(ctx, "set", `INSERT INTO instance (name, value) VALUES ('k', 'v')`),
				tx.Ask(ctx, `SELECT 1`, nil, func(store.Row) error { return refused }))
		})
		if !errors.Is(err, refused) {
			t.Errorf("the answer was %v", err)
		}
		if _, err := get(t, db.Read(), "k"); !errors.Is(err, store.ErrNoRows) {
			t.Errorf("a refused transaction left: %v", err)
		}
	})
}

func TestHopeNone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		runs := func(name string) (n int) {
			err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
				n++
				if tx.Hopeful() {
					return store.HopeNone(ctx, tx, "no such row", `SELECT 1 FROM instance WHERE name = $1`, name)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error { return put(ctx, tx, "there", "x") }); err != nil {
			t.Fatal(err)
		}
		if n := runs("there"); n != 2 {
			t.Errorf("%d runs in the face of a row, want 2", n)
		}
		if n := runs("nowhere"); n != 1 {
			t.Errorf("%d runs without one, want 1", n)
		}
	})
}
