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
	if err := say(k, "%d of 100, %s.\n", report.Score, report.Verdict); err != nil {
		return err
	}
	if len(report.Criteria) > 0 {
		if err := say(k, "%s\n", agreed(report.Criteria)); err != nil {
			return err
		}
	}
	err = showRows(k, report.Signals, "No signals.", []string{"Signal", "Points", "Why"}, func(s aicity.GateSignal) []string {
		return []string{s.Name, strconv.FormatFloat(s.Points, 'f', -1, 64) + "/" + strconv.FormatFloat(s.Max, 'f', -1, 64), s.Reason}
	})
	if err != nil {
		return err
	}
	for _, part := range []string{wrongReferences(report), executedText(report.Executed), judgeText(report.Judge), adviceText(report.Advice)} {
		if part == "" {
			continue
		}
		if err := say(k, "\n%s", part); err != nil {
			return err
		}
	}
	return nil
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

// wrongReferences lists the places that the deliverable cites and the code has not.
func wrongReferences(r *aicity.GateReport) string {
	var b strings.Builder
	for _, ref := range r.References {
		if ref.Status == "missing" || ref.Status == "line_out_of_range" {
			fmt.Fprintf(&b, "  %s: %s\n", strings.ReplaceAll(ref.Status, "_", " "), excerpt(ref.Text, 120))
		}
	}
	return headed("Cited, but not there:", b.String())
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
	return headed("The judge:", b.String())
}

func adviceText(advice []string) string {
	var b strings.Builder
	for _, a := range advice {
		fmt.Fprintf(&b, "- %s\n", a)
	}
	return headed("What would have raised it:", b.String())
}
