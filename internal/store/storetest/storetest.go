// Package storetest gives tests migrated databases: each test on both engines,
// each with a database of its own.
package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/store"
)

// Each runs f once on SQLite and once on PostgreSQL, in parallel subtests.
// Without PostgreSQL (AICITY_TEST_POSTGRES unset) that half is skipped by
// name, but fails in CI.
func Each(t *testing.T, f func(t *testing.T, db *store.DB)) {
	t.Helper()
	EachClock(t, city.SystemClock{}, f)
}

// EachClock is Each with the databases on the given clock.
func EachClock(t *testing.T, clock city.Clock, f func(t *testing.T, db *store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, open(t, sqliteOptions(t), clock))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(t, open(t, postgresOptions(t), clock))
	})
}

// SQLite returns a migrated SQLite database that lives as long as the test.
func SQLite(t testing.TB) *store.DB {
	t.Helper()
	return open(t, sqliteOptions(t), city.SystemClock{})
}

// Postgres returns a migrated PostgreSQL database that lives as long as the test.
func Postgres(t testing.TB) *store.DB {
	t.Helper()
	return open(t, postgresOptions(t), city.SystemClock{})
}

// PostgresURL returns the URL of a migrated database that lives as long as the
// test, for tests that start a whole server on it.
func PostgresURL(t testing.TB) string {
	t.Helper()
	return postgresOptions(t).URL
}

func open(t testing.TB, opts store.Options, clock city.Clock) *store.DB {
	t.Helper()
	opts.PanicOnMisuse = true
	opts.Clock = clock
	db, err := store.Open(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// migrate brings a database of either engine up to date, River's tables included.
func migrate(ctx context.Context, opts store.Options) error {
	db, err := store.Open(ctx, opts)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if err := db.Migrate(ctx); err != nil {
		return err
	}
	return jobs.Migrate(ctx, db)
}

// sqliteTemplate is a migrated, empty database file: made once a process, copied for each test.
var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "aicity-template-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "city.db")
	if err := migrate(context.Background(), store.Options{Path: path}); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func sqliteOptions(t testing.TB) store.Options {
	t.Helper()
	path := filepath.Join(t.TempDir(), "city.db")
	SQLiteFile(t, path)
	return store.Options{Path: path}
}

// SQLiteFile makes path a migrated database, for tests that open it themselves.
func SQLiteFile(t testing.TB, path string) {
	t.Helper()
	template, err := sqliteTemplate()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, template, 0o600); err != nil {
		t.Fatal(err)
	}
}

// postgresTemplate makes, once a process, the template database that CREATE
// DATABASE copies for each test. Its name holds a hash of the migrations, so
// test processes that run at the same time share one.
var postgresTemplate = sync.OnceValues(func() (string, error) {
	ctx := context.Background()
	base := os.Getenv("AICITY_TEST_POSTGRES")
	name, err := templateName()
	if err != nil {
		return "", err
	}
	conn, err := pgx.Connect(ctx, base)
	if err != nil {
		return "", fmt.Errorf("connect to AICITY_TEST_POSTGRES: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	// One process makes the template, the others wait for it.
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock(7117)`); err != nil {
		return "", err
	}
	var exists bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)`, name).Scan(&exists); err != nil {
		return "", err
	}
	if exists {
		return name, nil
	}
	building := name + "_building"
	if _, err := conn.Exec(ctx, `DROP DATABASE IF EXISTS `+building); err != nil {
		return "", err
	}
	if _, err := conn.Exec(ctx, `CREATE DATABASE `+building); err != nil {
		return "", err
	}
	if err := migrate(ctx, store.Options{URL: withDatabase(base, building), MaxConns: 4}); err != nil {
		return "", err
	}
	// Renamed only when complete: a killed build never passes for a template.
	_, err = conn.Exec(ctx, `ALTER DATABASE `+building+` RENAME TO `+name)
	return name, err
})

func templateName() (string, error) {
	sum := sha256.New()
	migrations := store.Migrations()
	err := fs.WalkDir(migrations, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(migrations, path)
		_, _ = fmt.Fprintf(sum, "%s %d %s", path, len(text), text)
		return err
	})
	return "aicity_template_" + hex.EncodeToString(sum.Sum(nil)[:8]), err
}

func postgresOptions(t testing.TB) store.Options {
	t.Helper()
	base := os.Getenv("AICITY_TEST_POSTGRES")
	if base == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("AICITY_TEST_POSTGRES is not set: CI tests both engines")
		}
		t.Skip("AICITY_TEST_POSTGRES is not set: PostgreSQL half skipped")
	}
	template, err := postgresTemplate()
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	name := "aicity_test_" + hex.EncodeToString(uuid.Must(uuid.NewV7()).NodeID()) + "_" + uuid.NewString()[:8]
	run := func(statement string) error {
		conn, err := pgx.Connect(ctx, base)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close(ctx) }()
		_, err = conn.Exec(ctx, statement)
		return err
	}
	if err := run(`CREATE DATABASE ` + name + ` TEMPLATE ` + template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := run(`DROP DATABASE IF EXISTS ` + name + ` WITH (FORCE)`); err != nil {
			t.Logf("drop test database: %v", err)
		}
	})
	return store.Options{URL: withDatabase(base, name), MaxConns: 20}
}

// withDatabase is the connection URL base, pointing to another database.
func withDatabase(base, name string) string {
	u, err := url.Parse(base)
	if err != nil {
		return base
	}
	u.Path = "/" + name
	return u.String()
}

// IsCheck reports whether err says that the named CHECK constraint was violated.
func IsCheck(err error, name string) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "23514" && pg.ConstraintName == name
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		return lite.Code() == sqlite3.SQLITE_CONSTRAINT_CHECK && strings.Contains(lite.Error(), name)
	}
	return false
}
