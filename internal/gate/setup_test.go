package gate

import (
	"slices"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/repository"
)

func ovenView(category city.Category, request, result string) *view {
	return look(Input{
		Request: Request{Category: category, Description: request}, Deliverable: Deliverable{Result: result},
		Repo: &repository.Repo{
			Files: []repository.File{{Path: "package.json"}, {Path: "lib/oven.js"}},
			Source: filesOf{
				"package.json": `{"name": "oven"}`,
				"lib/oven.js": "exports.configure = (folder, options) => {\n  exports.folder = folder\n}\n\n" +
					"exports.save = function (value, format, done) {\n  done(null, value)\n}\n",
			},
		},
	})
}

// With which call of the project something was set up need not come back; a call that is
// asked about must.
func TestCallsThatSetUp(t *testing.T) {
	t.Parallel()
	for request, want := range map[string]bool{
		"Dev server with oven.configure('bread', { watch: true }). It goes stale.": true,
		"What is wrong with oven.configure('bread')?":                              false,
		"We have trouble with oven.configure('bread').":                            false,
		"How do I use oven.configure('bread')?":                                    false,
		"oven.configure('bread') goes stale.":                                      false,
		"It goes stale with kiln.configure('bread').":                              false,
		"See oven.configure and what goes stale with oven.configure.":              false,
	} {
		found := false
		for _, w := range ovenView(city.BugFix, request, "").wished {
			if w.kind == wishName && w.function() == "configure" {
				if found = true; w.sample != want {
					t.Errorf("%q: %+v", request, w)
				}
			}
		}
		if !found {
			t.Errorf("%q: not named", request)
		}
	}
}

// Where an English request orders a text in another language, its words do not come back.
func TestOrderedInAnotherLanguage(t *testing.T) {
	t.Parallel()
	const spanish = "`save`: el horno se configura con la carpeta de los panes y con las opciones que cada uno necesita para su trabajo de todos los días. " +
		"Cuando la carpeta cambia, el horno lo nota y vuelve a leer los panes sin que nadie tenga que hacer nada más, porque así lo quiere la casa."
	const english = "`save`: the oven is configured with the folder of the loaves and with the options that each of them needs for the work of every day. " +
		"When the folder changes, the oven notices and reads the loaves again, and nobody has to do anything, because the house wants it so."
	for _, tt := range []struct {
		request, result string
		want            bool
	}{
		{"Write a page in Spanish about `save` and the differences that hurt silently.", spanish, true},
		{"Write a page in Spanish about `save` and the differences that hurt silently.", english, false},
		{"Write a page in German about `save` and the differences that hurt silently.", spanish, false},
		{"Write a polished page about `save` and the differences that hurt silently.", spanish, false},
		{"Write a page about `save` and the differences that hurt silently.", spanish, false},
	} {
		v := ovenView(city.ContentCreation, tt.request, tt.result)
		lost := true
		for _, w := range v.wished {
			lost = lost && w.text != "differences"
		}
		if lost != tt.want {
			t.Errorf("%q: %v", tt.request, v.wished)
		}
	}
}

// Who orders a text gets no change of the code for it.
func TestCodeForText(t *testing.T) {
	t.Parallel()
	const change = "The value is given on.\n\n```diff\n--- a/lib/oven.js\n+++ b/lib/oven.js\n@@ -5,3 +5,3 @@\n exports.save = function (value, format, done) {\n-  done(null, value)\n+  done(null, format(value))\n }\n```\n"
	for _, tt := range []struct {
		category        city.Category
		request, result string
		want            bool
	}{
		{city.ContentCreation, "Write a handbook page about saving.", change, true},
		{city.ContentCreation, "Write a handbook page about saving.", "```js\noven.save(1, String, done)\n```\n", false},
		{city.ContentCreation, "Write release notes about saving.", change, false},
		{city.General, "Write a handbook page about saving.", change, false},
	} {
		told := false
		for _, s := range ovenView(tt.category, tt.request, tt.result).otherProduct() {
			told = told || s.points == -signCodeForText
		}
		if told != tt.want {
			t.Errorf("%s: %q for %q: %v", tt.category, tt.result, tt.request, told)
		}
	}
}

