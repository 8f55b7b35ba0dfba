package task_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store/storetest"
	"aicity.dev/aicity/internal/task"
)

// rounds is how often each race is run on each engine.
const rounds = 12

// race lets all functions go at once and waits for them.
func race(functions ...func()) {
	var ready, done sync.WaitGroup
	gate := make(chan struct{})
	for _, f := range functions {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-gate
			f()
		})
	}
	ready.Wait()
	close(gate)
	done.Wait()
}

// moved is what a task moved, by kind of transfer.
func (s *stage) moved(id string) map[string]bool {
	s.t.Helper()
	records, err := s.App.Tasks.Transfers(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	kinds := map[string]bool{}
	for _, r := range records {
		if kinds[r.Kind] {
			s.t.Errorf("%s moved %s twice", id, r.Kind)
		}
		kinds[r.Kind] = true
	}
	return kinds
}

// eachRace runs a race some times on each engine and checks the books after all.
func eachRace(t *testing.T, f func(st *stage, clock *storetest.Clock)) {
	t.Helper()
	t.Parallel()
	apptest.EachAt(t, func(t *testing.T, s *apptest.Server, clock *storetest.Clock) {
		st := newStage(t, s)
		for range rounds {
			f(st, clock)
		}
		st.verify()
	})
}

// A refund and the release of the escrow at the end of the window: one of them.
func TestRefundAgainstRelease(t *testing.T) {
	eachRace(t, func(st *stage, clock *storetest.Clock) {
		id := st.completed(60)
		race(
			func() { clock.Advance(15 * time.Minute) },
			func() {
				if _, err := st.down(id, 1); err != nil {
					st.t.Error(err)
				}
			},
			func() {
				for range 5 {
					if err := st.App.Tasks.ReleaseNow(st.t.Context(), id); err != nil {
						st.t.Error(err)
					}
				}
			})
		if err := st.App.Tasks.ReleaseNow(st.t.Context(), id); err != nil {
			st.t.Error(err)
		}
		kinds, status := st.moved(id), st.status(id)
		if kinds["release"] == kinds["reverse"] || kinds["reverse"] != (status == city.TaskRefunded || status == city.TaskRefundReview) {
			// A buyer that won too often waits for an operator: then nothing moved.
			if status != city.TaskRefundReview || kinds["release"] {
				st.t.Errorf("%s: %v", status, kinds)
			}
		}
	})
}

// An operator's no and the end of the time to decide: one of them.
func TestDecisionAgainstDeadline(t *testing.T) {
	eachRace(t, func(st *stage, clock *storetest.Clock) {
		operator := city.NewID(city.PrefixOwner)
		id := st.completed(95)
		if _, err := st.down(id, 0); err != nil {
			st.t.Fatal(err)
		}
		var decided error
		race(
			func() { clock.Advance(24 * time.Hour) },
			func() {
				_, decided = st.App.Tasks.DecideRefund(st.t.Context(), operator, id, task.DecideDeny, "The work is good.")
			},
			func() {
				for range 5 {
					if err := st.App.Tasks.ExpireReviewNow(st.t.Context(), id); err != nil {
						st.t.Error(err)
					}
				}
			})
		if err := st.App.Tasks.ReleaseNow(st.t.Context(), id); err != nil {
			st.t.Error(err)
		}
		kinds, status := st.moved(id), st.status(id)
		denied := decided == nil
		if !denied && city.CodeOf(decided) != city.CodeInvalidState {
			st.t.Error(decided)
		}
		if kinds["release"] != denied || kinds["reverse"] == denied || denied != (status == city.TaskCompleted) {
			st.t.Errorf("denied %v, but %s: %v", denied, status, kinds)
		}
	})
}

// The owner's word and the end of the time for it: one of them.
func TestApprovalAgainstExpiry(t *testing.T) {
	eachRace(t, func(st *stage, clock *storetest.Clock) {
		if err := st.App.Tasks.SetLimits(st.t.Context(), st.buyer.ID, task.Limits{ApproveAbove: 400}); err != nil {
			st.t.Fatal(err)
		}
		id := st.ordered()
		if err := st.App.Tasks.ExpireApprovalNow(st.t.Context(), id); err != nil || st.status(id) != city.TaskPendingApproval {
			st.t.Fatalf("before its time: %s, %v", st.status(id), err)
		}
		var approved error
		race(
			func() { clock.Advance(24 * time.Hour) },
			func() { _, approved = st.App.Tasks.Approve(st.t.Context(), st.buyer.ID, id) },
			func() {
				for range 5 {
					if err := st.App.Tasks.ExpireApprovalNow(st.t.Context(), id); err != nil {
						st.t.Error(err)
					}
				}
			})
		if err := st.App.Tasks.ExpireApprovalNow(st.t.Context(), id); err != nil {
			st.t.Error(err)
		}
		if approved != nil && city.CodeOf(approved) != city.CodeInvalidState {
			st.t.Error(approved)
		}
		// An approved one may have been passed over since: its agent has ten minutes.
		status := st.status(id)
		cancelled := status == city.TaskCancelled
		if cancelled != (approved != nil) || cancelled && !st.moved(id)["void"] {
			st.t.Errorf("approved: %v, but %s: %v", approved, status, st.moved(id))
		}
	})
}

// Deliveries and verdicts at once charge once, for the work that was taken.
func TestDoubleComplete(t *testing.T) {
	eachRace(t, func(st *stage, _ *storetest.Clock) {
		id := st.started()
		var taken atomic.Int32
		complete := func() {
			_, took, err := st.App.Tasks.DeliverUnjudged(st.t.Context(), st.worker.ID, id, task.Deliverable{Result: "Journals compared."})
			if err != nil {
				st.t.Error(err)
			}
			if took {
				taken.Add(1)
			}
			if _, err := st.App.Tasks.Judge(st.t.Context(), id, 60); err != nil {
				st.t.Error(err)
			}
		}
		race(complete, complete, complete)
		if kinds := st.moved(id); taken.Load() != 1 || !kinds["earn"] || kinds["void"] {
			st.t.Errorf("taken %d times, %s: %v", taken.Load(), st.status(id), kinds)
		}
	})
}

// A delivery at the deadline is in time or not, never both.
func TestCompleteAgainstDeadline(t *testing.T) {
	eachRace(t, func(st *stage, clock *storetest.Clock) {
		id := st.started()
		var delivered error
		race(
			func() { clock.Advance(30 * time.Minute) },
			func() {
				_, _, delivered = st.App.Tasks.DeliverUnjudged(st.t.Context(), st.worker.ID, id, task.Deliverable{Result: "Journals compared."})
			},
			func() {
				for range 5 {
					if err := st.App.Tasks.ExpireDeadlineNow(st.t.Context(), id); err != nil {
						st.t.Error(err)
					}
				}
			})
		switch code, status := city.CodeOf(delivered), st.status(id); {
		case delivered == nil:
			if status != city.TaskQualityCheck || st.moved(id)["void"] {
				st.t.Errorf("delivered, but %s: %v", status, st.moved(id))
			}
			if _, err := st.App.Tasks.Judge(st.t.Context(), id, 60); err != nil {
				st.t.Error(err)
			}
		case code != city.CodeDeadlinePassed && code != city.CodeInvalidState:
			st.t.Error(delivered)
		case status != city.TaskFailed || !st.moved(id)["void"]:
			st.t.Errorf("late, but %s: %v", status, st.moved(id))
		}
		if _, err := st.worker.Owner.Agents.Reactivate(st.t.Context(), st.worker.ID); err != nil { // too many misses suspend it
			st.t.Fatal(err)
		}
	})
}

// A buyer's cancellation and the agent's commitment: one of them.
func TestCancelAgainstStart(t *testing.T) {
	eachRace(t, func(st *stage, _ *storetest.Clock) {
		id := st.ordered()
		var cancelled, started error
		race(
			func() { _, cancelled = st.buyer.Tasks.Cancel(st.t.Context(), id) },
			func() { _, started = st.worker.Tasks.Executing(st.t.Context(), id, "") })
		if (cancelled == nil) == (started == nil) {
			st.t.Errorf("cancelled: %v, started: %v", cancelled, started)
		}
		want := city.TaskExecuting
		if cancelled == nil {
			want = city.TaskCancelled
		}
		if got := st.status(id); got != want || st.moved(id)["void"] != (cancelled == nil) {
			st.t.Errorf("%s, want %s: %v", got, want, st.moved(id))
		}
	})
}
