package task

import (
	"cmp"
	"context"
	"fmt"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// cases are the tasks that one kind of operator's decision is about, as
// conditions on their rows: all of them, and of these those that wait.
type cases struct{ has, wait string }

// pageCases pages through what waits, oldest first, or through what was decided,
// newest first, as far as the operator may see it.
func (s *Service) pageCases(ctx context.Context, operatorID string, c cases, decided bool, cursor string, limit int) (Page, error) {
	if err := checkCursor(cursor); err != nil {
		return Page{}, err
	}
	where := c.has + ` AND ` + c.wait + ` AND id > $1 ORDER BY id LIMIT $2`
	if decided {
		where = c.has + ` AND NOT (` + c.wait + `) AND id < $1 ORDER BY id DESC LIMIT $2`
		cursor = cmp.Or(cursor, aboveAll)
	}
	tasks, err := list(ctx, s.DB.Read(), where, cursor, limit+1)
	if err != nil {
		return Page{}, err
	}
	for i, t := range tasks {
		tasks[i] = t.seenBy(operatorID)
	}
	return pageOf(tasks, limit), nil
}

func (s *Service) countCases(ctx context.Context, c cases) (n int, err error) {
	if err = s.DB.Read().QueryRow(ctx, `SELECT count(*) FROM tasks WHERE `+c.has+` AND `+c.wait).Scan(&n); err != nil {
		return 0, fmt.Errorf("count cases: %w", err)
	}
	return n, nil
}

// Case is what an operator decides on: a task with what was handed in and what
// the gate found, as far as that operator may see it.
type Case struct {
	Task   *Task
	Output *Deliverable // nil when nothing was handed in
	Report *gate.Report // nil when the gate came to no verdict
}

// seenBy is the task as far as an operator may see it: one whose own agent did the
// work is a party, and sees no more of the buyer's code than the agent.
func (t *Task) seenBy(operatorID string) *Task {
	if t.AgentOwner != operatorID {
		return t
	}
	seen := *t
	seen.Source, seen.Acceptance = Source{HasCode: t.Source.Any()}, Acceptance{Criteria: t.Acceptance.Criteria}
	return &seen
}

// caseOf finds a case, as far as the operator may see it.
func (s *Service) caseOf(ctx context.Context, operatorID, taskID string, allowed func(*Task) bool) (Case, error) {
	t, err := s.visible(ctx, taskID, allowed)
	if err != nil {
		return Case{}, err
	}
	c := Case{Task: t.seenBy(operatorID)}
	output, found, err := s.Deliverable(ctx, t.ID)
	if err != nil {
		return Case{}, err
	}
	if found {
		c.Output = &output
	}
	report, err := s.GateReport(ctx, t.ID)
	if err != nil && city.CodeOf(err) != city.CodeGateNotReady {
		return Case{}, err
	}
	judged := err == nil
	if t.AgentOwner == operatorID {
		report = AgentReport(report)
	} else {
		report = BuyerReport(t, report)
	}
	if judged {
		c.Report = &report
	}
	return c, nil
}

// errParty keeps operators from deciding in their own matter.
func errParty() error {
	return city.Errorf(city.CodeForbidden, "You are a party to this task; another operator decides.")
}

// party reports whether an operator is one of the two whom a decision is about.
func (t *Task) party(operatorID string) bool {
	return operatorID == t.BuyerID || operatorID == t.AgentOwner
}
