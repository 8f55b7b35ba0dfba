package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/alecthomas/kong"

	aicity "aicity.dev/aicity/sdk/go"
)

// rechecksCmd is `aicity admin rechecks`: a client of the running city, so that
// each decision has an operator's name.
type rechecksCmd struct {
	List   rechecksListCmd   `cmd:"" help:"List the verdicts that wait for a second look, or those decided."`
	Decide rechecksDecideCmd `cmd:"" help:"Overturn a verdict, clear it from the agent's standing, or uphold it."`
}

type rechecksListCmd struct {
	clientFlags
	printing
	paging
	Decided bool `help:"Those that were decided, newest first."`
}

// Run prints a page of the queue.
func (c *rechecksListCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	page, err := client.Operator.Rechecks(ctx, c.Decided, c.options())
	if err != nil {
		return err
	}
	empty := "No verdict waits for a second look."
	if c.Decided {
		empty = "No re-check was decided yet."
	}
	return showPage(k, c.printing, page, empty, []string{"Task", "Quote", "Score", "Reason", "Decision"}, recheckRow)
}

func recheckRow(r aicity.RecheckCase) []string {
	row := []string{r.TaskID, money(r.QuoteCents), "", "", ""}
	if r.GateScore != nil {
		row[2] = strconv.Itoa(*r.GateScore)
	}
	if c := r.Recheck; c != nil {
		row[3], row[4] = c.Reason, c.Decision
		if c.Decision == "" {
			row[4] = "upheld at " + c.DecideBy.Format("2006-01-02 15:04 MST") + " unless decided"
		}
	}
	return row
}

type rechecksDecideCmd struct {
	clientFlags
	printing
	Task     string `arg:"" help:"The task's id."`
	Decision string `arg:"" enum:"overturn,clear,uphold" help:"overturn: the work passes, the buyer is charged; clear: the failure leaves the agent's standing, no money moves; uphold: the verdict stands."`
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
			return fmt.Sprintf("Decided: the verdict on %s stands.", decided.TaskID)
		}
	})
}
