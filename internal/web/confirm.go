package web

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"aicity.dev/aicity/internal/account"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/task"
)

// question is what a visitor is asked before something that cannot be undone.
type question struct {
	Title  string   // with a question mark
	Text   []string // what will be, a paragraph each
	Button string
	Back   string // where to go instead
}

// ask finds the question before a form; nil when there is nothing to ask, because
// what the form wants will be refused. Its errors are those of the form.
type ask func(r *http.Request, in form) (*question, error)

// confirmed is the field of a form that has been confirmed.
const confirmed = "confirmed"

// confirm has a form's question answered on a page of its own, which sends the
// form again, before the form is handled.
func (s *site) confirm(ask ask, h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		in, err := readForm(r)
		if err != nil {
			return err
		}
		if in.get(confirmed) == "yes" {
			return h(w, r)
		}
		q, err := ask(r, in)
		if err != nil {
			return err
		}
		if q == nil {
			return h(w, r)
		}
		return s.render(w, r, http.StatusOK, confirmPage(s.frame(r, q.Title), *q, r.URL.Path, in.values))
	}
}

func (s *site) askRevoke(r *http.Request, _ form) (*question, error) {
	tokens, err := s.Accounts.ListTokens(r.Context(), visitorOf(r).owner.ID)
	i := slices.IndexFunc(tokens, func(t account.Token) bool { return t.ID == r.PathValue("id") })
	if err != nil || i < 0 {
		return nil, err
	}
	used := "It has never been used."
	if at := tokens[i].LastUsedAt; at != nil {
		used = "It was last used on " + onDay(*at) + "."
	}
	return &question{
		Title:  "Revoke " + tokens[i].Name + "?",
		Text:   []string{"What calls the city with the token that starts with " + tokens[i].Prefix + " is refused from now on. " + used, "A revoked token does not come back; you can create another."},
		Button: "Revoke the token", Back: "/settings/developer",
	}, nil
}

func (s *site) askRotateKey(r *http.Request, _ form) (*question, error) {
	a, err := s.ownAgent(r)
	if err != nil {
		return nil, err
	}
	return &question{
		Title:  "A new API key for " + a.DisplayName + "?",
		Text:   []string{"The key that starts with " + a.KeyPrefix + " stops at once: what runs with it is refused until you give it the new key.", "The new key is shown once, on the next page."},
		Button: "Replace the key", Back: editPath(a.ID),
	}, nil
}

func (s *site) askDeactivate(r *http.Request, _ form) (*question, error) {
	a, err := s.ownAgent(r)
	if err != nil {
		return nil, err
	}
	begun, err := s.Tasks.Begun(r.Context(), a.ID)
	if err != nil {
		return nil, err
	}
	text := []string{"It gets no more tasks. Those that wait for it go to other agents and do not come back. What it has delivered goes on to its verdict."}
	if begun > 0 {
		text = append(text, endsBegun(begun), "To let it finish instead, go back, set its availability to offline, and deactivate it when its work is done.")
	} else {
		text = append(text, "It has begun no task now. One that it begins before you confirm ends too, and its buyer gets the money back.")
	}
	return &question{
		Title: "Deactivate " + a.DisplayName + "?", Text: append(text, "You can reactivate it at any time."),
		Button: "Deactivate", Back: editPath(a.ID),
	}, nil
}

// endsBegun says what a deactivation does to tasks that were begun.
func endsBegun(n int) string {
	if n == 1 {
		return "1 task that it has begun ends at once: its sandbox is destroyed, its buyer gets the whole budget back, it earns nothing, and its reputation learns of a failure."
	}
	return fmt.Sprintf("%d tasks that it has begun end at once: their sandboxes are destroyed, their buyers get the whole budgets back, it earns nothing, and its reputation learns of %[1]d failures.", n)
}

func (s *site) askRotateSecret(r *http.Request, _ form) (*question, error) {
	a, err := s.ownAgent(r)
	if err != nil {
		return nil, err
	}
	return &question{
		Title:  "A new signing secret for " + a.DisplayName + "?",
		Text:   []string{"For a day messages are signed with the old secret and the new one. If you replaced it within the last day already, the oldest stops at once.", "The new secret is shown once, on the next page."},
		Button: "Replace the secret", Back: webhookPath(a.ID),
	}, nil
}

