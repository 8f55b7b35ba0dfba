package wait_test

import (
	"testing"
	"testing/synctest"
	"time"

	"aicity.dev/aicity/internal/wait"
)

func TestWithin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for takes, want := range map[time.Duration]bool{0: true, time.Second: true, 3 * time.Second: false} {
			began := time.Now()
			if got := wait.Within(2*time.Second, func() { time.Sleep(takes) }); got != want {
				t.Errorf("what takes %s ended in time: %v", takes, got)
			}
			if waited := time.Since(began); waited != min(takes, 2*time.Second) {
				t.Errorf("for what takes %s it was waited %s", takes, waited)
			}
			time.Sleep(takes) // what was left behind ends
		}
	})
}
