package gate_test

import (
	"slices"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

const meterFile = `package meter

// Mean is the mean of some readings.
func Mean(readings []int) int {
	sum := 0
	for _, r := range readings {
		sum += r
	}
	return sum / len(readings)
}
`

const meterTest = `package meter

import "testing"

func TestMean(t *testing.T) {
	if got := Mean([]int{2, 4}); got != 3 {
		t.Errorf("mean %d", got)
	}
}

func TestMeanOfNothing(t *testing.T) {
	if got := Mean(nil); got != 0 {
		t.Errorf("mean %d", got)
	}
}
`

func meter() *gate.Repo {
	return &gate.Repo{
		Files:  []gate.RepoFile{{Path: "meter.go"}, {Path: "meter_test.go"}, {Path: "go.mod"}},
		Source: memory{"meter.go": meterFile, "meter_test.go": meterTest, "go.mod": "module meter\n"},
	}
}

const meterRequest = "Mean in meter.go divides by zero when there are no readings, TestMeanOfNothing fails. Fix it."

const (
	guardDiff = "--- a/meter.go\n+++ b/meter.go\n@@ -3,4 +3,7 @@\n // Mean is the mean of some readings.\n func Mean(readings []int) int {\n+\tif len(readings) == 0 {\n+\t\treturn 0\n+\t}\n \tsum := 0\n \tfor _, r := range readings {\n"
	talkDiff  = "--- a/meter.go\n+++ b/meter.go\n@@ -3,4 +3,5 @@\n-// Mean is the mean of some readings.\n+// Mean is the mean of some readings, 0 when there are none: it never\n+// divides by zero.\n func Mean(readings []int) int {\n \tsum := 0\n \tfor _, r := range readings {\n"
	nameDiff  = "--- a/meter.go\n+++ b/meter.go\n@@ -4,7 +4,7 @@\n func Mean(readings []int) int {\n-\tsum := 0\n+\ttotal := 0\n \tfor _, r := range readings {\n-\t\tsum += r\n+\t\ttotal += r\n \t}\n-\treturn sum / len(readings)\n+\treturn total / len(readings)\n }\n"
	goneDiff  = "--- a/meter_test.go\n+++ b/meter_test.go\n@@ -9,9 +9,3 @@\n \t}\n }\n-\n-func TestMeanOfNothing(t *testing.T) {\n-\tif got := Mean(nil); got != 0 {\n-\t\tt.Errorf(\"mean %d\", got)\n-\t}\n-}\n"
	skipDiff  = "--- a/meter_test.go\n+++ b/meter_test.go\n@@ -11,4 +11,5 @@\n func TestMeanOfNothing(t *testing.T) {\n+\tt.Skip(\"flaky\")\n \tif got := Mean(nil); got != 0 {\n \t\tt.Errorf(\"mean %d\", got)\n \t}\n"
	moreDiff  = "--- a/meter_test.go\n+++ b/meter_test.go\n@@ -15,2 +15,8 @@\n \t}\n }\n+\n+func TestMeanOfOne(t *testing.T) {\n+\tif got := Mean([]int{5}); got != 5 {\n+\t\tt.Errorf(\"mean %d\", got)\n+\t}\n+}\n"
	bentDiff  = "--- a/meter.go\n+++ b/meter.go\n@@ -4,7 +4,9 @@\n func Mean(readings []int) int {\n-\ttotal := new(accumulator)\n-\tdefer total.close()\n+\tif len(readings) == 0 {\n+\t\treturn 0\n+\t}\n \tsum := 0\n \tfor _, r := range readings {\n \t\tsum += r\n \t}\n \treturn sum / len(readings)\n"
)

// A change must change what was asked about: diffs in the text are held to what a
// delivered patch is held to.
func TestChangesHaveAnEffect(t *testing.T) {
	t.Parallel()
	const asRename = "The names in Mean of meter.go say nothing; rename the locals of Mean, please."
	const asGone = "Remove the tests for no readings, TestMeanOfNothing in meter_test.go, we do not need them."
	for _, tt := range []struct {
		name, request, diff string
		says                string // what the report says against it, "" for nothing
	}{
		{"it mends the code", meterRequest, guardDiff, ""},
		{"it mends the code and takes a test away", meterRequest, guardDiff + goneDiff, ""},
		{"it adds a test", meterRequest, moreDiff, ""},
		{"only a comment", meterRequest, talkDiff, "comments"},
		{"only a name", meterRequest, nameDiff, "local names"},
		{"a name and a comment", meterRequest, nameDiff + talkDiff, "local names"},
		{"the names were asked for", asRename, nameDiff, ""},
		{"the test is taken away", meterRequest, goneDiff, "takes tests"},
		{"the test is skipped", meterRequest, skipDiff, "takes tests"},
		{"the test was to go", asGone, goneDiff, ""},
		{"it takes away what is not there", meterRequest, bentDiff, "do not fit"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := "`Mean` (meter.go:9) divides by `len(readings)`. With this change it answers 0 for no readings:\n\n```diff\n" + tt.diff + "```\n"
			for place, in := range map[string]gate.Input{
				"text":  {Deliverable: gate.Deliverable{Result: text}},
				"patch": {Deliverable: gate.Deliverable{Result: "`Mean` (meter.go:9) answers 0 for no readings now."}, Patch: []byte(asGit(tt.diff))},
			} {
				in.Request, in.Repo = gate.Request{Category: city.BugFix, Description: tt.request}, meter()
				report := gate.Judge(in)
				said := ""
				for _, s := range report.Signals {
					if (s.Name == "change" || s.Name == "patch applies") && s.Cap != nil {
						said += s.Reason
					}
				}
				if tt.says == "" && said != "" || !strings.Contains(said, tt.says) {
					t.Errorf("in the %s: %q %+v", place, said, report.Signals)
				}
				if tt.says != "" && report.Verdict == gate.Pass {
					t.Errorf("in the %s: %d points", place, report.Score)
				}
			}
		})
	}
}

// asGit gives each file of a diff the line that git writes before it.
func asGit(diff string) string {
	var b strings.Builder
	for l := range strings.Lines(diff) {
		if name, ok := strings.CutPrefix(l, "--- a/"); ok {
			name = strings.TrimSpace(name)
			b.WriteString("diff --git a/" + name + " b/" + name + "\n")
		}
		b.WriteString(l)
	}
	return b.String()
}

// Code that is shown beside a diff without effect may be the work.
func TestOtherCodeIsTheChange(t *testing.T) {
	t.Parallel()
	text := "`Mean` (meter.go:9) divides by `len(readings)`. The comment:\n\n```diff\n" + talkDiff + "```\n\nand the function:\n\n```go\nfunc Mean(readings []int) int {\n\tif len(readings) == 0 {\n\t\treturn 0\n\t}\n\ttotal := int64(0)\n\tfor _, r := range readings {\n\t\ttotal += int64(r)\n\t}\n\treturn int(total / int64(len(readings)))\n}\n```\n"
	report := gate.Judge(gate.Input{Request: gate.Request{Category: city.BugFix, Description: meterRequest}, Repo: meter(), Deliverable: gate.Deliverable{Result: text}})
	if slices.ContainsFunc(report.Signals, func(s gate.Signal) bool { return s.Name == "change" && s.Cap != nil }) || report.Verdict != gate.Pass {
		t.Errorf("%d points: %+v", report.Score, report.Signals)
	}
}
