package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	aicity "aicity.dev/aicity/sdk/go"
)

// caseList is one page of an operators' queue.
type caseList struct {
	clientFlags
	printing
	paging
	Decided bool `help:"Those that were decided, newest first."`
}

// showCases prints a page of a queue; amount heads the column of cents.
func showCases[T any](ctx context.Context, k *kong.Context, c caseList, amount string, none [2]string,
	read func(s *aicity.OperatorService, ctx context.Context, decided bool, opts aicity.CursorOptions) (*aicity.Page[T], error), row func(T) []string,
) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	page, err := read(client.Operator, ctx, c.Decided, c.options())
	if err != nil {
		return err
	}
	empty := none[0]
	if c.Decided {
		empty = none[1]
	}
	return showPage(k, c.printing, page, empty, []string{"Task", amount, "Score", "Reason", "Decision"}, row)
}

// decisionCell is what was decided, or what becomes of it without a decision.
func decisionCell(decision, otherwise string, by time.Time) string {
	if decision != "" {
		return decision
	}
	return otherwise + " at " + when(by) + " unless decided"
}

// caseArg names a case by its task.
type caseArg struct {
	clientFlags
	printing
	Task string `arg:"" help:"The task's id."`
}

// showCase prints what an operator decides on; question holds what is asked and
// by whom, under its own heading.
func showCase(k *kong.Context, c aicity.OperatorCase, more facts, title, question string) error {
	lines := append(facts{
		{"Task", c.TaskID}, {"State", strings.TrimSpace(c.Status + " " + c.FailCode)}, {"Work", c.TaskType}, {"Buyer", c.BuyerID}, {"Agent", c.AgentID},
		{"Gate", gateScore(c.GateScore)}, {"Code", strings.TrimSpace(c.Repo + " " + c.Ref)},
	}, more...)
	if err := say(k, "%s", lines); err != nil {
		return err
	}
	parts := [][2]string{{title, question}, {"What was asked", c.Description}, {"Done means", caseTerms(c)}, {"What was delivered", delivered(c.Output)}}
	for _, part := range parts {
		if part[1] == "" {
			continue
		}
		if err := say(k, "\n%s\n%s\n%s", part[0], strings.Repeat("─", len([]rune(part[0]))), part[1]); err != nil {
			return err
		}
	}
	const found = "What the gate found"
	if err := say(k, "\n%s\n%s", found, strings.Repeat("─", len(found))); err != nil {
		return err
	}
	if c.Gate == nil {
		return say(k, "It came to no verdict.")
	}
	if err := showReport(k, c.Gate, false); err != nil {
		return err
	}
	return say(k, "\nThe change, if any: aicity task patch %s. A cited file: aicity task file %s PLACE.", c.TaskID, c.TaskID)
}

// caseTerms numbers the criteria as the buyer names them.
func caseTerms(c aicity.OperatorCase) string {
	var lines []string
	for i, text := range c.Criteria {
		lines = append(lines, strconv.Itoa(i+1)+". "+text)
	}
	for _, text := range c.Commands {
		lines = append(lines, "- succeeds: "+text)
	}
	for _, text := range c.Paths {
		lines = append(lines, "- may change: "+text)
	}
	return strings.Join(lines, "\n")
}

func delivered(o *aicity.Deliverable) string {
	if o == nil {
		return ""
	}
	text := o.Result
	for _, f := range o.Findings {
		text += fmt.Sprintf("\n\n%s:%d, %s: %s", f.File, f.Line, f.Severity, f.Claim)
		for _, more := range []string{f.Evidence, f.Fix} {
			if more != "" {
				text += "\n" + more
			}
		}
	}
	return text
}
