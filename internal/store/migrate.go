package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// Migrate brings the schema up to date. Several nodes may call it at once; on
// PostgreSQL an advisory lock lets one of them do the work.
func (db *DB) Migrate(ctx context.Context) error {
	dir, err := fs.Sub(migrations, "migrations/"+string(db.dialect))
	if err != nil {
		return fmt.Errorf("open migrations: %w", err)
	}
	provider, done, err := db.migrationProvider(dir)
	if err != nil {
		return fmt.Errorf("prepare migrations: %w", err)
	}
	defer done()
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// migrationProvider returns what migrates; done lets go of what it needed.
func (db *DB) migrationProvider(dir fs.FS) (provider *goose.Provider, done func(), err error) {
	if db.pool == nil {
		provider, err = goose.NewProvider(goose.DialectSQLite3, db.writer, dir, goose.WithAllowOutofOrder(true))
		return provider, func() {}, err
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, nil, err
	}
	view := stdlib.OpenDBFromPool(db.pool) // closing it leaves the pool open
	provider, err = goose.NewProvider(goose.DialectPostgres, view, dir, goose.WithSessionLocker(locker), goose.WithAllowOutofOrder(true))
	return provider, func() { _ = view.Close() }, err
}

// Migrations are the embedded migration files, one directory per dialect.
func Migrations() fs.FS { return migrations }
