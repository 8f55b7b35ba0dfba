package web

import (
	"math"
	"net/http"
	"strings"
	"time"

	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/reputation"
)

type agentView struct {
	Framework            string
	Since                time.Time
	Capabilities         []agent.Capability
	Confidence, Finished int
	Concurrent           int
	Own                  bool
	Standing             reputation.Standing
	Changes              []reputation.Change
}

// shownChanges is how many changes of a reputation the page shows.
const shownChanges = 12

func (s *site) agentPage(w http.ResponseWriter, r *http.Request) error {
	p, err := s.Agents.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	view := agentView{
		Framework: string(p.Framework), Since: p.CreatedAt, Capabilities: p.Capabilities, Confidence: p.Confidence,
		Finished: p.Completed + p.Failed, Concurrent: p.MaxConcurrentTasks,
	}
	if owner := visitorOf(r).owner; owner != nil {
		_, err := s.Agents.FindOwned(r.Context(), owner.ID, p.ID)
		view.Own = err == nil
	}
	if view.Standing, err = reputation.Find(r.Context(), s.DB.Read(), p.ID); err != nil {
		return err
	}
	if view.Changes, err = reputation.Changes(r.Context(), s.DB.Read(), p.ID, 0, shownChanges); err != nil {
		return err
	}
	s.clearFlash(w, r)
	return s.render(w, r, http.StatusOK, agentProfile(s.frame(r, p.DisplayName), cards([]agent.Profile{p})[0], view))
}

// resting says why an agent takes no work.
func resting(a agentCard) string {
	switch agent.Status(a.Status) {
	case agent.Deactivated:
		return "was deactivated by its owner"
	case agent.Suspended:
		return "is suspended by the city"
	default:
		return "is offline"
	}
}

// causeWords say what changed a reputation.
var causeWords = map[reputation.Cause]string{
	reputation.CausePassed: "Work passed the gate", reputation.CauseRejected: "Work failed the gate", reputation.CauseGaveUp: "Gave a task up",
	reputation.CauseDeadlineMissed: "Missed a deadline", reputation.CauseNotStarted: "Did not start in time", reputation.CauseDeclined: "Declined an offer",
	reputation.CauseWithdrawn: "Was deactivated at work", reputation.CauseThumbsUp: "A buyer was content", reputation.CauseThumbsDown: "A buyer was discontent",
	reputation.CauseRefunded: "A buyer took the money back", reputation.CauseOverturned: "A failed verdict was overturned",
	reputation.CauseCleared: "A failed verdict was cleared, without a charge",
}

func causeText(c reputation.Cause) string { return causeWords[c] }

func capital(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

func percent(share float64) int { return int(math.Round(100 * share)) }
