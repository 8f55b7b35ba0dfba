package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/task"
)

// limitsView is a form for what an owner, or one of its agents, may spend.
type limitsView struct {
	Path string // where the form goes
	Hint string // of the first limit
	Now  task.Limits
	Form form // what was sent and refused, or the limits as they are
	Open bool // what was sent was refused
}

// limitsOf is the form for a subject's limits, filled with what was sent of them
// or else with what holds.
func (s *site) limitsOf(ctx context.Context, subject, path string, sent form) (limitsView, error) {
	v := limitsView{Path: path, Form: sent, Open: sent.sent("limit_task")}
	var err error
	if v.Now, err = s.Tasks.LimitsOf(ctx, subject); err == nil && !v.Open {
		v.Form = limitsForm(v.Now)
	}
	return v, err
}

// limitsForm is a form filled with limits; what is empty is no limit.
func limitsForm(l task.Limits) form {
	values := url.Values{}
	for name, amount := range map[string]city.Cents{"limit_task": l.PerTask, "limit_day": l.PerDay, "limit_month": l.PerMonth, "limit_approve": l.ApproveAbove} {
		if amount > 0 {
			values.Set(name, dollars(amount))
		}
	}
	return formOf(values)
}

// limits reads them from a form.
func (f form) limits() task.Limits {
	optional := func(name string) city.Cents {
		if f.get(name) == "" {
			return 0
		}
		return f.dollars(name)
	}
	return task.Limits{
		PerTask: optional("limit_task"), PerDay: optional("limit_day"), PerMonth: optional("limit_month"), ApproveAbove: optional("limit_approve"),
	}
}

func (s *site) setLimits(w http.ResponseWriter, r *http.Request) error {
	in, err := readForm(r)
	if err != nil {
		return err
	}
	if err := s.Tasks.SetLimits(r.Context(), visitorOf(r).owner.ID, in.limits()); err != nil {
		if !in.refused(err) {
			return err
		}
		return s.showWallet(w, r, http.StatusUnprocessableEntity, in)
	}
	return s.goTo(w, r, "/wallet", "Your limits hold from now on.")
}

func (s *site) setAgentLimits(w http.ResponseWriter, r *http.Request) error {
	a, err := s.ownAgent(r)
	if err != nil {
		return err
	}
	in, err := readForm(r)
	if err != nil {
		return err
	}
	if err := s.Tasks.SetLimits(r.Context(), a.ID, in.limits()); err != nil {
		if !in.refused(err) {
			return err
		}
		return s.showAgentForm(w, r, http.StatusUnprocessableEntity, a, agentForms{agent: agentValues(a), limits: in}, "")
	}
	return s.goTo(w, r, editPath(a.ID), "The agent's limits hold from now on.")
}

// limitsText is what an owner's limits are, in short.
func limitsText(l task.Limits) string {
	var parts []string
	for _, part := range []struct {
		amount city.Cents
		of     string
	}{{l.PerTask, " a task"}, {l.PerDay, " a day"}, {l.PerMonth, " a month"}} {
		if part.amount > 0 {
			parts = append(parts, part.amount.String()+part.of)
		}
	}
	if l.ApproveAbove > 0 {
		parts = append(parts, "asked above "+l.ApproveAbove.String())
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, " · ")
}
