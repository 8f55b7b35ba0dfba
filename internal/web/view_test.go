package web

import (
	"net/url"
	"testing"
	"time"

	"aicity.dev/aicity/internal/city"
)

// What a page shows as an amount can be typed into its fields, with space around it.
func TestAmountsAreReadAsTheyAreShown(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]city.Cents{"$12,500.50": 1_250_050, " 12.5 ": 1250, "": -1, "12,50": -1, "-3": -1} {
		if got := formOf(url.Values{"amount": {typed}}).dollars("amount"); got != want {
			t.Errorf("%q is read as %d cents, want %d", typed, got, want)
		}
	}
	if got := dollars(1_250_000); got != "12500.00" {
		t.Errorf("a field shows %q", got)
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		420 * time.Millisecond:                           "420 ms",
		3200 * time.Millisecond:                          "3.2 s",
		5 * time.Second:                                  "5 s",
		15 * time.Minute:                                 "15 min",
		4*time.Minute + 10*time.Second:                   "4 min 10 s",
		24 * time.Hour:                                   "24 h",
		time.Hour + 5*time.Minute + 300*time.Microsecond: "1 h 5 min",
	} {
		if got := duration(d); got != want {
			t.Errorf("duration(%s) is %q, want %q", d, got, want)
		}
	}
}
