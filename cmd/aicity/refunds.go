package main

import (
	"context"
	"errors"
	"fmt"

	"charm.land/lipgloss/v2"
	"github.com/alecthomas/kong"

	"aicity.dev/aicity/internal/city"
	aicity "aicity.dev/aicity/sdk/go"
)

// refundsCmd is `aicity admin refunds`: a client of the running city, so that
// each decision has an operator's name.
type refundsCmd struct {
	List   refundsListCmd   `cmd:"" help:"List the refunds that wait for a decision, or those decided."`
	Decide refundsDecideCmd `cmd:"" help:"Refund the buyer, or deny it."`
}

// operatorFlags say which city is meant, and who asks.
type operatorFlags struct {
	URL   string `name:"url" help:"The city's address." default:"http://127.0.0.1:8080" env:"AICITY_BASE_URL"`
	Token string `help:"An operator's owner token, aco_live_…, from Settings → Developer." required:"" placeholder:"TOKEN" env:"AICITY_OWNER_TOKEN"`
}

func (f operatorFlags) client() *aicity.Client {
	return aicity.New(aicity.Options{BaseURL: f.URL, OwnerToken: f.Token})
}

type refundsListCmd struct {
	operatorFlags
	Decided bool `help:"Those that were decided, newest first."`
}

// Run prints every refund of the queue.
func (c *refundsListCmd) Run(ctx context.Context, k *kong.Context) error {
	client, opts := c.client(), aicity.CursorOptions{Limit: 100}
	t := moneyTable("Task", "Amount", "Gate", "Reason", "Decision")
	n := 0
	for {
		page, err := client.Operator.Refunds(ctx, c.Decided, opts)
		if err != nil {
			return err
		}
		for _, r := range page.Items {
			n++
			t.Row(r.TaskID, city.Cents(r.ChargeCents).String(), scoreText(r.GateScore), feedbackText(r.Feedback), decisionText(r.RefundReview))
		}
		if opts.Cursor = page.Pagination.NextCursor; opts.Cursor == "" {
			break
		}
	}
	if n == 0 {
		_, err := fmt.Fprintln(k.Stdout, "No refund waits for a decision.")
		if c.Decided {
			_, err = fmt.Fprintln(k.Stdout, "No refund was decided yet.")
		}
		return err
	}
	_, err := lipgloss.Fprintln(k.Stdout, t.String())
	return err
}

func scoreText(score *int) string {
	if score == nil {
		return ""
	}
	return fmt.Sprint(*score)
}

func feedbackText(f *aicity.Feedback) string {
	if f == nil {
		return ""
	}
	return f.Reason
}

func decisionText(r *aicity.RefundReview) string {
	switch {
	case r == nil:
		return ""
	case r.Decision == "":
		return "refunded at " + r.DecideBy.Format("2006-01-02 15:04 MST") + " unless decided"
	default:
		return r.Decision
	}
}

type refundsDecideCmd struct {
	operatorFlags
	Task     string `arg:"" help:"The task's id."`
	Decision string `arg:"" enum:"refund,deny" help:"refund: the buyer gets the charge back; deny: the agent keeps it."`
	Note     string `help:"Your reason; buyer and agent read it. Needed to deny." placeholder:"TEXT"`
}

// Run decides.
func (c *refundsDecideCmd) Run(ctx context.Context, k *kong.Context) error {
	if c.Decision == "deny" && c.Note == "" {
		return errors.New("to deny, say why with --note: buyer and agent read it")
	}
	decided, err := c.client().Operator.DecideRefund(ctx, c.Task, c.Decision, c.Note)
	if err != nil {
		return err
	}
	amount, kept := city.Cents(decided.ChargeCents), "goes back to the buyer"
	if c.Decision == "deny" {
		kept = "stays with the agent"
	}
	_, err = fmt.Fprintf(k.Stdout, "Decided: %s of %s %s.\n", amount, decided.TaskID, kept)
	return err
}
