package main

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	aicity "aicity.dev/aicity/sdk/go"
)

type taskGateCmd struct {
	taskArg
	printing
	References bool `help:"List each place that the work cites, with what stands there; without it only those that are not there."`
}

// Run shows the gate's report.
func (c *taskGateCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	report, err := client.Tasks.Gate(ctx, c.ID)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(k, report)
	}
	return showReport(k, report, c.References)
}

// showReport prints what the gate found: score, requirements, signals, and what
// was cited, ran, was said and would have helped.
func showReport(k *kong.Context, report *aicity.GateReport, everyReference bool) error {
	if err := say(k, "%d of 100, %s.\n", report.Score, report.Verdict); err != nil {
		return err
	}
	if len(report.Criteria) > 0 {
		if err := say(k, "%s\n", agreed(report.Criteria)); err != nil {
			return err
		}
	}
	spoke, quiet := signalsOf(report)
	if len(spoke) > 0 || quiet == "" {
		err := showRows(k, spoke, "No signals.", []string{"Signal", "Points", "Why"}, func(s aicity.GateSignal) []string {
			return []string{s.Name, pointsOf(s), whyOf(s)}
		})
		if err != nil {
			return err
		}
	}
	for _, part := range []string{quiet, citedText(report, everyReference), executedText(report.Executed), judgeText(report.Judge), adviceText(report.Advice)} {
		if part == "" {
			continue
		}
		if err := say(k, "\n%s", part); err != nil {
			return err
		}
	}
	return nil
}

// pointsOf is what a signal gave of what it can give, and the bound it sets.
func pointsOf(s aicity.GateSignal) string {
	text := strconv.FormatFloat(s.Points, 'f', -1, 64)
	if s.Max > 0 {
		text += "/" + strconv.FormatFloat(s.Max, 'f', -1, 64)
	}
	if s.Cap != nil {
		text += fmt.Sprintf("\nat most %d", *s.Cap)
	}
	return text
}

// shownEvidence is how many pieces of evidence are shown of a signal that took
// points; --json has all.
const shownEvidence = 3

// whyOf is a signal's reason, with what it rests on where it took points or set
// a bound.
func whyOf(s aicity.GateSignal) string {
	lines := []string{s.Reason}
	if s.Points < 0 || s.Cap != nil {
		for _, e := range s.Evidence[:min(len(s.Evidence), shownEvidence)] {
			lines = append(lines, "- "+excerpt(e, 160))
		}
		if more := len(s.Evidence) - shownEvidence; more > 0 {
			lines = append(lines, fmt.Sprintf("- %d more", more))
		}
	}
	return strings.Join(lines, "\n")
}

// signalsOf are the signals that could add to the score or took from it, and the
// others in a line.
func signalsOf(r *aicity.GateReport) (spoke []aicity.GateSignal, quiet string) {
	var names []string
	for _, s := range r.Signals {
		if s.Quiet() {
			names = append(names, s.Name)
		} else {
			spoke = append(spoke, s)
		}
	}
	if names != nil {
		quiet = "Checked without effect: " + strings.Join(names, ", ") + "."
	}
	return spoke, quiet
}

type taskFileCmd struct {
	taskArg
	printing
	Place string `arg:"" help:"The file, or file:line, as the report names it."`
}

// Run prints the file with its line numbers, or the lines around the one named.
func (c *taskFileCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	file, line := c.Place, 0
	if name, number, ok := strings.Cut(c.Place, ":"); ok {
		if line, err = strconv.Atoi(number); err != nil || line < 1 {
			return fmt.Errorf("%q is no line of a file, such as lib/cart.js:12", c.Place)
		}
		file = name
	}
	cited, err := client.Tasks.CitedFile(ctx, c.ID, file)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(k, cited)
	}
	if cited.Binary {
		return say(k, "%s has %d bytes and is no text; the city keeps only text.", cited.Path, cited.SizeBytes)
	}
	if last := cited.FirstLine + strings.Count(strings.TrimSuffix(cited.Content, "\n"), "\n"); line > 0 && (line < cited.FirstLine || line > last) {
		return fmt.Errorf("line %d is not kept: of the %d lines of %s there are %d to %d", line, cited.Lines, cited.Path, cited.FirstLine, last)
	}
	return printRaw(k, numbered(cited, line))
}

// aroundLine is how many lines are shown on each side of the one asked for.
const aroundLine = 8

func numbered(f *aicity.CitedFile, line int) string {
	lines := strings.SplitAfter(strings.TrimSuffix(f.Content, "\n"), "\n")
	var b strings.Builder
	for i, text := range lines {
		number := f.FirstLine + i
		if line > 0 && (number < line-aroundLine || number > line+aroundLine) {
			continue
		}
		mark := " "
		if number == line {
			mark = ">"
		}
		fmt.Fprintf(&b, "%s%5d  %s", mark, number, text)
	}
	return strings.TrimSuffix(b.String(), "\n") + "\n"
}

