package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	aicity "aicity.dev/aicity/sdk/go"
)

// refundsCmd is `aicity admin refunds`: a client of the running city, so that
// each decision has an operator's name.
type refundsCmd struct {
	List   refundsListCmd   `cmd:"" help:"List the refunds that wait for a decision, or those decided."`
	Show   refundsShowCmd   `cmd:"" help:"Show what a refund is about: request, the buyer's reason, deliverable, the gate's report."`
	Decide refundsDecideCmd `cmd:"" help:"Refund the buyer, or deny it."`
}

type refundsListCmd struct{ caseList }

// Run prints a page of the queue.
func (c *refundsListCmd) Run(ctx context.Context, k *kong.Context) error {
	none := [2]string{"No refund waits for a decision.", "No refund was decided yet."}
	return showCases(ctx, k, c.caseList, "Amount", none, (*aicity.OperatorService).Refunds, refundRow)
}

func refundRow(r aicity.RefundCase) []string {
	row := []string{r.TaskID, money(r.ChargeCents), gateScore(r.GateScore), "", ""}
	if r.Feedback != nil {
		row[3] = r.Feedback.Reason
	}
	if review := r.RefundReview; review != nil {
		row[4] = decisionCell(review.Decision, "refunded", review.DecideBy)
	}
	return row
}

type refundsShowCmd struct{ caseArg }

// Run prints one case.
func (c *refundsShowCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	found, err := client.Operator.Refund(ctx, c.Task)
	if err != nil {
		return err
	}
	if c.JSON || found.RefundReview == nil {
		return printJSON(k, found)
	}
	r, b := found.RefundReview, found.Buyer
	more := facts{
		{"Charge", money(found.ChargeCents)}, {"Why it waits", strings.ReplaceAll(r.Cause, "_", " ")}, {"Asked", when(r.AskedAt)},
		{"Decision", decisionCell(r.Decision, "refunded", r.DecideBy)}, {"Decided", whenPtr(r.DecidedAt)}, {"Note", r.Note},
		{"Buyer's record", fmt.Sprintf("%d of %d tasks refunded when it ordered", b.RefundedTasks, b.CompletedTasks)},
	}
	return showCase(k, found.OperatorCase, more, "The buyer says", buyerSays(found))
}

// buyerSays is the buyer's reason, with the criterion that it says is not met.
func buyerSays(r *aicity.RefundCase) string {
	f := r.Feedback
	if f == nil {
		return ""
	}
	text := strings.ReplaceAll(f.Reason, "_", " ")
	if n := f.Criterion; n > 0 && n <= len(r.Criteria) {
		text += fmt.Sprintf("\nNot met: %d. %s", n, r.Criteria[n-1])
	}
	if f.Comment != "" {
		text += "\n" + f.Comment
	}
	return text
}

type refundsDecideCmd struct {
	caseArg
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
