package gate_test

import (
	"slices"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/grounding"
)

// signalOf is the signal of that name, nil when the report has none.
func signalOf(r gate.Report, name string) *gate.Signal {
	at := slices.IndexFunc(r.Signals, func(s gate.Signal) bool { return s.Name == name })
	if at < 0 {
		return nil
	}
	return &r.Signals[at]
}

// Work that is led over to from what was asked does not get past a judge; work
// that stays with it does.
func TestStrays(t *testing.T) {
	t.Parallel()
	const (
		request = "Design a calibration drift monitor for the meter: which thresholds trigger an alarm, how operators acknowledge it, and where the baseline snapshot is stored."
		opening = "A calibration drift monitor needs thresholds, an alarm that operators acknowledge and a baseline snapshot. "
		other   = "The mean of the readings is a sum divided by a count. An empty slice gives zero divided by zero, which panics for integers and is NaN for floats. Rounding goes towards zero. "
		same    = "The drift monitor compares each calibration with the baseline snapshot. Crossing one of the thresholds raises the alarm until operators acknowledge it; the snapshot is written beside the meter. "
	)
	for name, tt := range map[string]struct {
		middle string
		strays bool
	}{"something else": {other, true}, "the subject": {same, false}} {
		report := gate.Judge(gate.Input{
			Request: gate.Request{Category: city.Design, Description: request}, Repo: meter(),
			Deliverable: gate.Deliverable{Result: opening + "\n\n" + strings.Repeat(tt.middle, 4) + "\n\nWith that the calibration drift monitor is complete."},
		})
		s := signalOf(report, "answer to the request")
		if strays := s != nil && s.Cap != nil && *s.Cap <= gate.BorderlineScore; strays != tt.strays {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// Who needs numbers of a time gets figures of time.
func TestTimesThatAreAskedFor(t *testing.T) {
	t.Parallel()
	for result, missing := range map[string]bool{
		"Mean in meter.go:6 adds up all readings, so it grows with their count.":             true,
		"Mean in meter.go:6 adds up all readings: 10 take 4.1 ns, 1000 take 390 ns, linear.": false,
	} {
		report := gate.Judge(gate.Input{
			Request: gate.Request{Category: city.DataAnalysis, Description: "How does the time of Mean grow with the readings? We need numbers for three sizes."}, Repo: meter(),
			Deliverable: gate.Deliverable{Result: result},
		})
		if s := signalOf(report, "missing parts"); s.Points < 0 != missing {
			t.Errorf("%s: %+v", result, s)
		}
	}
}

// What a request declines is not asked for.
func TestDeclined(t *testing.T) {
	t.Parallel()
	for request, missing := range map[string]bool{
		"What does Mean in meter.go do with no readings? File and line please.":       true,
		"What does Mean in meter.go do with no readings? No need for line numbers.":   false,
		"Was macht Mean in meter.go ohne Messwerte? Don't add line numbers, we know.": false,
	} {
		report := gate.Judge(gate.Input{
			Request: gate.Request{Category: city.Research, Description: request}, Repo: meter(),
			Deliverable: gate.Deliverable{Result: "Mean divides by the count of readings, so none of them means a division by zero."},
		})
		if s := signalOf(report, "missing parts"); s.Points < 0 != missing {
			t.Errorf("%s: %+v", request, s)
		}
	}
}

// A request in another language that is answered in English is not held against
// the work word by word.
func TestAnsweredInEnglish(t *testing.T) {
	t.Parallel()
	report := gate.Judge(gate.Input{
		Request:     gate.Request{Category: city.General, Description: "\uce21\uc815\uac12\uc774 \uc5c6\uc73c\uba74 meter.go \uc758 Mean \uc774 \uc65c \uc911\ub2e8\ub418\ub294\uc9c0 \uc124\uba85\ud574 \uc8fc\uc138\uc694."},
		Repo:        meter(),
		Deliverable: gate.Deliverable{Result: "Mean in meter.go divides by `len(readings)`. With no readings that is zero, and the division of integers panics."},
	})
	if s := signalOf(report, "answer to the request"); s.Points < 0 {
		t.Errorf("%+v", s)
	}
}

// A fix that stands at the cited line already mends nothing.
func TestDoneAlready(t *testing.T) {
	t.Parallel()
	for fix, done := range map[string]bool{
		"Fix: `return sum / len(readings)`.":                        true,
		"Fix: `return 0` when there are none.":                      false,
		"`return sum / len(readings)` panics. Fix: `return sum/n`.": false,
	} {
		report := gate.Judge(gate.Input{
			Request: gate.Request{Category: city.CodeReview, Description: "Review Mean in meter.go, with lines."}, Repo: meter(),
			Deliverable: gate.Deliverable{Result: "Mean (meter.go:10) panics when there are no readings. " + fix},
		})
		if s := signalOf(report, "fixes that are there"); s == nil || s.Points < 0 != done {
			t.Errorf("%s: %+v", fix, s)
		}
	}
}

// Requests that need no patch are not said to ask for one, files of tests that
// come with a fix are proposed, and a field is no file.
func TestSaidInPassing(t *testing.T) {
	t.Parallel()
	report := gate.Judge(gate.Input{
		Request: gate.Request{Category: city.DataAnalysis, Description: "What does the diff call in meter.go cost us for a thousand readings?"}, Repo: meter(),
		Deliverable: gate.Deliverable{Result: "Mean in meter.go walks over the readings once and then waits for timer.C, so a thousand of them cost a thousand additions."},
	})
	if s := signalOf(report, "missing parts"); s.Points < 0 {
		t.Errorf("%+v", s)
	}
	if slices.ContainsFunc(report.References, func(r gate.Reference) bool { return r.Path == "timer.C" }) {
		t.Errorf("%+v", report.References)
	}
	report = gate.Judge(gate.Input{
		Request: gate.Request{Category: city.BugFix, Description: meterRequest}, Repo: meter(),
		Deliverable: gate.Deliverable{Result: "The division (meter.go:9).\n\n```diff\n" + guardDiff + "```\n\nThe check, `mean_test.go`:\n\n```go\npackage meter\n\nimport \"testing\"\n\nfunc TestNone(t *testing.T) {\n\tif got := Mean(nil); got != 0 {\n\t\tt.Error(got)\n\t}\n}\n```\n"},
	})
	if !slices.ContainsFunc(report.References, func(r gate.Reference) bool { return r.Path == "mean_test.go" && r.Status == grounding.RefNewFile }) {
		t.Errorf("%+v", report.References)
	}
}
