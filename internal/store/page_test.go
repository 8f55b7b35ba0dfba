package store_test

import (
	"slices"
	"testing"

	"aicity.dev/aicity/internal/store"
)

func TestPageLimit(t *testing.T) {
	t.Parallel()
	for asked, want := range map[int]int{-1: 50, 0: 50, 1: 1, 200: 200, 201: 200} {
		if got := store.PageLimit(asked); got != want {
			t.Errorf("asked for %d rows, a page has %d, want %d", asked, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		rows, want []int
		more       bool
	}{{nil, nil, false}, {[]int{1}, []int{1}, false}, {[]int{1, 2}, []int{1, 2}, false}, {[]int{1, 2, 3}, []int{1, 2}, true}} {
		if got, more := store.Cut(test.rows, 2); !slices.Equal(got, test.want) || more != test.more {
			t.Errorf("%v is cut to %v (more: %v), want %v (%v)", test.rows, got, more, test.want, test.more)
		}
	}
}
