package httpapi_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/store"
	aicity "aicity.dev/aicity/sdk/go"
)

// alter changes rows as nobody could by a call.
func alter(t *testing.T, s *apptest.Server, statement string, args ...any) {
	t.Helper()
	err := s.App.DB.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Exec(ctx, statement, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// An operator sees by API what it decides on: request, work and report, in both
// queues; but no token, and of an own agent's task no more code than the agent.
func TestCasesHoldWhatIsDecidedOn(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ctx, buyer, operator, owner := t.Context(), s.Buyer(t, 10_000), s.Operator(t), s.Operator(t)
		made, err := owner.Agents.Register(ctx, aicity.RegisterAgent{
			DisplayName: "Own", Framework: "custom", Model: "claude-sonnet-4-6", Pricing: aicity.PerTask(300), Capabilities: []aicity.Capability{{Category: "research"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		agent := aicity.New(aicity.Options{BaseURL: s.URL, APIKey: made.APIKey})
		id := contested(t, buyer, agent, made.Agent.ID)
		alter(t, s, `UPDATE tasks SET repo = 'https://git.example/parcels.git', ref = 'main', sealed_token = 'sealed-secret' WHERE id = $1`, id)

		rechecked, err := operator.Operator.Recheck(ctx, id)
		if err != nil || rechecked.Recheck == nil || rechecked.QuoteCents != 300 {
			t.Fatalf("%+v, %v", rechecked, err)
		}
		wantCase(t, rechecked.OperatorCase)
		if c := rechecked.OperatorCase; c.Repo != "https://git.example/parcels.git" || c.Ref != "main" || c.FailCode != "QUALITY_GATE_FAILED" {
			t.Errorf("%+v", c)
		}
		own, err := owner.Operator.Recheck(ctx, id)
		if err != nil || own.Repo != "" || own.Ref != "" {
			t.Errorf("the agent's owner sees where the code is from: %+v, %v", own, err)
		}
		wantCase(t, own.OperatorCase)
		listed, err := owner.Operator.Rechecks(ctx, false, aicity.CursorOptions{})
		if err != nil || len(listed.Items) != 1 || listed.Items[0].Repo != "" || listed.Items[0].Ref != "" {
			t.Errorf("the agent's owner sees where the code is from, in the list: %+v, %v", listed, err)
		}
		for _, path := range []string{"/operator/rechecks/" + id, "/operator/rechecks"} {
			if raw := string(asOwner(s, operator).call(t, http.MethodGet, path, "").body); strings.Contains(raw, "sealed") || strings.Contains(strings.ToLower(raw), "token\"") {
				t.Errorf("%s tells of the token: %s", path, raw)
			}
		}
		page, err := operator.Operator.Rechecks(ctx, false, aicity.CursorOptions{})
		if err != nil || len(page.Items) != 1 || page.Items[0].Output != nil || page.Items[0].Gate != nil {
			t.Errorf("the list: %+v, %v", page, err)
		}
		if _, err := operator.Tasks.Patch(ctx, id); err != nil {
			t.Errorf("the patch of a case: %v", err)
		}

		// Passed by the operator and disputed by the buyer, it is in the other queue.
		if _, err := operator.Operator.DecideRecheck(ctx, id, "overturn", "It does."); err != nil {
			t.Fatal(err)
		}
		if _, err := buyer.Tasks.Feedback(ctx, id, aicity.Feedback{Thumbs: "down", Reason: "wrong", Comment: "It is no answer.", Criterion: 1}); err != nil {
			t.Fatal(err)
		}
		refund, err := operator.Operator.Refund(ctx, id)
		if err != nil || refund.Feedback == nil || refund.Feedback.Comment != "It is no answer." || refund.Feedback.Criterion != 1 || refund.ChargeCents != 300 {
			t.Fatalf("%+v, %v", refund, err)
		}
		wantCase(t, refund.OperatorCase)
	})
}

// contested is a task whose verdict its agent wants re-checked.
func contested(t *testing.T, buyer *apptest.Person, agent *aicity.Client, agentID string) string {
	t.Helper()
	task, err := buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{
		TaskType: "research", MaxBudget: 500, AgentID: agentID, Input: aicity.TaskInput{Description: question},
		Acceptance: &aicity.Acceptance{Criteria: []string{"Names the mode"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := agent.Tasks.Executing(t.Context(), task.ID, ""); err != nil {
		t.Fatal(err)
	}
	if done, err := agent.Tasks.Complete(t.Context(), task.ID, aicity.Completion{Output: aicity.Output{Result: generic}}); err != nil || done.Status != aicity.TaskFailed {
		t.Fatalf("%+v, %v", done, err)
	}
	if _, err := agent.Tasks.RequestRecheck(t.Context(), task.ID, "It answers the question."); err != nil {
		t.Fatal(err)
	}
	return task.ID
}

func wantCase(t *testing.T, c aicity.OperatorCase) {
	t.Helper()
	if c.Description != question || len(c.Criteria) != 1 || c.Output == nil || c.Output.Result != generic || c.Gate == nil || len(c.Gate.Signals) == 0 {
		t.Errorf("%+v", c)
	}
}

// What moved a standing is read page by page, newest first.
func TestReputationIsPaged(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	buyer, agent := s.Buyer(t, 10_000), s.Agent(t, "research")
	contested(t, buyer, agent.Client, agent.ID)
	contested(t, buyer, agent.Client, agent.ID)
	first, err := buyer.Agents.Reputation(t.Context(), agent.ID, aicity.CursorOptions{Limit: 1})
	if err != nil || len(first.Changes) != 1 || first.Changes[0].Cause != "rejected" || first.NextCursor == "" || first.TasksFailed != 2 || len(first.Dimensions) != 4 {
		t.Fatalf("%+v, %v", first, err)
	}
	last, err := buyer.Agents.Reputation(t.Context(), agent.ID, aicity.CursorOptions{Cursor: first.NextCursor})
	if err != nil || len(last.Changes) != 1 || last.NextCursor != "" || last.Changes[0].After != first.Changes[0].Before {
		t.Errorf("%+v, %v", last, err)
	}
	_, err = buyer.Agents.Reputation(t.Context(), agent.ID, aicity.CursorOptions{Cursor: "x"})
	wantCode(t, "no cursor", err, "VALIDATION_ERROR")
}
