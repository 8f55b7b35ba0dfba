package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"aicity.dev/aicity/internal/apptest"
	aicity "aicity.dev/aicity/sdk/go"
)

// Operators look at the queue and decide from a terminal; nobody else does.
// Not parallel: it sets the environment.
func TestRefunds(t *testing.T) {
	s := apptest.Start(t)
	operator, other := s.Operator(t), s.SignUp(t, "other")
	for _, tt := range []struct{ token, command, want, fail string }{
		{operator.Token, "refunds list", "No refund waits", ""},
		{operator.Token, "refunds list --json", `"items": []`, ""},
		{operator.Token, "refunds list --decided", "No refund was decided", ""},
		{other.Token, "refunds list", "", "FORBIDDEN"},
		{"aco_live_wrong", "refunds list", "", "UNAUTHORIZED"},
		{operator.Token, "refunds decide tsk_1 refund", "", "TASK_NOT_FOUND"},
		{operator.Token, "refunds decide tsk_1 deny", "", "VALIDATION_ERROR"},
		{operator.Token, "refunds decide tsk_1 maybe", "", "must be one of"},
		{operator.Token, "reconcile", "keeps no books", ""},
		{operator.Token, "reconcile --json", `"compared": false`, ""},
		{other.Token, "reconcile", "", "FORBIDDEN"},
		{operator.Token, "rechecks list", "No work waits", ""},
		{operator.Token, "rechecks list --decided", "No re-check was decided", ""},
		{other.Token, "rechecks list", "", "FORBIDDEN"},
		{operator.Token, "rechecks decide tsk_1 uphold --note=n", "", "TASK_NOT_FOUND"},
		{operator.Token, "rechecks decide tsk_1 maybe --note=n", "", "must be one of"},
		{operator.Token, "rechecks decide tsk_1 clear", "", "missing flags"},
	} {
		t.Setenv("AICITY_TOKEN", tt.token)
		out, err := printed(t, append(strings.Fields("admin "+tt.command), "--base-url", s.URL)...)
		if tt.fail == "" && err != nil || tt.fail != "" && (err == nil || !strings.Contains(err.Error(), tt.fail)) || !strings.Contains(out, tt.want) {
			t.Errorf("%s: %q, %v", tt.command, out, err)
		}
	}
}

