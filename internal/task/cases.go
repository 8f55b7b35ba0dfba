package task

import (
	"cmp"
	"context"
	"fmt"

	"aicity.dev/aicity/internal/city"
)

// cases are the tasks that one kind of operator's decision is about, as
// conditions on their rows: all of them, and of these those that wait.
type cases struct{ has, wait string }

// pageCases pages through what waits, oldest first, or through what was decided,
// newest first.
func (s *Service) pageCases(ctx context.Context, c cases, decided bool, cursor string, limit int) (Page, error) {
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
	return pageOf(tasks, limit), nil
}

func (s *Service) countCases(ctx context.Context, c cases) (n int, err error) {
	if err = s.DB.Read().QueryRow(ctx, `SELECT count(*) FROM tasks WHERE `+c.has+` AND `+c.wait).Scan(&n); err != nil {
		return 0, fmt.Errorf("count cases: %w", err)
	}
	return n, nil
}

// errParty keeps operators from deciding in their own matter.
func errParty() error {
	return city.Errorf(city.CodeForbidden, "You are a party to this task; another operator decides.")
}

// party reports whether an operator is one of the two whom a decision is about.
func (t *Task) party(operatorID string) bool {
	return operatorID == t.BuyerID || operatorID == t.AgentOwner
}