func (s *site) askDeleteWebhook(r *http.Request, _ form) (*question, error) {
	a, err := s.ownAgent(r)
	if err != nil {
		return nil, err
	}
	return &question{
		Title:  "Delete the webhook of " + a.DisplayName + "?",
		Text:   []string{"Nothing is sent to your server any more, also not what still waits. The signing secret and the record of what was sent are deleted."},
		Button: "Delete the webhook", Back: webhookPath(a.ID),
	}, nil
}

func (s *site) askCancel(r *http.Request, _ form) (*question, error) {
	t, err := s.ownTask(r)
	if err != nil || t.Status != city.TaskSubmitted && t.Status != city.TaskPendingApproval {
		return nil, err
	}
	return &question{
		Title:  "Cancel this task?",
		Text:   []string{"“" + excerpt(t.Description) + "”", "The budget of " + t.MaxBudget.String() + " goes back to your pool. To have the work done after all you order it again."},
		Button: "Cancel the task", Back: "/tasks/" + t.ID,
	}, nil
}

func (s *site) askWithdraw(r *http.Request, in form) (*question, error) {
	a, err := s.Agents.FindOwned(r.Context(), visitorOf(r).owner.ID, in.get("agent"))
	if city.CodeOf(err) == city.CodeAgentNotFound || in.dollars("withdraw") <= 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &question{
		Title:  "Withdraw " + in.dollars("withdraw").String() + "?",
		Text:   []string{"It is paid out of the wallet of " + a.DisplayName + " to your payout account. A payout cannot be called back."},
		Button: "Withdraw", Back: "/wallet",
	}, nil
}

func (s *site) askRefund(r *http.Request, in form) (*question, error) {
	found, err := s.Tasks.RefundCase(r.Context(), visitorOf(r).owner.ID, r.PathValue("id"))
	if err != nil || found.Task.Review.Decision != "" {
		return nil, err
	}
	t := found.Task
	q := question{Back: refundsPath + "/" + t.ID}
	switch decision := task.RefundDecision(in.get("decision")); {
	case decision == task.DecideRefund:
		q.Title, q.Button = "Refund "+t.Charge.String()+"?", "Refund the buyer"
		q.Text = []string{"The whole charge goes back to the buyer, and the agent loses what it earned. This decision is final."}
	case decision == task.DecideDeny && in.get("note") != "":
		q.Title, q.Button = "Deny the refund of "+t.Charge.String()+"?", "Deny the refund"
		q.Text = []string{"The agent keeps what it earned. Buyer and agent read your reason: “" + in.get("note") + "”", "This decision is final."}
	default:
		return nil, nil
	}
	return &q, nil
}

func (s *site) askRecheckDecision(r *http.Request, in form) (*question, error) {
	found, err := s.Tasks.RecheckCase(r.Context(), visitorOf(r).owner.ID, r.PathValue("id"))
	if err != nil || found.Task.Recheck.Decision != "" || in.get("note") == "" {
		return nil, err
	}
	t := found.Task
	q := question{Back: rechecksPath + "/" + t.ID}
	charged := "The work passes, and the buyer is charged " + t.Quote.ChargeCents.String() + "."
	switch decision := task.RecheckDecision(in.get("decision")); {
	case decision == task.RecheckOverturn && t.Unjudged():
		q.Title, q.Button, q.Text = "Pass the work?", "Pass and charge", []string{charged}
	case decision == task.RecheckOverturn:
		q.Title, q.Button, q.Text = "Overturn the verdict?", "Overturn and charge", []string{charged}
	case decision == task.RecheckClear:
		q.Title, q.Button = "Clear the verdict?", "Clear, no charge"
		q.Text = []string{"The failure leaves the agent's standing; no money moves."}
	case decision == task.RecheckUphold && t.Unjudged():
		q.Title, q.Button = "Leave the work failed?", "Leave it failed"
		q.Text = []string{"No money moves, and the agent cannot ask again."}
	case decision == task.RecheckUphold:
		q.Title, q.Button = "Uphold the verdict?", "Uphold"
		q.Text = []string{"The work stays failed, and the agent cannot ask again."}
	default:
		return nil, nil
	}
	q.Text = append(q.Text, "Buyer and agent read your reason: “"+in.get("note")+"”", "This decision is final.")
	return &q, nil
}

func sortedNames(values url.Values) []string { return slices.Sorted(maps.Keys(values)) }

func onDay(t time.Time) string { return t.UTC().Format("2 January 2006") }
