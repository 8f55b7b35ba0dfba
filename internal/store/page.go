package store

// How many rows a page has when nothing else is asked for, and at most.
const (
	usualPage = 50
	maxPage   = 200
)

// PageLimit bounds how many rows a page has: 0 is 50, the most is 200.
func PageLimit(asked int) int {
	if asked <= 0 {
		return usualPage
	}
	return min(asked, maxPage)
}

// Cut makes a page of at most limit rows of a list that was asked for one more,
// and reports whether another page follows.
func Cut[T any](rows []T, limit int) (page []T, more bool) {
	if len(rows) <= limit {
		return rows, false
	}
	return rows[:limit], true
}
