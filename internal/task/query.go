package task

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/store"
)

// ForBuyer finds a task for the owner who ordered it. Errors: TASK_NOT_FOUND.
func (s *Service) ForBuyer(ctx context.Context, buyerID, taskID string) (*Task, error) {
	return s.visible(ctx, taskID, boughtBy(buyerID))
}

// ForAgent finds a task for the agent it is assigned to. Errors: TASK_NOT_FOUND.
func (s *Service) ForAgent(ctx context.Context, agentID, taskID string) (*Task, error) {
	return s.visible(ctx, taskID, assignedTo(agentID))
}

// ForAgentOwner finds a task for the owner of the agent it is assigned to.
// Errors: TASK_NOT_FOUND.
func (s *Service) ForAgentOwner(ctx context.Context, ownerID, taskID string) (*Task, error) {
	return s.visible(ctx, taskID, func(t *Task) bool { return t.AgentID != "" && t.AgentOwner == ownerID })
}

func (s *Service) visible(ctx context.Context, taskID string, allowed func(*Task) bool) (*Task, error) {
	t, err := find(ctx, s.DB.Read(), taskID, "")
	if err != nil {
		return nil, err
	}
	if !allowed(t) {
		return nil, errTaskNotFound(taskID)
	}
	return t, nil
}

// Page is one page of a list that is read by cursor.
type Page struct {
	Tasks []*Task
	Next  string // the cursor of the next page, "" on the last
}

// ListForBuyer pages through an owner's orders, newest first. The cursor is the
// id of the last task of the page before; status "" is any. Errors: VALIDATION_ERROR.
func (s *Service) ListForBuyer(ctx context.Context, buyerID string, status city.TaskStatus, cursor string, limit int) (Page, error) {
	return s.page(ctx, "buyer_id", "", buyerID, status, cursor, limit)
}

// ListForAgent pages through the tasks assigned to an agent, newest first. Errors:
// VALIDATION_ERROR.
func (s *Service) ListForAgent(ctx context.Context, agentID string, status city.TaskStatus, cursor string, limit int) (Page, error) {
	return s.page(ctx, "agent_id", "", agentID, status, cursor, limit)
}

// ListForSubmitter pages through what an agent ordered for its owner, newest first.
// Errors: VALIDATION_ERROR.
func (s *Service) ListForSubmitter(ctx context.Context, agentID string, status city.TaskStatus, cursor string, limit int) (Page, error) {
	return s.page(ctx, "submitter_id", bySubmitter, agentID, status, cursor, limit)
}

// bySubmitter is the condition of the index by submitter.
const bySubmitter = ` AND submitter_id <> ''`

// Newest lists the newest tasks that agents have or had, at most limit, in one query
// that reads no more than so many of each.
func (s *Service) Newest(ctx context.Context, agentIDs []string, limit int) ([]*Task, error) {
	if len(agentIDs) == 0 {
		return nil, nil
	}
	parts, args := make([]string, len(agentIDs)), []any{limit}
	for i, id := range agentIDs {
		args = append(args, id)
		where, by := store.Newest(s.DB.Read(), "agent_id", fmt.Sprintf("$%d", len(args)), "id", "'"+aboveAll+"'")
		parts[i] = fmt.Sprintf(`SELECT id FROM (SELECT id FROM tasks WHERE %s ORDER BY %s LIMIT $1) of_agent_%d`, where, by, i)
	}
	return list(ctx, s.DB.Read(), `id IN (`+strings.Join(parts, ` UNION ALL `)+`) ORDER BY id DESC LIMIT $1`, args...)
}

// page lists the tasks that have id in column. Indexed says which rows the
// column's index has, "" for all: without it a partial one is not used.
func (s *Service) page(ctx context.Context, column, indexed, id string, status city.TaskStatus, cursor string, limit int) (Page, error) {
	if err := checkCursor(cursor); err != nil {
		return Page{}, err
	}
	where, by := store.Newest(s.DB.Read(), column, "$1", "id", "$2")
	tasks, err := list(ctx, s.DB.Read(), where+indexed+` AND ($3 = '' OR status = $3) ORDER BY `+by+` LIMIT $4`,
		id, cmp.Or(cursor, aboveAll), string(status), limit+1)
	if err != nil {
		return Page{}, err
	}
	return pageOf(tasks, limit), nil
}

// aboveAll is above every id: the letters of ids end at z.
const aboveAll = "~"

func checkCursor(cursor string) error { return city.CheckCursor(city.PrefixTask, cursor) }

