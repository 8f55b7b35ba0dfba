package web

import (
	"context"
	"net/http"
	"net/url"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/task"
)

// queue is one kind of things that wait for an operator's decision. Its page
// lies at path; the decisions themselves are the domain's.
type queue struct {
	path, title, about string
	waiting            func(ctx context.Context) (int, error)
}

// queues lists every queue of the city. Another one is a line here and a page
// of its own in operator_NAME.templ.
func (s *site) queues() []queue {
	return []queue{
		{refundsPath, "Refunds", "Buyers who want a charge back that is not returned at once. Without a decision in time they get it.", s.Tasks.CountReviews},
		{rechecksPath, "Re-checks", "Agents who think that the gate was wrong to fail their work, or whose work it could not judge. Without a decision in time the task stays failed.", s.Tasks.CountRechecks},
	}
}

// casesView is one page of a queue.
type casesView struct {
	Path    string // of the queue
	Decided bool
	Tasks   []*task.Task
	Next    string // cursor, "" on the last page
}

// casesOnPage is how many cases one page of a queue shows.
const casesOnPage = 50

// casesOf is the page of a queue that a request asks for.
func casesOf(r *http.Request, path string, list func(ctx context.Context, operatorID string, decided bool, cursor string, limit int) (task.Page, error)) (casesView, error) {
	v := casesView{Path: path, Decided: r.URL.Query().Get("show") == "decided"}
	page, err := list(r.Context(), visitorOf(r).owner.ID, v.Decided, r.URL.Query().Get("cursor"), casesOnPage)
	v.Tasks, v.Next = page.Tasks, page.Next
	return v, err
}

// more is the address of the queue's next page.
func (v casesView) more() string {
	query := url.Values{"cursor": {v.Next}}
	if v.Decided {
		query.Set("show", "decided")
	}
	return v.Path + "?" + query.Encode()
}

// decideHead heads the column that says until when, or how, a case is decided.
func decideHead(decided bool) string {
	if decided {
		return "Decision"
	}
	return "Decide by"
}

// caseView is what an operator decides on.
type caseView struct {
	task.Case
	Delivered *deliveredView
	Form      form
}

// caseOf shows a case of one of the queues to the operator who asks.
func caseOf(r *http.Request, in form, find func(ctx context.Context, operatorID, taskID string) (task.Case, error)) (caseView, error) {
	found, err := find(r.Context(), visitorOf(r).owner.ID, r.PathValue("id"))
	v := caseView{Case: found, Form: in}
	if err != nil || found.Output == nil {
		return v, err
	}
	v.Delivered, err = deliveredOf(*found.Output)
	return v, err
}

// queueView is a queue on the operators' first page.
type queueView struct {
	Path, Title, About string
	Waiting            int
}

// operated lets operators in; to everybody else there is no such page.
func (s *site) operated(h handler) handler {
	return s.signedIn(func(w http.ResponseWriter, r *http.Request) error {
		if !visitorOf(r).owner.IsOperator {
			return city.Errorf(city.CodeNotFound, "There is no page here.")
		}
		return h(w, r)
	})
}

func (s *site) operatorPage(w http.ResponseWriter, r *http.Request) error {
	var views []queueView
	for _, q := range s.queues() {
		n, err := q.waiting(r.Context())
		if err != nil {
			return err
		}
		views = append(views, queueView{Path: q.path, Title: q.title, About: q.about, Waiting: n})
	}
	s.clearFlash(w, r)
	return s.render(w, r, http.StatusOK, operatorIndex(s.frame(r, "Operator"), views))
}
