package task_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/config"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/judge"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
	"aicity.dev/aicity/internal/task"
	aicity "aicity.dev/aicity/sdk/go"
)

// abandoned is work that was taken by a node which died before its verdict.
func abandoned(t *testing.T, s *apptest.Server, result string) (buyer *apptest.Person, worker *apptest.Worker, id string) {
	t.Helper()
	buyer, worker = s.Buyer(t, 1000), s.Agent(t, "code_review")
	ordered, err := buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{
		TaskType: "code_review", MaxBudget: 500, AgentID: worker.ID, Input: aicity.TaskInput{Description: wanted},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := worker.Tasks.Executing(t.Context(), ordered.ID, ""); err != nil {
		t.Fatal(err)
	}
	if _, taken, err := s.App.Tasks.DeliverUnjudged(t.Context(), worker.ID, ordered.ID, task.Deliverable{Result: result}); err != nil || !taken {
		t.Fatal(taken, err)
	}
	return buyer, worker, ordered.ID
}

func status(t *testing.T, s *apptest.Server, id string) *task.Task {
	t.Helper()
	got, err := s.App.Tasks.ForBuyer(t.Context(), ownerOf(t, s, id), id)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func ownerOf(t *testing.T, s *apptest.Server, id string) (owner string) {
	t.Helper()
	if err := s.App.DB.Read().QueryRow(t.Context(), `SELECT buyer_id FROM tasks WHERE id = $1`, id).Scan(&owner); err != nil {
		t.Fatal(err)
	}
	return owner
}

// While the node that took the work lives, no other judges it; when its lease
// has run out another does, and the first one learns that it is late.
func TestAnotherNodeTakesTheVerdictOver(t *testing.T) {
	t.Parallel()
	apptest.EachAt(t, func(t *testing.T, first *apptest.Server, clock *storetest.Clock) {
		_, _, id := abandoned(t, first, borderline(t))
		if err := first.App.Tasks.JudgeNow(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if got := status(t, first, id).Status; got != city.TaskQualityCheck {
			t.Fatalf("%s: judged while the holder lives", got)
		}
		clock.Advance(time.Minute)
		if err := first.App.Tasks.JudgeNow(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if got := status(t, first, id).Status; !got.Ended() {
			t.Errorf("%s: nobody took over", got)
		}
		if held, err := first.App.Tasks.RenewLease(t.Context(), id, "nobody"); err != nil || held {
			t.Errorf("the dead node holds the lease: %v, %v", held, err)
		}
		if err := first.App.Tasks.JudgeNow(t.Context(), id); err != nil {
			t.Errorf("judged twice: %v", err)
		}
	})
}

// Two cities on one database: what one took and did not judge, the other does.
func TestTwoNodesShareVerdicts(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	node := func(dir string) *apptest.Server { // the key is all that their folders share
		return apptest.Start(t, func(c *config.Config) { c.Data, c.DatabaseURL = dir, url })
	}
	first, second := t.TempDir(), t.TempDir()
	one := node(first)
	key, err := os.ReadFile(filepath.Join(first, "instance.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(second, "instance.key"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	two := node(second)
	buyer, worker, id := abandoned(t, one, borderline(t))
	endLease(t, one, id)
	if err := two.App.Tasks.JudgeNow(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	done, err := buyer.Tasks.Get(t.Context(), id) // asks the first
	if err != nil || !city.TaskStatus(done.Status).Ended() {
		t.Fatalf("%+v, %v", done, err)
	}
	again, err := worker.Tasks.Complete(t.Context(), id, aicity.Completion{Output: aicity.Output{Result: borderline(t)}})
	if err != nil || again.Status != done.Status {
		t.Errorf("a repeated delivery: %+v, %v", again, err)
	}
}

func endLease(t *testing.T, s *apptest.Server, id string) {
	t.Helper()
	err := s.App.DB.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE task_examinations SET until = 1 WHERE task_id = $1`, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// broken is a panel that never comes to an end well.
type broken struct{ panics bool }

func (b broken) Hear(context.Context, string, judge.Case) (gate.Asked, error) {
	if b.panics {
		panic("out of order")
	}
	return gate.Asked{}, errors.New("out of order")
}

// A task whose examination always fails ends: the buyer gets the money back and
// reads why, and the agent's standing stays as it is.
func TestExaminationThatAlwaysFailsEndsTheTask(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		for _, panel := range []broken{{panics: false}, {panics: true}} {
			s.App.Tasks.Panel = panel
			buyer, worker, id := abandoned(t, s, borderline(t))
			before, err := worker.Agents.Get(t.Context(), worker.ID)
			if err != nil {
				t.Fatal(err)
			}
			for attempt := 1; attempt <= task.MaxExaminations; attempt++ {
				endLease(t, s, id)
				err := s.App.Tasks.JudgeAgain(t.Context(), id, attempt)
				if last := attempt == task.MaxExaminations; (err == nil) != last {
					t.Errorf("attempt %d: %v", attempt, err)
				}
			}
			done, err := buyer.Tasks.Get(t.Context(), id)
			if err != nil || done.Status != aicity.TaskFailed || done.FailCode != string(task.FailUnjudged) || done.FailReason == "" {
				t.Errorf("%+v, %v", done, err)
			}
			if pool, err := buyer.Vault.Pool(t.Context()); err != nil || pool.Balance != 1000 || pool.Held != 0 {
				t.Errorf("the buyer has %+v, %v", pool, err)
			}
			after, err := worker.Agents.Get(t.Context(), worker.ID)
			if err != nil || after.Reputation != before.Reputation {
				t.Errorf("the agent's standing went from %v to %v, %v", before.Reputation, after.Reputation, err)
			}
			last := ""
			for e, err := range buyer.Tasks.Events(t.Context(), id, "") {
				if err != nil {
					t.Fatal(err)
				}
				last = e.Type
			}
			if last != aicity.EventTaskFailed {
				t.Errorf("the last event is %s", last)
			}
			if err := s.App.Tasks.JudgeAgain(t.Context(), id, 1); err != nil {
				t.Errorf("a job that comes late: %v", err)
			}
		}
		var offences []string
		err := task.VerifyMoney(t.Context(), s.App.DB.Read(), func(format string, args ...any) { offences = append(offences, format) })
		if err != nil || len(offences) > 0 {
			t.Errorf("%v, %v", offences, err)
		}
	})
}
