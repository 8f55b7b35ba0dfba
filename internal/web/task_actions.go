package web

import (
	"net/http"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/task"
)

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
