package httpapi

import (
	"context"
	"net/http"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/idempotency"
	"aicity.dev/aicity/internal/routing"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/task"
)

// SubmitTask is a buyer's order.
type SubmitTask struct {
	TaskType        city.Category   `json:"taskType" doc:"What kind of work it is, see GET /categories" example:"code_review"`
	MaxBudget       int64           `json:"maxBudget" doc:"The most it may cost, in cents; held until the task ends" example:"500"`
	AgentID         string          `json:"agentId,omitempty" doc:"The agent to hire; without it the city picks one"`
	Tags            []string        `json:"tags,omitempty" doc:"What the agent should be good at"`
	DeadlineMinutes int             `json:"deadlineMinutes,omitempty" doc:"Minutes from start to delivery, 5 to 240; 30 without it"`
	Acceptance      task.Acceptance `json:"acceptance,omitempty" doc:"What done means"`
	Input           TaskInput       `json:"input" doc:"What to do, and with which code"`
}

// TaskInput is the request itself and where the code is; at most one of repo,
// code and archiveId.
type TaskInput struct {
	Description string `json:"description" doc:"What should be done; agents see it before they commit"`
	Repo        string `json:"repo,omitempty" doc:"https URL of a git repository"`
	Ref         string `json:"ref,omitempty" doc:"Branch, tag or commit; the default branch without it"`
	RepoToken   string `json:"repoToken,omitempty" doc:"Token for a private repository: encrypted, used for the clone, then wiped"`
	Code        string `json:"code,omitempty" doc:"Code inline"`
	ArchiveID   string `json:"archiveId,omitempty" doc:"An archive uploaded with POST /archives"`
}

// TaskView is a task as its buyer sees it.
type TaskView struct {
	task.AgentView
	BuyerID     string        `json:"buyerId,omitempty"`
	SubmitterID string        `json:"submittedByAgentId,omitempty" doc:"The agent that ordered for its owner"`
	AgentID     string        `json:"agentId,omitempty" doc:"The agent that has it"`
	Routing     []RankedAgent `json:"routing,omitempty" doc:"Why this agent: the candidates with their reasons"`
	Before      []FormerAgent `json:"passedOver,omitempty" doc:"The agents that had the task before and did not start it, oldest first"`
	Output      *Deliverable  `json:"output,omitempty" doc:"The work, once it is delivered"`
	Gate        *gate.Report  `json:"gate,omitempty" doc:"The gate's report, once there is a verdict"`
}

// RankedAgent is a candidate of the routing with its score.
type RankedAgent struct {
	AgentID string       `json:"agentId"`
	Score   float64      `json:"score" doc:"Sum of the reasons' points; the highest is asked first, of those that are not full"`
	Reasons []RankReason `json:"reasons" doc:"Where the score comes from"`
	Full    bool         `json:"full,omitempty" doc:"It had as many tasks as it works on at once, so it came after all that had fewer"`
}

// FormerAgent is an agent that was chosen before and did not start the task.
type FormerAgent struct {
	AgentID string       `json:"agentId"`
	Score   float64      `json:"score" doc:"The score for which it was chosen; 0 when the buyer named it"`
	Reasons []RankReason `json:"reasons" doc:"Where the score comes from; none when the buyer named it"`
	Full    bool         `json:"full,omitempty" doc:"It had as many tasks as it works on at once: all others that were left were full too"`
	Why     routing.Why  `json:"why" doc:"It declined, did not start in time, or takes no more work"`
	Reason  string       `json:"reason,omitempty" doc:"What the agent said when it declined: its own words, unchecked"`
}

// RankReason is one term of a candidate's score.
type RankReason struct {
	Term   routing.Term `json:"term" doc:"What was looked at"`
	Points float64      `json:"points" doc:"What it was worth"`
	Max    float64      `json:"max" doc:"The most it can be worth"`
}

// TaskPath names a task in a URL.
type TaskPath struct {
	ID string `path:"id" doc:"The task's id"`
}

