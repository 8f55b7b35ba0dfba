package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// Whoever only talks shows nothing, in whatever language: a plan, questions,
// the request in other words, a table without rows. The same with a line of
// work in it may be short, but is work.
func TestTalkIsNoWork(t *testing.T) {
	t.Parallel()
	judge := func(category city.Category, request, result string) gate.Report {
		return gate.Judge(gate.Input{
			Request:     gate.Request{Category: category, Description: request},
			Deliverable: gate.Deliverable{Result: result},
			Repo:        &gate.Repo{Files: []gate.RepoFile{{Path: "press.go", Lines: 14}}, Source: memory{"press.go": pressFile}},
		})
	}
	const level = "How does the level in press.go follow from the depth, and what happens without PRESS_RANGE?"
	for _, tt := range []struct {
		name, signal    string
		category        city.Category
		request, result string
	}{
		{"a plan", "promises", city.Design, "Design a level that follows from the terminal in press.go.",
			"I will study `Level` in press.go:4 first. Then I will draft the interface. We will compare three variants. The dangers will be assessed with the team.\n\nThe document follows."},
		{"a plan in German", "promises", city.Design, "Entwirf eine Stufe in press.go, die dem Terminal folgt.",
			"Ich werde `Level` in press.go:4 untersuchen. Danach werden die Varianten verglichen. Wir werden eine Schnittstelle vorschlagen. Abschließend werde ich das Dokument übergeben."},
		{"questions", "refusal", city.General, level,
			"Thank you, interesting. Before going on with `Level` in press.go:\n\n1. Which terminal do you use?\n2. Which version of Go?\n3. Is PRESS_RANGE set?\n4. Who calls it?\n5. Is there a log?\n\nThen I go on."},
		{"the request again", "something to show", city.Research, level,
			"The level follows from the depth. This is a question of `press.go`. How it follows should be looked at with care, since the depth is decisive for the level. Without PRESS_RANGE another case is there. It has to be seen what happens then, and whether the level is the right one. All in all the level depends on the depth."},
		{"many words and three values", "something to show", city.General, level,
			"The level of `press.go` is an important matter. Quality of levels has been discussed for long. Many projects have them. A level can be high or low. Both have their place in practice. There is `PRESS_RANGE`, there is `Getenv`, and there is `forced`. Such things should be understood by all. " +
				strings.Repeat("Good levels need care. Bad ones need more of it. Those who know them decide better. Nobody should be surprised later. It is worth the time. ", 9)},
		{"a table without rows", "truncation", city.Research, level,
			"`level := depth / 8` at press.go:5.\n\nWithout the variable the parts are one empty text. The figures follow.\n\n| depth | level |\n|---|---|"},
	} {
		report := judge(tt.category, tt.request, tt.result)
		capped := false
		for _, s := range report.Signals {
			capped = capped || s.Name == tt.signal && s.Cap != nil
		}
		if !capped || report.Verdict != gate.Fail {
			t.Errorf("%s: %d points, capped by %s: %v", tt.name, report.Score, tt.signal, capped)
		}
	}
	for name, result := range map[string]string{
		"an answer": "`level := depth / 8` (press.go:5), so a depth below 8 gives 0. Without PRESS_RANGE `strings.Split` gives one empty part, so line 10 is never true and the result is 1.",
		"a page that ends with a checklist": "## The level\n\nThe press cuts what is left of a division, so few colours may be none.\n\n" + strings.Repeat("The level that you see is that of the terminal. Nothing else sets it.\n\n", 20) +
			"Check before you ship:\n\n1. Is the depth 8 or more?\n2. Is PRESS_RANGE set?\n3. Is the level forced for pipes?\n4. Does nobody wait for an error?\n\nThe places are lines 5 and 9 of `press.go`.",
		"an answer with a promise":  "`level := depth / 8` (press.go:5). Without PRESS_RANGE `strings.Split` gives one empty part and 1 comes back (press.go:13). I will gladly send a patch.",
		"an answer with questions?": "Is the level rounded? No, `level := depth / 8` at press.go:5 cuts it.\nIs the variable needed? No, `strings.Split` of nothing has one part, so press.go:13 gives 1.",
	} {
		for _, s := range judge(city.General, level, result).Signals {
			if strings.Contains("promises refusal something to show truncation", s.Name) && (s.Points < 0 || s.Cap != nil) {
				t.Errorf("%s: %s: %s", name, s.Name, s.Reason)
			}
		}
	}
}

// A table that says something, or names and figures together, show work without a place.
func TestTablesAndFiguresShow(t *testing.T) {
	t.Parallel()
	const (
		head = "How many colours come of which terminal is told here, by what the press does with each of them when it is asked.\n\n"
		rows = "| terminal | what comes of it |\n|---|---|\n| plain | nothing is shown, `Level` cuts it |\n| old | `Split` gives a part, and it is counted |\n| new | `Getenv` is asked once for all |\n| piped | what is forced comes back as it is |\n"
	)
	for name, tt := range map[string]struct {
		result string
		shows  bool
	}{
		"rows":    {head + rows, true},
		"no rows": {head + "Nothing is shown, `Level` cuts it. `Split` gives a part, and it is counted. `Getenv` is asked once for all. What is forced comes back as it is.", false},
		"figures": {head + "`Level`, `Split`, `Getenv`, `forced` and `depth` matter: 8 gives 1, 16 gives 2, 24 gives 3, 40 gives 5.", true},
	} {
		s := signalOf(pressReport(city.Research, "What comes of which terminal?", tt.result), "something to show")
		if got := s != nil && s.Cap == nil; got != tt.shows {
			t.Errorf("%s: shows %v: %+v", name, got, s)
		}
	}
}
