package httpapi

import (
	"context"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/task"
)

// getGateReport shows the report to the task's parties and to an operator who
// is to decide about it.
func (s *server) getGateReport(ctx context.Context, in *TaskPath) (*Out[gate.Report], error) {
	c := callerOf(ctx)
	t, buyer, err := s.visibleTask(ctx, c, in.ID)
	if city.CodeOf(err) == city.CodeTaskNotFound && c.isOperator() {
		t, err = s.Tasks.Contested(ctx, c.owner.ID, in.ID)
		buyer = true // an operator decides by all that the buyer sees
	}
	if err != nil {
		return nil, err
	}
	report, err := s.Tasks.GateReport(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	if buyer {
		return ok(task.BuyerReport(t, report)), nil
	}
	return ok(task.AgentReport(report)), nil
}

// CitedFile is a file that the gate's report cites.
type CitedFile struct {
	Path      string    `json:"path" doc:"From the root of the code"`
	Added     bool      `json:"added" doc:"Whether the agent added it; other files are as they were before the agent changed anything"`
	SizeBytes int64     `json:"sizeBytes" doc:"Of the whole file"`
	Binary    bool      `json:"binary" doc:"Whether it is no text, and so is not kept"`
	Lines     int       `json:"lines" doc:"Of the whole file"`
	FirstLine int       `json:"firstLine" doc:"Number of the first line of content, from 1; 0 when there is none"`
	Content   string    `json:"content" doc:"The file's text"`
	Whole     bool      `json:"whole" doc:"Whether content is all of the file; of a long one only the lines around the citation are kept"`
	KeptUntil time.Time `json:"keptUntil" doc:"After it the city has the file no more"`
}

// orderedOrContested finds a task for whoever ordered it and for an operator who
// is to decide about it.
func (s *server) orderedOrContested(ctx context.Context, c caller, id string) (*task.Task, error) {
	t, err := s.ordered(ctx, c, id)
	if city.CodeOf(err) == city.CodeTaskNotFound && c.isOperator() {
		return s.Tasks.Contested(ctx, c.owner.ID, id)
	}
	return t, err
}

// getCitedFile is for who ordered the task and for an operator who is to decide
// about it; to the agent, whose access to the code has ended, there is no such
// task.
func (s *server) getCitedFile(ctx context.Context, in *struct {
	TaskPath
	Path string `query:"path" required:"true" doc:"As the report names it"`
}) (*Out[CitedFile], error) {
	t, err := s.orderedOrContested(ctx, callerOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	f, err := s.Tasks.CitedFile(ctx, t, in.Path)
	if err != nil {
		return nil, err
	}
	return ok(CitedFile{
		Path: f.Path, Added: f.Added, SizeBytes: f.Bytes, Binary: f.Binary, Lines: f.Lines, FirstLine: f.First, Content: f.Text, Whole: f.Whole(), KeptUntil: f.Until,
	}), nil
}
