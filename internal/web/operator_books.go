package web

import (
	"net/http"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/payment"
)

type booksView struct {
	payment.Reconciliation
	Provider string
	Problem  string // why nothing was compared
}

// reconcile compares the books with the payment provider's and shows what differs.
func (s *site) reconcile(w http.ResponseWriter, r *http.Request) error {
	v, status := booksView{Provider: s.Payments.Label()}, http.StatusOK
	var err error
	if v.Reconciliation, err = s.Reconcile(r.Context()); err != nil {
		if city.CodeOf(err) != city.CodePaymentUnavailable {
			return err
		}
		v.Problem, status = publicMessage(err), http.StatusServiceUnavailable
	}
	return s.render(w, r, status, reconciliationPage(s.frame(r, "Reconciliation"), v))
}
