package eval

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/grounding"
)

// maxMistakes is how many mistakes are printed with their reports.
const maxMistakes = 10

// WriteText prints the figures and the worst mistakes for people.
func WriteText(w io.Writer, results []Result) error {
	t := Total(results)
	out := &strings.Builder{}
	fmt.Fprintf(out, "%d samples, rules %s\n\n", t.Samples, t.Version)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "label\tpassed\tof\trate\n")
	for _, l := range []Label{Good, Borderline, Bad} {
		if s := t.Labels[l]; s.Of > 0 {
			fmt.Fprintf(table, "%s\t%d\t%d\t%.1f %%\n", l, s.Passed, s.Of, 100*ratio(s.Passed, s.Of))
		}
	}
	fmt.Fprintf(table, "\nlabel\tkind\tpassed\tof\tlowest\tmedian\thighest\n")
	for _, k := range t.Kinds {
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%d\t%d\t%d\n", k.Label, k.Kind, k.Passed, k.Of, k.Lowest, k.Median, k.Highest)
	}
	_ = table.Flush() // a strings.Builder takes everything
	fmt.Fprintf(out, "\nAUC of good against bad   %.4f\nreferences                precision %.4f, recall %.4f\ntime for each             median %v, p99 %v\n",
		t.AUC, t.Precision, t.Recall, t.MedianTime, t.P99Time)
	writeJudge(out, t.Judge)
	writeReferences(out, results)
	mistakes := Mistakes(results)
	fmt.Fprintf(out, "\n%d on the wrong side of %d\n", len(mistakes), gate.PassScore)
	for _, r := range mistakes[:min(len(mistakes), maxMistakes)] {
		fmt.Fprintf(out, "\n%s (%s, %s, %s)\n%s", r.Sample.ID, r.Sample.Label, r.Sample.Kind, r.Sample.Category, ReportText(r.Report))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// writeJudge says what the judge changed.
func writeJudge(out io.Writer, j *JudgeTotals) {
	if j == nil {
		return
	}
	fmt.Fprintf(out, "\nThe judge read %d borderline samples:", j.Asked)
	for _, outcome := range []string{gate.JudgeAgreed, gate.JudgeMajority, gate.JudgeNoMajority, gate.JudgeUnavailable} {
		if n := j.Outcomes[outcome]; n > 0 {
			fmt.Fprintf(out, " %d %s", n, strings.ReplaceAll(outcome, "_", " "))
		}
	}
	fmt.Fprintf(out, "\n  it mended %d verdicts and spoiled %d\n  without it: AUC %.4f", j.Mended, j.Spoiled, j.AUC)
	for _, l := range []Label{Good, Borderline, Bad} {
		if s := j.Labels[l]; s.Of > 0 {
			fmt.Fprintf(out, ", %d of %d %s pass", s.Passed, s.Of, l)
		}
	}
	fmt.Fprintln(out)
}

// writeReferences lists the samples whose references were not found as labelled.
func writeReferences(out io.Writer, results []Result) {
	less := func(a, b []string) []string {
		return slices.DeleteFunc(slices.Clone(a), func(x string) bool { return slices.Contains(b, x) })
	}
	n := 0
	for _, r := range results {
		for _, side := range []struct {
			name            string
			found, labelled []string
		}{{"real", r.Real(), r.Sample.RealRefs}, {"fake", r.Fake(), r.Sample.FakeRefs}} {
			surplus, missed := less(side.found, side.labelled), less(side.labelled, side.found)
			if len(surplus)+len(missed) == 0 || n > 20 {
				continue
			}
			n++
			fmt.Fprintf(out, "  %s, %s: surplus %v, missed %v\n", r.Sample.ID, side.name, surplus, missed)
		}
	}
}

// ReportText is a report for the terminal.
func ReportText(r gate.Report) string {
	out := &strings.Builder{}
	fmt.Fprintf(out, "score %d of 100: %s", r.Score, r.Verdict)
	if r.Borderline {
		fmt.Fprint(out, ", borderline")
	}
	fmt.Fprintln(out)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, c := range r.Criteria {
		fmt.Fprintf(table, "  %s\t%s\n", strings.ReplaceAll(c.Finding, "_", " "), oneLine(c.Text))
		if c.Evidence != "" {
			fmt.Fprintf(table, "  \t  %s\n", oneLine(c.Evidence))
		}
	}
	_ = table.Flush()
	for _, s := range r.Signals {
		if s.Quiet() {
			continue
		}
		points := fmt.Sprintf("%+.1f", s.Points)
		if s.Max > 0 {
			points = fmt.Sprintf("%.1f of %.0f", s.Points, s.Max)
		}
		if s.Cap != nil {
			points += fmt.Sprintf(", at most %d", *s.Cap)
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\n", s.Name, points, s.Reason)
		for _, e := range s.Evidence[:min(len(s.Evidence), 5)] {
			fmt.Fprintf(table, "  \t\t  %s\n", oneLine(e))
		}
	}
	_ = table.Flush()
	for _, ref := range r.References {
		if ref.Status == grounding.RefMissing || ref.Status == grounding.RefLineOutOfRange {
			fmt.Fprintf(out, "  %s: %s\n", strings.ReplaceAll(string(ref.Status), "_", " "), oneLine(ref.Text))
		}
	}
	if r.More > 0 {
		fmt.Fprintf(out, "  %d references more are not listed\n", r.More)
	}
	if j := r.Judge; j != nil {
		fmt.Fprintf(out, "  judge: %s Before it %d.\n", j.Note, j.Heuristic)
		for _, o := range j.Opinions {
			fmt.Fprintf(out, "    %s\n", oneLine(cmp.Or(o.Failure, fmt.Sprintf("%s with %d: %s", o.Verdict, o.Score, strings.Join(o.Reasons, " ")))))
		}
	}
	for _, a := range r.Advice {
		fmt.Fprintf(out, "  → %s\n", a)
	}
	return out.String()
}

// oneLine keeps control characters of a deliverable off the terminal.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

// line is one sample in the form for programs.
type line struct {
	ID         string `json:"id"`
	Label      Label  `json:"label"`
	Kind       string `json:"kind"`
	Score      int    `json:"score"`
	Pass       bool   `json:"pass"`
	Borderline bool   `json:"borderline"`
	Refs       refs   `json:"refs"`
	Alone      *int   `json:"scoreWithoutJudge,omitempty"`
}

type refs struct {
	Real []string `json:"real"`
	Fake []string `json:"fake"`
}

// WriteJSON prints one object for each sample and a last one, under "totals",
// with the figures.
func WriteJSON(w io.Writer, results []Result) error {
	out := json.NewEncoder(w)
	for _, r := range results {
		l := line{ID: r.Sample.ID, Label: r.Sample.Label, Kind: r.Sample.Kind, Score: r.Report.Score,
			Pass: r.Report.Verdict == gate.Pass, Borderline: r.Report.Borderline, Refs: refs{r.Real(), r.Fake()}}
		if r.Alone != nil {
			l.Alone = &r.Alone.Score
		}
		if err := out.Encode(l); err != nil {
			return err
		}
	}
	t := Total(results)
	rounded := []*float64{&t.AUC, &t.Precision, &t.Recall}
	if t.Judge != nil {
		rounded = append(rounded, &t.Judge.AUC)
	}
	for _, f := range rounded {
		*f = math.Round(*f*1e4) / 1e4
	}
	return out.Encode(map[string]Totals{"totals": t})
}
