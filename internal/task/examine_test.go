package task_test

import (
	"net/http"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/config"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/judge"
	"aicity.dev/aicity/internal/gate/judge/judgetest"
	aicity "aicity.dev/aicity/sdk/go"
)

const wanted = "Review the retry logic of our payment client and say where money could be charged twice"

// borderline is work that the heuristics are not sure of: a good review, cut
// until they are not.
func borderline(t *testing.T) string {
	t.Helper()
	sentences := []string{
		"## Retry logic of the payment client\n\n", "The retry loop sends the same charge again after a timeout, and the server may have taken the money already. ",
		"Without an idempotency key the payment client charges the card twice in that case. ", "Generate the key once per order, store it before the first attempt and send it with every retry. ",
		"\n\n### High: no backoff\n\nThe client retries at once, so an outage of the payment server turns into a storm of charges. ", "Wait with jitter between attempts and stop after five. ",
		"\n\n```go\nreq.Header.Set(\"Idempotency-Key\", order.ID)\nif errors.Is(err, context.DeadlineExceeded) {\n\treturn lookUp(order.ID)\n}\n```\n\n", "A timeout must look the charge up before it retries. ",
		"### Medium: errors are swallowed\n\nThe client logs a failed refund and goes on, and nobody learns that money is missing. ", "Return the error and let the order stay open. ",
	}
	for n := len(sentences); n > 1; n-- {
		text := strings.Join(sentences[:n], "")
		r := gate.Judge(gate.Input{Request: gate.Request{Category: city.CodeReview, Description: wanted}, Deliverable: gate.Deliverable{Result: text}})
		if r.Borderline {
			return text
		}
	}
	t.Fatal("no part of the work is borderline: write another")
	return ""
}

func judged(server *judgetest.Server, provider string) apptest.Option {
	return func(c *config.Config) {
		c.Judge = config.Judge{Provider: provider, BaseURL: server.URL + "/v1", Key: judgetest.Key, Model: "model-1", DailyBudget: 100}
	}
}

// delivered orders a review and delivers result for it.
func delivered(t *testing.T, s *apptest.Server, result string) (buyer *apptest.Person, worker *apptest.Worker, done *aicity.Task) {
	t.Helper()
	return deliveredFor(t, s, wanted, result)
}

func deliveredFor(t *testing.T, s *apptest.Server, request, result string) (buyer *apptest.Person, worker *apptest.Worker, done *aicity.Task) {
	t.Helper()
	buyer, worker = s.Buyer(t, 1000), s.Agent(t, "code_review")
	ordered, err := buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{
		TaskType: "code_review", MaxBudget: 500, AgentID: worker.ID, Input: aicity.TaskInput{Description: request},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := worker.Tasks.Executing(t.Context(), ordered.ID, ""); err != nil {
		t.Fatal(err)
	}
	done, err = worker.Tasks.Complete(t.Context(), ordered.ID, aicity.Completion{Output: aicity.Output{Result: result}})
	if err != nil {
		t.Fatal(err)
	}
	return buyer, worker, done
}

// The judge decides borderline work, money follows, and its reasons are in the report.
func TestJudgeDecidesBorderlineWork(t *testing.T) {
	t.Parallel()
	for verdict, want := range map[string]struct {
		score   int
		status  city.TaskStatus
		balance int64
	}{"pass": {80, city.TaskCompleted, 700}, "fail": {20, city.TaskFailed, 1000}} {
		for _, provider := range []string{"openai", "anthropic"} {
			t.Run(provider+" "+verdict, func(t *testing.T) {
				t.Parallel()
				server := judgetest.Start(t, judgetest.Always(verdict, want.score))
				s := apptest.Start(t, judged(server, provider))
				buyer, _, done := delivered(t, s, borderline(t))
				if city.TaskStatus(done.Status) != want.status {
					t.Errorf("status %s, want %s", done.Status, want.status)
				}
				pool, err := buyer.Vault.Pool(t.Context())
				if err != nil || pool.Balance != want.balance {
					t.Errorf("balance %+v, %v", pool, err)
				}
				report, err := s.App.Tasks.GateReport(t.Context(), done.ID)
				if err != nil || report.Judge == nil || report.Judge.Outcome != gate.JudgeAgreed || len(report.Judge.Opinions) != 2 {
					t.Errorf("report %+v, %v", report.Judge, err)
				}
				calls, err := judge.Calls(t.Context(), s.App.DB.Read(), done.ID)
				if err != nil || len(calls) != 2 {
					t.Errorf("calls %+v, %v", calls, err)
				}
			})
		}
	}
}

// A model server that is down costs nobody anything: the heuristic score stands
// and the report says so.
func TestFailingJudgeLeavesTheHeuristicScore(t *testing.T) {
	t.Parallel()
	server := judgetest.Start(t, func(int, judgetest.Question, *http.Request) judgetest.Reply { return judgetest.Reply{Status: 401} })
	s := apptest.Start(t, judged(server, "openai"))
	_, _, done := delivered(t, s, borderline(t))
	report, err := s.App.Tasks.GateReport(t.Context(), done.ID)
	if err != nil || city.TaskStatus(done.Status) != city.TaskCompleted || report.Judge.Outcome != gate.JudgeUnavailable || report.Score != report.Judge.Heuristic {
		t.Errorf("%s: %+v, %v", done.Status, report.Judge, err)
	}
}

// A city that stops while the judge thinks answers with quality_check, and the
// next life finds the verdict without paying again for what was answered.
func TestVerdictSurvivesAStop(t *testing.T) {
	t.Parallel()
	thinking, gone := make(chan struct{}), make(chan struct{})
	server := judgetest.Start(t, func(n int, q judgetest.Question, r *http.Request) judgetest.Reply {
		if n == 2 { // the first life ends during its second question
			close(thinking)
			select {
			case <-r.Context().Done():
			case <-gone:
			}
		}
		return judgetest.Verdict(q, "fail", 20)
	})
	dir := t.TempDir()
	again := func(c *config.Config) { c.Data = dir }
	var id string
	t.Run("first", func(t *testing.T) {
		s := apptest.Start(t, again, judged(server, "openai"))
		answered := make(chan struct{})
		go func() {
			defer close(answered)
			_, _, done := delivered(t, s, borderline(t))
			if id = done.ID; city.TaskStatus(done.Status) != city.TaskQualityCheck {
				t.Errorf("status %s", done.Status)
			}
		}()
		<-thinking
		s.App.Tasks.Halt()
		<-answered
	})
	close(gone)
	s := apptest.Start(t, again, judged(server, "openai"))
	if err := s.App.Tasks.JudgeNow(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	report, err := s.App.Tasks.GateReport(t.Context(), id)
	if err != nil || report.Verdict != gate.Fail || len(report.Judge.Opinions) != 2 {
		t.Fatalf("%+v, %v", report.Judge, err)
	}
	if n := len(server.Asked()); n != 3 {
		t.Errorf("asked %d times: one answer was kept, one was lost, one more was needed", n)
	}
}
