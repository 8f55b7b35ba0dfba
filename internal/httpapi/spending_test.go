package httpapi_test

import (
	"sync"
	"sync/atomic"
	"testing"

	aicity "aicity.dev/aicity/sdk/go"
)

func (l life) submit(t *testing.T, client *aicity.Client, budget int64) (*aicity.Task, error) {
	t.Helper()
	return client.Tasks.Submit(t.Context(), aicity.SubmitTask{TaskType: "research", MaxBudget: budget, Input: aicity.TaskInput{Description: question}})
}

func (l life) limit(t *testing.T, agentID string, limits aicity.Limits) {
	t.Helper()
	if got, err := l.buyer.Vault.SetLimits(t.Context(), agentID, limits); err != nil || *got != limits {
		t.Fatalf("%+v, %v", got, err)
	}
	if got, err := l.buyer.Vault.Limits(t.Context(), agentID); err != nil || *got != limits {
		t.Fatalf("%+v, %v", got, err)
	}
}

func TestSpendingLimits(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		agent := l.Agent(t, "research")
		l.limit(t, "", aicity.Limits{PerTask: 600, PerDay: 1_000})
		_, err := l.submit(t, l.buyer.Client, 601)
		wantCode(t, "over the limit of a task", err, aicity.CodeSpendingLimit)
		first, err := l.submit(t, l.buyer.Client, 600)
		if err != nil {
			t.Fatal(err)
		}
		_, err = l.submit(t, l.buyer.Client, 401)
		wantCode(t, "over the limit of a day", err, aicity.CodeSpendingLimit)
		l.wantPool(t, "refused", 4_400, 600)
		if _, err := l.submit(t, l.buyer.Client, 400); err != nil {
			t.Errorf("up to the limit of a day: %v", err)
		}
		// What is not charged does not count.
		if _, err := l.buyer.Tasks.Cancel(t.Context(), first.ID); err != nil {
			t.Fatal(err)
		}
		second, err := l.submit(t, l.buyer.Client, 600)
		if err != nil {
			t.Fatalf("after a cancellation: %v", err)
		}
		if _, err := agent.Tasks.Executing(t.Context(), second.ID, ""); err != nil {
			t.Fatal(err)
		}
		if done, err := agent.Tasks.Complete(t.Context(), second.ID, aicity.Completion{Output: aicity.Output{Result: research}}); err != nil || done.ChargeCents != 300 {
			t.Fatalf("%+v, %v", done, err)
		}
		_, err = l.submit(t, l.buyer.Client, 301)
		wantCode(t, "what was charged counts", err, aicity.CodeSpendingLimit)
		if _, err := l.submit(t, l.buyer.Client, 300); err != nil {
			t.Errorf("what was held and not charged does not: %v", err)
		}
		l.limit(t, "", aicity.Limits{PerMonth: 1_000})
		_, err = l.submit(t, l.buyer.Client, 300)
		wantCode(t, "over the limit of a month", err, aicity.CodeSpendingLimit)
		l.limit(t, "", aicity.Limits{})
		if _, err := l.submit(t, l.buyer.Client, 1_000); err != nil {
			t.Errorf("without limits: %v", err)
		}
	})
}

// Orders that arrive at once cannot pass a limit together.
func TestSpendingLimitUnderLoad(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		l.Agent(t, "research")
		l.limit(t, "", aicity.Limits{PerDay: 1_000})
		var taken atomic.Int32
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				_, err := l.submit(t, l.buyer.Client, 400)
				if err == nil {
					taken.Add(1)
				} else if aicity.ErrorCode(err) != aicity.CodeSpendingLimit {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if taken.Load() != 2 {
			t.Errorf("%d orders of 400 under a limit of 1000", taken.Load())
		}
		l.wantPool(t, "afterwards", 4_200, 800)
	})
}

