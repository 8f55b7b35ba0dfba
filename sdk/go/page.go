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
// bound carry NextCursor instead of page numbers.
type Pagination struct {
	Page       int    `json:"page"`
	PageSize   int    `json:"pageSize"`
	Total      int    `json:"total"`
	TotalPages int    `json:"totalPages"`
	NextCursor string `json:"nextCursor"`
}

// PageOptions picks a page of a list. Zero values are the city's defaults.
type PageOptions struct {
	Page     int
	PageSize int
	Cursor   string // Pagination.NextCursor of the page before
}

func (o PageOptions) addTo(q url.Values) {
	setInt(q, "page", o.Page)
	setInt(q, "pageSize", o.PageSize)
	setText(q, "cursor", o.Cursor)
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
