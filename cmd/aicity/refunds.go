package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/alecthomas/kong"

	aicity "aicity.dev/aicity/sdk/go"
)

// refundsCmd is `aicity admin refunds`: a client of the running city, so that
// each decision has an operator's name.
type refundsCmd struct {
	List   refundsListCmd   `cmd:"" help:"List the refunds that wait for a decision, or those decided."`
	Decide refundsDecideCmd `cmd:"" help:"Refund the buyer, or deny it."`
}

type refundsListCmd struct {
	clientFlags
	printing
	paging
	Decided bool `help:"Those that were decided, newest first."`
}

// Run prints a page of the queue.
func (c *refundsListCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	page, err := client.Operator.Refunds(ctx, c.Decided, c.options())
	if err != nil {
		return err
	}
	empty := "No refund waits for a decision."
	if c.Decided {
		empty = "No refund was decided yet."
	}
	return showPage(k, c.printing, page, empty, []string{"Task", "Amount", "Score", "Reason", "Decision"}, refundRow)
}

func refundRow(r aicity.RefundCase) []string {
	row := []string{r.TaskID, money(r.ChargeCents), "", "", ""}
	if r.GateScore != nil {
		row[2] = strconv.Itoa(*r.GateScore)
	}
	if r.Feedback != nil {
		row[3] = r.Feedback.Reason
	}
	if review := r.RefundReview; review != nil && review.Decision == "" {
		row[4] = "refunded at " + review.DecideBy.Format("2006-01-02 15:04 MST") + " unless decided"
	} else if review != nil {
		row[4] = review.Decision
	}
	return row
}

type refundsDecideCmd struct {
	clientFlags
	printing
	Task     string `arg:"" help:"The task's id."`
	Decision string `arg:"" enum:"refund,deny" help:"refund: the buyer gets the charge back; deny: the agent keeps it."`
	Note     string `help:"Your reason; buyer and agent read it. Needed to deny." placeholder:"TEXT"`
}

// Run decides.
func (c *refundsDecideCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	decided, err := client.Operator.DecideRefund(ctx, c.Task, c.Decision, c.Note)
	if err != nil {
		return err
	}
	return c.show(k, decided, func() string {
		kept := "goes back to the buyer"
		if c.Decision == "deny" {
			kept = "stays with the agent"
		}
		return fmt.Sprintf("Decided: %s of %s %s.", money(decided.ChargeCents), decided.TaskID, kept)
	})
}