// CursorQuery pages through a list that grows.
type CursorQuery struct {
	Cursor string `query:"cursor" doc:"nextCursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

func (s *server) registerTasks() {
	add(s, route{method: http.MethodPost, path: "/tasks", id: "submitTask", tag: "Tasks", who: byAnyone, status: http.StatusCreated, keepsAnswer: true,
		summary: "Submit a task; holds maxBudget"}, s.submitTask)
	add(s, route{method: http.MethodGet, path: "/tasks", id: "listTasks", tag: "Tasks", who: byAnyone,
		summary: "List your tasks, newest first: what an owner ordered, what is assigned to an agent"}, s.listTasks)
	add(s, route{method: http.MethodGet, path: "/tasks/{id}", id: "getTask", tag: "Tasks", who: byAnyone,
		summary: "Read a task, with the work once it is delivered; the assigned agent and its owner see the redacted view"}, s.getTask)
	add(s, route{method: http.MethodPost, path: "/tasks/{id}/cancel", id: "cancelTask", tag: "Tasks", who: byAnyone,
		summary: "Cancel a task that no agent has started"}, s.cancelTask)
	add(s, route{method: http.MethodPost, path: "/tasks/{id}/feedback", id: "giveFeedback", tag: "Tasks", who: byAnyone,
		summary: "Judge a completed task; thumbs down inside the refund window refunds"}, s.giveFeedback)
	add(s, route{method: http.MethodGet, path: "/tasks/{id}/gate", id: "getGateReport", tag: "Tasks", who: byAnyone,
		summary: "Read the quality gate's report"}, s.getGateReport)
	add(s, route{method: http.MethodGet, path: "/tasks/{id}/gate/file", id: "getCitedFile", tag: "Tasks", who: byAnyone,
		summary: "Read a file that the gate's report cites, as it was when the work was judged; for the buyer, and an operator who decides"}, s.getCitedFile)
	add(s, route{method: http.MethodGet, path: "/tasks/{id}/patch", id: "getPatch", tag: "Tasks", who: byAnyone,
		summary: "Read the git diff of what the agent changed; for the buyer, and an operator who decides"}, s.getPatch)
}

func (s *server) submitTask(ctx context.Context, in *struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"200" doc:"The same key with the same body orders once"`
	Body           SubmitTask
}) (*Out[TaskView], error) {
	c, b := callerOf(ctx), in.Body
	order := task.Order{
		BuyerID: c.ownerID(), SubmitterID: c.agentID(), IdempotencyKey: in.IdempotencyKey, Category: b.TaskType,
		MaxBudget: city.Cents(b.MaxBudget), AgentID: b.AgentID, Tags: b.Tags, Deadline: time.Duration(b.DeadlineMinutes) * time.Minute,
		Acceptance: b.Acceptance, Description: b.Input.Description, Repo: b.Input.Repo, Ref: b.Input.Ref,
		RepoToken: b.Input.RepoToken, Code: b.Input.Code, ArchiveID: b.Input.ArchiveID,
	}
	if claim := claimOf(ctx); claim != nil {
		if err := s.repeated(ctx, claim, b.Input); err != nil {
			return nil, err
		}
		order.Keep = func(ctx context.Context, tx store.Tx, t *task.Task) error {
			return keep(ctx, s, tx, claim, ok(buyerView(t)))
		}
	}
	t, err := s.Tasks.Submit(ctx, order)
	if err != nil {
		return nil, err
	}
	return ok(buyerView(t)), nil
}

// repeated refuses a repeated order of which the repository would be looked at
// first, which takes time; answerOnce then gives the first answer.
func (s *server) repeated(ctx context.Context, claim *idempotency.Claim, in TaskInput) error {
	if in.Repo == "" {
		return nil
	}
	earlier, err := s.Idempotency.Find(ctx, *claim)
	if err == nil && earlier != nil {
		return errKeyUsed()
	}
	return err
}

