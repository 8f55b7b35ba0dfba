package task_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
	"aicity.dev/aicity/internal/task"
)

// Files of the buyer's code are deleted when their time is over, and no sooner.
func TestCitedFilesAreForgotten(t *testing.T) {
	t.Parallel()
	apptest.EachAt(t, func(t *testing.T, s *apptest.Server, clock *storetest.Clock) {
		const tasks = 250 // more than one transaction deletes
		err := s.App.DB.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			for i := range tasks {
				until := tx.Now().Add(time.Duration(1+i%2) * time.Hour)
				if _, err := tx.Exec(ctx, `INSERT INTO cited_files (task_id, until, body) VALUES ($1, $2, '')`, fmt.Sprintf("tsk_%d", i), store.Micros(until)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []int{tasks / 2, 0} {
			clock.Advance(time.Hour)
			if err := s.App.Tasks.ForgetCitedNow(t.Context()); err != nil {
				t.Fatal(err)
			}
			var n int
			if err := s.App.DB.Read().QueryRow(t.Context(), `SELECT count(*) FROM cited_files`).Scan(&n); err != nil || n != want {
				t.Errorf("%d are left, want %d, %v", n, want, err)
			}
		}
	})
}

func TestCitedPath(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"/tasks/tsk_1/files/lib/a.go#L3":           task.CitedPath("tsk_1", "lib/a.go", 3),
		"/tasks/tsk_1/files/a%20b/%3Fc%23.md":      task.CitedPath("tsk_1", "a b/?c#.md", 0),
		"/tasks/tsk_1/files/%22%3E%3Cscript%3E.js": task.CitedPath("tsk_1", `"><script>.js`, 0),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
