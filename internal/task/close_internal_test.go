package task

import (
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A city that stops waits for examinations, but not for ever for one that is stuck.
func TestCloseIsBounded(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		takes time.Duration
		waits time.Duration
		says  bool
	}{
		"it ends":     {takes: closePatience / 2, waits: closePatience / 2},
		"it is stuck": {takes: time.Hour, waits: closePatience, says: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				log := &strings.Builder{}
				s := &Service{stop: make(chan struct{}), Config: Config{Logger: slog.New(slog.NewTextHandler(log, nil))}}
				s.background.Go(func() { time.Sleep(test.takes) })
				began := time.Now()
				s.Close(t.Context())
				if waited := time.Since(began); waited != test.waits {
					t.Errorf("it waited %s, not %s", waited, test.waits)
				}
				if said := strings.Contains(log.String(), "do not end"); said != test.says {
					t.Errorf("the log says %q", log)
				}
				s.background.Wait()
			})
		})
	}
}
