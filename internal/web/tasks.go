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

// headlineLength bounds a task's name on its own page.
const headlineLength = 120

// excerpt is the beginning of a description, as a task's name.
func excerpt(text string) string { return beginning(text, excerptLength) }

// headline is the beginning of a description above a task's page.
func headline(text string) string { return beginning(text, headlineLength) }

// beginning is a text of at most so many characters, cut between words where
// they are not too long.
func beginning(text string, longest int) string {
	text = strings.Join(strings.Fields(text), " ")
	runes := []rune(text)
	if len(runes) <= longest {
		return text
	}
	kept := string(runes[:longest-1])
	if at := strings.LastIndexByte(kept, ' '); at > len(kept)*3/4 && runes[longest-1] != ' ' {
		kept = kept[:at]
	}
	return strings.TrimRight(kept, " ,;:.") + "…"
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
