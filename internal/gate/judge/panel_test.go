package judge_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/judge"
	"aicity.dev/aicity/internal/gate/judge/judgetest"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// A hearing that is held again asks for nothing that is there.
func TestNothingIsPaidTwice(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db, judge.OpenAI, judgetest.Always("fail", 20))
		first, second := b.hear(t, "tsk_1"), b.hear(t, "tsk_1")
		if n := len(b.server.Asked()); n != 2 {
			t.Errorf("asked %d times, want 2", n)
		}
		if first.Score != second.Score || second.Verdict != gate.Fail {
			t.Errorf("%d %s, then %d %s", first.Score, first.Verdict, second.Score, second.Verdict)
		}
		calls, err := judge.Calls(t.Context(), db.Read(), "tsk_1")
		if err != nil || len(calls) != 2 || calls[0].State != judge.Answered || calls[0].InputTokens != 900 || calls[1].AnsweredAt == nil {
			t.Errorf("calls %+v, %v", calls, err)
		}
	})
}

// A server that dies between two calls finds the first one paid, and the one
// whose answer was lost as made: it is not taken for an opinion.
func TestHearingIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		dying, die := context.WithCancel(t.Context())
		b := setup(t, db, judge.Anthropic, func(n int, q judgetest.Question, _ *http.Request) judgetest.Reply {
			if n == 2 {
				die()
			}
			return judgetest.Verdict(q, "pass", 90)
		})
		if _, err := b.panel.Hear(dying, "tsk_1", borderline()); !errors.Is(err, context.Canceled) {
			t.Fatalf("error %v", err)
		}
		before := len(b.server.Asked())
		if r := b.hear(t, "tsk_1"); r.Judge.Outcome != gate.JudgeAgreed || len(r.Judge.Opinions) != 2 {
			t.Errorf("%+v", r.Judge)
		}
		if after := len(b.server.Asked()); after > before+1 {
			t.Errorf("asked %d times more", after-before)
		}
	})
}

// The budget holds for all nodes together, and the next day begins anew.
func TestDailyBudget(t *testing.T) {
	t.Parallel()
	clock := &manual{now: time.Date(2026, 5, 4, 22, 0, 0, 0, time.UTC)}
	storetest.EachClock(t, clock, func(t *testing.T, db *store.DB) {
		budget := func(c *judge.Config) { c.Budget = 5 }
		server := judgetest.Always("pass", 90)
		nodes := []*bench{setup(t, db, judge.OpenAI, server, budget), setup(t, db, judge.OpenAI, server, budget)}
		var all sync.WaitGroup
		for i := range 6 {
			all.Go(func() {
				if _, err := nodes[i%2].panel.Hear(t.Context(), city.NewID(city.PrefixTask), borderline()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := len(nodes[0].server.Asked()) + len(nodes[1].server.Asked()); n != 5 {
			t.Errorf("%d calls with a budget of 5", n)
		}
		r := nodes[0].hear(t, "tsk_late")
		if r.Score != 60 || r.Judge.Outcome != gate.JudgeUnavailable || !strings.Contains(r.Judge.Note, "budget") {
			t.Errorf("%+v", r.Judge)
		}
	})
}

// What a buyer or an agent wrote does not get into the log.
func TestLogsAreBlind(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.SQLite(t), judge.OpenAI, judgetest.Always("fail", 10))
	b.hear(t, "tsk_1")
	logs := b.logs.String()
	if !strings.Contains(logs, `"call":2`) {
		t.Errorf("calls are not logged: %s", logs)
	}
	for _, secret := range []string{"SECRET", "http.go", judgetest.Key, "second reader"} {
		if strings.Contains(logs, secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
}

type manual struct{ now time.Time }

func (m *manual) Now() time.Time { return m.now }
