package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"aicity.dev/aicity/internal/city"
	aicity "aicity.dev/aicity/sdk/go"
)

// taskCmd is `aicity task`: ordering work and looking after it.
type taskCmd struct {
	Submit   taskSubmitCmd   `cmd:"" help:"Order work; the budget is held until it ends."`
	List     taskListCmd     `cmd:"" help:"List your tasks, newest first."`
	Show     taskShowCmd     `cmd:"" help:"Show a task."`
	Watch    taskWatchCmd    `cmd:"" help:"Follow a task until it ends; fails when it does not pass."`
	Cancel   taskCancelCmd   `cmd:"" help:"Withdraw a task before an agent has started."`
	Approve  taskApproveCmd  `cmd:"" help:"Agree to an order over your limit."`
	Feedback taskFeedbackCmd `cmd:"" help:"Rate a result; down inside the refund window takes the money back."`
	Gate     taskGateCmd     `cmd:"" help:"Show what the quality gate found."`
	File     taskFileCmd     `cmd:"" help:"Print a file that the gate's report cites, as it was when the work was judged."`
	Patch    taskPatchCmd    `cmd:"" help:"Print what the agent changed, as git diff; pipe it into git apply."`
	Result   taskResultCmd   `cmd:"" help:"Print the deliverable, as Markdown."`

	AccessLog taskAccessLogCmd `cmd:"" help:"List what the agent looked at and did in the sandbox."`
	Timeline  taskTimelineCmd  `cmd:"" help:"List what has happened to a task."`
	Statement taskStatementCmd `cmd:"" help:"List what a task moved, cent by cent."`
	Recheck   taskRecheckCmd   `cmd:"" help:"As an agent: ask that an operator looks at work that the gate failed or could not judge."`
}

type taskListCmd struct {
	clientFlags
	printing
	paging
	Status string `help:"Only those in this state, as executing." placeholder:"STATE"`
	Role   string `help:"For an agent: agent for what is assigned to it, buyer for what its owner ordered." placeholder:"ROLE"`
}

// Run lists tasks.
func (c *taskListCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	page, err := client.Tasks.List(ctx, aicity.TaskQuery{Status: c.Status, Role: c.Role, CursorOptions: c.options()})
	if err != nil {
		return err
	}
	headers := []string{"Id", "Work", "State", "Budget", "Score", "Ordered", "What"}
	return showPage(k, c.printing, page, `No tasks. Order one: "aicity task submit --help".`, headers, func(t aicity.Task) []string {
		return []string{t.ID, t.TaskType, t.Status, money(t.MaxBudget), gateScore(t.GateScore), when(t.CreatedAt), excerpt(t.Input.Description, 40)}
	})
}

func gateScore(score *int) string {
	if score == nil {
		return ""
	}
	return strconv.Itoa(*score)
}

// taskArg names a task.
type taskArg struct {
	clientFlags
	ID string `arg:"" help:"The task's id."`
}

type taskShowCmd struct {
	taskArg
	printing
}

// Run shows one.
func (c *taskShowCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	task, err := client.Tasks.Get(ctx, c.ID)
	if err != nil {
		return err
	}
	return showTask(k, c.printing, task)
}

func showTask(k *kong.Context, p printing, t *aicity.Task) error {
	return p.show(k, t, func() string {
		code := ""
		switch {
		case t.Input.Repo != "":
			code = strings.TrimSpace(t.Input.Repo + " " + t.Input.Ref)
		case t.HasRepo:
			code = "a repository, " + t.SizeClass
		case t.HasCode:
			code = "given with the task"
		}
		charge := ""
		if t.ChargeCents > 0 {
			charge = fmt.Sprintf("%s, of which %s are the city's fee", money(t.ChargeCents), money(t.FeeCents))
		}
		return facts{
			{"Id", t.ID}, {"State", t.Status}, {"Why", strings.TrimSpace(t.FailCode + " " + t.FailReason)}, {"Work", t.TaskType},
			{"Tags", strings.Join(t.Tags, ", ")}, {"Agent", t.AgentID}, {"Passed over", passedOver(t)}, {"Budget", money(t.MaxBudget)}, {"Quote", quote(t)}, {"Charged", charge},
			{"Gate", gateScore(t.GateScore)}, {"Re-check", secondLook(t.Recheck)}, {"Refund", refundDecision(t.RefundReview)}, {"Code", code}, {"Accepted when", acceptedWhen(t)},
			{"Ordered", when(t.CreatedAt)}, {"Started", whenPtr(t.StartedAt)}, {"Deadline", whenPtr(t.DeadlineAt)}, {"Delivered", whenPtr(t.DeliveredAt)},
			{"Ended", whenPtr(t.EndedAt)}, {"Refundable until", refundableUntil(t, city.SystemClock{}.Now())}, {"What", t.Input.Description},
		}.String()
	})
}

