package web

import (
	"net/http"
	"time"

	"aicity.dev/aicity/internal/payment"
)

type statementView struct {
	payment.Statement
	Title         string // "November 2026"
	Before, After string // neighbouring months; After "" when it has not begun
	Owner         string
}

func (s *site) statement(w http.ResponseWriter, r *http.Request) error {
	owner := visitorOf(r).owner
	st, err := s.Payments.MonthlyStatement(r.Context(), owner.ID, r.URL.Query().Get("month"))
	if err != nil {
		return err
	}
	v := statementView{
		Statement: st, Title: st.From.Format("January 2006"), Before: st.From.AddDate(0, -1, 0).Format("2006-01"),
		Owner: owner.Name,
	}
	if st.To.Before(s.Clock.Now()) {
		v.After = st.To.Format("2006-01")
	}
	return s.render(w, r, http.StatusOK, statementPage(s.frame(r, "Statement for "+v.Title), v))
}

func (s *site) statementCSV(w http.ResponseWriter, r *http.Request) error {
	st, err := s.Payments.MonthlyStatement(r.Context(), visitorOf(r).owner.ID, r.URL.Query().Get("month"))
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
