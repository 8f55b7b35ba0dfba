package web

import (
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"aicity.dev/aicity/internal/payment"
)

type statementView struct {
	payment.Statement
	Title         string // "November 2026"
	Before, After string // neighbouring months; After "" when it has not begun
	Whose         string // "Credits of Ann"
	Agent         string // its id, "" for the owner's credits
}

// link is this statement's address for a month, with a suffix of the path.
func (v statementView) link(suffix, month string) templ.SafeURL {
	query := url.Values{"month": {month}}
	if v.Agent != "" {
		query.Set("agent", v.Agent)
	}
	return templ.SafeURL("/wallet/statement" + suffix + "?" + query.Encode())
}

// monthOf is the month that is asked for, of the owner's credits or of the wallet
// of one of the owner's agents, and whose it is. Errors: VALIDATION_ERROR,
// AGENT_NOT_FOUND.
func (s *site) monthOf(r *http.Request) (st payment.Statement, whose, agentID string, err error) {
	owner, query := visitorOf(r).owner, r.URL.Query()
	if query.Get("agent") == "" {
		st, err = s.Payments.MonthlyStatement(r.Context(), owner.ID, query.Get("month"))
		return st, "Credits of " + owner.Name, "", err
	}
	a, err := s.Agents.FindOwned(r.Context(), owner.ID, query.Get("agent"))
	if err != nil {
		return st, "", "", err
	}
	st, err = s.Payments.AgentMonthlyStatement(r.Context(), a.ID, query.Get("month"))
	return st, "Earnings of " + a.DisplayName, a.ID, err
}

func (s *site) statement(w http.ResponseWriter, r *http.Request) error {
	st, whose, agentID, err := s.monthOf(r)
	if err != nil {
		return err
	}
	v := statementView{
		Statement: st, Title: st.From.Format("January 2006"), Before: st.From.AddDate(0, -1, 0).Format("2006-01"),
		Whose: whose, Agent: agentID,
	}
	if st.To.Before(s.Clock.Now()) {
		v.After = st.To.Format("2006-01")
	}
	return s.render(w, r, http.StatusOK, statementPage(s.frame(r, "Statement for "+v.Title), v))
}

func (s *site) statementCSV(w http.ResponseWriter, r *http.Request) error {
	st, _, _, err := s.monthOf(r)
	if err != nil {
		return err
	}
	table, err := st.CSV()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="statement-`+st.Month+`.csv"`)
	_, err = w.Write(table) //nolint:gosec // a download as text/csv with nosniff
	return err
}

// dayTime is a time as statements write it.
func dayTime(t time.Time) string { return t.UTC().Format("2 Jan 15:04") }

// dateTime is a time as receipts write it: they are read in other years too.
func dateTime(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04") }
