package main

import (
	"fmt"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/eval"
	aicity "aicity.dev/aicity/sdk/go"
)

// A report that does not list every reference says how many it does not.
func TestReportCountsWhatItDoesNotList(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range 230 {
		fmt.Fprintf(&text, "See lib/part%d.js:1.\n", i)
	}
	report := gate.Judge(gate.Input{
		Request:     gate.Request{Category: city.BugFix, Description: cartWish},
		Deliverable: gate.Deliverable{Result: text.String() + text.String()}, // each place counts once
	})
	if len(report.References) != 200 || report.More != 30 {
		t.Errorf("%d references and %d more", len(report.References), report.More)
	}
	if said := eval.ReportText(report); !strings.Contains(said, "30 references more are not listed") {
		t.Error(said)
	}
}

// By default the places are listed that are not there, on request all.
func TestGateShowsReferences(t *testing.T) {
	t.Parallel()
	exists, missing := aicity.GateReference{Text: "lib/cart.js:3", Status: "exists"}, aicity.GateReference{Text: "lib/none.js:1", Status: "missing"}
	for name, c := range map[string]struct {
		report aicity.GateReport
		all    bool
		want   string
	}{
		"none":          {want: ""},
		"the wrong one": {report: aicity.GateReport{References: []aicity.GateReference{missing}}, want: "Cited, but not there:\n  missing: lib/none.js:1"},
		"wrong and right": {
			report: aicity.GateReport{References: []aicity.GateReference{exists, missing}, More: 7},
			want:   "Cited, but not there:\n  missing: lib/none.js:1\n  1 more listed by `aicity task gate --references`\n  7 more that the report does not list",
		},
		"only right": {
			report: aicity.GateReport{References: []aicity.GateReference{exists}},
			want:   "Cited:\n  1 more listed by `aicity task gate --references`",
		},
		"all": {
			report: aicity.GateReport{References: []aicity.GateReference{exists, missing}, More: 7}, all: true,
			want: "Cited:\n  exists: lib/cart.js:3\n  missing: lib/none.js:1\n  7 more that the report does not list",
		},
	} {
		if got := citedText(&c.report, c.all); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// What a check neither gave nor took is told in a line, and a bound with its points.
func TestGateTellsWhatCounted(t *testing.T) {
	t.Parallel()
	bound := 40
	spoke, quiet := signalsOf(&aicity.GateReport{Signals: []aicity.GateSignal{
		{Name: "references", Points: 7.5, Max: 15}, {Name: "echo"}, {Name: "misquotes", Points: -55, Cap: &bound}, {Name: "form", Max: 15}, {Name: "claims"},
	}})
	var points []string
	for _, s := range spoke {
		points = append(points, s.Name+" "+pointsOf(s))
	}
	if got, want := strings.Join(points, "; "), "references 7.5/15; misquotes -55\nat most 40; form 0/15"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if want := "Checked without effect: echo, claims."; quiet != want {
		t.Errorf("got %q, want %q", quiet, want)
	}
}

// What took points is told with what it rests on, as much as fits; what gave
// some needs no proof.
func TestGateTellsWhatASignalRestsOn(t *testing.T) {
	t.Parallel()
	bound := 40
	for name, c := range map[string]struct {
		signal aicity.GateSignal
		want   string
	}{
		"gave":  {aicity.GateSignal{Points: 5, Reason: "Real.", Evidence: []string{"a.js:1"}}, "Real."},
		"took":  {aicity.GateSignal{Points: -5, Reason: "Invented.", Evidence: []string{"a.js:1"}}, "Invented.\n- a.js:1"},
		"bound": {aicity.GateSignal{Cap: &bound, Reason: "False.", Evidence: []string{"a", "b", "c", "d", "e"}}, "False.\n- a\n- b\n- c\n- 2 more"},
		"bare":  {aicity.GateSignal{Cap: &bound, Reason: "Empty."}, "Empty."},
	} {
		if got := whyOf(c.signal); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
