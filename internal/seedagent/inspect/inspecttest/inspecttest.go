// Package inspecttest holds what the tests of the checks share.
package inspecttest

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/seedagent/inspect"
)

// Files is a repository held in a map.
type Files map[string]string

// List returns all files.
func (f Files) List(context.Context) ([]inspect.File, error) {
	var all []inspect.File
	for p, text := range f {
		all = append(all, inspect.File{Path: p, Size: int64(len(text))})
	}
	return all, nil
}

// Read returns one file.
func (f Files) Read(_ context.Context, p string) ([]byte, error) {
	text, ok := f[p]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return []byte(text), nil
}

// Load reads the files as an agent would.
func Load(t testing.TB, files Files) *inspect.Repo {
	t.Helper()
	repo, err := inspect.Load(t.Context(), files, inspect.Task{})
	if err != nil {
		t.Fatal(err)
	}
	return repo
}

// Places lists hits as "rule:line", sorted.
func Places(a inspect.Analysis) []string {
	places := []string{}
	for _, h := range a.Hits {
		places = append(places, fmt.Sprintf("%s:%d", h.Rule.ID, h.Line))
	}
	slices.Sort(places)
	return places
}

// Case is a repository and the places that a check finds in it.
type Case struct {
	Name  string
	Files Files
	Want  []string
}

// Finds demands that a check finds in each case what it is to find, and each of its
// rules in some.
func Finds(t *testing.T, check func(*inspect.Repo) inspect.Analysis, rules []*inspect.Rule, cases []Case) {
	t.Helper()
	seen := map[string]bool{}
	for _, c := range cases {
		got := check(Load(t, c.Files))
		if len(got.Unparsed) > 0 {
			t.Errorf("%s: %v", c.Name, got.Unparsed)
		}
		places := Places(got)
		if diff := cmp.Diff(c.Want, places); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.Name, diff)
		}
		for _, h := range got.Hits {
			seen[h.Rule.ID] = true
		}
	}
	everyRule(t, rules, seen)
}

// everyRule demands that each rule was seen in some test and says all that a
// reader needs.
func everyRule(t *testing.T, rules []*inspect.Rule, seen map[string]bool) {
	t.Helper()
	ids := map[string]bool{}
	for _, r := range rules {
		if r.ID == "" || r.Why == "" || r.Checks == "" || r.Severity == "" || len(r.Topics) == 0 {
			t.Errorf("rule %+v is incomplete", r)
		}
		if ids[r.ID] {
			t.Errorf("rule %s exists twice", r.ID)
		}
		ids[r.ID] = true
		if !seen[r.ID] {
			t.Errorf("no test finds %s", r.ID)
		}
	}
}