// A case shows request, reason, work and report, and is decided.
// Not parallel: it sets the environment.
func TestCasesAreShownAndDecided(t *testing.T) {
	s := apptest.Start(t)
	ctx, operator, buyer, agent := t.Context(), s.Operator(t), s.Buyer(t, 5_000), s.Agent(t, "research")
	task, err := buyer.Tasks.Submit(ctx, aicity.SubmitTask{
		TaskType: "research", MaxBudget: 500, AgentID: agent.ID, Input: aicity.TaskInput{Description: "Compare two kinds of journals."},
		Acceptance: &aicity.Acceptance{Criteria: []string{"Durability is covered"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := agent.Tasks.Executing(ctx, task.ID, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := agent.Tasks.Complete(ctx, task.ID, aicity.Completion{Output: aicity.Output{Result: "Journals\x1b[2J differ."}}); err != nil {
		t.Fatal(err)
	}
	if _, err := agent.Tasks.RequestRecheck(ctx, task.ID, "They do differ."); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AICITY_TOKEN", operator.Token)
	admin := func(want []string, args ...string) {
		t.Helper()
		out, err := printed(t, slices.Concat([]string{"admin"}, args, []string{"--base-url", s.URL})...)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range want {
			if !strings.Contains(out, text) {
				t.Errorf("%s does not say %q:\n%s", strings.Join(args, " "), text, out)
			}
		}
		if strings.Contains(out, "\x1b[2J") {
			t.Errorf("%s clears the screen", strings.Join(args, " "))
		}
	}
	admin([]string{"They do differ.", "stays failed at"}, "rechecks", "list")
	both := []string{task.ID, "Compare two kinds of journals.", "1. Durability is covered", "differ.", "of 100, fail", "Signal"}
	admin(append(both, "The agent says", "They do differ.", "$3.00"), "rechecks", "show", task.ID)
	admin([]string{`"output": {`, `"gate": {`}, "rechecks", "show", task.ID, "--json")
	admin([]string{"passes, the buyer is charged $3.00"}, "rechecks", "decide", task.ID, "overturn", "--note=True")
	t.Setenv("AICITY_TOKEN", buyer.Token)
	shown := func(token string, refundable bool, want string) {
		t.Helper()
		t.Setenv("AICITY_TOKEN", token)
		out, err := printed(t, "task", "show", task.ID, "--base-url", s.URL)
		if err != nil || !strings.Contains(out, want) || strings.Contains(out, "Refundable until") != refundable {
			t.Errorf("want %q, refundable %v: %v\n%s", want, refundable, err, out)
		}
		t.Setenv("AICITY_TOKEN", operator.Token)
	}
	shown(buyer.Token, true, `overturn: "True"`)
	if _, err := buyer.Tasks.Feedback(ctx, task.ID, aicity.Feedback{Thumbs: "down", Reason: "incomplete", Comment: "Too short.", Criterion: 1}); err != nil {
		t.Fatal(err)
	}
	admin(append(both, "incomplete", "Not met: 1. Durability is covered", "Too short.", "overturned"), "refunds", "show", task.ID)
	shown(buyer.Token, false, "unless decided (overturned)")
	admin([]string{"$3.00 of " + task.ID + " goes back"}, "refunds", "decide", task.ID, "refund", "--note=So be it.")
	for _, token := range []string{buyer.Token, agent.Owner.Token} {
		shown(token, false, `refund (overturned): "So be it."`)
	}
	admin([]string{"overturn"}, "rechecks", "list", "--decided")
}

// The window is shown while it can be used.
func TestRefundableUntil(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 2, 3, 4, 5, 0, time.Local)
	later := now.Add(time.Minute)
	for what, tt := range map[string]struct {
		task aicity.Task
		want string
	}{
		"open":     {aicity.Task{Status: aicity.TaskCompleted, RefundUntil: &later}, "2026-11-02 03:05"},
		"over":     {aicity.Task{Status: aicity.TaskCompleted, RefundUntil: &now}, ""},
		"refunded": {aicity.Task{Status: aicity.TaskRefunded, RefundUntil: &later}, ""},
		"waiting":  {aicity.Task{Status: aicity.TaskRefundReview, RefundUntil: &later, RefundReview: &aicity.RefundReview{}}, ""},
		"denied":   {aicity.Task{Status: aicity.TaskCompleted, RefundUntil: &later, RefundReview: &aicity.RefundReview{Decision: "deny"}}, ""},
		"none":     {aicity.Task{Status: aicity.TaskCompleted}, ""},
	} {
		if got := refundableUntil(&tt.task, now); got != tt.want {
			t.Errorf("%s: %q, want %q", what, got, tt.want)
		}
	}
}

// The access log says what was done, with how it went.
func TestAccessRow(t *testing.T) {
	t.Parallel()
	one := 1
	at := time.Date(2026, 11, 2, 3, 4, 5, 0, time.Local)
	for _, tt := range []struct {
		in   aicity.Access
		want []string
	}{
		{aicity.Access{At: at, Op: "exec", Target: "go test", Detail: "/home/user/repo", Bytes: 12, ExitCode: &one, DurationUs: 1_234_567}, []string{"2026-11-02 03:04:05", "exec", "go test (/home/user/repo)", "12", "1.2346s", "exit code 1"}},
		{aicity.Access{At: at, Op: "read", Target: "/x", DurationUs: 140, Error: "FILE_NOT_FOUND"}, []string{"2026-11-02 03:04:05", "read", "/x", "0", "100µs", "FILE_NOT_FOUND"}},
	} {
		if got := accessRow(tt.in); !slices.Equal(got, tt.want) {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
