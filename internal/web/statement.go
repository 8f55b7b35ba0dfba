package web

import (
	"context"
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

// monthOf has a month read of the owner's credits or of the wallet of one of the
// owner's agents, and says whose it is. Errors: VALIDATION_ERROR, AGENT_NOT_FOUND.
func monthOf[T any](s *site, r *http.Request, credits, wallet func(ctx context.Context, id, month string) (T, error)) (month T, whose, agentID string, err error) {
	owner, query := visitorOf(r).owner, r.URL.Query()
	if query.Get("agent") == "" {
		month, err = credits(r.Context(), owner.ID, query.Get("month"))
		return month, "Credits of " + owner.Name, "", err
	}
	a, err := s.Agents.FindOwned(r.Context(), owner.ID, query.Get("agent"))
	if err != nil {
		return month, "", "", err
	}
	month, err = wallet(r.Context(), a.ID, query.Get("month"))
	return month, "Earnings of " + a.DisplayName, a.ID, err
}

func (s *site) statement(w http.ResponseWriter, r *http.Request) error {
	st, whose, agentID, err := monthOf(s, r, s.Payments.MonthlyStatement, s.Payments.AgentMonthlyStatement)
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
	table, _, _, err := monthOf(s, r, s.Payments.MonthlyTable, s.Payments.AgentMonthlyTable)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+table.Filename()+`"`)
	if err := table.CSV(r.Context(), w); err != nil {
		s.Logger.WarnContext(r.Context(), "a statement was not sent whole", "error", err)
		panic(http.ErrAbortHandler) // or a part of it would pass for the whole
	}
	return nil
}

// dayTime is a time as statements write it.
func dayTime(t time.Time) string { return t.UTC().Format("2 Jan 15:04") }

// dateTime is a time as receipts write it: they are read in other years too.
func dateTime(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04") }
