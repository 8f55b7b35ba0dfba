package httpapi_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	aicity "aicity.dev/aicity/sdk/go"
)

// A quote has no numbers that are not known or not to be seen: an agent reads of
// no size that the estimate contradicts, and what it has read once stays.
func TestAQuoteDoesNotContradictItself(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		needSandbox(t, s)
		code := strings.Repeat("// nothing to see here\n", 200)
		j := newJob(t, s, s.Buyer(t, 10_000), aicity.TaskInput{Description: "Review this file for errors.", Code: code})
		agent := asAgent(s, j.agent)
		want := func(when string, tokens bool) {
			t.Helper()
			var got struct {
				Data struct{ Quote map[string]any }
			}
			if err := json.Unmarshal(agent.call(t, get, "/tasks/"+j.id, "").body, &got); err != nil {
				t.Fatal(err)
			}
			size, there := got.Data.Quote["repoTokens"]
			if there != tokens || there && size == 0.0 || got.Data.Quote["estimateCents"] != 2.0 {
				t.Errorf("%s: %v", when, got.Data.Quote)
			}
		}
		want("offered", false)
		if got := agent.call(t, post, "/tasks/"+j.id+"/sandbox/provision", ""); got.status != http.StatusOK {
			t.Fatalf("%d %s", got.status, got.body)
		}
		want("provisioned", false)
		if _, err := j.agent.Tasks.Executing(t.Context(), j.id, ""); err != nil {
			t.Fatal(err)
		}
		want("executing", true)
		if _, err := j.agent.Tasks.Fail(t.Context(), j.id, "Nothing is wrong with it."); err != nil {
			t.Fatal(err)
		}
		want("ended", true)
		free := asOwner(s, j.buyer).call(t, post, "/tasks", `{"taskType":"bug_fix","maxBudget":700,"input":{"description":"Say what a parser is."}}`)
		if strings.Contains(string(free.body), "repoTokens") || strings.Contains(string(free.body), "estimateCents") || free.status != http.StatusCreated {
			t.Errorf("without code: %d %s", free.status, free.body)
		}
	})
}
