package httpapi_test

import (
	"testing"

	aicity "aicity.dev/aicity/sdk/go"
)

// A failed verdict, from the agent's question to the operator's answer.
func TestRecheckOverHTTP(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		ctx, agent, operator := t.Context(), l.Agent(t, "research"), l.Operator(t)
		id := l.started(t, agent)
		_, err := agent.Tasks.RequestRecheck(ctx, id, "Too early")
		wantCode(t, "before the verdict", err, "INVALID_STATE")
		if done, err := agent.Tasks.Complete(ctx, id, aicity.Completion{Output: aicity.Output{Result: generic}}); err != nil || done.Status != aicity.TaskFailed {
			t.Fatalf("%+v, %v", done, err)
		}
		_, err = agent.Tasks.RequestRecheck(ctx, id, "")
		wantCode(t, "without a reason", err, "VALIDATION_ERROR")
		_, err = l.Agent(t, "research").Tasks.RequestRecheck(ctx, id, "Not mine")
		wantCode(t, "another agent", err, "TASK_NOT_FOUND")
		asked, err := agent.Tasks.RequestRecheck(ctx, id, "It answers the question.")
		if err != nil || asked.Recheck == nil {
			t.Fatalf("%+v, %v", asked, err)
		}
		_, err = l.buyer.Operator.Rechecks(ctx, false, aicity.CursorOptions{})
		if err == nil {
			t.Error("a buyer reads the operators' queue")
		}
		queue, err := operator.Operator.Rechecks(ctx, false, aicity.CursorOptions{})
		if err != nil || len(queue.Items) != 1 || queue.Items[0].TaskID != id {
			t.Fatalf("queue %+v, %v", queue, err)
		}
		_, err = operator.Operator.DecideRecheck(ctx, id, "perhaps", "Unsure")
		wantCode(t, "no decision", err, "VALIDATION_ERROR")
		if _, err := operator.Operator.DecideRecheck(ctx, id, "overturn", "It does."); err != nil {
			t.Fatal(err)
		}
		l.wantPool(t, "overturned", 4_700, 0)
		wantWallet(t, "overturned", agent, 0, 255)
		_, err = operator.Operator.DecideRecheck(ctx, id, "uphold", "Changed my mind")
		wantCode(t, "decided twice", err, "INVALID_STATE")
	})
}
