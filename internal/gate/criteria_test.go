package gate_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

const twoFiles = `diff --git a/lib/orders.js b/lib/orders.js
index 1..2 100644
--- a/lib/orders.js
+++ b/lib/orders.js
@@ -1 +1 @@
-a
+b
diff --git a/lib/deep/old.js b/lib/deep/old.js
deleted file mode 100644
index 1..0
--- a/lib/deep/old.js
+++ /dev/null
@@ -1 +0,0 @@
-a
`

// The report says of each thing that the task asked for what became of it.
func TestCriteriaOneByOne(t *testing.T) {
	t.Parallel()
	report := gate.Judge(gate.Input{
		Request: gate.Request{
			Category: city.CodeReview, Description: reviewRequest,
			Criteria: []string{"SQL injection is checked", "Kubernetes manifests hardened"},
			Commands: []string{"npm test", "npm run lint", "npm run types"}, Paths: []string{"lib/*.js"},
		},
		Deliverable: gate.Deliverable{Result: honestReview}, Repo: shop(t), Patch: []byte(twoFiles),
		Executed: &gate.Executed{Commands: []gate.Command{
			{Command: "npm test", Finding: gate.Met, Run: gate.Run{Outcome: gate.OutcomeOK, Output: "4 passing\n"}},
			{Command: "npm run lint", Finding: gate.NotMet, Run: gate.Run{Outcome: gate.OutcomeFailed, ExitCode: 2}},
		}},
	})
	want := []gate.Criterion{
		{Kind: gate.InWords, Text: "SQL injection is checked", Finding: gate.Met, Evidence: "“## High: SQL injection in findOrders”"},
		{Kind: gate.InWords, Text: "Kubernetes manifests hardened", Finding: gate.NotMet, Evidence: "Nothing in the deliverable takes it up."},
		{Kind: gate.ByRun, Text: "npm test", Finding: gate.Met, Evidence: "exit code 0: 4 passing"},
		{Kind: gate.ByRun, Text: "npm run lint", Finding: gate.NotMet, Evidence: "exit code 2"},
		{Kind: gate.ByRun, Text: "npm run types", Finding: gate.NotShown, Evidence: "It was not run: there is no sandbox with the code."},
		{Kind: gate.InPaths, Text: "lib/*.js", Finding: gate.NotMet, Evidence: "Changed, but not among them: lib/deep/old.js"},
	}
	if diff := cmp.Diff(want, report.Criteria); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	i := slices.IndexFunc(report.Signals, func(s gate.Signal) bool { return s.Name == "acceptance criteria" })
	if i < 0 || report.Signals[i].Reason != "1 of 3 acceptance criteria are met." {
		t.Errorf("signals: %+v", report.Signals)
	}
}

// Which files a glob lets change, and that a change which has no line of its
// own is seen: a file that is deleted, renamed or binary.
func TestPathsThatMayChange(t *testing.T) {
	t.Parallel()
	header := func(lines ...string) string { return strings.Join(lines, "\n") + "\n" }
	renamed := header("diff --git a/src/a.go b/pkg/a.go", "similarity index 100%", "rename from src/a.go", "rename to pkg/a.go")
	binary := header("diff --git a/logo.png b/logo.png", "new file mode 100644", "index 0..1", "Binary files /dev/null and b/logo.png differ")
	deep := header("diff --git a/src/deep/er/a.test.ts b/src/deep/er/a.test.ts", "--- a/src/deep/er/a.test.ts", "+++ b/src/deep/er/a.test.ts", "@@ -1 +1 @@", "-a", "+b")
	for _, c := range []struct {
		patch string
		globs []string
		want  string
	}{
		{twoFiles, []string{"lib/**"}, gate.Met},
		{twoFiles, []string{"lib/"}, gate.Met},
		{twoFiles, []string{"/lib/**/*.js"}, gate.Met},
		{twoFiles, []string{"*.js"}, gate.NotMet},
		{twoFiles, []string{"lib/*.js", "lib/deep/old.js"}, gate.Met},
		{twoFiles, []string{"**/orders.js"}, gate.NotMet},
		{deep, []string{"src/**/er/*.{ts,tsx}"}, gate.Met},
		{deep, []string{"**/deep/**/*.test.ts"}, gate.Met},
		{deep, []string{"other/**/a.test.ts"}, gate.NotMet},
		{deep, []string{"src/**/a.ts"}, gate.NotMet},
		{renamed, []string{"pkg/**"}, gate.NotMet},
		{renamed, []string{"{pkg,src}/**"}, gate.Met},
		{binary, []string{"**/*.go"}, gate.NotMet},
		{"", []string{"**/*.go"}, gate.NotShown},
	} {
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.BugFix, Description: "Fix it.", Paths: c.globs},
			Deliverable: gate.Deliverable{Result: "Fixed."}, Patch: []byte(c.patch),
		})
		if got := report.Criteria[0]; got.Finding != c.want {
			t.Errorf("%q on %.40q: %+v, want %s", c.globs, c.patch, got, c.want)
		}
	}
	for glob, want := range map[string]bool{
		"src/**/*.{ts,tsx}": true, "docs/": true, "a[b-d].go": true, "": false, "a[": false, "{a": false,
		strings.Repeat("{a,b}", 6): true, strings.Repeat("{a,b}", 7): false, strings.Repeat("a", 1001): false,
	} {
		if gate.ValidGlob(glob) != want {
			t.Errorf("%.40q is a glob: %v", glob, !want)
		}
	}
}

// Who does all that was asked for, but elsewhere too, is told so.
func TestStrayedChangesAreAdvised(t *testing.T) {
	t.Parallel()
	report := gate.Judge(gate.Input{
		Request: gate.Request{
			Category: city.CodeReview, Description: reviewRequest, Criteria: []string{"SQL injection is checked"}, Paths: []string{"lib/*.js"},
		},
		Deliverable: gate.Deliverable{Result: honestReview}, Repo: shop(t), Patch: []byte(twoFiles),
	})
	if !slices.ContainsFunc(report.Advice, func(a string) bool {
		return strings.HasPrefix(a, "Change only the files that the task allows: lib/*.js.")
	}) {
		t.Errorf("nothing of it is in %q", report.Advice)
	}
}
