package web

import (
	"net/http"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/task"
)

// citedView is a file of the buyer's code that a report cites.
type citedView struct {
	Task *task.Task
	Back string // the page that the reader comes from
	File task.CitedFile
}

// citedPage shows a file to the buyer, and to an operator who is to decide about
// the task; to everybody else there is no such task.
func (s *site) citedPage(w http.ResponseWriter, r *http.Request) error {
	me, id := visitorOf(r).owner, r.PathValue("id")
	v := citedView{Back: "/tasks/" + id}
	t, err := s.ownTask(r)
	if city.CodeOf(err) == city.CodeTaskNotFound && me.IsOperator {
		if t, err = s.Tasks.Contested(r.Context(), me.ID, id); err == nil {
			v.Back = operatorPath(t)
		}
	}
	if err != nil {
		return err
	}
	v.Task = t
	if v.File, err = s.Tasks.CitedFile(r.Context(), t, r.PathValue("path")); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, citedFile(s.frame(r, v.File.Path), v))
}

// operatorPath is where an operator decides about a task.
func operatorPath(t *task.Task) string {
	if t.Review != nil {
		return refundsPath + "/" + t.ID
	}
	return rechecksPath + "/" + t.ID
}

// linesOf are the lines of a text without their ends.
func linesOf(text string) []string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSuffix(line, "\r")
	}
	return lines
}
