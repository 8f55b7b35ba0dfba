package gate_test

import (
	"slices"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// Code that marks what is to be written is a sketch, unless there is much of it.
func TestLeftOpen(t *testing.T) {
	t.Parallel()
	const (
		head  = "--- a/meter.go\n+++ b/meter.go\n@@ -10,1 +10,9 @@\n }\n"
		marks = "+\t// TODO: sort the readings\n+\tm := readings[0]\n+\t// FIXME: the middle of an even number\n"
	)
	much := strings.Repeat("+\tm += readings[1]\n+\tm /= readings[2]\n+\tm -= readings[3]\n", 8)
	for _, tt := range []struct {
		name, request, diff string
		capped              bool
	}{
		{"open", "", head + "+func Median(readings []int) int {\n" + marks + "+\treturn m\n+}\n", true},
		{"open in what is there", "", head + "+var first = 0\n+/* TODO: all of them */\n+# TODO: and the rest\n", true},
		{"one mark", "", head + "+func Median(readings []int) int {\n+\t// TODO: faster\n+\tm := readings[0]\n+\treturn m\n+}\n", false},
		{"marks in much code", "", head + "+func Median(readings []int) int {\n" + marks + much + "+\treturn m\n+}\n", false},
		{"taken away", "", strings.ReplaceAll(head+marks, "\n+\t//", "\n-\t//"), false},
		{"no marks", "", head + "+func Median(readings []int) int {\n+\t// todo items are no mark\n+\t// todo lists are none\n+\ttodo := readings // in xxx\n+\treturn todo[0]\n+}\n", false},
		{"asked for", "Write a skeleton of Median in meter.go.", head + marks, false},
	} {
		if tt.request == "" {
			tt.request = "Write a function Median beside Mean in meter.go."
		}
		report := gate.Judge(gate.Input{
			Request: gate.Request{Category: city.CodeGeneration, Description: tt.request}, Repo: meter(),
			Deliverable: gate.Deliverable{Result: "`Median` for meter.go, beside `Mean`:\n\n```diff\n" + tt.diff + "```\n"},
		})
		capped := slices.ContainsFunc(report.Signals, func(s gate.Signal) bool { return s.Name == "left open" && s.Cap != nil })
		if capped != tt.capped {
			t.Errorf("%s: %+v", tt.name, report.Signals)
		}
	}
}
