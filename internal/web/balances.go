package web

import (
	"net/http"
	"time"

	"aicity.dev/aicity/internal/payment"
)

type balancesView struct {
	payment.BalancesAt
	Names map[string]string // of the agents, by id
}

// balancesPage shows what an owner had at a time.
func (s *site) balancesPage(w http.ResponseWriter, r *http.Request) error {
	ctx, ownerID, asked := r.Context(), visitorOf(r).owner.ID, r.URL.Query().Get("at")
	in := formOf(r.URL.Query())
	status := http.StatusOK
	b, err := s.Payments.BalancesAt(ctx, ownerID, asked)
	if err != nil {
		if !in.refused(err) {
			return err
		}
		status = http.StatusUnprocessableEntity
		if b, err = s.Payments.BalancesAt(ctx, ownerID, ""); err != nil {
			return err
		}
	}
	agents, err := s.Agents.Mine(ctx, ownerID)
	if err != nil {
		return err
	}
	v := balancesView{BalancesAt: b, Names: make(map[string]string, len(agents))}
	for _, a := range agents {
		v.Names[a.ID] = a.DisplayName
	}
	return s.render(w, r, status, balancesDoc(s.frame(r, "Balances at a time"), in, v))
}

// instantText is a time to the second, with its zone.
func instantText(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04:05") + " UTC" }