func (s *server) listTasks(ctx context.Context, in *struct {
	Status city.TaskStatus `query:"status" doc:"Only tasks of this status"`
	Role   string          `query:"role" enum:"buyer,agent" doc:"For an agent: the tasks assigned to it, redacted until it commits (agent, the default), or what it ordered for its owner (buyer)"`
	CursorQuery
}) (*Out[[]TaskView], error) {
	if in.Status != "" && !in.Status.Known() {
		return nil, city.InvalidField("status", "unknown status %.40q", in.Status)
	}
	c := callerOf(ctx)
	find, id, view := s.Tasks.ListForBuyer, c.ownerID(), buyerView
	switch {
	case c.agent != nil && in.Role == "buyer":
		find, id = s.Tasks.ListForSubmitter, c.agent.ID
	case c.agent != nil:
		find, id, view = s.Tasks.ListForAgent, c.agent.ID, func(t *task.Task) TaskView { return TaskView{AgentView: task.AgentViewOf(t)} }
	case c.agent == nil && in.Role == "agent":
		return nil, city.InvalidField("role", "an owner lists what it ordered; each agent lists its own tasks with its key")
	}
	page, err := find(ctx, id, in.Status, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	views := make([]TaskView, len(page.Tasks))
	for i, t := range page.Tasks {
		views[i] = view(t)
	}
	return paged(views, Pagination{PageSize: in.Limit, NextCursor: page.Next}), nil
}

func (s *server) getTask(ctx context.Context, in *TaskPath) (*Out[any], error) {
	c := callerOf(ctx)
	t, buyer, err := s.visibleTask(ctx, c, in.ID)
	if err != nil {
		return nil, err
	}
	if !buyer {
		view, err := s.assignedView(ctx, c, t)
		if err != nil {
			return nil, err
		}
		return ok[any](view), nil
	}
	view, err := s.fullView(ctx, t)
	if err != nil {
		return nil, err
	}
	return ok[any](view), nil
}

// visibleTask finds a task for its buyer, for the agent it is assigned to and for
// that agent's owner.
func (s *server) visibleTask(ctx context.Context, c caller, id string) (t *task.Task, buyer bool, err error) {
	if c.agent != nil {
		if t, err = s.Tasks.ForAgent(ctx, c.agent.ID, id); city.CodeOf(err) != city.CodeTaskNotFound {
			return t, false, err
		}
	}
	t, err = s.ordered(ctx, c, id)
	if c.owner != nil && city.CodeOf(err) == city.CodeTaskNotFound {
		t, err = s.Tasks.ForAgentOwner(ctx, c.owner.ID, id)
		return t, false, err
	}
	return t, true, err
}

// ordered finds a task for whoever ordered it: an owner all of its own, an agent
// only what it ordered itself.
func (s *server) ordered(ctx context.Context, c caller, id string) (*task.Task, error) {
	t, err := s.Tasks.ForBuyer(ctx, c.ownerID(), id)
	if err == nil && c.agent != nil && t.SubmitterID != c.agent.ID {
		return nil, city.Errorf(city.CodeTaskNotFound, "There is no task %.60q that you can see.", id)
	}
	return t, err
}

// assignedTask is a task as its agent and that agent's owner read it: a part of
// TaskView.
type assignedTask struct {
	task.AgentView
	Output *Deliverable `json:"output,omitempty"`
}

// assignedView is what the agent may know now, and what it handed in. Code that
// came inline is read by the agent alone.
func (s *server) assignedView(ctx context.Context, c caller, t *task.Task) (view assignedTask, err error) {
	view.AgentView = task.AgentViewOf(t)
	if c.agent != nil && !view.Input.Redacted && t.Source.HasCode {
		if view.Input.Code, err = s.Tasks.Code(ctx, t.ID); err != nil {
			return view, err
		}
	}
	view.Output, err = s.delivered(ctx, t)
	return view, err
}

// delivered is what was handed in for a task, nil while nothing was.
func (s *server) delivered(ctx context.Context, t *task.Task) (*Deliverable, error) {
	if t.DeliveredAt == nil {
		return nil, nil
	}
	output, found, err := s.Tasks.Deliverable(ctx, t.ID)
	if err != nil || !found {
		return nil, err
	}
	return deliverableView(t, &output), nil
}

func (s *server) fullView(ctx context.Context, t *task.Task) (view TaskView, err error) {
	view = buyerView(t)
	if view.Output, err = s.delivered(ctx, t); err != nil {
		return view, err
	}
	report, err := s.Tasks.GateReport(ctx, t.ID)
	switch {
	case err == nil:
		report = task.BuyerReport(t, report)
		view.Gate = &report
	case city.CodeOf(err) != city.CodeGateNotReady:
		return view, err
	}
	return view, nil
}

// buyerView is a task as its buyer sees it, without its documents.
func buyerView(t *task.Task) TaskView {
	view := TaskView{
		AgentView: task.AgentViewOf(t), BuyerID: t.BuyerID, SubmitterID: t.SubmitterID, AgentID: t.AgentID,
	}
	view.Input.Redacted, view.Input.Repo, view.Input.Ref = false, t.Source.Repo, t.Source.Ref
	view.Acceptance.Commands, view.Acceptance.Paths = t.Acceptance.Commands, t.Acceptance.Paths
	view.Quote, view.FailReason = t.Quote, t.FailReason
	for _, ranked := range t.Routing.Ranked {
		view.Routing = append(view.Routing, rankedView(ranked))
	}
	for _, former := range t.Routing.Before {
		r := rankedView(former.Ranked)
		view.Before = append(view.Before, FormerAgent{AgentID: r.AgentID, Score: r.Score, Reasons: r.Reasons, Full: r.Full, Why: former.Why, Reason: former.Reason})
	}
	return view
}

func rankedView(r routing.Ranked) RankedAgent {
	view := RankedAgent{AgentID: r.AgentID, Score: r.Score, Reasons: []RankReason{}, Full: r.Full}
	for _, reason := range r.Reasons {
		view.Reasons = append(view.Reasons, RankReason(reason))
	}
	return view
}

func (s *server) cancelTask(ctx context.Context, in *TaskPath) (*Out[TaskView], error) {
	if _, err := s.ordered(ctx, callerOf(ctx), in.ID); err != nil {
		return nil, err
	}
	t, err := s.Tasks.Cancel(ctx, callerOf(ctx).ownerID(), in.ID)
	if err != nil {
		return nil, err
	}
	return ok(buyerView(t)), nil
}

// Feedback is a buyer's opinion.
type Feedback struct {
	Thumbs  string `json:"thumbs" doc:"up or down"`
	Rating  int    `json:"rating,omitempty" doc:"1 to 5"`
	Reason  string `json:"reason,omitempty" doc:"On down: not_what_was_asked, wrong, incomplete, low_quality or other"`
	Comment string `json:"comment,omitempty" doc:"Words for the agent's owner; needed when the reason is other"`
	// Criterion ties a refund to what was agreed.
	Criterion int `json:"criterion,omitempty" doc:"On down: the number of the acceptance criterion that is not met, from 1. Against a verdict of 80 or more a refund that names none waits for an operator"`
}

func (s *server) giveFeedback(ctx context.Context, in *struct {
	TaskPath
	Body Feedback
}) (*Out[TaskView], error) {
	if _, err := s.ordered(ctx, callerOf(ctx), in.ID); err != nil {
		return nil, err
	}
	t, err := s.Tasks.GiveFeedback(ctx, callerOf(ctx).ownerID(), in.ID, task.Feedback{
		Thumbs: in.Body.Thumbs, Rating: in.Body.Rating, Reason: in.Body.Reason, Comment: in.Body.Comment, Criterion: in.Body.Criterion,
	})
	if err != nil {
		return nil, err
	}
	return ok(buyerView(t)), nil
}

// Patch is what the agent changed.
type Patch struct {
	Patch     string `json:"patch" doc:"Output of git diff for git apply; empty when nothing was changed"`
	Truncated bool   `json:"truncated" doc:"Whether the changes of some files were left out, because the patch would be too long, or take too long to make"`
}

func (s *server) getPatch(ctx context.Context, in *TaskPath) (*Out[Patch], error) {
	t, err := s.orderedOrContested(ctx, callerOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	patch, truncated, err := s.Tasks.Patch(ctx, t)
	if err != nil {
		return nil, err
	}
	return ok(Patch{Patch: patch, Truncated: truncated}), nil
}
