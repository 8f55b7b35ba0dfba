package app_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"aicity.dev/aicity/internal/app"
	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// What is older than it is kept goes, however much there is; the rest stays.
func TestRetention(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			cfg, clock := apptest.Config(sandboxtest.Dir(t)), storetest.NewClock()
			if engine == "postgres" {
				apptest.Postgres(t)(&cfg)
			}
			city, err := app.New(t.Context(), cfg, slog.New(slog.DiscardHandler), app.Options{Clock: clock})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = city.Stop(context.WithoutCancel(t.Context())) })
			happen := func(subject string, times int) {
				t.Helper()
				err := city.DB.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
					for range times {
						if err := city.Events.Append(ctx, tx, subject, event.TaskSubmitted, struct{}{}); err != nil {
							return err
						}
					}
					_, err := tx.Exec(ctx, `INSERT INTO sandboxes (id, task_id, state, node, limits, commit_id, files, bytes, tokens, fail_code, created_at, expires_at, destroyed_at)
						VALUES ($1, $2, 'destroyed', 'n', '{}', '', 0, 0, 0, '', $3, $3, $3)`, "sbx_"+subject, subject, store.Micros(tx.Now()))
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			want := func(events, sandboxes int) {
				t.Helper()
				var e, b int
				if err := city.Prune(t.Context()); err != nil {
					t.Fatal(err)
				}
				if err := city.DB.Read().QueryRow(t.Context(), `SELECT (SELECT COUNT(*) FROM events), (SELECT COUNT(*) FROM sandboxes)`).Scan(&e, &b); err != nil {
					t.Fatal(err)
				}
				if e != events || b != sandboxes {
					t.Errorf("at %s: %d events and %d sandboxes, want %d and %d", clock.Now(), e, b, events, sandboxes)
				}
			}
			happen("tsk_old", 2_500)
			clock.Advance(80 * 24 * time.Hour)
			happen("tsk_new", 3)
			want(2_503, 2)
			clock.Advance(11 * 24 * time.Hour)
			want(2_503, 1)
			clock.Advance(275 * 24 * time.Hour)
			want(3, 0)
		})
	}
}
