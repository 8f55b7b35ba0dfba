package gate

import (
	"slices"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/repository"
)

// What somebody said of the matter is no text that the code has to have; a message is one.
func TestHearsay(t *testing.T) {
	t.Parallel()
	for request, literal := range map[string]bool{
		"We were told that lib/oven.js 'forgets after ten minutes'. Is it so?": false,
		"Support says that it \"eats the bread\" in lib/oven.js.":              false,
		"lib/oven.js prints 'forgets after ten minutes'. Where?":               true,
		"The log says: 'forgets after ten minutes' in lib/oven.js.":            true,
		"I am told that 'exports.folder = folder' is wrong in lib/oven.js.":    true,
	} {
		v := ovenView(city.General, request, "It is so.")
		if got := slices.ContainsFunc(v.wished, func(w wish) bool { return w.kind == wishLiteral && strings.Contains(w.key, " ") }); got != literal {
			t.Errorf("%q: a literal %v, want %v", request, got, literal)
		}
	}
}

// Only what stands in the sentence that orders a comparison is to be compared.
func TestComparesWhatItNames(t *testing.T) {
	t.Parallel()
	for request, compared := range map[string]bool{
		"Renovate proposes Oven 4. Slack has it already. Compare the packages.": true,
		"Compare BakeryOven with StoneOven for us.":                             false,
	} {
		if got := ovenView(city.Research, request, "The old one is slower than the new one.").comparesEverything(); got != compared {
			t.Errorf("%q: compared %v", request, got)
		}
	}
}

// Tests that use functions of the file that the request names are tests of it.
func TestTestsOfNamedFile(t *testing.T) {
	t.Parallel()
	const head = "```js\nconst oven = require('./lib/oven')\n"
	for body, want := range map[string]bool{
		"it('bakes', () => {\n  oven.configure('a', {})\n  oven.save(1, 2, assert.ok)\n})\n```":   true,
		"it('bakes', () => {\n  oven.save(1, 2, assert.ok)\n})\n```":                              false,
		"it('bakes', () => {\n  // configure, save\n  assert.ok(oven)\n})\n```":                   false,
		"console.log(oven.configure('a', {}), oven.save(1, 2, console.log))\n```\n\nNo test yet.": false,
	} {
		if got := ovenView(city.Testing, "Write the missing tests of lib/oven.js.", head+body).testsNamedFile(); got != want {
			t.Errorf("%q: %v, want %v", body, got, want)
		}
	}
}

// TypeScript is the language of who changes files of it; declarations only speak of others.
func TestTypeScriptOfChangedFiles(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]bool{"src/kiln.ts": true, "lib/kiln.d.ts": false} {
		v := look(Input{
			Request:     Request{Category: city.BugFix, Description: "Fix it in the TypeScript source."},
			Deliverable: Deliverable{Result: "```diff\n--- a/" + file + "\n+++ b/" + file + "\n@@ -1 +1 @@\n-export const heat = 1\n+export const heat = 2\n```\n"},
			Repo:        &repository.Repo{Files: []repository.File{{Path: file}}, Source: filesOf{file: "export const heat = 1\n"}},
		})
		if got := v.writtenIn("typescript"); got != want {
			t.Errorf("%s: %v, want %v", file, got, want)
		}
	}
}

// Questions with answers may be long where they name much; other texts to be read have room
// for places then.
func TestLongReading(t *testing.T) {
	t.Parallel()
	const told = "What `configure` gets is kept as `folder`, with `options` beside it; `save` takes a `value`, its `format` and what is to be `done`, and `exports` all 4 within 7 minutes, 12 times, at 80, 90 or 100 degrees. "
	for request, reading := range map[string]bool{"A FAQ on the oven, please.": true, "An announcement of the oven, please.": false, "A page on the oven, no line numbers please.": true, "A page on the oven, please.": false} {
		if got := ovenView(city.General, request, strings.Repeat(told, 14)).isReading(); got != reading {
			t.Errorf("%q: to be read: %v", request, got)
		}
	}
	if ovenView(city.General, "A FAQ on the oven, please.", strings.Repeat("What `configure` gets is kept, and `save` hands on what it has been given by whoever calls it then. ", 20)).isReading() {
		t.Error("a long text with two names")
	}
}

// Runs of the request's words come back in work that answers it; small words make none, and
// a sentence that is only given back counts for nothing.
func TestPhrases(t *testing.T) {
	t.Parallel()
	const request = "Every few weeks a loaf ends up half old half new in lib/oven.js, with no error at all."
	for result, want := range map[string]int{
		"The folder is kept, so a loaf is half old half new, and there is no error.": 2,
		"The folder is kept, and there is no error at all in lib/oven.js.":           0,
		"Loaves are half old.":              0,
		request + "\n\nThe folder is kept.": 0,
	} {
		if got := ovenView(city.Research, request, result).phrases(); min(got, 2) != want {
			t.Errorf("%q: %d, want %d", result, got, want)
		}
	}
}

// A fix that only declares types changes nothing of what happens when the code runs.
func TestOnlyDeclares(t *testing.T) {
	t.Parallel()
	for request, file := range map[string]string{"heat(0) gives 50.": "kiln.d.ts", "heat(0) does not compile, its type is wrong.": "kiln.d.ts", "heat(0) gives 50!": "kiln.ts"} {
		v := look(Input{
			Request: Request{Category: city.BugFix, Description: request}, Deliverable: Deliverable{Result: "```diff\n--- a/" + file + "\n+++ b/" + file + "\n@@ -1 +1 @@\n-export declare const heat: 1\n+export declare const heat: 2\n```\n"},
			Repo: &repository.Repo{Files: []repository.File{{Path: file}}, Source: filesOf{file: "export declare const heat: 1\n"}},
		})
		if got, want := v.onlyDeclares(), request == "heat(0) gives 50."; got != want {
			t.Errorf("%q, %s: %v", request, file, got)
		}
	}
}

// A folder that is called like a thing of which there are many is meant where it is named,
// not where such a thing is.
func TestOneOfKind(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"It deletes words from a list.": true, "It fills our list.": true, "The list of words is right.": true,
		"Review list, please.": false, "Is the list package safe?": false, "alist is fine, list too.": false,
	} {
		if oneOfKind(text, "list") != want {
			t.Errorf("%q: want %v", text, want)
		}
	}
}
