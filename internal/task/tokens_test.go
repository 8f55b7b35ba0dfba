package task_test

import (
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/city"
)

// A token that was not used goes when its task ends, at the latest with the job
// that wipes what an earlier version of the city left.
func TestTokensOfEndedTasks(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		st := newStage(t, s)
		wantToken := func(when, id, want string) {
			t.Helper()
			var got string
			if err := s.App.DB.Read().QueryRow(t.Context(), `SELECT sealed_token FROM tasks WHERE id = $1`, id).Scan(&got); err != nil || got != want {
				t.Errorf("%s: the token is %q, %v; want %q", when, got, err, want)
			}
		}
		cancelled, live := st.ordered(), st.ordered()
		st.exec(`UPDATE tasks SET sealed_token = 'sealed'`)
		if _, err := s.App.Tasks.Cancel(t.Context(), st.buyer.ID, cancelled); err != nil || st.status(cancelled) != city.TaskCancelled {
			t.Fatal(err)
		}
		wantToken("cancelled", cancelled, "used")
		wantToken("waiting", live, "sealed")
		st.exec(`UPDATE tasks SET sealed_token = 'sealed'`)
		if err := s.App.Tasks.WipeTokensNow(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantToken("cancelled by an earlier version", cancelled, "used")
		wantToken("still waiting", live, "sealed")
	})
}
