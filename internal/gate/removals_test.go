package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

const walkFile = `package walk

import (
	"bytes"
	"example.com/deps/slug"
)

// Walk joins the steps that are there. It has a goto in it.
func Walk(steps []string) string {
	var buf bytes.Buffer
	i := 0
next:
	if i < len(steps) {
		if steps[i] == "" {
			goto skip
		}
		buf.WriteString(slug.Of(steps[i]))
	skip:
		i++
		goto next
	}
	return buf.String()
}
`

const (
	loopDiff    = "--- a/walk.go\n+++ b/walk.go\n@@ -10,15 +10,10 @@\n \tvar buf bytes.Buffer\n-\ti := 0\n-next:\n-\tif i < len(steps) {\n-\t\tif steps[i] == \"\" {\n-\t\t\tgoto skip\n+\tfor _, step := range steps {\n+\t\tif step == \"\" {\n+\t\t\tcontinue\n \t\t}\n-\t\tbuf.WriteString(slug.Of(steps[i]))\n-\tskip:\n-\t\ti++\n-\t\tgoto next\n+\t\tbuf.WriteString(slug.Of(step))\n \t}\n \treturn buf.String()\n }\n"
	builderDiff = "--- a/walk.go\n+++ b/walk.go\n@@ -2,8 +2,9 @@\n \n import (\n-\t\"bytes\"\n+\t\"strings\"\n+\n \t\"example.com/deps/slug\"\n )\n \n-// Walk joins the steps that are there. It has a goto in it.\n+// Walk joins the steps that are there.\n func Walk(steps []string) string {\n-\tvar buf bytes.Buffer\n+\tvar buf strings.Builder\n \ti := 0\n"
)

// What was to go stands in the changed files less often than before.
func TestRemovalsAreDone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, request, diff, also string
		missing                   string
	}{
		{"a keyword goes", "Refactor Walk in walk.go to get rid of the gotos.", loopDiff, "", ""},
		{"it stays", "Refactor Walk in walk.go to get rid of the gotos.", builderDiff, "", "goto"},
		{"in another language", "Refactor von Walk in walk.go: entferne alle gotos.", builderDiff, "", "goto"},
		{"a name goes", "Refactor Walk in walk.go: replace `Buffer` by something lighter.", builderDiff, "", ""},
		{"a name stays", "Refactor Walk in walk.go: replace `Buffer` by something lighter.", loopDiff, "", "Buffer"},
		{"an import stays", "Refactor walk.go: drop slug, we inline it.", loopDiff, "", "slug"},
		{"a function may stay as a name", "Refactor walk.go: replace Walk() and `Walk` by something shorter.", loopDiff, "", ""},
		{"what it does is no request", "Refactor Walk in walk.go; it does not drop `steps` and never should remove `steps`.", loopDiff, "", ""},
		{"it says what is left", "Refactor Walk in walk.go to get rid of the gotos.", builderDiff, "One goto is not touched, since its label is the loop's head.\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			report := gate.Judge(gate.Input{
				Request: gate.Request{Category: city.Refactor, Description: tt.request},
				Repo: &gate.Repo{
					Files:  []gate.RepoFile{{Path: "walk.go"}, {Path: "go.mod"}},
					Source: memory{"walk.go": walkFile, "go.mod": "module example.com/walk\n"},
				},
				Deliverable: gate.Deliverable{Result: "`Walk` (walk.go:9) is changed:\n\n```diff\n" + tt.diff + "```\n\n" + tt.also},
			})
			for _, s := range report.Signals {
				if s.Name == "patch applies" && s.Cap != nil {
					t.Fatalf("%+v", s)
				}
				if s.Name != "missing parts" {
					continue
				}
				if said := strings.Join(s.Evidence, ", "); !strings.Contains(said, tt.missing) || tt.missing == "" && strings.Contains(said, "to go") {
					t.Errorf("missing %q", said)
				}
				if (s.Cap != nil) != (tt.missing != "") {
					t.Errorf("%+v", s)
				}
			}
		})
	}
}
