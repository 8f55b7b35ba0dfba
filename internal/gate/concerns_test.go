package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// An answer in the code's words is one to a request in the words of who runs it, where
// both are about one concern; work on another one is not.
func TestAnswersInOtherWords(t *testing.T) {
	t.Parallel()
	repo := &gate.Repo{
		Files:  []gate.RepoFile{{Path: "writer.js"}},
		Source: memory{"writer.js": strings.Repeat("// head\n", 9) + "this.parsed = {}\nfunction render(template) {\n  this.parsed[template] = parse(template)\n  return join(this.parsed[template])\n}\n"},
	}
	const asked = "memory of our mailer grows all day, heap snapshots point into the writer. what's going on?"
	for name, tt := range map[string]struct {
		category city.Category
		request  string
		result   string
		another  bool
	}{
		"of its concern":      {city.General, asked, "It remembers every template for ever: `this.parsed[template] = parse(template)` (writer.js:12) is a cache without a limit, and nothing evicts from it (writer.js:10). Give it an LRU.", false},
		"of another concern":  {city.General, asked, "Numbers are joined as strings: `return join(this.parsed[template])` (writer.js:13) loses digits where the parts are floats, so rounding is wrong (writer.js:12).", true},
		"the category's name": {city.Refactor, "refactoring ideas for it, no change of what it does", "`this.parsed[template]` is written and read again (writer.js:12, writer.js:13): keep the parsed one in a local. `render` (writer.js:11) then has one lookup less.", false},
	} {
		report := gate.Judge(gate.Input{Request: gate.Request{Category: tt.category, Description: tt.request}, Deliverable: gate.Deliverable{Result: tt.result}, Repo: repo})
		got := false
		for _, s := range report.Signals {
			got = got || s.Name == "answer to the request" && s.Points < 0
		}
		if got != tt.another {
			t.Errorf("%s: taken for another answer: %v, want %v: %+v", name, got, tt.another, report.Signals)
		}
	}
}

// Words with which anything is told are not expected back, unless the code has them.
func TestOrdinaryWordsAreNotExpectedBack(t *testing.T) {
	t.Parallel()
	const told = "somehow the limiter gets stuck for days, our customers notice it first. are we holding it wrong?"
	for code, want := range map[string]int{"func wait() {}\n": 0, "func notice(customers int) {}\n": 2} {
		repo := &gate.Repo{Files: []gate.RepoFile{{Path: "limiter.go"}}, Source: memory{"limiter.go": "package limiter\n\n" + code}}
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.General, Description: told},
			Deliverable: gate.Deliverable{Result: "The limiter is stuck because `wait` (limiter.go:3) never returns."}, Repo: repo,
		})
		missed := ""
		for _, s := range report.Signals {
			if s.Name == "relevance" {
				missed = strings.Join(s.Evidence, " ")
			}
		}
		for _, word := range []string{"gets", "holding", "days", "somehow"} {
			if strings.Contains(missed, word) {
				t.Errorf("%q is expected back: %s", word, missed)
			}
		}
		if got := strings.Count(missed, "customers") + strings.Count(missed, "notice"); got != want {
			t.Errorf("%d of what %q has is expected back, want %d: %s", got, code, want, missed)
		}
	}
}
