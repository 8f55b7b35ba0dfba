package web

import (
	"context"

	"aicity.dev/aicity/internal/task"
	"aicity.dev/aicity/internal/web/markdown"
)

// deliveredView is what an agent handed in.
type deliveredView struct {
	task.Deliverable
	HTML string // of the result, made safe by package markdown
}

func deliveredOf(d task.Deliverable) (*deliveredView, error) {
	html, err := markdown.Render(d.Result)
	return &deliveredView{Deliverable: d, HTML: html}, err
}

// delivered is what was handed in for a task, nil while nothing was.
func (s *site) delivered(ctx context.Context, taskID string) (*deliveredView, error) {
	d, found, err := s.Tasks.Deliverable(ctx, taskID)
	if err != nil || !found {
		return nil, err
	}
	return deliveredOf(d)
}

// unlinked is what leads to a cited line for who has no file view: nothing.
func unlinked(string, int) string { return "" }
