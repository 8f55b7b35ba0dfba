package gate

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/repository"
)

// What is to be made and named has to come back by its name, or a part of it.
func TestNotMade(t *testing.T) {
	t.Parallel()
	repo := &repository.Repo{
		Files:  []repository.File{{Path: "lib/a.js", Lines: 2}},
		Source: filesOf{"lib/a.js": "exports.match = (list) => list\nexports.not = (list) => []\n"},
	}
	for _, tt := range []struct{ request, result, missing string }{
		{"Add a function splitList(list, patterns) to lib/a.js.", "lib/a.js:2 throws for null, see `not`.", "splitList"},
		{"Add a function splitList(list, patterns) to lib/a.js.", "```js\nexports.splitList = (list, patterns) => []\n```", ""},
		{"Add a function splitList(list, patterns) to lib/a.js.", "```js\nfunction split(list, patterns) {}\n```", ""},
		{"Why does splitList(list) not exist in lib/a.js?", "lib/a.js:2 has `not`, which is its second half.", ""},
		{"Write an index.d.ts for lib/a.js.", "```ts\nexport function not(list: string[]): string[]\n```", ""},
		{"Add fmt.Stringer to it.", "lib/a.js:1 has `match`.", ""},
	} {
		v := look(Input{Request: Request{Category: city.CodeGeneration, Description: tt.request}, Deliverable: Deliverable{Result: tt.result}, Repo: repo})
		if got := strings.Join(v.notMade(), " "); got != tt.missing {
			t.Errorf("%s: %q is missing, want %q", tt.request, got, tt.missing)
		}
	}
}

// Of new code that was ordered by its names one comes back.
func TestNamesNothingNew(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		category        city.Category
		request, result string
		want            bool
	}{
		{city.CodeGeneration, "Extend lib/oven.js with maxAge in ms.", "`save` hands the error on.\n", true},
		{city.CodeGeneration, "Extend lib/oven.js with maxAge in ms.", "```js\nexports.maxAge = 1000\n```\n", false},
		{city.CodeGeneration, "Extend lib/oven.js with maxAge and minAge in ms.", "```js\nexports.minAge = 1000\n```\n", false},
		{city.CodeGeneration, "Extend lib/oven.js for MySQL and CommonJS.", "`save` hands the error on.\n", false},
		{city.CodeGeneration, "Extend lib/oven.js, so that save takes options.", "`configure` keeps the folder.\n", false},
		{city.BugFix, "lib/oven.js fails with maxAge.", "`save` hands the error on.\n", false},
	} {
		if got := ovenView(tt.category, tt.request, tt.result).namesNothingNew(); got != tt.want {
			t.Errorf("%s, %q: %v", tt.category, tt.request, got)
		}
	}
}
