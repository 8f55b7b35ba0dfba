package gate_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

const unitsFile = `package units

// Feet are metres as feet.
func Feet(m float64) float64 { return m * 3.28084 }

// Miles are metres as miles.
func Miles(m float64) float64 { return m / 1609.344 }

// Pounds are kilograms as pounds.
func Pounds(kg float64) float64 { return round(kg * 2.20462) }

func round(x float64) float64 { return float64(int(x*100)) / 100 }

// Weight is a weight in kilograms.
type Weight float64

// MarshalJSON writes the unit, too.
func (w Weight) MarshalJSON() ([]byte, error) { return nil, nil }

// UnmarshalJSON reads it.
func (w *Weight) UnmarshalJSON(b []byte) error { return nil }
`

func units() *gate.Repo {
	return &gate.Repo{
		Files:  []gate.RepoFile{{Path: "units.go"}, {Path: "go.mod"}},
		Source: memory{"units.go": unitsFile, "go.mod": "module units\n"},
	}
}

// testsOf are tests of functions, and what is said about them.
func testsOf(said string, calls ...string) string {
	text := "`units_more_test.go`:\n\n```go\npackage units\n\nimport \"testing\"\n"
	for _, c := range calls {
		name, _, _ := strings.Cut(c, "(")
		text += "\nfunc Test" + name + "Value(t *testing.T) {\n\tif got := " + c + "; got != 1 {\n\t\tt.Errorf(\"got %v\", got)\n\t}\n}\n"
	}
	return text + "```\n\n" + said
}

