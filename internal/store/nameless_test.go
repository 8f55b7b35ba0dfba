package store

import (
	"slices"
	"testing"
)

func TestNameless(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		query, text string
		order       []int
	}{
		{`SELECT 1`, `SELECT 1`, nil},
		{`SELECT $1, $2`, `SELECT ?, ?`, []int{1, 2}},
		{`SELECT $2 WHERE a = $10 OR b = $1 OR c = $2`, `SELECT ? WHERE a = ? OR b = ? OR c = ?`, []int{2, 10, 1, 2}},
		{`SELECT '$1 it''s $2', "$3", $1 -- $4` + "\n, /* $5 */ $2", `SELECT '$1 it''s $2', "$3", ? -- $4` + "\n, /* $5 */ ?", []int{1, 2}},
		{`SELECT $1 WHERE a LIKE 'x' ESCAPE '\' AND b = $2`, `SELECT ? WHERE a LIKE 'x' ESCAPE '\' AND b = ?`, []int{1, 2}},
		{`SELECT $1 LIMIT $2 OFFSET $3`, `SELECT ? LIMIT ?+0 OFFSET ?`, []int{1, 2, 3}},
		{`SELECT $1 -- to the end $2`, `SELECT ? -- to the end $2`, []int{1}},
		{`SELECT $1, 'open`, `SELECT ?, 'open`, []int{1}},
		// Others' placeholders are left alone.
		{`SELECT ?1, '$1'`, `SELECT ?1, '$1'`, nil},
		{`SELECT $1, @name`, `SELECT $1, @name`, nil},
		{`SELECT $1, $name`, `SELECT $1, $name`, nil},
	} {
		text, order := nameless(c.query)
		if text != c.text || !slices.Equal(order, c.order) {
			t.Errorf("%s: %s with %v, want %s with %v", c.query, text, order, c.text, c.order)
		}
	}
}
