package column_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/column"
	"aicity.dev/aicity/internal/store/storetest"
)

type colour string

type thing struct {
	ID     string
	Colour colour
	Count  int
	Loud   bool
	Score  *int
	Tags   []string
	Made   time.Time
	Ended  *time.Time
	Limit  time.Duration
	Upper  string
}

var columns = column.List[thing]{
	column.Text("id", func(t *thing) *string { return &t.ID }).Fixed(),
	column.Text("colour", func(t *thing) *colour { return &t.Colour }),
	column.Number("count", func(t *thing) *int { return &t.Count }),
	column.Plain("loud", func(t *thing) *bool { return &t.Loud }),
	column.Plain("score", func(t *thing) **int { return &t.Score }),
	column.JSON("tags", func(t *thing) *[]string { return &t.Tags }),
	column.Time("made", func(t *thing) *time.Time { return &t.Made }).Fixed(),
	column.TimePtr("ended", func(t *thing) **time.Time { return &t.Ended }),
	column.Duration("time_limit", func(t *thing) *time.Duration { return &t.Limit }),
	{Name: "upper_id", Read: column.Into(func(t *thing) *string { return &t.Upper })},
	{Name: "half", Write: func(t *thing) any { return int64(t.Count / 2) }},
}

const create = `CREATE TABLE things (id TEXT PRIMARY KEY, colour TEXT, count BIGINT, loud BOOLEAN, score BIGINT,
	tags TEXT, made BIGINT, ended BIGINT, time_limit BIGINT, half BIGINT, note TEXT, upper_id TEXT DEFAULT 'A')`

// What is written is read, on both engines, whichever statement wrote it.
func TestWrittenIsRead(t *testing.T) {
	t.Parallel()
	at, score := time.Date(2026, 5, 4, 3, 2, 1, 5000, time.UTC), 7
	first := thing{ID: "a", Colour: "red", Count: 9, Tags: []string{"x"}, Made: at}
	second := thing{ID: "a", Colour: "blue", Count: 4, Loud: true, Score: &score, Tags: []string{}, Made: at, Ended: &at, Limit: time.Second}
	changing := columns.Changing()
	set, changed := changing.SetChanged(2, changing.Values(&first), changing.Values(&second))
	for name, change := range map[string]struct {
		query string
		args  []any
	}{
		"Set":         {`UPDATE things SET ` + changing.Set(2) + ` WHERE id = $1`, append([]any{"a"}, changing.Values(&second)...)},
		"SetChanged":  {`UPDATE things SET ` + set + ` WHERE id = $1`, append([]any{"a"}, changed...)},
		"SetExcluded": {columns.Insert("things") + ` ON CONFLICT (id) DO UPDATE SET ` + changing.SetExcluded(), columns.Values(&second)},
	} {
		storetest.Each(t, func(t *testing.T, db *store.DB) {
			err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
				if _, err := tx.Exec(ctx, create); err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, columns.Insert("things", "note"), append(columns.Values(&first), "kept")...); err != nil {
					return err
				}
				expect(ctx, t, tx, first)
				if _, err := tx.Exec(ctx, change.query, change.args...); err != nil {
					return err
				}
				expect(ctx, t, tx, second)
				return nil
			})
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

func expect(ctx context.Context, t *testing.T, tx store.Tx, want thing) {
	t.Helper()
	got, err := columns.Scan(tx.QueryRow(ctx, `SELECT `+columns.Selected("t.")+` FROM things t WHERE note = 'kept' AND half = $1`, want.Count/2))
	want.Upper = "A"
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
}

func TestNothingChanged(t *testing.T) {
	t.Parallel()
	one, same, moved := thing{Tags: []string{"x"}}, thing{Tags: []string{"x"}}, thing{Tags: []string{"x"}, Count: 1}
	if set, args := columns.SetChanged(2, columns.Values(&one), columns.Values(&same)); set != "" || args != nil {
		t.Errorf("%q %v", set, args)
	}
	// Only the column that differs; half does not: 1/2 is 0.
	if set, args := columns.SetChanged(2, columns.Values(&one), columns.Values(&moved)); set != "count = $2" || !cmp.Equal(args, []any{int64(1)}) {
		t.Errorf("%q %v", set, args)
	}
}
