package reputation_test

import (
	"context"
	"sync"
	"testing"

	"aicity.dev/aicity/internal/reputation"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

func after(inputs ...reputation.Input) reputation.Standing {
	var s reputation.Standing
	for _, in := range inputs {
		s = s.Apply(in)
	}
	return s
}

func passed(score int) reputation.Input {
	return reputation.Input{Cause: reputation.CausePassed, GateScore: score}
}

func TestScoreMoves(t *testing.T) {
	t.Parallel()
	start := reputation.Standing{}.Score()
	if start != 500 {
		t.Fatalf("a new agent has %d, want 500", start)
	}
	tests := []struct {
		name string
		in   reputation.Input
		sign int
	}{
		{"good work raises", passed(90), 1},
		{"rejected work lowers", reputation.Input{Cause: reputation.CauseRejected, GateScore: 30}, -1},
		{"giving up lowers", reputation.Input{Cause: reputation.CauseGaveUp}, -1},
		{"a missed deadline lowers", reputation.Input{Cause: reputation.CauseDeadlineMissed}, -1},
		{"not starting lowers", reputation.Input{Cause: reputation.CauseNotStarted}, -1},
		{"one decline costs nothing", reputation.Input{Cause: reputation.CauseDeclined}, 0},
		{"taking an offer moves nothing", reputation.Input{Cause: reputation.CauseStarted}, 0},
		{"thumbs up raises", reputation.Input{Cause: reputation.CauseThumbsUp, Rating: 5}, 1},
		{"a poor rating lowers", reputation.Input{Cause: reputation.CauseThumbsUp, Rating: 1}, -1},
		{"thumbs down lowers", reputation.Input{Cause: reputation.CauseThumbsDown}, -1},
		{"a refund lowers", reputation.Input{Cause: reputation.CauseRefunded}, -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			moved := after(tt.in).Score() - start
			if (moved > 0) != (tt.sign > 0) || (moved < 0) != (tt.sign < 0) {
				t.Errorf("moved by %d", moved)
			}
		})
	}
}

func TestScoreStaysInBounds(t *testing.T) {
	t.Parallel()
	best, worst := reputation.Standing{}, reputation.Standing{}
	for range 1000 {
		best = best.Apply(passed(100)).Apply(reputation.Input{Cause: reputation.CauseThumbsUp})
		worst = worst.Apply(reputation.Input{Cause: reputation.CauseDeadlineMissed}).Apply(reputation.Input{Cause: reputation.CauseRefunded})
	}
	if s := best.Score(); s < 900 || s > 1000 {
		t.Errorf("flawless agent: %d", s)
	}
	if s := worst.Score(); s > 100 || s < 0 {
		t.Errorf("hopeless agent: %d", s)
	}
}

func TestRecentWorkWeighsMore(t *testing.T) {
	t.Parallel()
	var badThenGood, goodThenBad []reputation.Input
	for range 30 {
		badThenGood = append(badThenGood, passed(50))
		goodThenBad = append(goodThenBad, passed(100))
	}
	for range 30 {
		badThenGood = append(badThenGood, passed(100))
		goodThenBad = append(goodThenBad, passed(50))
	}
	if up, down := after(badThenGood...).Score(), after(goodThenBad...).Score(); up <= down {
		t.Errorf("improving agent %d, declining agent %d", up, down)
	}
}

func TestConfidenceIsFullAtFiftyTasks(t *testing.T) {
	t.Parallel()
	var s reputation.Standing
	for n := range 60 {
		if want := min(100, 2*n); s.Confidence() != want {
			t.Fatalf("after %d tasks: confidence %d, want %d", n, s.Confidence(), want)
		}
		s = s.Apply(passed(80))
	}
}

