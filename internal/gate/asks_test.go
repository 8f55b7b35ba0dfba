package gate

import (
	"slices"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
)

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

// A share comes back as what was measured.
func TestShareComesBack(t *testing.T) {
	t.Parallel()
	for result, want := range map[string]bool{
		"Coverage goes from 94.9 % to 97.8 %.": true, "It is 95 % now.": true, "95% are covered.": true,
		"Coverage is 90 %.": false, "Coverage is 95.9 %.": false, "It is 94,9 % now.": true, "It costs 5,95 %.": false, "It is 1095 %.": false, "Line 95 is not covered.": false,
	} {
		v := ovenView(city.Testing, "Coverage says 95% and I do not trust it.", result)
		if got := v.all.percent("95"); got != want {
			t.Errorf("%q: %v", result, got)
		}
	}
}

// What tells of a fault and orders nothing is answered by what mends it, in whatever form.
func TestFaultOnlyTold(t *testing.T) {
	t.Parallel()
	const mended = "lib/oven.js:5 takes `save` with a `format`, and lib/oven.js:6 calls `done` with the value alone.\n\n```diff\n--- a/lib/oven.js\n+++ b/lib/oven.js\n@@ -5,3 +5,3 @@\n exports.save = function (value, format, done) {\n-  done(null, value)\n+  done(null, format(value))\n }\n```\n"
	for _, tt := range []struct {
		request, result string
		want            bool
	}{
		{"When the workers stop, some loaves are lost. They are saved with save.", mended, true},
		{"When the workers stop, some loaves are lost. They are saved with save.", "Loaves get lost.", false},
		{"Write a workflow that saves the loaves when the workers stop.", mended, false},
		{"Please review how the loaves are saved when the workers stop.", mended, false},
	} {
		if got := ovenView(city.DevOps, tt.request, tt.result).onlyTold(); got != tt.want {
			t.Errorf("%q, %q: %v", tt.request, tt.result, got)
		}
	}
}

// What is cut out of the code need not parse, what was written must.
func TestExcerptsNeedNotParse(t *testing.T) {
	t.Parallel()
	for block, want := range map[string]bool{
		"exports.save = function (value, format, done) {\n  done(null, value)\nexports.configure = (folder, options) => {\n": false,
		"exports.bake = function (value, format, done) {\n  done(null, format)\nexports.cool = (folder, options) => {\n":     true,
	} {
		s, _ := codeParses(ovenView(city.CodeReview, "Look for bugs.", "So it is:\n\n```js\n"+block+"```\n"))
		if got := s.Points < 0; got != want {
			t.Errorf("%q: %+v", block, s)
		}
	}
}

// Who asks for a short list gets no essay; an essay may hold what a long answer needs.
func TestBriefOrders(t *testing.T) {
	t.Parallel()
	essay := strings.Repeat("People have always wished for bread that is warm in the morning. ", 22) + strings.Repeat("The call of `save` in lib/oven.js hands the value on to the caller. ", 11)
	for request, want := range map[string]bool{
		"Which calls of lib/oven.js hand their value on? A short list is enough.": true,
		"Which calls of lib/oven.js hand their value on?":                         false,
	} {
		s, _ := untied(ovenView(city.General, request, essay))
		if got := s.Cap != nil; got != want {
			t.Errorf("%q: %+v", request, s)
		}
	}
}

// A command with which a change is applied is no configuration, several calls within
// sentences are examples, and names alone make no row of a table say something.
func TestWhatCodeIsThere(t *testing.T) {
	t.Parallel()
	const fence = "```"
	for text, want := range map[string]int{
		"Apply it:\n\n" + fence + "sh\nsed -i s/done/cb/ lib/oven.js\n" + fence + "\n":                      0,
		"Run it:\n\n" + fence + "sh\nset -e\nnpm ci\nnpm run build\nnpm test\nnpm publish\n" + fence + "\n": 5,
		"Run it:\n\n" + fence + "yaml\non: push\n" + fence + "\n":                                           1,
	} {
		if _, _, config, _ := ovenView(city.BugFix, "It hangs.", text).codeByKind(); config != want {
			t.Errorf("%q: %d lines of configuration", text, config)
		}
	}
	for text, want := range map[string]bool{
		"`save(1)` gives 1, `save(2)` 2.\n\n`save(3)` gives 3.\n\n`save(0)` gives nothing.": false,
		"`bake(1)` gives 1, `bake(2)` 2.\n\n`bake(3)` gives 3.\n\n`bake(0)` gives nothing.": true,
		"`save(a)`, `save(b)`, `save(c)` and `save(d)` are calls.":                          true,
		"`save()` gives 1, `save` 2, `save()` 3 and `save()` nothing.":                      true,
	} {
		s, _ := missingAsks(ovenView(city.ContentCreation, "Write a page about save, with examples.", text))
		if got := slices.Contains(s.Evidence, "an example"); got != want {
			t.Errorf("%q: %q", text, s.Evidence)
		}
	}
	for row, want := range map[string]int{
		"| `lib/oven.js` | 7 | `configure`, `save`, `done` | verified |":                          0,
		"| `lib/oven.js` | 7 | `configure`, `save`, `done` | hands what was given on unchanged |": 1,
		"| `save` | 12 ns | as before |":                                                          1,
	} {
		if got := ovenView(city.Research, "What is there?", "| file | lines | names | what |\n|---|---|---|---|\n"+row+"\n").prose.rows; got != want {
			t.Errorf("%q: %d rows", row, got)
		}
	}
}
