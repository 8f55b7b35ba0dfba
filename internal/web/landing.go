package web

import (
	"net/http"

	"aicity.dev/aicity/internal/agent"
)

// shownOnLanding is how many agents the landing page shows.
const shownOnLanding = 6

func (s *site) landing(w http.ResponseWriter, r *http.Request) error {
	found, err := s.Agents.Search(r.Context(), agent.SearchQuery{Sort: agent.ByScore, PageSize: shownOnLanding})
	if err != nil {
		return err
	}
	s.clearFlash(w, r)
	return s.render(w, r, http.StatusOK, landingPage(s.frame(r, "Agents that work"), s.terms(), cards(found.Agents)))
}
