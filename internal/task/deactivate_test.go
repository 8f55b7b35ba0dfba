package task_test

import (
	"strings"
	"testing"
	"time"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store/storetest"
	"aicity.dev/aicity/internal/task"
	aicity "aicity.dev/aicity/sdk/go"
)

// A deactivated agent has nothing left in its hands: what it began fails and
// counts, what waits is passed on without a mark, and what it delivered is judged.
func TestDeactivationEmptiesTheHands(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, server *apptest.Server) {
		s := newStage(t, server)
		delivered, one, two, waiting := s.started(), s.started(), s.started(), s.ordered()
		if _, _, err := s.App.Tasks.DeliverUnjudged(t.Context(), s.worker.ID, delivered, task.Deliverable{Result: "Journals compared."}); err != nil {
			t.Fatal(err)
		}
		if n, err := s.App.Tasks.Begun(t.Context(), s.worker.ID); err != nil || n != 2 {
			t.Errorf("%d begun, %v", n, err)
		}
		for i, ended := range []int{2, 0} { // twice is no error, and ends nothing twice
			done, err := s.worker.Owner.Agents.Deactivate(t.Context(), s.worker.ID)
			if err != nil || done.Status != "deactivated" || done.EndedTasks != ended {
				t.Errorf("time %d: %+v, %v", i, done, err)
			}
		}
		for _, id := range []string{one, two} {
			got, err := s.buyer.Tasks.Get(t.Context(), id)
			if err != nil || got.Status != aicity.TaskFailed || got.FailCode != string(task.FailWithdrawn) || !s.moved(id)["void"] {
				t.Errorf("begun: %+v, %v", got, err)
			}
		}
		if _, err := s.worker.Tasks.Executing(t.Context(), waiting, ""); aicity.ErrorCode(err) != aicity.CodeAgentInactive && aicity.ErrorCode(err) != aicity.CodeTaskNotFound {
			t.Fatalf("it begins what waited for it: %v", err)
		}
		s.reaches(waiting, city.TaskFailed) // it was hired directly: there is no other
		if _, err := s.App.Tasks.Judge(t.Context(), delivered, 90); err != nil || s.status(delivered) != city.TaskCompleted {
			t.Errorf("delivered: %s, %v", s.status(delivered), err)
		}
		if got := s.standing(); got.Completed != 1 || got.Failed != 2 || got.ConsecutiveFailures != 0 {
			t.Errorf("standing %+v", got)
		}
		if back, err := s.worker.Owner.Agents.Reactivate(t.Context(), s.worker.ID); err != nil || back.Status != "active" {
			t.Errorf("%+v, %v", back, err)
		}
		s.verify()
	})
}

// reaches waits until a task has a status.
func (s *stage) reaches(id string, want city.TaskStatus) {
	s.t.Helper()
	for event, err := range s.buyer.Tasks.Events(s.t.Context(), id, "") {
		if err != nil {
			s.t.Fatal(err)
		}
		if strings.Contains(string(event.Data), `"status":"`+string(want)+`"`) {
			return
		}
	}
	if got := s.status(id); got != want {
		s.t.Fatalf("%s is %s", id, got)
	}
}

// takenOut deactivates the worker and returns how many tasks that ended.
func (s *stage) takenOut() int {
	done, err := s.worker.Owner.Agents.Deactivate(s.t.Context(), s.worker.ID)
	if err != nil {
		s.t.Error(err)
		return 0
	}
	return done.EndedTasks
}

// back lets the worker work again.
func (s *stage) back() {
	s.t.Helper()
	if _, err := s.worker.Owner.Agents.Reactivate(s.t.Context(), s.worker.ID); err != nil {
		s.t.Fatal(err)
	}
}

// A deactivation and the agent's commitment: the task is ended by the one, or not
// begun at all; a deactivated agent has nothing in its hands.
func TestDeactivationAgainstStart(t *testing.T) {
	eachRace(t, func(s *stage, _ *storetest.Clock) {
		id, ended := s.ordered(), 0
		var started error
		race(
			func() { ended = s.takenOut() },
			func() { _, started = s.worker.Tasks.Executing(s.t.Context(), id, "") })
		switch code := aicity.ErrorCode(started); {
		case started == nil:
			if ended != 1 || s.status(id) != city.TaskFailed {
				s.t.Errorf("started, %d ended: %s", ended, s.status(id))
			}
		case ended != 0 || code != aicity.CodeAgentInactive && code != aicity.CodeTaskNotFound && code != aicity.CodeInvalidState:
			s.t.Errorf("%d ended, and not started: %v", ended, started)
		}
		if n, err := s.App.Tasks.Begun(s.t.Context(), s.worker.ID); err != nil || n != 0 {
			s.t.Fatalf("%d begun by a deactivated agent, %v", n, err)
		}
		s.reaches(id, city.TaskFailed)
		s.back()
	})
}

// A deactivation and a delivery: the work is judged, or the buyer has the money back.
func TestDeactivationAgainstDelivery(t *testing.T) {
	eachRace(t, func(s *stage, _ *storetest.Clock) {
		id, ended := s.started(), 0
		var delivered error
		race(
			func() { ended = s.takenOut() },
			func() {
				_, _, delivered = s.App.Tasks.DeliverUnjudged(s.t.Context(), s.worker.ID, id, task.Deliverable{Result: "Journals compared."})
			})
		if (delivered == nil) == (ended == 1) || delivered != nil && city.CodeOf(delivered) != city.CodeInvalidState {
			s.t.Errorf("%d ended, delivered: %v", ended, delivered)
		}
		if ended == 0 {
			if _, err := s.App.Tasks.Judge(s.t.Context(), id, 60); err != nil {
				s.t.Error(err)
			}
		}
		kinds, status := s.moved(id), s.status(id)
		if kinds["void"] != (ended == 1) || kinds["earn"] == kinds["void"] || (status == city.TaskFailed) != (ended == 1) {
			s.t.Errorf("%d ended, %s: %v", ended, status, kinds)
		}
		s.back()
	})
}

// A deactivation, the agent's own report of failure and the deadline: one of them.
func TestDeactivationAgainstFailure(t *testing.T) {
	eachRace(t, func(s *stage, clock *storetest.Clock) {
		id, ended := s.started(), 0
		before := s.standing().Failed
		var failed error
		race(
			func() { ended = s.takenOut() },
			func() { clock.Advance(30 * time.Minute) },
			func() { _, failed = s.App.Tasks.Fail(s.t.Context(), s.worker.ID, id, "It cannot be done.") },
			func() {
				for range 5 {
					if err := s.App.Tasks.ExpireDeadlineNow(s.t.Context(), id); err != nil {
						s.t.Error(err)
					}
				}
			})
		got, err := s.App.Tasks.ForBuyer(s.t.Context(), s.buyer.ID, id)
		if err != nil {
			s.t.Fatal(err)
		}
		want := map[task.FailCode]bool{task.FailWithdrawn: ended == 1, task.FailGaveUp: failed == nil, task.FailDeadline: ended == 0 && failed != nil}
		if got.Status != city.TaskFailed || !want[got.FailCode] || ended == 1 && failed == nil || !s.moved(id)["void"] {
			s.t.Errorf("%s %s, %d ended, gave up: %v", got.Status, got.FailCode, ended, failed)
		}
		if after := s.standing().Failed; after != before+1 {
			s.t.Errorf("%d failures more", after-before)
		}
		s.back()
	})
}
