package web

import (
	"net/http"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/task"
)

const tasksPerPage = 30

func (s *site) tasksPage(w http.ResponseWriter, r *http.Request) error {
	page, err := s.Tasks.ListForBuyer(r.Context(), visitorOf(r).owner.ID, "", r.URL.Query().Get("cursor"), tasksPerPage)
	if err != nil {
		return err
	}
	s.clearFlash(w, r)
	return s.render(w, r, http.StatusOK, tasksList(s.frame(r, "Your tasks"), page.Tasks, page.Next))
}

// excerptLength bounds a task's name in lists, in characters.
const excerptLength = 72

// excerpt is the beginning of a description, as a task's name.
func excerpt(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	runes := []rune(text)
	if len(runes) <= excerptLength {
		return text
	}
	return string(runes[:excerptLength-1]) + "…"
}

// moneyText is what a task cost, or what is held for it.
func moneyText(t *task.Task) string {
	switch {
	case t.Status == city.TaskRefunded:
		return "refunded"
	case t.Charge > 0:
		return t.Charge.String()
	case t.Status.Ended():
		return "returned"
	default:
		return t.MaxBudget.String() + " held"
	}
}
