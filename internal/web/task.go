package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/event"
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
	LastEvent int64 // its number; 0 when none is kept
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
	// The events come first: what happens meanwhile is news to the page's stream.
	events, err := s.Tasks.Timeline(ctx, r.PathValue("id"), 0)
	if err != nil {
		return taskView{}, err
	}
	t, err := s.ownTask(r)
	if err != nil {
		return taskView{}, err
	}
	v := taskView{LastEvent: lastSeq(events, 0), Task: t, Now: s.Clock.Now(), Names: map[string]string{}, Form: formOf(nil)}
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

// liveHeartbeat keeps proxies from closing a quiet stream, and finds what no wake told.
const liveHeartbeat = 20 * time.Second

// taskLive tells the page when to fetch itself again: when something happened
// after the last event it knows, of its own or of the stream that it lost.
func (s *site) taskLive(w http.ResponseWriter, r *http.Request) error {
	seen, err := event.ParseSeq("after", cmp.Or(r.Header.Get("Last-Event-ID"), r.URL.Query().Get("after")))
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	defer context.AfterFunc(s.Stopping, stop)()
	control, begun := http.NewResponseController(w), false
	s.Events.Follow(ctx, r.PathValue("id"), liveHeartbeat, func() (enough bool) {
		var news liveNews
		if news, err = s.liveNews(r, seen); err != nil {
			return true
		}
		if !begun {
			begun = true
			w.Header().Set("Content-Type", "text/event-stream")
			w.Header().Set("X-Accel-Buffering", "no")
		}
		seen = news.last
		_, failed := fmt.Fprint(w, news.message())                      //nolint:gosec // a number at most, as text/event-stream
		return errors.Join(failed, control.Flush()) != nil || news.over // one who takes nothing has left
	})
	if !begun {
		return err
	}
	if err != nil && r.Context().Err() == nil && city.CodeOf(err) == city.CodeInternal {
		s.Logger.WarnContext(r.Context(), "follow a task", "task", r.PathValue("id"), "error", err)
	}
	return nil // the page asks again, and is told then
}

// liveNews is what a page is told.
type liveNews struct {
	last    int64 // the number of the newest event
	changed bool  // since the page was told the last time
	over    bool  // nothing more can happen
}

func (n liveNews) message() string {
	switch {
	case n.over:
		return "event: over\ndata: \n\n"
	case n.changed:
		return fmt.Sprintf("id: %d\nevent: changed\ndata: \n\n", n.last)
	}
	return ": following\n\n"
}

// liveNews reads what happened to the visitor's task after an event.
func (s *site) liveNews(r *http.Request, seen int64) (liveNews, error) {
	t, err := s.ownTask(r)
	if err != nil {
		return liveNews{}, err
	}
	events, err := s.Tasks.Timeline(r.Context(), t.ID, seen)
	last := lastSeq(events, seen)
	return liveNews{last: last, changed: last > seen, over: (taskView{Task: t}).over()}, err
}

// lastSeq is the number of the newest event, or that of the one before them all.
func lastSeq(events []event.Event, before int64) int64 {
	if len(events) == 0 {
		return before
	}
	return events[len(events)-1].Seq
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
