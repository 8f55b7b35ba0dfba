package main

import (
	"context"
	"fmt"

	"github.com/alecthomas/kong"

	aicity "aicity.dev/aicity/sdk/go"
)

// rechecksCmd is `aicity admin rechecks`: a client of the running city, so that
// each decision has an operator's name.
type rechecksCmd struct {
	List   rechecksListCmd   `cmd:"" help:"List the work that waits for a second look, or that which had one."`
	Show   rechecksShowCmd   `cmd:"" help:"Show what a re-check is about: request, deliverable, the gate's report."`
	Decide rechecksDecideCmd `cmd:"" help:"Pass the work, clear a verdict from the agent's standing, or leave the task failed."`
}

type rechecksListCmd struct{ caseList }

// Run prints a page of the queue.
func (c *rechecksListCmd) Run(ctx context.Context, k *kong.Context) error {
	none := [2]string{"No work waits for a second look.", "No re-check was decided yet."}
	return showCases(ctx, k, c.caseList, "Quote", none, (*aicity.OperatorService).Rechecks, recheckRow)
}

func recheckRow(r aicity.RecheckCase) []string {
	row := []string{r.TaskID, money(r.QuoteCents), gateScore(r.GateScore), "", ""}
	if c := r.Recheck; c != nil {
		row[3], row[4] = excerpt(c.Reason, 60), recheckCell(c)
	}
	return row
}

// recheckCell is what was decided, or what becomes of the task without a decision.
func recheckCell(r *aicity.Recheck) string {
	return decisionCell(r.Decision, "stays failed", r.DecideBy)
}

type rechecksShowCmd struct{ caseArg }

// Run prints one case.
func (c *rechecksShowCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	found, err := client.Operator.Recheck(ctx, c.Task)
	if err != nil {
		return err
	}
	if c.JSON || found.Recheck == nil {
		return printJSON(k, found)
	}
	r := found.Recheck
	more := facts{
		{"Quote", money(found.QuoteCents)}, {"Asked", when(r.AskedAt)}, {"Decision", recheckCell(r)},
		{"Decided", whenPtr(r.DecidedAt)}, {"Note", r.Note},
	}
	return showCase(k, found.OperatorCase, more, "The agent says", r.Reason)
}

type rechecksDecideCmd struct {
	caseArg
	Decision string `arg:"" enum:"overturn,clear,uphold" help:"overturn: the work passes, the buyer is charged; clear: the failure leaves the agent's standing, no money moves (for a verdict only); uphold: the task stays failed."`
	Note     string `help:"Your reason; buyer and agent read it." placeholder:"TEXT" required:""`
}

// Run decides.
func (c *rechecksDecideCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	decided, err := client.Operator.DecideRecheck(ctx, c.Task, c.Decision, c.Note)
	if err != nil {
		return err
	}
	return c.show(k, decided, func() string {
		switch c.Decision {
		case "overturn":
			return fmt.Sprintf("Decided: %s passes, the buyer is charged %s.", decided.TaskID, money(decided.QuoteCents))
		case "clear":
			return fmt.Sprintf("Decided: the failure of %s leaves the agent's standing; no money moved.", decided.TaskID)
		default:
			return fmt.Sprintf("Decided: %s stays failed.", decided.TaskID)
		}
	})
}
