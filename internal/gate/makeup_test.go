package gate

import (
	"slices"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/repository"
)

func madeFor(c city.Category, request, result string) sign {
	v := look(Input{
		Request: Request{Category: c, Description: request}, Deliverable: Deliverable{Result: result},
		Repo: &repository.Repo{Files: []repository.File{{Path: "lib/a.js", Lines: 10}}},
	})
	return v.madeAsAsked(v.makeup())
}

func TestMadeAsAsked(t *testing.T) {
	t.Parallel()
	review := "lib/a.js:3 drops the error, so a full disk goes unnoticed.\n\nlib/a.js:7 reads one element too many."
	tests := "```js\n" + strings.Repeat("it('adds', () => {\n  assert.equal(add(1, 2), 3)\n})\n", 8) + "```\n\nThey cover lib/a.js:3."
	if s := madeFor(city.CodeReview, "Review lib/a.js.", review); s.points <= 0 {
		t.Errorf("a review for a review: %+v", s)
	}
	if s := madeFor(city.Testing, "Write mocha cases for lib/a.js.", review); s.points > -1 || !strings.Contains(s.reason, "mostly has") {
		t.Errorf("a review for tests: %+v", s)
	}
	if s := madeFor(city.CodeReview, "Review lib/a.js.", tests); s.points > -1 {
		t.Errorf("tests for a review: %+v", s)
	}
	if s := madeFor(city.CodeReview, "Review lib/a.js and send tests that show the code at fault.", tests); s.points < -0.6 {
		t.Errorf("what the request names is held against the work: %+v", s)
	}
}

func TestQuotedTextHoldsCode(t *testing.T) {
	t.Parallel()
	d := document.Parse("Send this:\n\n> Use it so:\n>\n> ```go\n> s := New()\n> s.Close()\n> ```\n\nThat is all.")
	if len(d.Blocks) != 1 || len(d.Blocks[0].Lines) != 2 || d.Blocks[0].Lines[0] != "s := New()" {
		t.Errorf("%+v", d.Blocks)
	}
}

// To mention the file that the request names is not to work on it.
func TestWorksElsewhere(t *testing.T) {
	t.Parallel()
	repo := &repository.Repo{Files: []repository.File{{Path: "lib/a.js", Lines: 30}, {Path: "lib/b.js", Lines: 30}}}
	for result, want := range map[string]bool{
		"I read what is around lib/a.js. lib/b.js:3 drops the error, lib/b.js:7 reads too far.": true,
		"lib/b.js:3 drops the error that lib/a.js:9 needs, lib/b.js:7 reads too far.":           false,
		"lib/b.js:3 drops the error. The rest of lib/a.js is fine.":                             false,
	} {
		v := look(Input{Request: Request{Category: city.CodeReview, Description: "Review lib/a.js."}, Deliverable: Deliverable{Result: result}, Repo: repo})
		if got := v.worksElsewhere(); got != want {
			t.Errorf("%q: %v", result, got)
		}
	}
	const workflow = "`.github/workflows/ci.yml`:\n\n```yaml\non: [push]\njobs:\n  test:\n    runs-on: linux\n    steps:\n      - run: npm test\n```\n\nIt takes the place of .travis.yml; lib/a.js:3 and lib/b.js:7 fail on it."
	for category, want := range map[city.Category]bool{city.DevOps: false, city.CodeReview: true} {
		v := look(Input{
			Request: Request{Category: category, Description: ".travis.yml is dead. A workflow instead, please."}, Deliverable: Deliverable{Result: workflow},
			Repo: &repository.Repo{Files: append(slices.Clone(repo.Files), repository.File{Path: ".travis.yml", Lines: 9})},
		})
		if got := v.worksElsewhere(); got != want {
			t.Errorf("a workflow for %s: %v", category, got)
		}
	}
	const tests = "```js\ntest('a', () => assert.equal(require('./%s').size, 3))\n```\n\nlib/b.js:3 and lib/b.js:7 are not covered."
	for file, want := range map[string]bool{"lib/a.js": false, "lib/c.js": true} {
		v := look(Input{Request: Request{Category: city.Testing, Description: "Write tests for lib/a.js."}, Deliverable: Deliverable{Result: strings.ReplaceAll(tests, "%s", file)}, Repo: repo})
		if got := v.worksElsewhere(); got != want {
			t.Errorf("tests of %s: %v", file, got)
		}
	}
}
