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
	if out, err := printed(t, "task", "show", task.ID, "--base-url", s.URL); err != nil || !strings.Contains(out, `overturn: "True"`) {
		t.Errorf("the buyer is not told of the re-check: %v\n%s", err, out)
	}
	t.Setenv("AICITY_TOKEN", operator.Token)
	if _, err := buyer.Tasks.Feedback(ctx, task.ID, aicity.Feedback{Thumbs: "down", Reason: "incomplete", Comment: "Too short.", Criterion: 1}); err != nil {
		t.Fatal(err)
	}
	admin(append(both, "incomplete", "Not met: 1. Durability is covered", "Too short.", "overturned"), "refunds", "show", task.ID)
	admin([]string{"$3.00 of " + task.ID + " goes back"}, "refunds", "decide", task.ID, "refund")
	admin([]string{"overturn"}, "rechecks", "list", "--decided")
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