// A call behind a place, of a function that the file declares, is a caller's when what
// follows says what it does.
func TestCallsOfCallers(t *testing.T) {
	t.Parallel()
	for result, want := range map[string]float64{
		"- lib/oven.js:5-7: `save(value, cb)` hands the callback on as the format.\n": 0.5,
		"- lib/oven.js:5-7: `save(value, cb)`.\n":                                     1,
		"- lib/oven.js:5-7: `save(value, cb)` is what stands there.\n":                1,
		"- lib/oven.js:5-7: `save(value, cb)` was written in haste.\n":                1,
		"- lib/oven.js:5-7: `if(!value) return done(format)` skips the rest.\n":       1,
		"- lib/oven.js:5-7: `bake(value, cb)` hands the callback on.\n":               1,
	} {
		if got := ovenView(city.CodeReview, "Look for bugs.", result).Ground.Misquoted; got != want {
			t.Errorf("%q: %v", result, got)
		}
	}
}

// A numbered review of the file that was named is doubted less for what the request tells
// beside; one of another file is not.
func TestReviewOfTheNamedFile(t *testing.T) {
	t.Parallel()
	const review = "1. lib/oven.js:1 takes any folder.\n2. lib/oven.js:2 keeps it for ever.\n3. lib/oven.js:5 drops the format.\n4. lib/oven.js:6 never fails.\n"
	for _, tt := range []struct {
		category        city.Category
		request, result string
		want            bool
	}{
		{city.CodeReview, "Please review lib/oven.js. We bake search terms with it.", review, true},
		{city.CodeReview, "Please review package.json. We bake search terms with it.", review, false},
		{city.CodeReview, "Please review lib/oven.js. We bake search terms with it.", strings.ReplaceAll(review, ". lib", " lib"), false},
		{city.CodeReview, "Please review lib/oven.js.", strings.ReplaceAll(review, "lib/oven.js", "package.json"), false},
		{city.CodeReview, "Please review lib/oven.js.", review + "\n```js\ntest('bakes', () => assert.equal(save(1), 1))\n```\n", false},
		{city.Research, "How does lib/oven.js bake search terms?", review, false},
	} {
		if got := ovenView(tt.category, tt.request, tt.result).looksAtNamed(); got != tt.want {
			t.Errorf("%q, %q: %v", tt.request, tt.result, got)
		}
	}
}

// Where code is not to be shown, a few names of it show that it was read.
func TestNamesInRunningText(t *testing.T) {
	t.Parallel()
	const text = "With configure the folder is kept, and options are left alone. Whoever calls save gets the value back through done, whatever the format says."
	for request, want := range map[string]bool{
		"A page on how oven works. Running text please, no code blocks.": false,
		"A page on how oven works.":                                      true,
	} {
		if s, _ := nothingShown(ovenView(city.ContentCreation, request, strings.NewReplacer("configure", "`configure`", "save", "`save`", "done", "`done`", "format", "`format`", "value", "`value`", "folder", "`folder`").Replace(text))); (s.Cap != nil) != want {
			t.Errorf("%q: %s", request, s.Reason)
		}
	}
}

// Who asks for measured numbers gets some.
func TestMeasuredNumbers(t *testing.T) {
	t.Parallel()
	for result, want := range map[string]bool{
		"`save` at lib/oven.js:5 calls back at once, which is cheap.":               true,
		"`save` at lib/oven.js:5 takes 12 ns, a folder more 14 ns.":                 false,
		"One value: 64 bytes.\n\nTwo values: 96 bytes.\n\nTen values: 352 bytes.\n": false,
	} {
		s, _ := missingAsks(ovenView(city.Research, "How expensive is oven.save? Give us measured numbers.", result))
		if got := slices.Contains(s.Evidence, "measured numbers"); got != want {
			t.Errorf("%q: %q", result, s.Evidence)
		}
	}
}
