package task_test

import (
	"encoding/json"
	"slices"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/city"
	aicity "aicity.dev/aicity/sdk/go"
)

// A notice of feedback has the state that the feedback led to, and comes before
// what the feedback caused.
func TestFeedbackIsToldWithWhatItCaused(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		st := newStage(t, s)
		if _, err := st.worker.Agents.RegisterWebhook(t.Context(), "https://hooks.invalid/aicity"); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			score, criterion int
			status           city.TaskStatus
			notices          []string
		}{
			{95, 0, city.TaskRefundReview, []string{"feedback_received", "refund_requested"}},
			{60, 1, city.TaskRefunded, []string{"feedback_received", "task_refunded"}},
		} {
			id := st.completed(c.score)
			if done, err := st.down(id, c.criterion); err != nil || done.Status != c.status {
				t.Fatalf("%+v, %v", done, err)
			}
			var told []string
			for _, d := range st.notices(id) {
				if slices.Contains(c.notices, d.Type) {
					told = append(told, d.Type)
					if d.status != c.status {
						t.Errorf("%s says the task is %s, want %s", d.Type, d.status, c.status)
					}
				}
			}
			if !slices.Equal(told, c.notices) {
				t.Errorf("told %v, want %v", told, c.notices)
			}
		}
		st.verify()
	})
}

type notice struct {
	aicity.Delivery
	status city.TaskStatus
}

// notices are those of a task, oldest first.
func (s *stage) notices(id string) []notice {
	s.t.Helper()
	page, err := s.worker.Agents.Webhook("").Deliveries(s.t.Context(), aicity.CursorOptions{Limit: 100})
	if err != nil {
		s.t.Fatal(err)
	}
	var all []notice
	for _, d := range slices.Backward(page.Items) {
		var body struct {
			Data struct{ Status city.TaskStatus }
		}
		if err := json.Unmarshal(d.Body, &body); err != nil {
			s.t.Fatal(err)
		}
		if d.TaskID == id {
			all = append(all, notice{d, body.Data.Status})
		}
	}
	return all
}