// pageOf makes a page of up to limit tasks of a list that was asked for one more.
func pageOf(tasks []*Task, limit int) Page {
	tasks, more := store.Cut(tasks, limit)
	if !more {
		return Page{Tasks: tasks}
	}
	return Page{Tasks: tasks, Next: tasks[limit-1].ID}
}

// maxSubmitted bounds one answer to a polling agent.
const maxSubmitted = 100

// Submitted lists the tasks that wait for the agent, oldest first. When there
// are none it waits up to wait for the first.
func (s *Service) Submitted(ctx context.Context, agentID string, wait time.Duration) ([]*Task, error) {
	if wait <= 0 {
		return s.waiting(ctx, agentID)
	}
	wake, cancel := s.Events.Subscribe(AgentTopic(agentID))
	defer cancel()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		tasks, err := s.waiting(ctx, agentID)
		if err != nil || len(tasks) > 0 {
			return tasks, err
		}
		select {
		case <-wake:
		case <-timer.C:
			return tasks, nil
		case <-ctx.Done():
			return tasks, nil
		}
	}
}

// idleFor is how long an agent is taken to have nothing to do without another
// look: a wake ends it at once, on other nodes a moment later.
const idleFor = time.Second

func (s *Service) waiting(ctx context.Context, agentID string) ([]*Task, error) {
	if _, idle := s.idle.Look(agentID); idle {
		return nil, nil
	}
	load := s.idle.Begin()
	defer load.End()
	tasks, err := list(ctx, s.DB.Read(), `agent_id = $1 AND status = 'submitted' ORDER BY id LIMIT $2`, agentID, maxSubmitted)
	if err == nil && len(tasks) == 0 {
		load.Keep(agentID, AgentTopic(agentID), struct{}{})
	}
	return tasks, err
}

// Timeline lists a task's events, oldest first, after a sequence number. Who may
// see the task is the caller's to check.
func (s *Service) Timeline(ctx context.Context, taskID string, after int64) ([]event.Event, error) {
	return s.Events.List(ctx, s.DB.Read(), taskID, after, 500)
}

// Deliverable returns the agent's work; ok is false while there is none.
func (s *Service) Deliverable(ctx context.Context, taskID string) (d Deliverable, ok bool, err error) {
	body, ok, err := document(ctx, s.DB.Read(), taskID, docDeliverable)
	if err != nil || !ok {
		return Deliverable{}, false, err
	}
	if err := json.Unmarshal([]byte(body), &d); err != nil {
		return Deliverable{}, false, fmt.Errorf("decode deliverable: %w", err)
	}
	return d, true, nil
}

// GateReport returns the gate's report. Errors: GATE_NOT_READY.
func (s *Service) GateReport(ctx context.Context, taskID string) (gate.Report, error) {
	body, ok, err := document(ctx, s.DB.Read(), taskID, docReport)
	if err != nil {
		return gate.Report{}, err
	}
	if !ok {
		return gate.Report{}, city.Errorf(city.CodeGateNotReady, "The task has not been judged yet.")
	}
	var report gate.Report
	if err := json.Unmarshal([]byte(body), &report); err != nil {
		return gate.Report{}, fmt.Errorf("decode gate report: %w", err)
	}
	return report, nil
}

// Patch returns the git diff of what the agent changed, and whether it leaves
// changes out because it would be too long. Errors: PATCH_NOT_READY.
func (s *Service) Patch(ctx context.Context, t *Task) (patch string, truncated bool, err error) {
	body, ok, err := document(ctx, s.DB.Read(), t.ID, docPatch)
	if err != nil {
		return "", false, err
	}
	if !ok && t.DeliveredAt == nil {
		return "", false, city.Errorf(city.CodePatchNotReady, "The agent has not delivered yet.")
	}
	return body, cut(body), nil
}

// Code returns the inline code of a task, "" when it has none.
func (s *Service) Code(ctx context.Context, taskID string) (string, error) {
	body, _, err := document(ctx, s.DB.Read(), taskID, docCode)
	return body, err
}

// Counts are an owner's orders by status.
func (s *Service) Counts(ctx context.Context, buyerID string) (map[city.TaskStatus]int, error) {
	rows, err := s.DB.Read().Query(ctx, `SELECT status, count(*) FROM tasks WHERE buyer_id = $1 GROUP BY status`, buyerID)
	if err != nil {
		return nil, fmt.Errorf("count tasks: %w", err)
	}
	defer func() { _ = rows.Close() }()
	counts := map[city.TaskStatus]int{}
	for rows.Next() {
		var status city.TaskStatus
		var n int
		if err := rows.Scan(&status, &n); err != nil {
			return nil, fmt.Errorf("count tasks: %w", err)
		}
		counts[status] = n
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("count tasks: %w", err)
	}
	return counts, nil
}
