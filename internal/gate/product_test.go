package gate

import (
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/repository"
)

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
