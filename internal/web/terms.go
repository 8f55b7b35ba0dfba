package web

import "time"

// guideTerms are those that the guide's text tells of.
var guideTerms = terms{Fee: 15, Window: 15 * time.Minute}

// terms are what the city keeps of a charge, and for how long the buyer may take
// it back.
type terms struct {
	Fee    int // percent
	Window time.Duration
}

func (s *site) terms() terms { return terms{Fee: s.FeePercent, Window: s.RefundWindow} }

// charged says what becomes of a charge, up to where the agent's part lies.
func (t terms) charged() string {
	if t.Fee == 0 {
		return "Charged, no fee, all of it"
	}
	return "Charged, " + itoa(t.Fee) + " % fee, the rest"
}
