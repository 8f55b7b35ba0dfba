package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/routing"
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

// moment is one line of the timeline.
type moment struct {
	Text, Class string
	After       string     // since the moment before
	At          *time.Time // of the first
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

// citedLink is the page of a finding's line, "" when the report does not cite it.
func (v taskView) citedLink(file string, line int) string {
	if v.Gate == nil {
		return ""
	}
	for _, r := range v.Gate.References {
		if r.Link != "" && r.Path == file {
			return task.CitedPath(v.Task.ID, file, line)
		}
	}
	return ""
}

// referencesChecked counts the cited places, and how many of them are listed.
func (v taskView) referencesChecked() string {
	listed := len(v.Gate.References)
	all := listed + v.Gate.More
	text := itoa(all) + " " + plural(all, "reference", "references") + " checked"
	if v.Gate.More > 0 {
		text += ", " + itoa(listed) + " listed"
	}
	return text
}

// speakingSignals are those that added to the score or took from it.
func (v taskView) speakingSignals() []gate.Signal {
	return slices.DeleteFunc(slices.Clone(v.Gate.Signals), quiet)
}

// quietSignals names the checks that found nothing.
func (v taskView) quietSignals() string {
	var names []string
	for _, signal := range v.Gate.Signals {
		if quiet(signal) {
			names = append(names, signal.Name)
		}
	}
	return strings.Join(names, ", ")
}

func quiet(s gate.Signal) bool { return s.Points == 0 && s.Max == 0 && s.Cap == nil }

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

// eventWords say what each event means to a buyer.
var eventWords = map[event.Type]string{
	event.TaskApprovalAsked:     "Over your limit, waits for your word; the budget is held",
	event.TaskApproved:          "You agreed",
	event.TaskSubmitted:         "Ordered, the budget is held",
	event.TaskRouting:           "Looking for an agent",
	event.TaskAssigned:          "Assigned",
	event.TaskDeclined:          whyWords[routing.WhyDeclined],
	event.TaskPassedOver:        whyWords[routing.WhyNotStarted],
	event.TaskProvisioned:       "Sandbox ready, code cloned and sealed",
	event.TaskExecuting:         "The agent committed; it may read the code",
	event.TaskDelivered:         "Delivered, the gate judges",
	event.TaskCompleted:         "Passed, charged",
	event.TaskFailed:            "Failed, the budget is back",
	event.TaskCancelled:         "Cancelled, the budget is back",
	event.TaskReleased:          "Window closed, the agent is paid",
	event.TaskRefunded:          "Refunded in full",
	event.TaskRefundAsked:       "You asked for a refund; an operator decides",
	event.TaskRefundDenied:      "An operator denied the refund",
	event.TaskRecheckAsked:      "The agent asked for a re-check",
	event.TaskRecheckDecided:    "An operator decided the re-check",
	event.TaskVerdictOverturned: "An operator found that the work passes: charged",
	event.TaskFeedback:          "You gave your opinion",
}

// whyWords say why an agent does not do a task that it had.
var whyWords = map[routing.Why]string{
	routing.WhyDeclined: "The agent declined", routing.WhyNotStarted: "The agent did not start in time",
	routing.WhyLeft: "The agent takes no more work",
}

// leftBecause is why a task left an agent, with what it said itself.
func leftBecause(former routing.Former) string {
	if former.Reason == "" {
		return whyWords[former.Why] + "."
	}
	return whyWords[former.Why] + ": “" + former.Reason + "”"
}

func moments(events []event.Event) []moment {
	list := make([]moment, 0, len(events))
	for i, e := range events {
		var data struct {
			Score *int        `json:"score"`
			Why   routing.Why `json:"why"`
		}
		_ = json.Unmarshal(e.Data, &data) // a moment without facts is still a moment
		m := moment{Text: eventWords[e.Type]}
		if m.Text == "" {
			m.Text = strings.ReplaceAll(strings.TrimPrefix(string(e.Type), "task."), "_", " ")
		}
		if words := whyWords[data.Why]; words != "" {
			m.Text = words
		}
		if data.Score != nil {
			m.Text = scored(m.Text, *data.Score)
		}
		if i == 0 {
			m.At = &e.At
		} else {
			m.After = "+" + duration(e.At.Sub(events[i-1].At))
		}
		switch e.Type {
		case event.TaskFailed, event.TaskRefunded:
			m.Class = "bad"
		case event.TaskCompleted, event.TaskReleased:
			m.Class = "good"
		}
		list = append(list, m)
	}
	return list
}

// rememberedMoments is the timeline of a task whose events are no longer kept:
// what the task itself remembers.
func rememberedMoments(t *task.Task) []moment {
	var list []moment
	add := func(text string, at *time.Time) {
		if at != nil {
			list = append(list, moment{Text: text, After: at.UTC().Format("2 Jan 2006, 15:04 UTC")})
		}
	}
	add(eventWords[event.TaskSubmitted], &t.CreatedAt)
	add(eventWords[event.TaskAssigned], t.AssignedAt)
	add(eventWords[event.TaskExecuting], t.StartedAt)
	add(eventWords[event.TaskDelivered], t.DeliveredAt)
	add("Ended: "+statusText(t.Status), t.EndedAt)
	add(eventWords[event.TaskReleased], t.ReleasedAt)
	return list
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

func (s *site) cancelTask(w http.ResponseWriter, r *http.Request) error {
	t, err := s.Tasks.Cancel(r.Context(), visitorOf(r).owner.ID, r.PathValue("id"))
	if err != nil {
		return s.taskRefused(w, r, formOf(nil), err)
	}
	return s.goTo(w, r, "/tasks/"+t.ID, "Cancelled; the budget is back in your pool.")
}

func (s *site) approveTask(w http.ResponseWriter, r *http.Request) error {
	t, err := s.Tasks.Approve(r.Context(), visitorOf(r).owner.ID, r.PathValue("id"))
	if err != nil {
		return s.taskRefused(w, r, formOf(nil), err)
	}
	return s.goTo(w, r, "/tasks/"+t.ID, "Approved.")
}

// taskRefused shows the task as it is now, with what was wrong about a form on it.
func (s *site) taskRefused(w http.ResponseWriter, r *http.Request, in form, err error) error {
	if city.CodeOf(err) == city.CodeTaskNotFound || !in.refused(err) {
		return err
	}
	v, err := s.loadTask(r)
	if err != nil {
		return err
	}
	v.Form = in
	return s.render(w, r, http.StatusUnprocessableEntity, taskDetail(s.frame(r, excerpt(v.Task.Description)), v))
}

func (s *site) giveFeedback(w http.ResponseWriter, r *http.Request) error {
	in, err := readForm(r)
	if err != nil {
		return err
	}
	f := task.Feedback{Thumbs: in.get("thumbs"), Rating: in.number("rating", 0), Comment: in.get("comment")}
	if f.Thumbs == "down" {
		f.Reason, f.Criterion = in.get("reason"), in.number("criterion", 0)
	}
	t, err := s.Tasks.GiveFeedback(r.Context(), visitorOf(r).owner.ID, r.PathValue("id"), f)
	if err != nil {
		return s.taskRefused(w, r, in, err)
	}
	said := "Thank you."
	switch t.Status {
	case city.TaskRefunded:
		said = "Refunded: the whole charge is back in your pool."
	case city.TaskRefundReview:
		said = "Asked for: an operator decides about the refund."
	}
	return s.goTo(w, r, "/tasks/"+t.ID, said)
}

// sayWhat asks for a comment, in the form only.
const sayWhat = " (say what)"

// reasons are what a buyer may choose from when not content.
var reasons = []option{
	{"not_what_was_asked", "Not what was asked"}, {"wrong", "Wrong"}, {"incomplete", "Incomplete"}, {"low_quality", "Low quality"}, {"other", "Other" + sayWhat},
}

var ratings = []option{{"5", "5, excellent"}, {"4", "4, good"}, {"3", "3, fair"}, {"2", "2, poor"}, {"1", "1, bad"}}

// criteria are what a buyer may say is not met.
func (v taskView) criteria() []option {
	list := []option{{"0", "None of them"}}
	for i, c := range v.Task.Acceptance.Criteria {
		list = append(list, option{itoa(i + 1), excerpt(c)})
	}
	return list
}

func points(p float64) string { return strconv.FormatFloat(p, 'f', -1, 64) }

func place(file string, line int) string {
	if line > 0 {
		return file + ":" + itoa(line)
	}
	return file
}

func severityClass(severity string) string {
	switch strings.ToLower(severity) {
	case "critical", "high":
		return "bad"
	case "medium":
		return "warn"
	default:
		return ""
	}
}

func referenceClass(status string) string {
	switch status {
	case "exists", "new_file":
		return "good"
	case "missing", "line_out_of_range":
		return "bad"
	default:
		return ""
	}
}

// accountName is an account without the id in its middle.
func accountName(name string) string {
	parts := strings.Split(name, "/")
	if len(parts) == 3 {
		return path.Join(parts[0], parts[2])
	}
	return name
}
