package gate

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// advise says what would have raised the score, what matters most first: what
// keeps the score down whatever else is there, then what cost most. available
// is what all signals could have earned.
func advise(signals []Signal, available float64) []string {
	type advice struct {
		text string
		cap  int     // the highest score that is possible as it is
		gain float64 // points of the score
	}
	var all []advice
	for _, s := range signals {
		if s.advice == "" {
			continue
		}
		a := advice{text: s.advice, cap: 100, gain: -s.Points}
		if s.Max > 0 {
			a.gain = 100 * share(s.Max-s.Points, available)
		}
		if s.Cap != nil {
			a.cap = *s.Cap
		}
		if i := slices.IndexFunc(all, func(b advice) bool { return b.text == a.text }); i >= 0 { // told once, with all that it is worth
			all[i].cap, all[i].gain = min(all[i].cap, a.cap), max(all[i].gain, a.gain)
			continue
		}
		all = append(all, a)
	}
	slices.SortStableFunc(all, func(a, b advice) int {
		return cmp.Or(cmp.Compare(a.cap, b.cap), cmp.Compare(b.gain, a.gain))
	})
	texts := make([]string, len(all))
	for i, a := range all {
		texts[i] = a.text
		if a.cap < PassScore {
			texts[i] += fmt.Sprintf(" As it is, the score cannot pass %d.", a.cap)
		} else if gain := int(math.Round(a.gain)); gain > 0 {
			texts[i] += fmt.Sprintf(" Up to %d points.", gain)
		}
	}
	return texts
}

// adviceQuote is what raises work that tells of code and shows none.
const adviceQuote = "Quote the code you talk about, next to its file and line."

// counted writes a number with its noun.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