// agreed lists what the task said must hold, with what became of each.
func agreed(criteria []aicity.GateCriterion) string {
	var lines []string
	for _, c := range criteria {
		line := strings.ReplaceAll(c.Finding, "_", " ") + ": " + c.Text
		if c.Evidence != "" {
			line += "\n  " + excerpt(c.Evidence, 160)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// citedText lists the places that the deliverable cites, all of them or those
// that the code has not, and says how many it does not list.
func citedText(r *aicity.GateReport, all bool) string {
	var b strings.Builder
	listed := 0
	for _, ref := range r.References {
		if all || ref.Status == "missing" || ref.Status == "line_out_of_range" {
			fmt.Fprintf(&b, "  %s: %s\n", strings.ReplaceAll(ref.Status, "_", " "), excerpt(ref.Text, 120))
			listed++
		}
	}
	title := "Cited, but not there:"
	if all || listed == 0 {
		title = "Cited:"
	}
	if others := len(r.References) - listed; others > 0 {
		fmt.Fprintf(&b, "  %d more listed by `aicity task gate --references`\n", others)
	}
	if r.More > 0 {
		fmt.Fprintf(&b, "  %d more that the report does not list\n", r.More)
	}
	return headed(title, b.String())
}

// headed is a part of the report, "" when there is nothing in it.
func headed(title, body string) string {
	if body == "" {
		return ""
	}
	return title + "\n" + strings.TrimSuffix(body, "\n")
}

// executedText is what was run and how it went, with the end of what it printed.
func executedText(e *aicity.GateExecuted) string {
	if e == nil {
		return ""
	}
	var b strings.Builder
	if e.Note != "" {
		fmt.Fprintf(&b, "  %s\n", e.Note)
	}
	for _, s := range []*aicity.GateStep{e.Build, e.Tests} {
		if s != nil {
			writeRun(&b, s.Command+", before the change", s.Before)
			writeRun(&b, s.Command+", after it", s.After)
		}
	}
	for _, tests := range []struct {
		title string
		names []string
	}{{"newly pass", e.Fixed}, {"new tests", e.NewTests}, {"do not pass any more", e.Broken}} {
		if len(tests.names) > 0 {
			fmt.Fprintf(&b, "  %s: %s\n", tests.title, excerpt(strings.Join(tests.names, ", "), 200))
		}
	}
	for _, m := range e.Mutations {
		noticed := "unnoticed"
		if m.Caught {
			noticed = "noticed"
		}
		fmt.Fprintf(&b, "  a fault at %s:%d: %s by the new tests\n", m.File, m.Line, noticed)
	}
	for _, c := range e.Commands {
		writeRun(&b, c.Command, c.Run)
	}
	return headed("What was run:", b.String())
}

// shownOutput is how many lines of a command's output are shown.
const shownOutput = 12

func writeRun(b *strings.Builder, name string, r aicity.GateRun) {
	how := r.Outcome
	switch r.Outcome {
	case "failed":
		how = fmt.Sprintf("failed with exit code %d", r.ExitCode)
	case "not_run":
		how = "not run. " + r.Why
	}
	fmt.Fprintf(b, "  %s: %s\n", excerpt(name, 120), how)
	lines := strings.Split(strings.TrimSpace(r.Output), "\n")
	for _, line := range lines[max(0, len(lines)-shownOutput):] {
		if line != "" {
			fmt.Fprintf(b, "    %s\n", line)
		}
	}
}

// judgeText is what the judge said, with its reasons.
func judgeText(j *aicity.GateJudgement) string {
	if j == nil {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "  %s Before it, the score was %d.\n", j.Note, j.Heuristic)
	for i, o := range j.Opinions {
		fmt.Fprintf(&b, "  Opinion %d: %s\n", i+1, cmp.Or(o.Failure, fmt.Sprintf("%s, %d of 100", o.Verdict, o.Score)))
		for _, reason := range o.Reasons {
			fmt.Fprintf(&b, "    %s\n", reason)
		}
		for _, missing := range o.Missing {
			fmt.Fprintf(&b, "    Missing: %s\n", missing)
		}
	}
	for _, why := range j.Failed {
		fmt.Fprintf(&b, "  No answer: %s\n", why)
	}
	return headed("The judge:", b.String())
}

func adviceText(advice []string) string {
	var b strings.Builder
	for _, a := range advice {
		fmt.Fprintf(&b, "- %s\n", a)
	}
	return headed("What would have raised it:", b.String())
}