// An agent that orders for its owner keeps its own limits and the owner's.
func TestSpendingLimitsOfAnAgent(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		boss := l.Agent(t, "design")
		l.buyer = boss.Owner
		if _, err := l.buyer.Vault.TopUp(t.Context(), 5_000); err != nil {
			t.Fatal(err)
		}
		l.Agent(t, "research")
		l.limit(t, boss.ID, aicity.Limits{PerDay: 500})
		if _, err := l.submit(t, boss.Client, 500); err != nil {
			t.Fatal(err)
		}
		_, err := l.submit(t, boss.Client, 300)
		wantCode(t, "the agent over its own limit", err, aicity.CodeSpendingLimit)
		if _, err := l.submit(t, l.buyer.Client, 300); err != nil {
			t.Errorf("the owner has no limit: %v", err)
		}
		l.limit(t, boss.ID, aicity.Limits{PerTask: 400})
		_, err = l.submit(t, boss.Client, 401)
		wantCode(t, "the agent over its limit of a task", err, aicity.CodeSpendingLimit)
		l.limit(t, boss.ID, aicity.Limits{PerMonth: 700})
		_, err = l.submit(t, boss.Client, 300)
		wantCode(t, "the agent over its limit of a month", err, aicity.CodeSpendingLimit)
		l.limit(t, boss.ID, aicity.Limits{ApproveAbove: 250})
		if got, err := l.submit(t, boss.Client, 300); err != nil || got.Status != aicity.TaskPendingApproval {
			t.Errorf("the agent over what needs its owner's word: %+v, %v", got, err)
		}
		l.limit(t, boss.ID, aicity.Limits{})
		l.limit(t, "", aicity.Limits{PerDay: 1_300}) // 1,100 of it are ordered
		_, err = l.submit(t, boss.Client, 300)
		wantCode(t, "the agent over its owner's limit", err, aicity.CodeSpendingLimit)
		stranger := l.SignUp(t, "stranger")
		_, err = stranger.Vault.SetLimits(t.Context(), boss.ID, aicity.Limits{})
		wantCode(t, "a stranger lifts the limit", err, aicity.CodeAgentNotFound)
		_, err = l.buyer.Vault.SetLimits(t.Context(), "", aicity.Limits{PerDay: -1})
		wantCode(t, "a negative limit", err, aicity.CodeValidation)
	})
}

// An order over the limit waits, seen by nobody, with its budget held.
func TestApproval(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		agent := l.Agent(t, "research")
		l.limit(t, "", aicity.Limits{ApproveAbove: 500})
		free, err := l.submit(t, l.buyer.Client, 500)
		if err != nil || free.Status != aicity.TaskSubmitted {
			t.Fatalf("at the limit: %+v, %v", free, err)
		}
		waiting, err := l.submit(t, l.buyer.Client, 700)
		if err != nil || waiting.Status != aicity.TaskPendingApproval || waiting.AgentID != "" {
			t.Fatalf("over the limit: %+v, %v", waiting, err)
		}
		l.wantPool(t, "waiting", 3_800, 1_200)
		if tasks, err := agent.Tasks.Submitted(t.Context(), 0); err != nil || len(tasks) != 1 {
			t.Errorf("the agent sees %+v, %v", tasks, err)
		}
		_, err = agent.Tasks.Executing(t.Context(), waiting.ID, "")
		wantCode(t, "the agent starts it", err, aicity.CodeTaskNotFound)
		stranger := l.SignUp(t, "stranger")
		_, err = stranger.Tasks.Approve(t.Context(), waiting.ID)
		wantCode(t, "a stranger agrees", err, aicity.CodeTaskNotFound)
		for range 2 {
			if task, err := l.buyer.Tasks.Approve(t.Context(), waiting.ID); err != nil || task.Status != aicity.TaskSubmitted || task.AgentID != agent.ID {
				t.Fatalf("approved: %+v, %v", task, err)
			}
		}
		if _, err := agent.Tasks.Executing(t.Context(), waiting.ID, ""); err != nil {
			t.Fatal(err)
		}
		if task, err := l.buyer.Tasks.Approve(t.Context(), waiting.ID); err != nil || task.Status != aicity.TaskExecuting {
			t.Errorf("approved once more, after the start: %+v, %v", task, err)
		}
		_, err = l.buyer.Tasks.Approve(t.Context(), free.ID)
		wantCode(t, "approve what needs no approval", err, aicity.CodeNoApproval)
		if tasks, err := agent.Tasks.Submitted(t.Context(), 0); err != nil || len(tasks) != 1 {
			t.Errorf("after the approval the agent sees %+v, %v", tasks, err)
		}
		other, err := l.submit(t, l.buyer.Client, 900)
		if err != nil {
			t.Fatal(err)
		}
		if task, err := l.buyer.Tasks.Cancel(t.Context(), other.ID); err != nil || task.Status != aicity.TaskCancelled {
			t.Errorf("cancelled: %+v, %v", task, err)
		}
		_, err = l.buyer.Tasks.Approve(t.Context(), other.ID)
		wantCode(t, "approve what was cancelled", err, aicity.CodeInvalidState)
		l.wantPool(t, "cancelled", 3_800, 1_200)
	})
}
