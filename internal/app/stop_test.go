package app_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"aicity.dev/aicity/internal/app"
	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	"aicity.dev/aicity/internal/store"
)

// What does not end, be it in the middle of a transaction, keeps no city from
// stopping: it is named, and the next city takes the data folder over.
func TestStopLeavesBehindWhatDoesNotEnd(t *testing.T) {
	t.Parallel()
	apptest.OnEach(t, func(t *testing.T, opts ...apptest.Option) {
		cfg := apptest.Config(sandboxtest.Dir(t))
		for _, opt := range opts {
			opt(&cfg)
		}
		city, err := app.New(t.Context(), cfg, slog.New(slog.DiscardHandler), app.Options{Patience: 200 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		if err := city.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		inside, release, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
		city.Background("the one that hangs", func() {
			defer close(ended)
			_ = city.DB.InTx(context.WithoutCancel(t.Context()), func(context.Context, store.Tx) error {
				close(inside)
				<-release
				return nil
			})
		})
		<-inside
		if err := city.Stop(t.Context()); err == nil || !strings.Contains(err.Error(), "left behind") || !strings.Contains(err.Error(), "the one that hangs") {
			t.Errorf("stopped with %v", err)
		}
		close(release)
		<-ended
		next, err := app.New(t.Context(), cfg, slog.New(slog.DiscardHandler), app.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := next.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
