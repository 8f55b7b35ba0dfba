package task

import (
	"testing"
	"time"
)

// An hour of failures, four a second, is a few lines; the first and the one after a
// quiet spell come at once.
func TestSeldom(t *testing.T) {
	t.Parallel()
	var told seldom
	now, lines := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC), 0
	if !told.again(now) {
		t.Error("the first failure is not logged")
	}
	for range 4 * 60 * 60 {
		now = now.Add(duePause)
		if told.again(now) {
			lines++
		}
	}
	if lines != 14 { // after 1, 3, 7, …, 1023 s, then every 600 s
		t.Errorf("%d lines in an hour of failures", lines)
	}
	for _, pause := range []time.Duration{2 * time.Minute, time.Second} {
		if now = now.Add(pause); !told.again(now) {
			t.Errorf("not logged %s later, after a quiet spell", pause)
		}
	}
}
