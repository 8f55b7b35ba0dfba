package store

import "context"

// All reads every row that a query finds with scan. Where there is none,
// the list is empty, not nil: as JSON it is [].
func All[T any](ctx context.Context, q Querier, scan func(Row) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	all := []T{}
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// Texts is All for a query of one column of text.
func Texts(ctx context.Context, q Querier, query string, args ...any) ([]string, error) {
	scan := func(row Row) (text string, err error) {
		err = row.Scan(&text)
		return text, err
	}
	return All(ctx, q, scan, query, args...)
}
