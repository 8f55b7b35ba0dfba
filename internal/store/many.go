package store

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// A statement over many rows takes them column by column. PostgreSQL gets an array
// for each column: the text is the same for any number of rows, and it neither
// parses nor types each value. SQLite, which has no arrays, gets each value.

// Column is the values of one column, a []string, []int64, []*string or [][]byte; all
// columns of a statement have the same length.
type Column any

// Many is what a FROM takes for rows: their columns are named column1, column2, …
// The placeholders begin with $from.
func Many(q Querier, from int, columns ...Column) (text string, args []any) {
	if q.Dialect() != Postgres {
		values, args := manyValues(from, columns)
		return "(VALUES " + values + ") AS many", args
	}
	text, args = manyArrays(from, columns)
	names := make([]string, len(columns))
	for i := range columns {
		names[i] = "column" + strconv.Itoa(i+1)
	}
	return text + " AS many (" + strings.Join(names, ", ") + ")", args
}

// InsertMany inserts rows into a "table (columns)".
func InsertMany(q Querier, into string, columns ...Column) (query string, args []any) {
	if q.Dialect() != Postgres {
		values, args := manyValues(1, columns)
		return "INSERT INTO " + into + " VALUES " + values, args
	}
	text, args := manyArrays(1, columns)
	return "INSERT INTO " + into + " SELECT * FROM " + text, args
}

// AnyOf is the condition that a column is one of some texts, of which there is at
// least one. The placeholders begin with $from. For SQLite the last text is
// repeated, so that there are few statements to prepare.
func AnyOf(q Querier, column string, from int, texts []string) (condition string, args []any) {
	if q.Dialect() == Postgres {
		return fmt.Sprintf("%s = ANY($%d::text[])", column, from), []any{texts}
	}
	b := []byte(column + " IN (")
	for i := range 1 << bits.Len(uint(len(texts)-1)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(append(b, '$'), int64(from+i), 10)
		args = append(args, texts[min(i, len(texts)-1)])
	}
	return string(append(b, ')')), args
}

func manyArrays(from int, columns []Column) (text string, args []any) {
	arrays := make([]string, len(columns))
	for i, column := range columns {
		kind := "text"
		switch column.(type) {
		case []int64:
			kind = "bigint"
		case [][]byte:
			kind = "bytea"
		}
		arrays[i] = fmt.Sprintf("$%d::%s[]", from+i, kind)
		args = append(args, column)
	}
	return "unnest(" + strings.Join(arrays, ", ") + ")", args
}

func manyValues(from int, columns []Column) (text string, args []any) {
	rows := length(columns[0])
	b := make([]byte, 0, 5*rows*len(columns))
	args = make([]any, 0, rows*len(columns))
	for row := range rows {
		for i, column := range columns {
			switch {
			case i > 0:
				b = append(b, ',')
			case row > 0:
				b = append(b, ",("...)
			default:
				b = append(b, '(')
			}
			b = strconv.AppendInt(append(b, '$'), int64(from+len(args)), 10)
			args = append(args, value(column, row))
		}
		b = append(b, ')')
	}
	return string(b), args
}

func length(column Column) int {
	switch c := column.(type) {
	case []string:
		return len(c)
	case []int64:
		return len(c)
	case []*string:
		return len(c)
	case [][]byte:
		return len(c)
	}
	panic(fmt.Sprintf("a column of %T", column))
}

func value(column Column, row int) any {
	switch c := column.(type) {
	case []string:
		return c[row]
	case []int64:
		return c[row]
	case []*string:
		return c[row]
	case [][]byte:
		return c[row]
	}
	panic(fmt.Sprintf("a column of %T", column))
}
