package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// What is said of cited lines and shows none of them is left to a judge; who quotes one,
// brings a change or is asked for one is not.
func TestLinesThatAreOnlyToldOf(t *testing.T) {
	t.Parallel()
	const told = "tank.go:5 stops at the limit of the tank, so a level of exactly that goes through. "
	for _, tt := range []struct {
		category city.Category
		result   string
		capped   bool
	}{
		{city.CodeReview, told, true},
		{city.Research, told, true},
		{city.CodeReview, told + "There it is `if level > limitOfTank {`.", false},
		{city.CodeReview, told + "\n\n```diff\n--- a/tank.go\n+++ b/tank.go\n@@ -5 +5 @@\n-\tif level > limitOfTank {\n+\tif level >= limitOfTank {\n```\n", false},
		{city.Design, told, false},
		{city.CodeReview, strings.ReplaceAll(told, "tank.go:5", "The tank"), false},
	} {
		s := tankSignal("claims", tt.category, "What is wrong with fillTank of tank.go?", tt.result)
		if got := s.Cap != nil && *s.Cap == gate.BorderlineScore; got != tt.capped {
			t.Errorf("%s, %q: %+v", tt.category, tt.result, s)
		}
	}
}

// A script is no quote of a file of data, and a line that is quoted, changed and nowhere
// in the file makes no change.
func TestWhatAChangeClaims(t *testing.T) {
	t.Parallel()
	repo := &gate.Repo{
		Files:  []gate.RepoFile{{Path: "package.json"}, {Path: "index.js"}, {Path: "Makefile"}},
		Source: memory{"package.json": "{\n  \"name\": \"kettle\",\n  \"scripts\": {\"test\": \"node test\"}\n}\n", "index.js": "module.exports = (litres) => {\n  const heat = litres * 4;\n  return boil(heat, litres);\n};\n", "Makefile": "lint:\n\t$(ROOT_DIR)/scripts/lint.sh\n"},
	}
	judge := func(category city.Category, result, name string) gate.Signal {
		for _, s := range gate.Judge(gate.Input{Request: gate.Request{Category: category, Description: "Mend what is broken in kettle."}, Deliverable: gate.Deliverable{Result: result}, Repo: repo}).Signals {
			if s.Name == name {
				return s
			}
		}
		return gate.Signal{}
	}
	if s := judge(city.DevOps, "Tests run with Node 10 (package.json:3).\n\n```js\nconst kettle = require('..');\nif (kettle(2) !== 8) throw new Error('cold');\n```\n", "misquotes"); s.Points < 0 {
		t.Errorf("a script beside package.json: %+v", s)
	}
	if s := judge(city.DevOps, "## Makefile\n\n```diff\n lint:\n-\t$(ROOT_DIR)/scripts/lint.sh\n+\tgo vet ./...\n```\nSee `Makefile`.\n", "misquotes"); s.Points < 0 {
		t.Errorf("a line of the Makefile: %+v", s)
	}
	const fault = "`index.js:2-3` opens the lid each time:\n\n```js\nconst heat = litres * 4;\nlid.open({ steam: litres });\nreturn boil(heat, litres);\n```\n\n```diff\n--- a/index.js\n+++ b/index.js\n@@ -2,3 +2,2 @@\n   const heat = litres * 4;\n-  lid.open({ steam: litres });\n   return boil(heat, litres);\n```\n"
	if s := judge(city.BugFix, fault, "patch applies"); s.Cap == nil || *s.Cap >= gate.PassScore {
		t.Errorf("a change of an invented line: %+v", s)
	}
}

// Lists of names are told from half of the names on where nothing is shown.
func TestListsThatShowNothing(t *testing.T) {
	t.Parallel()
	names := "In `tank.go` there are " + strings.Join([]string{"fillTank", "drainPipe", "limitOfTank", "emptyPipe", "levelOf", "openValve", "closeValve", "tankSize", "pipeWidth", "flowRate", "maxFlow", "minFlow", "readLevel", "setLevel", "tankOf"}, ", ") + ", relevant for tanks. "
	rest := "To fill a tank one calls fillTank and looks what comes of it in the end, whatever that may be. The same goes for drainPipe when the tank is to be emptied by somebody who knows what a pipe is. "
	text := names + rest + "`levelOf` is what most people look for first when they have a tank at home, and `tankSize` comes next in their lists of wishes. `flowRate` and `maxFlow` are for later, once the water runs. `minFlow` is never read by anybody whom we know of. `openValve` opens, `closeValve` closes it again."
	for behind, want := range map[string]bool{"": true, "\n\ntank.go:5 has `if level > limitOfTank {`.": false} {
		if s := tankSignal("lists of names", city.General, "How do I fill a tank?", text+behind); (s.Cap != nil) != want {
			t.Errorf("%q: %+v", behind, s)
		}
	}
}

// What two signals advise is told once.
func TestAdviceIsToldOnce(t *testing.T) {
	t.Parallel()
	report := gate.Judge(gate.Input{
		Request:     gate.Request{Category: city.CodeReview, Description: "What is wrong with fillTank of tank.go?"},
		Deliverable: gate.Deliverable{Result: "tank.go:5 stops at the limit of the tank, so a level of exactly that goes through."},
		Repo:        &gate.Repo{Files: []gate.RepoFile{{Path: "tank.go"}}, Source: memory{"tank.go": tankFile}},
	})
	const quote = "Quote the code you talk about"
	if n := strings.Count(strings.Join(report.Advice, "\n"), quote); n != 1 {
		t.Errorf("%q stands there %d times: %q", quote, n, report.Advice)
	}
}
