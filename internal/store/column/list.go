package column

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"aicity.dev/aicity/internal/store"
)

// List is columns of one table in the order in which they are read and written.
type List[T any] []Of[T]

// Changing are the columns that are not fixed.
func (l List[T]) Changing() List[T] {
	return l.where(func(c Of[T]) bool { return !c.fixed })
}

// Selected are the names of what Scan reads, for a SELECT or a RETURNING. Each
// begins with prefix, such as "a." in a query that joins.
func (l List[T]) Selected(prefix string) string {
	return prefix + strings.Join(l.where(Of[T].read).names(), ", "+prefix)
}

// Scan reads a row of the Selected columns.
func (l List[T]) Scan(row store.Row) (T, error) {
	var t T
	dest := make([]any, 0, len(l))
	takes := make([]func() error, 0, len(l))
	for _, c := range l {
		if c.Read == nil {
			continue
		}
		to, take := c.Read(&t)
		dest = append(dest, to)
		if take != nil {
			takes = append(takes, take)
		}
	}
	if err := row.Scan(dest...); err != nil {
		return t, err
	}
	for _, take := range takes {
		if err := take(); err != nil {
			return t, err
		}
	}
	return t, nil
}

// Insert is the statement that inserts a row: the Values of one, then those of
// the other columns in more.
func (l List[T]) Insert(table string, more ...string) string {
	names := append(l.where(Of[T].written).names(), more...)
	return `INSERT INTO ` + table + ` (` + strings.Join(names, ", ") + `) VALUES ` + store.Placeholders(len(names), len(names))
}

// Values are what Insert and Set write of t.
func (l List[T]) Values(t *T) []any {
	values := make([]any, 0, len(l)+1) // room for a key that the caller appends
	for _, c := range l {
		if c.Write != nil {
			values = append(values, c.Write(t))
		}
	}
	return values
}

// Set is what an UPDATE sets to Values, whose placeholders begin with $from.
func (l List[T]) Set(from int) string {
	names := l.where(Of[T].written).names()
	for i, name := range names {
		names[i] = name + " = $" + strconv.Itoa(from+i)
	}
	return strings.Join(names, ", ")
}

// SetChanged is Set for those of which the Values before and after differ, with
// the values; set is "" when none do. SQLite writes to each index of a column that
// is named, changed or not.
func (l List[T]) SetChanged(from int, before, after []any) (set string, args []any) {
	var names []string
	next := 0
	for _, c := range l {
		if c.Write == nil {
			continue
		}
		if !reflect.DeepEqual(before[next], after[next]) {
			names = append(names, fmt.Sprintf("%s = $%d", c.Name, from+len(args)))
			args = append(args, after[next])
		}
		next++
	}
	return strings.Join(names, ", "), args
}

// SetExcluded is what an ON CONFLICT DO UPDATE sets to the row that was not inserted.
func (l List[T]) SetExcluded() string {
	names := l.where(Of[T].written).names()
	for i, name := range names {
		names[i] = name + " = excluded." + name
	}
	return strings.Join(names, ", ")
}

func (c Of[T]) read() bool    { return c.Read != nil }
func (c Of[T]) written() bool { return c.Write != nil }

func (l List[T]) where(which func(Of[T]) bool) List[T] {
	var some List[T]
	for _, c := range l {
		if which(c) {
			some = append(some, c)
		}
	}
	return some
}

func (l List[T]) names() []string {
	names := make([]string, len(l))
	for i, c := range l {
		names[i] = c.Name
	}
	return names
}
