package gate_test

import (
	"slices"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// Functions that are left to be written are no code; small ones that do little
// are.
func TestStubs(t *testing.T) {
	t.Parallel()
	const whole = "func Median(readings []int) int {\n\tsorted := slices.Sorted(slices.Values(readings))\n\treturn sorted[len(sorted)/2]\n}\n"
	for _, tt := range []struct {
		name, request, lang, code string
		capped, cost              bool
	}{
		{"written", "", "go", whole, false, false},
		{"to do", "", "go", "func Median(readings []int) int {\n\t// TODO: sort and take the middle\n\treturn 0\n}\n", true, true},
		{"panics", "", "go", "func Median(readings []int) int {\n\tpanic(\"not implemented\")\n}\n", true, true},
		{"throws", "", "js", "function median (readings) {\n  throw new Error('not implemented yet')\n}\n", true, true},
		{"an arrow", "", "js", "const median = (readings) => {\n  // your code here\n}\n", true, true},
		{"a method", "", "ts", "class Meter {\n  median (readings: number[]): number {\n    // implement this\n    return 0;\n  }\n}\n", true, true},
		{"python", "", "py", "def median(readings):\n    \"\"\"The middle.\"\"\"\n    # TODO\n    pass\n", true, true},
		{"a diff", "", "diff", "--- a/meter.go\n+++ b/meter.go\n@@ -10,1 +10,5 @@\n }\n+\n+func Median(readings []int) int {\n+\t// TODO\n+\treturn 0\n+}\n", true, true},
		{"one of three", "", "go", whole + "\n" + "func Mode(readings []int) int {\n\tbest := readings[0]\n\treturn best\n}\n\nfunc Range(readings []int) int {\n\t// TODO\n\treturn 0\n}\n", false, true},
		{"does nothing on purpose", "", "go", "func (quiet) Close() error {\n\treturn nil\n}\n", false, false},
		{"a remark on what is missing", "", "go", "func Median(readings []int) int {\n\t// TODO: faster for sorted input\n\tslices.Sort(readings)\n\treturn readings[len(readings)/2]\n}\n", false, false},
		{"parts left open", "", "go", "func Median(readings []int) int {\n\t// TODO: sort\n\tm := readings[0]\n\treturn m\n}\n\nfunc Mode(readings []int) int {\n\tm := readings[0]\n\t// TODO: count\n\treturn m\n}\n\nfunc TestMedian(t *testing.T) { t.Skip(\"implement\") }\n", true, true},
		{"asked for", "Only stubs, please: Median for meter.go.", "go", "func Median(readings []int) int {\n\t// TODO\n\treturn 0\n}\n", false, false},
	} {
		if tt.request == "" {
			tt.request = "Write a function Median beside Mean in meter.go."
		}
		report := gate.Judge(gate.Input{
			Request: gate.Request{Category: city.CodeGeneration, Description: tt.request}, Repo: meter(),
			Deliverable: gate.Deliverable{Result: "`Median` for meter.go, beside `Mean`:\n\n```" + tt.lang + "\n" + tt.code + "```\n"},
		})
		at := slices.IndexFunc(report.Signals, func(s gate.Signal) bool { return s.Name == "stubs" })
		if at < 0 {
			if tt.cost {
				t.Errorf("%s: nothing is said", tt.name)
			}
			continue
		}
		if s := report.Signals[at]; s.Cap != nil != tt.capped || s.Points < 0 != tt.cost {
			t.Errorf("%s: %+v", tt.name, s)
		}
	}
}
