package task_test

import (
	"context"
	"testing"
	"time"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
	aicity "aicity.dev/aicity/sdk/go"
)

// The deadline ends nothing before the access log is written.
func TestDeadlineWritesTheAccessLogFirst(t *testing.T) {
	t.Parallel()
	apptest.EachAt(t, func(t *testing.T, s *apptest.Server, clock *storetest.Clock) {
		if err := s.App.Sandboxes.Available(t.Context()); err != nil {
			t.Skipf("no sandbox runs here: %v", err)
		}
		ctx, st := t.Context(), newStage(t, s)
		id := st.ordered()
		box, err := st.worker.Tasks.ProvisionSandbox(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := st.worker.Tasks.Executing(ctx, id, box.SandboxID); err != nil {
			t.Fatal(err)
		}
		rename := func(statement string) {
			t.Helper()
			err := s.App.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
				_, err := tx.Exec(ctx, statement)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		rename(`ALTER TABLE sandbox_accesses RENAME TO sandbox_accesses_away`)
		if _, err := st.worker.Tasks.ListFiles(ctx, id, aicity.RepoDir, aicity.ListOptions{}); err != nil {
			t.Fatal(err)
		}
		clock.Advance(31 * time.Minute)
		if err := s.App.Tasks.ExpireDeadlineNow(ctx, id); err == nil || st.status(id) != city.TaskExecuting {
			t.Errorf("while the log cannot be written: %v, %s", err, st.status(id))
		}
		rename(`ALTER TABLE sandbox_accesses_away RENAME TO sandbox_accesses`)
		if err := s.App.Tasks.ExpireDeadlineNow(ctx, id); err != nil || st.status(id) != city.TaskFailed {
			t.Errorf("afterwards: %v, %s", err, st.status(id))
		}
		log, err := st.buyer.Tasks.AccessLog(ctx, id, aicity.CursorOptions{})
		if err != nil || len(log.Items) != 1 || log.Items[0].Op != "list" {
			t.Errorf("got %+v, %v", log, err)
		}
	})
}