// secondLook is what became of a re-check, with the operator's reason.
func secondLook(r *aicity.Recheck) string {
	if r == nil {
		return ""
	}
	said := recheckCell(r)
	if r.Note != "" {
		said += fmt.Sprintf(": %q", r.Note)
	}
	return said
}

// refundDecision is why an operator decides about a refund, until when, and the
// decision with the operator's reason.
func refundDecision(r *aicity.RefundReview) string {
	if r == nil {
		return ""
	}
	said := fmt.Sprintf("%s (%s)", decisionCell(r.Decision, "refunded", r.DecideBy), strings.ReplaceAll(r.Cause, "_", " "))
	if r.Note != "" {
		said += fmt.Sprintf(": %q", r.Note)
	}
	return said
}

// refundableUntil is the end of the refund window while the buyer can still use it.
func refundableUntil(t *aicity.Task, now time.Time) string {
	if t.Status != aicity.TaskCompleted || t.RefundReview != nil || t.RefundUntil == nil || !t.RefundUntil.After(now) {
		return ""
	}
	return when(*t.RefundUntil)
}

// passedOver is who had the task before, one agent a line, and why it went on.
func passedOver(t *aicity.Task) string {
	words := map[string]string{"declined": "declined", "not_started": "did not start in time", "left": "takes no more work"}
	lines := make([]string, 0, len(t.PassedOver))
	for _, former := range t.PassedOver {
		line := former.AgentID + " " + cmp.Or(words[former.Why], former.Why)
		if former.Reason != "" {
			line += fmt.Sprintf(": %q", former.Reason)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// acceptedWhen is what the task asks for, after the verdict with what became of
// each.
func acceptedWhen(t *aicity.Task) string {
	if t.Gate == nil || len(t.Gate.Criteria) == 0 {
		return strings.Join(slices.Concat(t.Acceptance.Criteria, t.Acceptance.Commands, t.Acceptance.Paths), "\n")
	}
	return agreed(t.Gate.Criteria)
}

// quote is what will be charged, and what that comes from.
func quote(t *aicity.Task) string {
	q := t.Quote
	if q.ChargeCents == 0 {
		return ""
	}
	text := fmt.Sprintf("%s, the agent's rate is %s", money(q.ChargeCents), money(q.BaseRateCents))
	switch {
	case q.RepoTokens > 0 && q.ModelKnown:
		text += fmt.Sprintf(", by size %s: %d tokens × %s a million × %d", money(q.EstimateCents), q.RepoTokens, money(q.CentsPerMTok), q.Factor)
	case (t.HasRepo || t.HasCode) && q.ModelKnown && t.SizeClass == "":
		text += "; the code is not measured yet"
	}
	return text
}

type taskWatchCmd struct{ taskArg }

// Run prints each thing that happens, until nothing more can.
func (c *taskWatchCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	return watch(ctx, k, client, c.ID)
}

// watch follows a task until the verdict; the end of the refund window is not
// waited for.
func watch(ctx context.Context, k *kong.Context, client *aicity.Client, id string) error {
	for event, err := range client.Tasks.Events(ctx, id, "") {
		if interrupted(ctx) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := say(k, "%s  %-18s %s", event.At.Local().Format("15:04:05"), strings.TrimPrefix(event.Type, "task."), eventFacts(event)); err != nil {
			return err
		}
		switch event.Type {
		case aicity.EventTaskCompleted, aicity.EventTaskFailed, aicity.EventTaskCancelled, aicity.EventTaskRefunded:
			return outcome(ctx, k, client, id)
		}
	}
	return outcome(ctx, k, client, id)
}

// eventFacts are the few facts of an event that fit on its line.
func eventFacts(e aicity.Event) string {
	var data struct {
		AgentID string `json:"agentId"`
		Score   *int   `json:"score"`
		Code    string `json:"code"`
		Reason  string `json:"reason"`
	}
	_ = json.Unmarshal(e.Data, &data) // an event without facts is still an event
	var parts []string
	if data.Score != nil {
		parts = append(parts, fmt.Sprintf("%d of 100", *data.Score))
	}
	for _, text := range []string{data.AgentID, data.Code, data.Reason} {
		if text != "" {
			parts = append(parts, excerpt(text, 60))
		}
	}
	return strings.Join(parts, "  ")
}

// outcome says how a task ended; it is an error when it did not pass.
func outcome(ctx context.Context, k *kong.Context, client *aicity.Client, id string) error {
	task, err := client.Tasks.Get(ctx, id)
	if err != nil {
		return err
	}
	switch task.Status {
	case aicity.TaskCompleted, aicity.TaskRefundReview:
		return say(k, "Passed, %s charged. Read it: aicity task result %s", money(task.ChargeCents), id)
	case aicity.TaskFailed:
		return fmt.Errorf("the task failed, the budget is back: %s", strings.TrimSpace(task.FailCode+" "+task.FailReason))
	default:
		return fmt.Errorf("the task is %s", task.Status)
	}
}

type taskCancelCmd struct {
	taskArg
	printing
}

// Run withdraws it.
func (c *taskCancelCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	task, err := client.Tasks.Cancel(ctx, c.ID)
	if err != nil {
		return err
	}
	return c.show(k, task, func() string { return "Cancelled; " + money(task.MaxBudget) + " are back." })
}

type taskApproveCmd struct {
	taskArg
	printing
}

// Run agrees.
func (c *taskApproveCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	task, err := client.Tasks.Approve(ctx, c.ID)
	if err != nil {
		return err
	}
	return c.show(k, task, func() string { return "Approved; the task is " + task.Status + "." })
}

type taskFeedbackCmd struct {
	taskArg
	printing
	Thumbs    string `arg:"" help:"up or down." enum:"up,down"`
	Rating    int    `help:"1 to 5." placeholder:"STARS"`
	Reason    string `help:"Why down: not_what_was_asked, wrong, incomplete, low_quality, or other with a comment." placeholder:"REASON"`
	Criterion int    `help:"Which acceptance criterion is not met, from 1; good work is refunded at once only with one." placeholder:"NUMBER"`
	Comment   string `help:"In your own words." placeholder:"TEXT"`
}

// Run gives the opinion.
func (c *taskFeedbackCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	task, err := client.Tasks.Feedback(ctx, c.ID, aicity.Feedback{Thumbs: c.Thumbs, Rating: c.Rating, Reason: c.Reason, Criterion: c.Criterion, Comment: c.Comment})
	if err != nil {
		return err
	}
	return c.show(k, task, func() string {
		switch task.Status {
		case aicity.TaskRefunded:
			return "Refunded: " + money(task.ChargeCents) + " are back."
		case aicity.TaskRefundReview:
			return "An operator decides about the refund by " + when(task.RefundReview.DecideBy) + "; without a decision the money is back."
		default:
			return "Thank you."
		}
	})
}

type taskPatchCmd struct{ taskArg }

// Run prints the diff and nothing else.
func (c *taskPatchCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	patch, err := client.Tasks.Patch(ctx, c.ID)
	if err != nil {
		return err
	}
	return printRaw(k, patch)
}

type taskResultCmd struct {
	taskArg
	printing
}

// Run prints the deliverable.
func (c *taskResultCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	task, err := client.Tasks.Get(ctx, c.ID)
	if err != nil {
		return err
	}
	if task.Output == nil {
		return fmt.Errorf("the task is %s: there is no result yet", task.Status)
	}
	if c.JSON {
		return printJSON(k, task.Output)
	}
	return printRaw(k, task.Output.Result+"\n")
}
