package store

import (
	"context"
	"strconv"
)

// rows are collected for one INSERT.
type rows struct {
	into string
	each int // values of a row
	args []any
}

// maxCollected bounds the rows of one statement: each length is a text to prepare.
const maxCollected = 40

// Collect adds a row to those that are written before the commit, those of the
// same table and columns by one statement.
func (b *txBase) Collect(into string, values ...any) {
	for i := range b.rows {
		if r := &b.rows[i]; r.into == into && len(r.args) < maxCollected*r.each {
			r.args = append(r.args, values...)
			return
		}
	}
	b.rows = append(b.rows, rows{into: into, each: len(values), args: values})
}

// writeCollected queues what was collected.
func (b *txBase) writeCollected(ctx context.Context, tx Tx) error {
	for _, r := range b.rows {
		if err := tx.Queue(ctx, "insert into "+r.into, r.insert(), r.args...); err != nil {
			return err
		}
	}
	b.rows = nil
	return nil
}

func (r rows) insert() string {
	return "INSERT INTO " + r.into + " VALUES " + Placeholders(len(r.args), r.each)
}

// Placeholders are the rows of a VALUES for so many values, each of so many: of
// four, two each, ($1,$2),($3,$4).
func Placeholders(values, each int) string {
	text := make([]byte, 0, 5*values)
	for i := range values {
		switch {
		case i == 0:
			text = append(text, '(')
		case i%each == 0:
			text = append(text, "),("...)
		default:
			text = append(text, ',')
		}
		text = strconv.AppendInt(append(text, '$'), int64(i+1), 10)
	}
	return string(append(text, ')'))
}
