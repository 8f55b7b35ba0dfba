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
	provider, err := db.migrationProvider(dir)
	if err != nil {
		return fmt.Errorf("prepare migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

func (db *DB) migrationProvider(dir fs.FS) (*goose.Provider, error) {
	if db.pool == nil {
		return goose.NewProvider(goose.DialectSQLite3, db.writer, dir, goose.WithAllowOutofOrder(true))
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, stdlib.OpenDBFromPool(db.pool), dir,
		goose.WithSessionLocker(locker), goose.WithAllowOutofOrder(true))
}

// Migrations are the embedded migration files, one directory per dialect.
func Migrations() fs.FS { return migrations }
