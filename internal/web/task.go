package web

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/task"
	"aicity.dev/aicity/internal/web/diff"
)

type taskView struct {
	Task      *task.Task
	AgentName string
	Names     map[string]string // of the agents in the routing
	Delivered *deliveredView
	Gate      *gate.Report
	Patch     patchView
	Accesses  []sandbox.Access // the first
	Statement task.Statement
	Moments   []moment
	Now       time.Time
	Terms     task.RefundTerms
	Form      form // of the feedback, when it was refused
}

func (v taskView) over() bool {
	return v.Task.Settled()
}

func (v taskView) windowOpen() bool {
	return v.Task.ReleasedAt == nil && v.Task.RefundUntil != nil && v.Now.Before(*v.Task.RefundUntil)
}

// termsText says what a refund needs that is not instant.
func (v taskView) termsText() string {
	text := "An operator decides about this refund within " + duration(v.Terms.Window) + ", because " + reviewText(v.Terms.Cause) + "."
	if v.Terms.Cause == task.ReviewHighVerdict && len(v.Task.Acceptance.Criteria) > 0 {
		text += " If you name the criterion that is not met, it is instant."
	}
	return text
}

func (v taskView) rankedName(id string) string {
	if name := v.Names[id]; name != "" {
		return name
	}
	return id
}

func (s *site) ownTask(r *http.Request) (*task.Task, error) {
	return s.Tasks.ForBuyer(r.Context(), visitorOf(r).owner.ID, r.PathValue("id"))
}

func (s *site) taskPage(w http.ResponseWriter, r *http.Request) error {
	v, err := s.loadTask(r)
	if city.CodeOf(err) == city.CodeTaskNotFound {
		return s.assignedPage(w, r)
	}
	if err != nil {
		return err
	}
	s.clearFlash(w, r)
	return s.render(w, r, http.StatusOK, taskDetail(s.frame(r, excerpt(v.Task.Description)), v))
}

func (s *site) taskFragment(w http.ResponseWriter, r *http.Request) error {
	v, err := s.loadTask(r)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, taskParts(s.frame(r, ""), v))
}

func (s *site) loadTask(r *http.Request) (taskView, error) {
	ctx := r.Context()
	t, err := s.ownTask(r)
	if err != nil {
		return taskView{}, err
	}
	v := taskView{Task: t, Now: s.Clock.Now(), Names: map[string]string{}, Form: formOf(nil)}
	if v.Delivered, err = s.delivered(ctx, t.ID); err != nil {
		return v, err
	}
	report, err := s.Tasks.GateReport(ctx, t.ID)
	if err == nil {
		report = task.BuyerReport(t, report)
		v.Gate = &report
	} else if city.CodeOf(err) != city.CodeGateNotReady {
		return v, err
	}
	patch, truncated, err := s.Tasks.Patch(ctx, t)
	if err != nil && city.CodeOf(err) != city.CodePatchNotReady {
		return v, err
	}
	if v.Terms, err = s.Tasks.RefundTerms(ctx, t); err != nil {
		return v, err
	}
	v.Patch.Truncated = truncated
	v.Patch.Files, v.Patch.Whole = diff.Lay(patch)
	log, err := s.Tasks.AccessLog(ctx, t, "", shownAccesses)
	if err != nil {
		return v, err
	}
	v.Accesses = log.Entries
	if v.Statement, err = s.Tasks.Statement(ctx, t, task.PartyBuyer); err != nil {
		return v, err
	}
	events, err := s.Tasks.Timeline(ctx, t.ID, 0)
	if err != nil {
		return v, err
	}
	if v.Moments = moments(events); len(events) == 0 {
		v.Moments = rememberedMoments(t)
	}
	return v, s.nameAgents(r, &v)
}

func (s *site) nameAgents(r *http.Request, v *taskView) error {
	ids := []string{v.Task.AgentID}
	for _, ranked := range v.Task.Routing.Ranked {
		ids = append(ids, ranked.AgentID)
	}
	for _, former := range v.Task.Routing.Before {
		ids = append(ids, former.AgentID)
	}
	for _, id := range ids {
		if id == "" || v.Names[id] != "" {
			continue
		}
		p, err := s.Agents.Get(r.Context(), id)
		if err != nil && city.CodeOf(err) != city.CodeAgentNotFound {
			return err
		}
		v.Names[id] = p.DisplayName
	}
	v.AgentName = v.Names[v.Task.AgentID]
	return nil
}

// liveHeartbeat keeps proxies from closing a quiet stream.
const liveHeartbeat = 20 * time.Second

// taskLive tells the page when to fetch itself again.
func (s *site) taskLive(w http.ResponseWriter, r *http.Request) error {
	t, err := s.ownTask(r)
	if err != nil {
		return err
	}
	wake, cancel := s.Events.Subscribe(t.ID)
	defer cancel()
	w.Header().Set("Content-Type", "text/event-stream")
	control := http.NewResponseController(w)
	ticker := time.NewTicker(liveHeartbeat)
	defer ticker.Stop()
	send := func(text string) error {
		_, err := fmt.Fprint(w, text)
		return errors.Join(err, control.Flush()) // one who takes nothing has left
	}
	if send(": following\n\n") != nil {
		return nil
	}
	for {
		message := ": still here\n\n"
		select {
		case <-r.Context().Done():
			return nil
		case <-s.Stopping.Done():
			return nil
		case <-wake:
			message = "event: changed\ndata: \n\n"
		case <-ticker.C:
		}
		if t, err = s.ownTask(r); err != nil {
			return nil
		}
		if (taskView{Task: t}).over() {
			_ = send("event: over\ndata: \n\n")
			return nil
		}
		if send(message) != nil {
			return nil
		}
	}
}

func (s *site) downloadPatch(w http.ResponseWriter, r *http.Request) error {
	t, err := s.ownTask(r)
	if err != nil {
		return err
	}
	patch, _, err := s.Tasks.Patch(r.Context(), t)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/x-diff; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+t.ID+`.patch"`)
	_, err = w.Write([]byte(patch)) //nolint:gosec // a download as text/x-diff with nosniff
	return err
}
