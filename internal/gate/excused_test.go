package gate

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/repository"
)

// kilnFiles are a small repository with a workflow that pipes a script into a shell.
var kilnFiles = filesOf{
	"kiln.go":  "package kiln\n\nfunc heat(to int) int {\n\tif to > hottest {\n\t\tfirst := true\n\t\treturn hottest\n\t} else {\n\t\treturn to\n\t}\n}\n",
	"ci.yml":   "jobs:\n  test:\n    steps:\n      - run: bash <(curl -s kiln.example)\n",
	"glaze.go": "package kiln\n\nconst hottest = 1300\n",
}

func kilnView(category city.Category, request, result string) *view {
	return look(Input{
		Request: Request{Category: category, Description: request}, Deliverable: Deliverable{Result: result},
		Repo: &repository.Repo{Files: []repository.File{{Path: "kiln.go"}, {Path: "ci.yml"}, {Path: "glaze.go"}}, Source: kilnFiles},
	})
}

// Rare words of the request that stand on cited lines are taken up with them.
func TestWordsOnCitedLines(t *testing.T) {
	t.Parallel()
	for result, want := range map[string]bool{
		"ci.yml:4 runs what a stranger may change.": true,
		"ci.yml:2 runs what a stranger may change.": false,
		"ci.yml runs what a stranger may change.":   false,
	} {
		v := kilnView(city.DevOps, "Nothing piped from curl.", result)
		if got := v.standsOnCited(wish{text: "curl", key: v.stem.Of("curl"), weight: 1}); got != want {
			t.Errorf("%q: %v", result, got)
		}
	}
}

// A line that the request gives is worked at by who cites or changes one near it.
func TestWorksAtTheLineAsked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		request, result string
		want            bool
	}{
		{"The branches around line 5 hurt.", "kiln.go:7 needs no else.", true},
		{"The branches around line 5 hurt.", "```diff\n--- a/kiln.go\n+++ b/kiln.go\n@@ -7,3 +7,1 @@\n-\t} else {\n-\t\treturn to\n \t}\n+\treturn to\n```\n", true},
		{"The branches around line 50 hurt.", "kiln.go:7 needs no else.", false},
		{"The branches around line 5 of glaze.go hurt.", "kiln.go:7 needs no else.", false},
		{"All 5 branches hurt.", "kiln.go:7 needs no else.", false},
	} {
		v := kilnView(city.Refactor, tt.request, tt.result)
		figure := strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, tt.request)
		if got := v.worksAt(wish{text: figure, key: figure, kind: wishLiteral}); got != tt.want {
			t.Errorf("%q, %q: %v", tt.request, tt.result, got)
		}
	}
}

// Two words with a slash between them come back as words.
func TestWordsToldTogether(t *testing.T) {
	t.Parallel()
	w := wish{text: "first/else", key: "first/else", kind: wishName}
	for result, want := range map[string]bool{"The first one needs no else.": true, "The first one needs nothing.": false} {
		if got := kilnView(city.Refactor, "Tidy the first/else dance.", result).all.takes(w); got != want {
			t.Errorf("%q: %v", result, got)
		}
	}
}

// Where the request wants words for laymen its own words tie a sentence to it, if the
// text says somewhere in the code where that is so.
func TestWordsForLaymen(t *testing.T) {
	t.Parallel()
	const answer = "The oven never gets hotter than the glaze allows, so the cups stay whole. Your oven and the glaze were made for each other. When the cups come out grey the oven was opened early. Nothing about the glaze must change for that. The cups of the second oven need more time."
	for _, tt := range []struct {
		request, behind string
		tied            bool
	}{
		{"Why are the cups grey, is it the oven or the glaze? I am not a programmer.", " See kiln.go, line 4.", true},
		{"Why are the cups grey, is it the oven or the glaze?", " See kiln.go, line 4.", false},
		{"Why are the cups grey, is it the oven or the glaze? I am not a programmer.", "", false},
	} {
		st := kilnView(city.General, tt.request, answer+tt.behind).prose
		if got := st.tied*2 > st.all; got != tt.tied {
			t.Errorf("%q%s: %d of %d tied", tt.request, tt.behind, st.tied, st.all)
		}
	}
}

// What the reporter of a fault quotes and no code has is what he saw.
func TestOnlySeen(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		category city.Category
		quoted   string
		want     bool
	}{
		{city.BugFix, "Unexpected end", true}, {city.BugFix, "first := true", false}, {city.Refactor, "Unexpected end", false},
	} {
		if got := kilnView(tt.category, "It breaks.", "kiln.go:4").onlySeen(wish{text: tt.quoted, key: tt.quoted, kind: wishLiteral}); got != tt.want {
			t.Errorf("%s, %q: %v", tt.category, tt.quoted, got)
		}
	}
}

// A manifest is only what new code must agree with where code is named beside it.
func TestManifestsThatAreWorkedOn(t *testing.T) {
	t.Parallel()
	const diff = "`heat` keeps what it had, the branch was never needed there and says nothing.\n\n```diff\n--- a/kiln.go\n+++ b/kiln.go\n@@ -7,3 +7,1 @@\n-\t} else {\n-\t\treturn to\n \t}\n+\treturn to\n```\n"
	for request, want := range map[string]bool{"Tidy `heat`; go.mod says 1.11, that must work.": true, "Mend the version in go.mod.": false} {
		v := kilnView(city.Refactor, request, diff)
		if got := v.onlyBound(wish{text: "go.mod", key: "go.mod", kind: wishFile}); got != want {
			t.Errorf("%q: %v", request, got)
		}
	}
}

// Names and quoted texts that are excused leave a request told in everyday words only
// where other words of it come back.
func TestWhatIsToldBesideWhatIsExcused(t *testing.T) {
	t.Parallel()
	const request = "Since the update our ovens stop with \"Converting circular structure\" after JSON.stringify, whenever porcelain cups are inside."
	for result, want := range map[string]bool{
		"The porcelain makes a circle: each of the cups knows its oven (kiln.go:4).": true,
		"The branch is never needed (kiln.go:7).":                                    false,
	} {
		if got := kilnView(city.BugFix, request, result).toldInEverydayWords(); got != want {
			t.Errorf("%q: %v", result, got)
		}
	}
}

// Who tells of a concern in several words is not answered by a text without any of them,
// unless these are words that everybody uses.
func TestPassesByAConcern(t *testing.T) {
	t.Parallel()
	const other = "`take` at kiln.go:3 gives the hottest of all, and kiln.go:6 the first one. The workflow says so too, at ci.yml:4, and nobody has to do anything about it any more."
	for _, tt := range []struct {
		request, result string
		want            bool
	}{
		{"The process hangs after a while, stuck for ever. Why?", other, true},
		{"The process hangs after a while, stuck for ever. Why?", other + " It waits for the lock.", false},
		{"The process hangs after a while. Why?", other, false},
		{"Each response of the server to a request is repeated. Why?", other, false}, // of the network
		{"Der Prozess hängt, er bleibt stehen und blockiert alles andere. Warum ist das so, hang, stuck?", other, false},
	} {
		if got := kilnView(city.BugFix, tt.request, tt.result).missedConcern() != nil; got != tt.want {
			t.Errorf("%q, %q: %v", tt.request, tt.result, got)
		}
	}
}
