package web

import (
	"net/http"

	"aicity.dev/aicity/internal/task"
)

const rechecksPath = "/operator/rechecks"

func (s *site) rechecksPage(w http.ResponseWriter, r *http.Request) error {
	v, err := casesOf(r, rechecksPath, s.Tasks.Rechecks)
	if err != nil {
		return err
	}
	s.clearFlash(w, r)
	return s.render(w, r, http.StatusOK, rechecksList(s.frame(r, "Re-checks"), v))
}

func (s *site) recheckPage(w http.ResponseWriter, r *http.Request) error {
	return s.showRecheck(w, r, http.StatusOK, formOf(nil))
}

func (s *site) showRecheck(w http.ResponseWriter, r *http.Request, status int, in form) error {
	v, err := caseOf(r, in, s.Tasks.RecheckCase)
	if err != nil {
		return err
	}
	return s.render(w, r, status, recheckCase(s.frame(r, "Re-check of a verdict"), v))
}

func (s *site) decideRecheck(w http.ResponseWriter, r *http.Request) error {
	in, err := readForm(r)
	if err != nil {
		return err
	}
	t, err := s.Tasks.DecideRecheck(r.Context(), visitorOf(r).owner.ID, r.PathValue("id"), task.RecheckDecision(in.get("decision")), in.get("note"))
	if err != nil {
		if !in.refused(err) {
			return err
		}
		return s.showRecheck(w, r, http.StatusUnprocessableEntity, in)
	}
	return s.goTo(w, r, rechecksPath, recheckText(t.Recheck)+".")
}

// recheckText says what became of a re-check.
func recheckText(r *task.Recheck) string {
	switch r.Decision {
	case task.RecheckOverturn:
		return "Overturned: the work passes and the buyer is charged"
	case task.RecheckClear:
		return "Cleared: the failure left the agent's standing, no money moved"
	case task.RecheckUphold:
		if r.DecidedBy == "" {
			return "Upheld, because nobody decided in time"
		}
		return "Upheld: the task stays failed"
	default:
		return "Waits for a second look"
	}
}
