package gate_test

import (
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

const pressFile = `package press

// Level is how much the terminal can show.
func Level(depth int, forced bool) (int, error) {
	level := depth / 8
	if level >= 2 && !forced {
		return level, nil
	}
	parts := strings.Split(os.Getenv("PRESS_RANGE"), ",")
	if len(parts) == 0 {
		return 0, nil
	}
	return len(parts), nil
}
`

const pressTest = `package press

func TestLevel(t *testing.T) {
	var widths = []int{4, 8}
	var heights = []int{1, 2}
	for _, w := range widths {
		want := w / 8
		_, _ = want, heights
	}
}
`

// otherLevel is a function of the name with a body that nobody wrote.
const otherLevel = `func Level(depth int, forced bool) (int, error) {
	if cached, ok := levels.Load(depth); ok {
		return cached.(int), nil
	}
	widest := narrow(depth, forced)
	levels.Store(depth, widest)
	return widest, errTooWide
}
`

// misquotes reports whether work for a request quotes what is not in press.go.
func misquotes(request, result string) bool {
	report := gate.Judge(gate.Input{
		Request:     gate.Request{Category: city.CodeReview, Description: request},
		Deliverable: gate.Deliverable{Result: result},
		Repo:        &gate.Repo{Files: []gate.RepoFile{{Path: "press.go"}, {Path: "press_test.go"}}, Source: memory{"press.go": pressFile, "press_test.go": pressTest}},
	})
	for _, s := range report.Signals {
		if s.Name == "misquotes" {
			return s.Points < 0
		}
	}
	return false
}

// Code below a heading that speaks of mutants is what was put in place of the file's,
// where the request is about tests; else it is a quote.
func TestMutantsAreNoQuotes(t *testing.T) {
	t.Parallel()
	table := "## 9 mutants\n\nOne change at a time.\n\n| line | change |\n|---|---|\n| press.go:6 | the test says `level > widest && !forced` |\n| press.go:10 | it has `cap(parts) < depth` |\n"
	for request, want := range map[string]bool{"How good are the tests of press.go?": false, "Review press.go for bugs.": true} {
		if got := misquotes(request, table); got != want {
			t.Errorf("%s: misquotes %v", request, got)
		}
	}
}

// A review that quotes what is not there is no review, however the code is led
// over to; one that quotes what is there may describe it in any words.
func TestQuotesBehindRealPlaces(t *testing.T) {
	t.Parallel()
	misquoted := func(result string) bool { return misquotes("Review press.go for bugs.", result) }
	for name, lie := range map[string]string{
		"another comparison":           "press.go:6 has `level > 2`, so level 2 shows nothing.",
		"a line that stands anywhere":  "## The split is recursive, press.go:9\n\n```go\nparts := splitRecursively(os.Getenv(\"PRESS_RANGE\"), depth)\nreturn 0, nil\n```\n",
		"said with \"instead of\"":     "`press.go:10` compares with nil instead of zero:\n\n```go\nif parts == nil || cap(parts) < depth {\n```\n",
		"a line of the only file":      "### press.go\n\n**1. Line 6, levels are lost.**\n\n```go\nif level > widest || depth == narrowest {\n\treturn widest, errTooWide\n```\n\n**2. Line 9, the split is wrong.**\n\n```go\nparts := splitRecursively(os.Getenv(\"PRESS_RANGE\"), depth)\n```\n",
		"indented below its place":     "Evidence: press.go:6, function Level\n    if level > widest || depth == narrowest { return widest, errTooWide }\n    parts := splitRecursively(depth)\nThis loses levels.",
		"a function that is there":     "`Level` in `press.go` allocates a list:\n\n```go\nfunc Level(depth int, forced bool) (int, error) {\n\tall := make([]int, 0, depth)\n\tfor i := range depth {\n\t\tall = append(all, widest(i))\n\t}\n\treturn len(all), errTooWide\n}\n```\n",
		"another body below a title":   "**F1, high, press.go, `Level`**\n\n```go\n" + otherLevel + "```\n\nA level that changes is never seen again.\n",
		"another body in a sentence":   "`press.go` keeps levels forever. The function takes whatever it gets:\n\n```go\n" + otherLevel + "```\n",
		"code below its place":         "`press.go`, `Level()`:\n\n```go\nif forced || depth > widest {\n\treturn widest, errTooWide\n}\nlevels.Store(depth, forced)\n```\n\nThis loses levels.\n",
		"below a title that is a file": "Read: press.go, press_test.go.\n\n## press.go\n\n**1. Level loses the last, line 9**\n\n```go\nwhile := strings.Fields(os.Getenv(\"PRESS_RANGE\") + narrowest)\n```\n\n## press_test.go\n\n**2. One width is missing, line 4**\n\n```go\nvar widths = []int{4, 8, widest(24), narrow(2)}\n```\n",
		"below a title with mutations": "# State mutation\n\nOne at a time.\n\nAt the begin press.go:6 has `level > widest && !forced`, then it goes on.\n",
		"with \"and\" and no change":   "Levels are lost.\n\nAnd press.go:6 is hit by:\n\n```go\nif level >= widest || depth == narrowest && forced {\n\treturn widest, errTooWide\n```\n",
		"in a table of findings":       "## 9 findings\n\nOne at a time.\n\n| line | finding |\n|---|---|\n| press.go:6 | the test says `level > widest && !forced` |\n| press.go:10 | it has `cap(parts) < depth` |\n",
		"in a paragraph, not a list":   "## 9 mutants\n\nOne at a time.\n\nAt last, press.go:10 has `cap(parts) < depth`, so it never holds.\n",
		"what a line is hit by":        "Levels are counted at press.go:5-8.\n\nAnd line 6 of press.go is hit by:\n\n```go\nif level >= widest || depth == narrowest && forced {\n\treturn widest, errTooWide\n```\n",
		"below another place":          "Levels are counted at press.go:5-8.\n\nAnd line 6 is hit by many:\n\n```go\nif level >= widest || depth == narrowest && forced {\n\treturn widest, errTooWide\n```\n",
		"a reason of what is there":    "Levels are lost, because press.go:6 has this:\n\n```go\nif level > widest || depth == narrowest {\n\treturn widest, errTooWide\n```\n",
		"a line put between":           "press.go:5-8 remembers what it has:\n\n```go\nlevel := depth / 8\nif level >= 2 && !forced {\n\tlevels.Store(depth, widest(level))\n\treturn level, nil\n```\n",
		"below a title, no order":      "**2. Limit can be exceeded by one, press.go:6**\n\n```go\nif level > widest || depth == narrowest {\n```\n",
		"spread, not left out":         "press.go:9 has this:\n\n```go\nparts := splitAll(ranges(depth...), widest)\n```\n",
		"beside a text and its result": "press.go:5-8 loses levels:\n\n```\nall := make([]int, 0, depth)\nlevels.Store(depth, widest(all))\nreturn len(all), errTooWide\n'a'  ->  'b'\n```\n",
		"of the only file":             "Read: press.go.\n\nIt starts (lines 5-8) with\n\n```go\nReload: func(all []string, old *Press) error {\n\told.drain(all[0].width)\n\treturn nil\n},\n```\n",
		"with a fixed number":          "### 1. Level gives up after a fixed number of widths (press.go:5-8)\n\n```go\nif level > widest || depth == narrowest {\n\treturn widest, errTooWide\n}\nparts := splitRecursively(depth)\n```\n",
		"what is done before":          "### 2. Levels are closed before the press has ended (press.go:5-8)\n\n```go\nif level > widest || depth == narrowest {\n\treturn widest, errTooWide\n}\nparts := splitRecursively(depth)\n```\n",
		"shown below a title":          "**P1, press.go:6: levels are lost.**\nThe condition `level > widest && !forced` never holds for them. The next one contains a `splitRecursively(parts, depth)`.\n",
		"what is done before it is":    "Levels are counted at press.go:5-8 before they are returned:\n\n```go\nif level > widest || depth == narrowest {\n\treturn widest, errTooWide\n}\n```\n",
		"what the code does":           "When `depth` is 0 before the split, the code calls the next at press.go:5-8:\n\n```go\nif level > widest || depth == narrowest {\n\treturn widest, errTooWide\n}\n```\n",
		"said with \"the test\"":       "press.go:10 the test is `widthOf(parts) == depth`, which never holds.",
	} {
		if !misquoted(lie) {
			t.Errorf("%s was not seen: %s", name, lie)
		}
	}
	for name, truth := range map[string]string{
		"the comparison":             "press.go:6 has `level >= 2`, so level 2 shows nothing.",
		"with \"instead of\"":        "`press.go:10` asks for the length instead of the text:\n\n```go\nif len(parts) == 0 {\n```\n",
		"shown below a title":        "**P1, press.go:6: levels are lost.**\nThe condition `level >= 2 && !forced` never holds for them. It should contain a `splitRecursively(parts, depth)`.\nUse the call `narrow(parts, depth)` there.\n",
		"below a title, abbreviated": "**P1, press.go:9: the split is naive.**\nThe call `strings.Split(PRESS_RANGE, parts)` keeps blanks.\n",
		"figures as data":            "Levels are counted at press.go:5-8, for each depth:\n\n```json\n{\n  \"Level depth 8\": {\"level\": 1, \"forced\": 2},\n  \"Level depth 24\": {\"level\": 3, \"forced\": 3}\n}\n```\n",
		"an example of use":          "`press.go:10` has the parts:\n\n```go\nLevel(splitRecursively(24), true) // 3\nLevel(widthOf(parts), true) // 0\n```\n",
		"a call of literals":         "press.go:10, `Split('24')` gives one part.",
		"a comment as proposed":      "press.go:3 the comment is short:\n\n```go\n/*\nLevel is how many colours of depth 8 the terminal can show.\nForced takes the greatest.\n*/\n```\n",
		"a diff of two files":        "```diff\n--- a/press.go\n+++ b/press.go\n@@ -5,3 +5,3 @@\n-\tlevel := depth / 8\n+\tlevel := depth / 4\n--- a/press_test.go\n+++ b/press_test.go\n@@ -5,3 +5,3 @@\n \tvar widths = []int{4, 8}\n \tvar heights = []int{1, 2}\n \tfor _, w := range widths {\n-\t\twant := w / 8\n+\t\twant := w / 4\n```\n",
		"the text of a new file":     "Levels are counted at press.go:5-8 (4-15). One file, `level_test.go`:\n\n```go\npackage press\n\nfunc TestWidths(t *testing.T) {\n\tif got, _ := Level(widest(24), true); got != 3 {\n\t\tt.Error(got)\n\t}\n}\n```\n",
		"a new file without a head":  "Levels are counted at press.go:5. One file, `level_test.go`:\n\n```go\nfunc TestWidths(t *testing.T) {\n\tif got, _ := Level(widest(24), true); got != 3 {\n\t\tt.Error(got)\n\t}\n}\n```\n",
		"a function shortened":       "**F1, high, press.go, `Level`**\n\n```go\nfunc Level(depth int, forced bool) (int, error) {\n\tlevel := depth/8\n\tif (level >= 2 && !forced) { return level, nil }\n\t// ...\n\tpart := strings.Split(os.Getenv(\"PRESS_RANGE\"), \",\") // not trimmed\n\treturn len(parts), nil\n}\n```\n",
		"another body as proposed":   "**F1, high, press.go, `Level`**\n\nA version that remembers levels:\n\n```go\n" + otherLevel + "```\n",
		"a title that tells to do":   "**Cache levels instead of counting (press.go, `Level`)**\n\n```go\n" + otherLevel + "```\n",
		"behind what is there":       "**F1, high, press.go, `Level`:**\n\n```go\nlevel := depth / 8\nif level >= 2 && !forced {\n```\n\nLevels are counted each time:\n\n```go\n" + otherLevel + "```\n",
		"an example below a place":   "`press.go`, `Level()`:\n\n```go\nlevel, err := Level(widest(24), true)\nfmt.Println(level, err, narrowest)\n```\n",
		"a change of a line":         "press.go is short.\n\nChange line 6 to:\n\n\tif level >= widest && !forced && depth > narrowest {\n",
		"a fix in French":            "press.go:10 n'est jamais vrai. Correctif, à la place de la ligne 10 :\n\n```go\nif os.Getenv(\"PRESS_RANGE\") == \"\" {\n```\n",
		"a function below a fix":     "### Fix of `Level`\n\n```go\nfunc Level(depth int, forced bool) (int, error) {\n\tall := make([]int, 0, depth)\n\tall = append(all, widest(depth)...)\n\treturn len(all), errTooWide\n}\n```\n",
		"a proposal":                 "press.go:10 is never true. Use this instead:\n\n```go\nif os.Getenv(\"PRESS_RANGE\") == \"\" {\n```\n",
		"one change and the next":    "Replace `press.go` lines 9-12 by\n\n```go\nparts := splitRecursively(depth)\n```\n\nand line 6 (`Level`) by\n\n```go\nif level >= widest || depth == narrowest && forced {\n```\n",
		"the next of another file":   "Replace `press_test.go` line 4 by\n\n```go\nvar widths = narrow(4, 8)\n```\n\nand the condition in line 6 of press.go by\n\n```go\nif level >= widest || depth == narrowest && forced {\n```\n",
		"below a part that ended":    "Read: press_test.go.\n\n## press.go\n\nNothing.\n\n## Ideas\n\n**1. More levels, line 9**\n\n```go\nparts := narrowest(os.Getenv(\"PRESS_RANGE\"))\n```\n",
		"with a remark on a line":    "press.go:5-9 goes by the depth:\n\n```go\nlevel := depth / 8\nif level >= 2 && !forced { // widest(level) is never asked\n\treturn level, nil\nparts := strings.Split(os.Getenv(\"PRESS_RANGE\"), \",\")\n```\n",
		"lines put together":         "press.go:5-8 goes by the depth:\n\n```go\nlevel := depth / 8\nif level >= 2 && !forced { return level, nil }\nparts := strings.Split(os.Getenv(\"PRESS_RANGE\"), \",\")\nreturn len(parts), nil\n```\n",
		"a reason with its place":    "In the code it is this, because all levels come from there (`press.go:5`):\n\n```go\nlevel := widest(os.Getenv(\"PRESS_DEPTH\"), narrowest)\nreturn level, errTooWide\n```\n",
		"told to limit":              "press.go:5 counts levels.\n\nLimit what is counted (press.go:5):\n\n```go\nall := make([]int, 0, depth)\nreturn len(all), errTooWide\n```\n",
		"left out":                   "press.go:5-8 goes by the depth:\n\n```go\nlevel := depth / 8\nlevels.Store(depth, ...)\nif level >= 2 && !forced {\n```\n",
		"told to append":             "press.go:5 counts levels. Append this to `press.go`:\n\n```go\nfunc Clear(depth int) (int, error) {\n\tall := make([]int, 0, depth)\n\treturn len(all), errTooWide\n}\n```\n",
		"what must be so":            "press.go:5 counts levels. So the caller must never pass one:\n\n```go\nall := make([]int, 0, depth)\nreturn len(all), errTooWide\n```\n",
		"what a text becomes":        "press.go:5 counts levels:\n\n    'a b, c d'   ->   '[\"a b\", \"c d\"]'\n",
		"what a tool answers":        "press.go:5 calls `go tool vet`; toolchains answer `invoking \"go tool vet\" directly is unsupported; use \"go vet\"`.",
		"short names and long text":  "press.go:5 no \"ch\", no \"z\": branch -> branchs, level = forced(depth). Adding \"ch\" breaks others.",
		"told to take over":          "press.go:10 is never true. Take the level over yourself:\n\n    level := widest(os.Getenv(\"PRESS_DEPTH\"), narrowest)\n    return level, errTooWide\n",
		"a proposal in the line":     "press.go:10 is never true; the check should be `os.Getenv(\"PRESS_RANGE\") == \"\"`.",
	} {
		if misquoted(truth) {
			t.Errorf("%s counts as misquoted: %s", name, truth)
		}
	}
}

// What a security review would mend with is a new function where a patch was asked for and
// it is told to be used; else it is a quote.
func TestPatchOfReview(t *testing.T) {
	t.Parallel()
	const (
		result = "`Level` is fine at press.go:5-8, but for the range at press.go:9.\n\n```go\nfunc isWithin(parts []string, depth int) bool {\n\tif len(parts) > depth {\n\t\treturn false\n\t}\n\treturn widest(parts) < depth\n}\n```\n"
		use    = "\n- use it at press.go:10\n"
	)
	for _, tt := range []struct {
		request, result string
		misquotes       bool
	}{
		{"Can the range of press.go be abused? Show it and patch it.", result + use, false},
		{"Can the range of press.go be abused? Show it and patch it.", result + "\nThat never ends.\n", true},
		{"Can the range of press.go be abused?", result + use, true},
		{"Can the range of press.go be abused? We fix the docs.", result + use, true},
	} {
		s := signalOf(pressReport(city.Security, tt.request, tt.result), "misquotes")
		if got := s != nil && s.Points < 0; got != tt.misquotes {
			t.Errorf("%q: misquotes %v: %+v", tt.request, got, s)
		}
	}
}
