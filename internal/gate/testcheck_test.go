package gate_test

import (
	"slices"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

const (
	soundTest   = "func TestMeanOfMany(t *testing.T) {\n\tif got := Mean([]int{1, 2, 3}); got != 2 {\n\t\tt.Errorf(\"mean %d\", got)\n\t}\n}\n"
	soundTest2  = "func TestMeanOfTwo(t *testing.T) {\n\tgot := Mean([]int{5, 7})\n\tif got != 6 {\n\t\tt.Errorf(\"mean %d\", got)\n\t}\n}\n"
	idleTest    = "func TestMeanOfThousands(t *testing.T) {\n\tfor i := range 1000 {\n\t\tt.Log(Mean([]int{i, i + 1}))\n\t}\n}\n"
	mirrorTest  = "func TestMeanOfZeros(t *testing.T) {\n\tgot := Mean([]int{0, 0})\n\twant := got\n\tif got != want {\n\t\tt.Errorf(\"mean %d\", got)\n\t}\n}\n"
	copiedTest  = "func average(r []int) int {\n\ts := 0\n\tfor _, x := range r {\n\t\ts += x\n\t}\n\treturn s / len(r)\n}\n\nfunc TestAverage(t *testing.T) {\n\tif got := average([]int{1, 3}); got != 2 {\n\t\tt.Errorf(\"mean %d\", got)\n\t}\n}\n"
	testRequest = "Write tests for Mean in meter.go: one reading, many readings, zeros, negative readings."
)

// Tests that cannot fail are no tests, wherever they are delivered.
func TestTestsMustBeAbleToFail(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, tests string
		category    city.Category
		capped      bool
		cost        bool
	}{
		{"sound", soundTest + "\n" + soundTest2, city.Testing, false, false},
		{"a third cannot fail", soundTest + "\n" + soundTest2 + "\n" + idleTest, city.Testing, false, true},
		{"half cannot fail", soundTest + "\n" + idleTest, city.Testing, true, true},
		{"none can", idleTest + "\n" + mirrorTest, city.Testing, true, true},
		{"a copy is tested", copiedTest, city.Testing, true, true},
		{"a copy of its own comes with new code", copiedTest, city.CodeGeneration, false, false},
		{"none can, beside new code", idleTest + "\n" + mirrorTest, city.CodeGeneration, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			source := "package meter\n\nimport \"testing\"\n\n" + tt.tests
			diff := "diff --git a/mean_test.go b/mean_test.go\nnew file mode 100644\n--- /dev/null\n+++ b/mean_test.go\n@@ -0,0 +1,99 @@\n+" + strings.ReplaceAll(strings.TrimSuffix(source, "\n"), "\n", "\n+") + "\n"
			const words = "Tests for `Mean` (meter.go:4): one reading, many readings, zeros."
			for place, in := range map[string]gate.Input{
				"text":  {Deliverable: gate.Deliverable{Result: words + "\n\n`mean_test.go`:\n\n```go\n" + source + "```\n"}},
				"diff":  {Deliverable: gate.Deliverable{Result: words + "\n\n```diff\n" + diff + "```\n"}},
				"patch": {Deliverable: gate.Deliverable{Result: words}, Patch: []byte(diff)},
			} {
				in.Request, in.Repo = gate.Request{Category: tt.category, Description: testRequest}, meter()
				report := gate.Judge(in)
				at := slices.IndexFunc(report.Signals, func(s gate.Signal) bool { return s.Name == "tests" })
				if at < 0 {
					t.Errorf("in the %s: no tests", place)
					continue
				}
				if s := report.Signals[at]; s.Cap != nil != tt.capped || s.Points < 0 != tt.cost {
					t.Errorf("in the %s: %+v", place, s)
				}
				if tt.capped == (report.Verdict == gate.Pass) {
					t.Errorf("in the %s: %d points %+v", place, report.Score, report.Signals)
				}
			}
		})
	}
}

// A test that waits for a fix, and is said to, is no test that cannot fail; a skipped
// one that nobody speaks of is, and so are tests that are all skipped.
func TestSkippedTests(t *testing.T) {
	t.Parallel()
	const skippedTest = "func TestMeanOfNothing(t *testing.T) {\n\tt.Skip(\"divides by zero\")\n\tif got := Mean(nil); got != 0 {\n\t\tt.Errorf(\"mean %d\", got)\n\t}\n}\n"
	for _, tt := range []struct {
		tests, said string
		capped      bool
	}{
		{soundTest + "\n" + skippedTest, "One test is skipped: no readings divide by zero today.", false},
		{soundTest + "\n" + skippedTest, "Both are run.", true},
		{skippedTest, "The test is skipped: no readings divide by zero today.", true},
	} {
		report := gate.Judge(gate.Input{
			Request: gate.Request{Category: city.Testing, Description: testRequest}, Repo: meter(),
			Deliverable: gate.Deliverable{Result: "Tests for `Mean` (meter.go:4). " + tt.said + "\n\n`mean_test.go`:\n\n```go\npackage meter\n\nimport \"testing\"\n\n" + tt.tests + "```\n"},
		})
		if s := signalOf(report, "tests"); s == nil || (s.Cap != nil) != tt.capped {
			t.Errorf("%s: %+v", tt.said, s)
		}
	}
}

// Tests that must call a thing twice may compare it with itself.
func TestTheSameCallMayBeAskedFor(t *testing.T) {
	t.Parallel()
	const again = "```go\npackage meter\n\nimport \"testing\"\n\nfunc TestMeanIsTheSame(t *testing.T) {\n\tif Mean([]int{1, 2}) != Mean([]int{1, 2}) {\n\t\tt.Error(\"it changed\")\n\t}\n}\n```\n"
	for request, capped := range map[string]bool{testRequest: true, "Write a test that Mean in meter.go is deterministic.": false} {
		report := gate.Judge(gate.Input{Request: gate.Request{Category: city.Testing, Description: request}, Repo: meter(), Deliverable: gate.Deliverable{Result: "A test of `Mean` (meter.go:4):\n\n" + again}})
		at := slices.IndexFunc(report.Signals, func(s gate.Signal) bool { return s.Name == "tests" })
		if at < 0 || (report.Signals[at].Cap != nil) != capped {
			t.Errorf("%s: %+v", request, report.Signals)
		}
	}
}