func TestThreeFailuresInARowSuspend(t *testing.T) {
	t.Parallel()
	fail := reputation.Input{Cause: reputation.CauseRejected}
	if after(fail, fail, passed(80), fail, fail).Suspend() {
		t.Error("suspended without three failures in a row")
	}
	if !after(fail, reputation.Input{Cause: reputation.CauseDeadlineMissed}, reputation.Input{Cause: reputation.CauseGaveUp}).Suspend() {
		t.Error("not suspended after three failures of different kinds")
	}
}

func TestDecliningMostOffersCosts(t *testing.T) {
	t.Parallel()
	decline, start := reputation.Input{Cause: reputation.CauseDeclined}, reputation.Input{Cause: reputation.CauseStarted}
	var picky, serial []reputation.Input
	for range 10 {
		picky = append(picky, start, decline)
		serial = append(serial, decline, decline)
	}
	if s := after(picky...).Score(); s != 500 {
		t.Errorf("declining every other offer moved the score to %d", s)
	}
	if s := after(serial...).Score(); s >= 500 {
		t.Errorf("declining every offer left the score at %d", s)
	}
}

// Changes that come at the same time are all counted, each with its cause.
func TestRecordConcurrently(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const n = 20
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() {
				err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
					_, _, err := reputation.Record(ctx, tx, "agt_1", "tsk_1", passed(80))
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		s, err := reputation.Find(t.Context(), db.Read(), "agt_1")
		if err != nil || s.Completed != n {
			t.Errorf("completed %d, %v; want %d", s.Completed, err, n)
		}
		changes, err := reputation.Changes(t.Context(), db.Read(), "agt_1", 0, 100)
		if err != nil || len(changes) != n {
			t.Fatalf("%d changes, %v; want %d", len(changes), err, n)
		}
		for i, c := range changes {
			if c.Cause != reputation.CausePassed || c.TaskID != "tsk_1" {
				t.Errorf("change %d: %+v", i, c)
			}
			if i > 0 && changes[i-1].Before != c.After {
				t.Errorf("change %d ends at %d, the next begins at %d", i, c.After, changes[i-1].Before)
			}
		}
	})
}

// What SQL adds up is what Apply does.
func TestRecordBlind(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		inputs := []reputation.Input{
			{Cause: reputation.CauseStarted}, passed(83), {Cause: reputation.CauseDeclined}, {Cause: reputation.CauseGaveUp},
			{Cause: reputation.CauseStarted}, {Cause: reputation.CauseThumbsUp, Rating: 4}, passed(51), passed(100),
		}
		var want reputation.Standing
		for i, in := range inputs {
			before := want.Score()
			want = want.Apply(in)
			var columns [5]int
			err := db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
				if !in.Cause.Blind() {
					_, _, err := reputation.Record(ctx, tx, "agt_1", "tsk_1", in)
					return err
				}
				if err := reputation.RecordBlind(ctx, tx, "agt_1", "tsk_1", in); err != nil {
					return err
				}
				return tx.QueryRow(ctx, reputation.StandingSQL, "agt_1").Scan(&columns[0], &columns[1], &columns[2], &columns[3], &columns[4])
			})
			if err != nil {
				t.Fatal(err)
			}
			got, err := reputation.Find(t.Context(), db.Read(), "agt_1")
			if err != nil || got != want {
				t.Fatalf("after input %d: %+v, %v; want %+v", i, got, err, want)
			}
			if in.Cause.Blind() && columns != [5]int{want.Score(), want.Confidence(), want.Completed, want.Failed, want.ConsecutiveFailures} {
				t.Errorf("after input %d: SQL selects %v of %+v with score %d", i, columns, want, want.Score())
			}
			if in.Cause != reputation.CausePassed {
				continue
			}
			changes, err := reputation.Changes(t.Context(), db.Read(), "agt_1", 0, 1)
			if err != nil || len(changes) != 1 || changes[0].Before != before || changes[0].After != want.Score() {
				t.Errorf("after input %d: %+v, %v; want from %d to %d", i, changes, err, before, want.Score())
			}
		}
	})
}
