package store_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// column is a column as both engines can state it.
type column struct {
	Table, Name, Type string
	NotNull           bool
}

// The two schemas are written by hand; this keeps them equal.
func TestSchemaParity(t *testing.T) {
	t.Parallel()
	lite := columns(t, storetest.SQLite(t), `
		SELECT m.name, c.name, c.type, c."notnull" FROM sqlite_schema m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'river_%' AND m.name <> 'goose_db_version'
		ORDER BY 1, 2`)
	pg := columns(t, storetest.Postgres(t), `
		SELECT table_name, column_name, data_type, CASE is_nullable WHEN 'NO' THEN 1 ELSE 0 END FROM information_schema.columns
		JOIN information_schema.tables USING (table_schema, table_name)
		WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND table_name NOT LIKE 'river_%' AND table_name <> 'goose_db_version'
		ORDER BY 1, 2`)
	if len(lite) == 0 {
		t.Fatal("no tables found")
	}
	if diff := cmp.Diff(lite, pg); diff != "" {
		t.Errorf("columns differ between SQLite (-) and PostgreSQL (+):\n%s", diff)
	}
}

// PostgreSQL uses no index for a comparison of two columns with different
// collations: all ids compare by their bytes. A new one says COLLATE "C".
func TestIDsCompareBytes(t *testing.T) {
	t.Parallel()
	rows, err := storetest.Postgres(t).Read().Query(t.Context(), `
		SELECT table_name, column_name FROM information_schema.columns
		WHERE table_schema = current_schema() AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'
		AND (column_name = 'id' OR column_name LIKE '%\_id') AND table_name NOT LIKE 'river_%' AND table_name <> 'goose_db_version' ORDER BY 1, 2`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			t.Fatal(err)
		}
		t.Errorf(`%s.%s is not COLLATE "C"`, table, column)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

func columns(t *testing.T, db *store.DB, query string) map[string]column {
	t.Helper()
	rows, err := db.Read().Query(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	// What each engine calls the portable types of this schema.
	portable := map[string]string{
		"INTEGER": "integer", "TEXT": "text", "BLOB": "bytes", "REAL": "real",
		"bigint": "integer", "boolean": "integer", "text": "text", "bytea": "bytes", "double precision": "real",
	}
	found := map[string]column{}
	for rows.Next() {
		var c column
		var kind string
		var notNull int64
		if err := rows.Scan(&c.Table, &c.Name, &kind, &notNull); err != nil {
			t.Fatal(err)
		}
		c.Type, c.NotNull = portable[kind], notNull != 0
		if c.Type == "" {
			t.Errorf("%s.%s has type %q, which is not portable", c.Table, c.Name, kind)
		}
		found[c.Table+"."+c.Name] = c
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}
