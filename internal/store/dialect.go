package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ForUpdate is the clause that locks the selected rows until commit. SQLite has
// one writer, whose transaction already holds the lock.
func ForUpdate(tx Tx) string {
	if tx.Dialect() == Postgres {
		return " FOR UPDATE"
	}
	return ""
}

// Newest is a condition and an order for the newest rows of one owner below a place
// in the order, all named by columns and placeholders, as an index over (owner,
// order) has them. PostgreSQL compares the owner as a range: with an equality it
// may walk back by the order alone for an owner of many rows, past those of all
// others that came since. SQLite walks from the newest with a range.
func Newest(q Querier, owner, is, order, below string) (where, by string) {
	if q.Dialect() == Postgres {
		return fmt.Sprintf("%[1]s >= %[2]s AND (%[1]s, %[3]s) < (%[2]s, %[4]s)", owner, is, order, below), fmt.Sprintf("%s DESC, %s DESC", owner, order)
	}
	return fmt.Sprintf("%s = %s AND %s < %s", owner, is, order, below), order + " DESC"
}

// GathersWrites reports whether rows that belong anywhere in an index are better
// kept together and put there many at once: SQLite writes each page that changes
// whole, at each commit; PostgreSQL writes the rows.
func GathersWrites(q Querier) bool { return q.Dialect() == SQLite }

// IsUnique reports whether err says that a unique constraint over the columns
// of table was violated. Columns are named as the schema does, in order.
func IsUnique(err error, table string, columns ...string) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "23505" && pg.TableName == table && strings.Contains(pg.Detail, "("+strings.Join(columns, ", ")+")")
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		code := lite.Code()
		if code != sqlite3.SQLITE_CONSTRAINT_UNIQUE && code != sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY {
			return false
		}
		names := make([]string, len(columns))
		for i, column := range columns {
			names[i] = table + "." + column
		}
		return strings.Contains(lite.Error(), strings.Join(names, ", "))
	}
	return false
}

// retryable reports whether the same transaction may succeed when run again.
func retryable(err error) bool {
	if errors.Is(err, errLost) {
		return true
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "40001" || pg.Code == "40P01"
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		primary := lite.Code() & 0xff
		return primary == sqlite3.SQLITE_BUSY || primary == sqlite3.SQLITE_LOCKED
	}
	return false
}

// LikePattern escapes text for a LIKE … ESCAPE '\' that finds it anywhere, in
// lower case.
func LikePattern(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(text)) + "%"
}

// LockTable keeps others from writing to a table until tx ends, and waits for
// those who are. SQLite's only writer needs no more than its transaction.
func LockTable(ctx context.Context, tx Tx, table string) error {
	if tx.Dialect() != Postgres {
		return nil
	}
	if _, err := tx.Exec(ctx, `LOCK TABLE `+table+` IN SHARE ROW EXCLUSIVE MODE`); err != nil {
		return fmt.Errorf("lock %s: %w", table, err)
	}
	return nil
}
