package main

import (
	"context"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"aicity.dev/aicity/internal/apptest"
)

// runAdmin is one `aicity admin …`.
func runAdmin(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out strings.Builder
	var command struct {
		Admin adminCmd `cmd:""`
	}
	parser, err := kong.New(&command, kong.Writers(&out, &out), kong.BindTo(t.Context(), (*context.Context)(nil)))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parser.Parse(append([]string{"admin"}, args...))
	if err != nil {
		return out.String(), err
	}
	err = parsed.Run()
	return out.String(), err
}

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
		{operator.Token, "rechecks list", "No verdict waits", ""},
		{operator.Token, "rechecks list --decided", "No re-check was decided", ""},
		{other.Token, "rechecks list", "", "FORBIDDEN"},
		{operator.Token, "rechecks decide tsk_1 uphold --note=n", "", "TASK_NOT_FOUND"},
		{operator.Token, "rechecks decide tsk_1 maybe --note=n", "", "must be one of"},
		{operator.Token, "rechecks decide tsk_1 clear", "", "missing flags"},
	} {
		t.Setenv("AICITY_TOKEN", tt.token)
		out, err := runAdmin(t, append(strings.Fields(tt.command), "--base-url", s.URL)...)
		if tt.fail == "" && err != nil || tt.fail != "" && (err == nil || !strings.Contains(err.Error(), tt.fail)) || !strings.Contains(out, tt.want) {
			t.Errorf("%s: %q, %v", tt.command, out, err)
		}
	}
}
