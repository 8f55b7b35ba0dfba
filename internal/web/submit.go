package web

import (
	"net/http"
	"net/url"
	"time"

	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/task"
)

type submitView struct {
	Agent         *agentCard
	Key           string // so that a form sent twice orders once
	Balance, Held city.Cents
	Window        time.Duration
}

func (s *site) newTaskPage(w http.ResponseWriter, r *http.Request) error {
	in := formOf(url.Values{"maxBudget": {"5.00"}, "taskType": {string(city.CodeReview)}, "agent": {r.URL.Query().Get("agent")}})
	return s.showSubmit(w, r, http.StatusOK, in)
}

func (s *site) showSubmit(w http.ResponseWriter, r *http.Request, status int, in form) error {
	pool, err := s.Payments.Pool(r.Context(), visitorOf(r).owner.ID)
	if err != nil {
		return err
	}
	view := submitView{Key: city.NewID("form"), Balance: pool.Balance, Held: pool.Held, Window: s.RefundWindow}
	if id := in.get("agent"); id != "" {
		p, err := s.Agents.Get(r.Context(), id)
		if err != nil {
			return err
		}
		view.Agent = &cards([]agent.Profile{p})[0]
	}
	s.clearFlash(w, r)
	return s.render(w, r, status, submitForm(s.frame(r, "Submit a task"), in, view))
}

func (s *site) submitTask(w http.ResponseWriter, r *http.Request) error {
	in, err := readForm(r)
	if err != nil {
		return err
	}
	t, err := s.Tasks.Submit(r.Context(), task.Order{
		BuyerID: visitorOf(r).owner.ID, IdempotencyKey: in.get("key"), Category: city.Category(in.get("taskType")), MaxBudget: in.dollars("maxBudget"),
		AgentID: in.get("agent"), Tags: in.list("tags"), Deadline: time.Duration(in.count("deadlineMinutes")) * time.Minute,
		Acceptance: task.Acceptance{Criteria: in.lines("criteria"), Commands: in.lines("commands"), Paths: in.lines("paths")}, Description: in.values.Get("description"),
		Repo: in.get("repo"), Ref: in.get("ref"), RepoToken: in.get("repoToken"), Code: in.values.Get("code"),
	})
	if err != nil {
		if !in.refused(err) {
			return err
		}
		return s.showSubmit(w, r, http.StatusUnprocessableEntity, in)
	}
	return s.goTo(w, r, "/tasks/"+t.ID, "")
}
