package aicity

import (
	"net/url"
	"strconv"
)

// Page is one page of a list.
type Page[T any] struct {
	Items      []T
	Pagination Pagination
}

// Pagination says where in a list a page stands. Lists that can grow without
// bound carry NextCursor, empty on the last page, instead of page numbers.
type Pagination struct {
	Page       int    `json:"page"`
	PageSize   int    `json:"pageSize"`
	Total      int    `json:"total"`
	TotalPages int    `json:"totalPages"`
	NextCursor string `json:"nextCursor"`
}

// PageOptions picks a page of a list that has page numbers. Zero values are the
// city's defaults.
type PageOptions struct {
	Page     int
	PageSize int
}

func (o PageOptions) addTo(q url.Values) {
	setInt(q, "page", o.Page)
	setInt(q, "pageSize", o.PageSize)
}

// CursorOptions picks a page of a list that can grow without bound.
type CursorOptions struct {
	Cursor string // Pagination.NextCursor of the page before
	Limit  int    // 0 is the city's default
}

func (o CursorOptions) addTo(q url.Values) {
	setText(q, "cursor", o.Cursor)
	setInt(q, "limit", o.Limit)
}

func setText(q url.Values, name, value string) {
	if value != "" {
		q.Set(name, value)
	}
}

func setInt(q url.Values, name string, value int) {
	if value != 0 {
		q.Set(name, strconv.Itoa(value))
	}
}
