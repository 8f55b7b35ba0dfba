package gate_test

import (
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/gate/repository"
)

// What a name without a file behind it means is told by the words next to it
// and by where it stands.
func TestNamesWithoutFiles(t *testing.T) {
	t.Parallel()
	repo := &repository.Repo{
		Files:  []repository.File{{Path: "lib/a.js"}, {Path: "dist/a.js"}},
		Source: memory{"lib/a.js": "const key = settings.env(template.HTML)\nconst rules = find('.bakerc.json')\n"},
	}
	tests := []struct {
		result, path string
		want         grounding.ReferenceStatus // "" for no reference
	}{
		{"There is no CHANGELOG.md here.", "CHANGELOG.md", grounding.RefExternal},
		{"CHANGELOG.md does not exist.", "CHANGELOG.md", grounding.RefExternal},
		{"A `lib/c.js` is not needed.", "lib/c.js", grounding.RefExternal},
		{"`../secret.txt` is matched too.", "secret.txt", grounding.RefExternal},
		{"As the import from '../lib/c.js' shows,", "lib/c.js", grounding.RefMissing},
		{"Asked for `assets/app.js` as /assets/app.js, it answers.", "assets/app.js", grounding.RefExternal},
		{"It is of type template.HTML.", "template.HTML", grounding.RefExternal},
		{"`template.html` has it.", "template.html", grounding.RefMissing},
		{"The key is read from `settings.env` first.", "settings.env", grounding.RefExternal},
		{"The key is read from `local.env` first.", "local.env", grounding.RefMissing},
		{"It writes `my-tool/config.json` then.", "my-tool/config.json", grounding.RefExternal},
		{"`a/../../secret.txt` is matched too.", "a/../../secret.txt", grounding.RefExternal},
		{"A body with `foo.md` fails.", "foo.md", grounding.RefExternal},
		{"The map `dist/a.js.map` is large.", "dist/a.js.map", grounding.RefMissing},
		{"It is `users.map` that copies.", "users.map", ""},
		{"It looks for `.xrc.json` there.", ".xrc.json", grounding.RefExternal},
		{"A `sub/.bakerc.json` hides the crumbs.", "sub/.bakerc.json", grounding.RefExternal},
		{"A `sub/.lintrc.json` hides the crumbs.", "sub/.lintrc.json", grounding.RefMissing},
		{"| `lib/c.js` | ERR_PACKAGE_PATH_NOT_EXPORTED |", "lib/c.js", grounding.RefExternal},
		{"| `lib/c.js` | 12 ms |", "lib/c.js", grounding.RefMissing},
		{"It looks for `.lintrc.json` there.", ".lintrc.json", grounding.RefMissing},
		{"Names with `.config.js` and ....php are taken.", ".config.js", ""},
		{"Names with `.config.js` and ....php are taken.", "....php", ""},
		{"`lib/b.js` covers engines without the flag.", "lib/b.js", grounding.RefMissing},
		{"`dist/b.js` has a bucket.", "dist/b.js", grounding.RefMissing},
		{"`build/b.js` is made by the build.", "build/b.js", grounding.RefExternal},
		{"lookup('dir/page.html') gives 'dir/page.html'.", "dir/page.html", grounding.RefExternal},
		{"x.ts is read as video.", "x.ts", grounding.RefExternal},
		{"`mts` is `model/vnd.mts` there.", "model/vnd.mts", grounding.RefExternal},
		{"`model/kiln.mts` has it.", "model/kiln.mts", grounding.RefMissing},
		{"Tried with `demo/x.ts` and others.", "demo/x.ts", grounding.RefExternal},
		{"Tried with `demo/kiln.ts` and others.", "demo/kiln.ts", grounding.RefMissing},
		{"Put beside it:\n\n```js\n// lib/c.js\nmodule.exports = 1\n```\n", "lib/c.js", grounding.RefNewFile},
		{"It reads:\n\n```js\n// lib/a.js\nmodule.exports = 1\n```\n", "lib/a.js", grounding.RefExists},
		{"It reads:\n\n```js\n// see lib/c.js for more\nmodule.exports = 1\n```\n", "lib/c.js", ""},
	}
	for _, tt := range tests {
		var got grounding.ReferenceStatus
		for _, ref := range gate.Judge(gate.Input{Request: gate.Request{Category: city.CodeReview, Description: "Review it."}, Deliverable: gate.Deliverable{Result: tt.result}, Repo: repo}).References {
			if ref.Path == tt.path {
				got = ref.Status
			}
		}
		if got != tt.want {
			t.Errorf("%q: %s is %q, want %q", tt.result, tt.path, got, tt.want)
		}
	}
}

// A bare name of a program in a language of which nothing is there is an example, but where
// findings are located.
func TestProgramsOfOtherLanguages(t *testing.T) {
	t.Parallel()
	repo := &repository.Repo{Files: []repository.File{{Path: "lib/a.js"}}, Source: memory{"lib/a.js": "const key = 1\n"}}
	for _, tt := range []struct {
		category     city.Category
		result, path string
		want         grounding.ReferenceStatus
	}{
		{city.DataAnalysis, "Run setup.py first, it says.", "setup.py", grounding.RefExternal},
		{city.DataAnalysis, "Run setup.ts first, it says.", "setup.ts", grounding.RefMissing},
		{city.DataAnalysis, "Run tools/setup.py first, it says.", "tools/setup.py", grounding.RefMissing},
		{city.DataAnalysis, "Settings stand in setup.py, it says.", "setup.py", grounding.RefMissing},
		{city.DataAnalysis, "| setup.py | linked |", "setup.py", grounding.RefExternal},
		{city.ContentCreation, "It is unlike .gitignore there.", ".gitignore", grounding.RefExternal},
		{city.ContentCreation, "The file .gitignore has it.", ".gitignore", grounding.RefMissing},
		{city.ContentCreation, "`*.js` finds `src/b.js` there.", "src/b.js", grounding.RefExternal},
		{city.CodeReview, "The fault is in src/b.js there.", "src/b.js", grounding.RefMissing},
		{city.CodeReview, "Run setup.py first, it says.", "setup.py", grounding.RefMissing},
	} {
		report := gate.Judge(gate.Input{Request: gate.Request{Category: tt.category, Description: "What does it say?"}, Deliverable: gate.Deliverable{Result: tt.result}, Repo: repo})
		if len(report.References) != 1 || report.References[0].Path != tt.path || report.References[0].Status != tt.want {
			t.Errorf("%s, %q: %+v", tt.category, tt.result, report.References)
		}
	}
}
