package main

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	aicity "aicity.dev/aicity/sdk/go"
)

type taskAccessLogCmd struct {
	taskArg
	printing
	Limit  int    `help:"Rows, at most 1000." default:"200"`
	Cursor string `help:"Go on where the page before ended." placeholder:"CURSOR"`
}

// Run prints a page of the log, oldest first.
func (c *taskAccessLogCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	page, err := client.Tasks.AccessLog(ctx, c.ID, aicity.CursorOptions{Cursor: c.Cursor, Limit: c.Limit})
	if err != nil {
		return err
	}
	headers := []string{"When", "What", "Target", "Bytes", "Took", "Outcome"}
	return showPage(k, c.printing, page, "Nothing was looked at or done in a sandbox.", headers, accessRow)
}

func accessRow(a aicity.Access) []string {
	outcome := a.Error
	if outcome == "" && a.ExitCode != nil {
		outcome = "exit code " + strconv.Itoa(*a.ExitCode)
	}
	target := a.Target
	if a.Detail != "" {
		target += " (" + a.Detail + ")"
	}
	took := (time.Duration(a.DurationUs) * time.Microsecond).Round(100 * time.Microsecond).String()
	return []string{whenExactly(a.At), a.Op, target, strconv.FormatInt(a.Bytes, 10), took, outcome}
}

type taskTimelineCmd struct {
	taskArg
	printing
	After string `help:"Only what came after the event with this id." placeholder:"ID"`
}

// Run lists the events; watch follows them.
func (c *taskTimelineCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	events, err := client.Tasks.Timeline(ctx, c.ID, c.After)
	if err != nil {
		return err
	}
	return showList(k, c.printing, events, "Nothing has happened.", []string{"When", "What", "Facts", "Id"}, func(e aicity.Event) []string {
		return []string{whenExactly(e.At), strings.TrimPrefix(e.Type, "task."), eventFacts(e), e.ID}
	})
}

type taskStatementCmd struct {
	taskArg
	printing
}

// Run lists the transfers, as the caller's side may see them.
func (c *taskStatementCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	st, err := client.Tasks.Statement(ctx, c.ID)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(k, st)
	}
	err = showRows(k, st.Transfers, "Nothing was moved.", []string{"When", "What", "From", "To", "Amount"}, func(m aicity.Movement) []string {
		return []string{whenExactly(m.At), m.Kind, m.From, m.To, money(m.Amount)}
	})
	if err != nil {
		return err
	}
	return say(k, "%s", statementSums(st).String())
}

// statementSums is what a task's transfers come to, for the side that reads it.
func statementSums(st *aicity.TaskStatement) facts {
	sums := facts{{"Returned", money(st.ReturnedCents)}}
	if st.ChargeCents == 0 {
		return sums
	}
	sums = append(sums, fact{"Charged", money(st.ChargeCents) + ", of it the fee " + money(st.FeeCents)})
	if st.RefundedCents > 0 {
		sums = append(sums, fact{"Refunded", money(st.RefundedCents) + ", of it the fee " + money(st.FeeReversedCents)})
	}
	if st.Party == "buyer" {
		return append(sums, fact{"Paid in the end", money(st.PaidCents)})
	}
	return append(sums, fact{"Earned in the end", money(st.EarnedCents)})
}

type taskRecheckCmd struct {
	taskArg
	printing
	Reason string `help:"Why the work should pass; buyer and operator read it." placeholder:"TEXT" required:""`
}

// Run asks in the agent's name, so it needs the agent's key.
func (c *taskRecheckCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	task, err := client.Tasks.RequestRecheck(ctx, c.ID, c.Reason)
	if err != nil {
		return err
	}
	return c.show(k, task, func() string {
		if task.Recheck == nil || task.Recheck.Decision != "" {
			return "It was decided already: see aicity task show " + task.ID + "."
		}
		return "An operator decides by " + when(task.Recheck.DecideBy) + "; without a decision the task stays failed."
	})
}
