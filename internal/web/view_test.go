package web

import (
	"testing"
	"time"
)

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
