package store_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// Rows that go column by column arrive in their order, NULL as NULL, behind
// placeholders of the statement's own.
func TestMany(t *testing.T) {
	t.Parallel()
	type line struct {
		Name  string
		Count int64
		Note  string
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		note := "it's {\"a\", NULL}\n$1"
		names, counts, notes := []string{"a", `b"\`, "c"}, []int64{1, -2, 1 << 62}, []*string{nil, &note, nil}
		var got []line
		err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			if _, err := tx.Exec(ctx, `CREATE TABLE many_test (name TEXT, count BIGINT, note TEXT)`); err != nil {
				return err
			}
			query, args := store.InsertMany(tx, "many_test (name, count, note)", names, counts, notes)
			if _, err := tx.Exec(ctx, query, args...); err != nil {
				return err
			}
			many, args := store.Many(tx, 2, []string{"c", "a"}, []int64{0, 5})
			_, err := tx.Exec(ctx, `UPDATE many_test SET count = $1 + column2 FROM `+many+` WHERE name = column1`, append([]any{int64(100)}, args...)...)
			if err != nil {
				return err
			}
			one, args := store.AnyOf(tx, "name", 2, []string{"c", `b"\`, "x"})
			rows, err := tx.Query(ctx, `SELECT name, count, COALESCE(note, 'NULL') FROM many_test WHERE count <> $1 AND (`+one+` OR name = 'a') ORDER BY name`,
				append([]any{int64(0)}, args...)...)
			if err != nil {
				return err
			}
			defer func() { _ = rows.Close() }()
			for rows.Next() {
				var l line
				if err := rows.Scan(&l.Name, &l.Count, &l.Note); err != nil {
					return err
				}
				got = append(got, l)
			}
			return rows.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]line{{"a", 105, "NULL"}, {`b"\`, -2, note}, {"c", 100, "NULL"}}, got); diff != "" {
			t.Error(diff)
		}
	})
}