// TestSilentParts: what a request lists is there, or said to be left out.
func TestSilentParts(t *testing.T) {
	t.Parallel()
	const three = "Table tests for Feet (also below zero), units.Miles and Pounds in units.go, please."
	const json = "```go\npackage units\n\nimport (\n\t\"encoding/json\"\n\t\"testing\"\n)\n\nfunc TestWeight(t *testing.T) {\n\tb, err := json.Marshal(Weight(2))\n\tif err != nil || string(b) != \"2 kg\" {\n\t\tt.Error(b)\n\t}\n\tvar w Weight\n\tif json.Unmarshal(b, &w) != nil || w != 2 {\n\t\tt.Error(w)\n\t}\n}\n```\n"
	const measure = "Measure units: (1) how long Feet takes for 1 and for 1000 values, (2) which share of the time of Pounds goes into round(), (3) how much memory Weight needs as JSON. Tables, please."
	const head = "Each figure is the median of five runs of `go test -bench`.\n\n| values | Feet, ns |\n|---|---|\n| 1 | 0.5 |\n| 1000 | 480 |\n\n"
	for _, tt := range []struct {
		name             string
		category         city.Category
		request, deliver string
		missing          int
		fails            bool // by this alone
	}{
		{"all of them", city.Testing, three, testsOf("", "Feet(1)", "Miles(1)", "Pounds(1)"), 0, false},
		{"one of three", city.Testing, three, testsOf("All conversions are protected now.", "Feet(1)"), 2, true},
		{"two of three", city.Testing, three, testsOf("", "Feet(1)", "Miles(1)"), 1, false},
		{"one of two", city.Testing, "Write tests for Feet and Miles.", testsOf("", "Feet(1)"), 1, true},
		{"the rest only in a comment", city.Testing, three, testsOf("", "Feet(1)") + "\n```go\n// Miles and Pounds are alike\n```\n", 2, true},
		{"the rest is said to be left out", city.Testing, three, testsOf("`Miles` and `Pounds` are not tested: both lose digits, and the table of values is still to come.", "Feet(1)"), 0, false},
		{"left out, in German", city.Testing, "Schreibe Tests für Feet, Miles und Pounds.", testsOf("Miles und Pounds habe ich weggelassen, weil beide noch geändert werden.", "Feet(1)"), 0, false},
		{"silent, in German", city.Testing, "Schreibe Tests für Feet, Miles und Pounds.", testsOf("Die Umrechnungen sind damit abgesichert.", "Feet(1)"), 2, true},
		{"silent, in Spanish", city.Testing, "Escribe pruebas para Feet, Miles y Pounds.", testsOf("", "Feet(1)"), 2, true},
		{"silent, in Chinese", city.Testing, "请为 Feet、Miles 和 Pounds 写表格测试。", testsOf("", "Feet(1)"), 2, true},
		{"many in one sentence", city.Testing, "units: tests for Feet (zero, negative, large values, values that are no number), for what comes back of Miles after Pounds, and for the text of Weight in MarshalJSON.", testsOf("", "Feet(1)"), 3, true},
		{"many in one sentence, most of them used", city.Testing, "units: tests for Feet (zero, negative, large values, values that are no number), for what comes back of Miles after Pounds, and for the text of Weight in MarshalJSON.", testsOf("", "Feet(1)", "Miles(1)", "Pounds(1)"), 0, false},
		{"many in one sentence, said", city.Testing, "units: tests for Feet (zero, negative, large values, values that are no number), for what comes back of Miles after Pounds, and for the text of Weight in MarshalJSON.", testsOf("Miles, Pounds and Weight are not tested yet.", "Feet(1)"), 0, false},
		{"named as context", city.Testing, "Write tests for Feet. It is used by Miles and Pounds in units.go.", testsOf("", "Feet(1)"), 0, false},
		{"two names of one thing", city.Testing, "Write tests for Feet() / Miles in units.go.", testsOf("", "Feet(1)"), 0, false},
		{"named as examples", city.Testing, "Write tests for the rounding, which functions like Feet, Miles and Pounds have.", testsOf("", "Pounds(1)"), 0, false},
		{"excluded", city.Testing, "Write tests for all of units.go, but not for Feet and Miles.", testsOf("", "Pounds(1)"), 0, false},
		{"have tests already", city.Testing, "Feet and Miles have tests, write some for Pounds.", testsOf("", "Pounds(1)"), 0, false},
		{"called by the language", city.Testing, "Write tests for MarshalJSON and UnmarshalJSON of Weight.", json, 0, false},
		{"no testing task", city.Design, "Design tests for Feet, Miles and Pounds.", "A table for all of them.", 0, false},
		{"one part of three is measured", city.DataAnalysis, measure, head + "The work is linear, `round` (units.go:12) is only called by Pounds in line 10. With that the speed of units is described.", 2, true},
		{"all parts are measured", city.DataAnalysis, measure, head + "Of Pounds, `round` takes 61 % of the time.\n\nAs JSON a Weight needs 24 bytes of memory.", 0, false},
		{"under their numbers", city.DataAnalysis, measure, head + "2. About two thirds.\n3. Hardly any: 24 bytes.", 0, false},
		{"in a table below its name", city.DataAnalysis, measure, head + "The part of `round`:\n\n| run | % |\n|---|---|\n| 1 | 61 |\n\nThe memory of a Weight as JSON is 24 bytes.", 0, false},
		{"parts are said to be left out", city.DataAnalysis, measure, head + "The share of `round` could not be measured: it is inlined. The memory of Weight as JSON is not in here, MarshalJSON is a stub.", 0, false},
		{"in another language", city.DataAnalysis, measure, "Median aus fünf Läufen von `go test -bench`, für 1 und 1000 Werte.\n\n| Werte | Feet, ns |\n|---|---|\n| 1 | 0,5 |\n| 1000 | 480 |\n\nVon der Zeit für Pounds entfallen 61 % auf `round`, und ein Weight braucht als JSON 24 Byte, also ist das nicht der Rede wert.", 0, false},
		{"numbered steps of a fault", city.BugFix, "Feet is wrong. (1) call Feet with NaN, (2) print the kelvin scale, (3) see the broken output.", "Feet has no check.", 0, false},
		{"numbered rules", city.Research, "Compare ways to round. Constraints: (1) no dependency on big floats, (2) keep exported signatures intact, (3) stay idiomatic.", "round in units.go cuts off, `math.Round` does not.", 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := signal(gate.Judge(gate.Input{
				Request: gate.Request{Category: tt.category, Description: tt.request}, Deliverable: gate.Deliverable{Result: tt.deliver}, Repo: units(),
			}), "parts of the request")
			if missing := strings.Count(strings.Join(s.Evidence, "\n"), ": not answered"); missing != tt.missing || (s.Cap != nil) != tt.fails {
				t.Errorf("%d missing, cap %v, want %d and %v: %q", missing, s.Cap, tt.missing, tt.fails, s.Evidence)
			}
		})
	}
}

func signal(r gate.Report, name string) gate.Signal {
	for _, s := range r.Signals {
		if s.Name == name {
			return s
		}
	}
	return gate.Signal{}
}
