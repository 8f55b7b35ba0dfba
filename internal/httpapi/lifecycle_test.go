package httpapi_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/config"
	aicity "aicity.dev/aicity/sdk/go"
)

// generic is work that would fit any question: the gate fails it.
const generic = "This is a comprehensive analysis. Best practices should be followed and error handling should be improved. " +
	"In conclusion, the code quality is good and various aspects could be more robust."

// life is a buyer with $50.00 and how its tasks fare.
type life struct {
	*apptest.Server
	buyer *apptest.Person
}

// lives runs f on both engines and verifies the books afterwards.
func lives(t *testing.T, f func(t *testing.T, l life), opts ...apptest.Option) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		f(t, life{s, s.Buyer(t, 5_000)})
		if report, err := s.App.VerifyBooks(t.Context()); err != nil || !report.OK() {
			t.Errorf("books: %+v, %v", report, err)
		}
	}, opts...)
}

func (l life) order(t *testing.T, agent *apptest.Worker) string {
	t.Helper()
	in := aicity.SubmitTask{TaskType: "research", MaxBudget: 700, Acceptance: &aicity.Acceptance{Criteria: []string{criterion}}, Input: aicity.TaskInput{Description: question}}
	if agent != nil {
		in.AgentID = agent.ID
	}
	task, err := l.buyer.Tasks.Submit(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return task.ID
}

// started is an order that the agent has begun.
func (l life) started(t *testing.T, agent *apptest.Worker) string {
	t.Helper()
	id := l.order(t, agent)
	if _, err := agent.Tasks.Executing(t.Context(), id, ""); err != nil {
		t.Fatal(err)
	}
	return id
}

// passed is an order whose work has passed: $3.00 charged, $0.45 of it the fee.
func (l life) passed(t *testing.T, agent *apptest.Worker) string {
	t.Helper()
	id := l.started(t, agent)
	done, err := agent.Tasks.Complete(t.Context(), id, aicity.Completion{Output: aicity.Output{Result: research}})
	if err != nil || done.Status != aicity.TaskCompleted || done.ChargeCents != 300 || done.FeeCents != 45 {
		t.Fatalf("%+v, %v", done, err)
	}
	return id
}

func (l life) wantPool(t *testing.T, when string, balance, held int64) {
	t.Helper()
	pool, err := l.buyer.Vault.Pool(t.Context())
	if err != nil || pool.Balance != balance || pool.Held != held {
		t.Errorf("%s: pool %+v, %v; want %d free, %d held", when, pool, err, balance, held)
	}
}

func wantWallet(t *testing.T, when string, agent *apptest.Worker, available, escrowed int64) {
	t.Helper()
	wallet, err := agent.Vault.Balance(t.Context())
	if err != nil || wallet.Available != available || wallet.Escrowed != escrowed {
		t.Errorf("%s: wallet %+v, %v; want %d available, %d escrowed", when, wallet, err, available, escrowed)
	}
}

func (l life) wantTask(t *testing.T, when, id, status, failCode string) *aicity.Task {
	t.Helper()
	task, err := l.buyer.Tasks.Get(t.Context(), id)
	if err != nil || task.Status != status || task.FailCode != failCode {
		t.Fatalf("%s: %+v, %v; want %s %s", when, task, err, status, failCode)
	}
	return task
}

// until waits on the task's live stream for an event of this type, and returns
// the types of all that came before it.
func (l life) until(t *testing.T, id, event string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var types []string
	for e, err := range l.buyer.Tasks.Events(ctx, id, "") {
		if err != nil {
			t.Fatalf("waiting for %s after %q: %v", event, types, err)
		}
		if types = append(types, e.Type); e.Type == event {
			return types
		}
	}
	t.Fatalf("the stream ended without %s: %q", event, types)
	return nil
}

func TestDeclinesGoToTheNextBest(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		agents := map[string]*apptest.Worker{}
		for range 2 {
			a := l.Agent(t, "research")
			agents[a.ID] = a
		}
		id := l.order(t, nil)
		var offered []string
		for range agents {
			first := l.wantTask(t, "offered", id, aicity.TaskSubmitted, "").AgentID
			offered = append(offered, first)
			wantSilence(t, agents[first], id, "<b>No</b>")
			for range 2 { // the first answer was lost
				if err := agents[first].Tasks.DeclineBecause(t.Context(), id, " I am "+first+".\n<b>No</b> "); err != nil {
					t.Fatal(err)
				}
			}
			_, err := agents[first].Tasks.Get(t.Context(), id)
			wantCode(t, "an agent that declined looks again", err, aicity.CodeTaskNotFound)
		}
		if offered[0] == offered[1] {
			t.Error("offered to the same agent twice")
		}
		task := l.wantTask(t, "declined by all", id, aicity.TaskFailed, "NO_AGENT_AVAILABLE")
		l.wantPool(t, "declined by all", 5_000, 0)
		if len(task.PassedOver) != 2 {
			t.Fatalf("the buyer learns of %d agents that had it, want 2", len(task.PassedOver))
		}
		for i, former := range task.PassedOver {
			if former.AgentID != offered[i] || former.Why != "declined" || former.Score == 0 || len(former.Reasons) == 0 ||
				former.Reason != "I am "+offered[i]+".\n<b>No</b>" {
				t.Errorf("offered to %s, kept %+v", offered[i], former)
			}
		}
	})
}

// wantSilence fails when the agent can read words in the task or its timeline.
func wantSilence(t *testing.T, agent *apptest.Worker, id, words string) {
	t.Helper()
	task, err := agent.Tasks.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	events, err := agent.Tasks.Timeline(t.Context(), id, "")
	if err != nil {
		t.Fatal(err)
	}
	if all := fmt.Sprintf("%+v %s", task, events); strings.Contains(all, words) {
		t.Errorf("an agent reads %q in %s", words, all)
	}
}

// Who named an agent learns what became of it.
func TestANamedAgentThatDeclines(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		agent := l.Agent(t, "research")
		id := l.order(t, agent)
		if err := agent.Tasks.Decline(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		task := l.wantTask(t, "declined", id, aicity.TaskFailed, "NO_AGENT_AVAILABLE")
		if !strings.HasPrefix(task.FailReason, "The agent you named declined the task") {
			t.Errorf("the buyer reads %q", task.FailReason)
		}
		if len(task.PassedOver) != 1 || task.PassedOver[0].AgentID != agent.ID || task.PassedOver[0].Why != "declined" || len(task.PassedOver[0].Reasons) > 0 {
			t.Errorf("passed over: %+v, want %s, which nobody ranked", task.PassedOver, agent.ID)
		}
	})
}

func TestAgentsThatDoNotStartArePassedOver(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		late := l.Agent(t, "research")
		l.Agent(t, "research")
		id := l.order(t, nil)
		l.wantPool(t, "ordered", 4_300, 700)
		types := l.until(t, id, aicity.EventTaskFailed)
		wantCode(t, "declined too late", late.Tasks.Decline(t.Context(), id), aicity.CodeTaskNotFound)
		if n := count(types, aicity.EventTaskPassedOver); n != 2 {
			t.Errorf("%d agents passed over, want 2: %q", n, types)
		}
		l.wantTask(t, "nobody started", id, aicity.TaskFailed, "NO_AGENT_AVAILABLE")
		l.wantPool(t, "nobody started", 5_000, 0)
	}, func(c *config.Config) { c.AcceptWindow = 200 * time.Millisecond })
}

func count(all []string, one string) (n int) {
	for _, s := range all {
		if s == one {
			n++
		}
	}
	return n
}

func TestCancelReturnsTheHold(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		agent := l.Agent(t, "research")
		id := l.order(t, agent)
		for range 2 { // said twice, done once
			if task, err := l.buyer.Tasks.Cancel(t.Context(), id); err != nil || task.Status != aicity.TaskCancelled {
				t.Fatalf("%+v, %v", task, err)
			}
		}
		l.wantPool(t, "cancelled", 5_000, 0)
		_, err := l.buyer.Tasks.Cancel(t.Context(), l.started(t, agent))
		wantCode(t, "cancel after the start", err, aicity.CodeInvalidState)
		l.wantPool(t, "started", 4_300, 700)
	})
}

func TestFailuresCostTheBuyerNothing(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		agent := l.Agent(t, "research")
		id := l.started(t, agent)
		for range 2 {
			if task, err := agent.Tasks.Fail(t.Context(), id, "The question cannot be answered."); err != nil || task.Status != aicity.TaskFailed {
				t.Fatalf("%+v, %v", task, err)
			}
		}
		if task := l.wantTask(t, "given up", id, aicity.TaskFailed, "AGENT_GAVE_UP"); !strings.Contains(task.FailReason, "cannot be answered") {
			t.Errorf("the buyer reads %q", task.FailReason)
		}
		id = l.started(t, agent)
		if done, err := agent.Tasks.Complete(t.Context(), id, aicity.Completion{Output: aicity.Output{Result: generic}}); err != nil || done.Status != aicity.TaskFailed {
			t.Fatalf("%+v, %v", done, err)
		}
		l.wantTask(t, "refused by the gate", id, aicity.TaskFailed, "QUALITY_GATE_FAILED")
		_, err := agent.Tasks.Fail(t.Context(), id, "Too late.")
		wantCode(t, "give up what has failed", err, aicity.CodeInvalidState)
		if err != nil && !strings.Contains(err.Error(), "QUALITY_GATE_FAILED") {
			t.Errorf("the agent reads %q, which is not why the task failed", err)
		}
		if report, err := l.buyer.Tasks.Gate(t.Context(), id); err != nil || report.Score >= 50 || len(report.Advice) == 0 {
			t.Errorf("report %+v, %v", report, err)
		}
		l.wantPool(t, "both failed", 5_000, 0)
		wantWallet(t, "both failed", agent, 0, 0)
	})
}

func TestThreeFailuresSuspendAnAgent(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		agent := l.Agent(t, "research")
		for range 3 {
			if _, err := agent.Tasks.Fail(t.Context(), l.started(t, agent), "No."); err != nil {
				t.Fatal(err)
			}
		}
		_, err := l.buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{TaskType: "research", MaxBudget: 700, AgentID: agent.ID, Input: aicity.TaskInput{Description: question}})
		wantCode(t, "hire a suspended agent", err, aicity.CodeAgentInactive)
		_, err = l.buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{TaskType: "research", MaxBudget: 700, Input: aicity.TaskInput{Description: question}})
		wantCode(t, "route to a suspended agent", err, aicity.CodeNoAgent)
		if _, err := agent.Owner.Agents.Reactivate(t.Context(), agent.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := agent.Tasks.Fail(t.Context(), l.started(t, agent), "No."); err != nil {
			t.Fatal(err)
		}
		l.order(t, agent) // one failure since: it goes on
	})
}

func TestRefundInsideTheWindow(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		agent := l.Agent(t, "research")
		id := l.passed(t, agent)
		l.wantPool(t, "charged", 4_700, 0)
		wantWallet(t, "charged", agent, 0, 255)
		if task, err := l.buyer.Tasks.Feedback(t.Context(), id, aicity.Feedback{Thumbs: "up", Rating: 4}); err != nil || task.Status != aicity.TaskCompleted {
			t.Fatalf("%+v, %v", task, err)
		}
		_, err := l.buyer.Tasks.Feedback(t.Context(), id, aicity.Feedback{Thumbs: "up", Rating: 5})
		wantCode(t, "up again", err, "FEEDBACK_ALREADY_GIVEN")
		down := aicity.Feedback{Thumbs: "down", Reason: "incomplete", Criterion: 1, Comment: "Checkpointing is missing."}
		for range 2 {
			if task, err := l.buyer.Tasks.Feedback(t.Context(), id, down); err != nil || task.Status != aicity.TaskRefunded {
				t.Fatalf("%+v, %v", task, err)
			}
		}
		l.wantPool(t, "refunded with the fee", 5_000, 0)
		wantWallet(t, "refunded", agent, 0, 0)
	})
}

func TestReleaseAfterTheWindow(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		agent := l.Agent(t, "research")
		id := l.passed(t, agent)
		types := l.until(t, id, aicity.EventTaskReleased)
		want := []string{
			aicity.EventTaskSubmitted, aicity.EventTaskRouting, aicity.EventTaskAssigned, aicity.EventTaskExecuting, aicity.EventTaskDelivered, aicity.EventTaskCompleted, aicity.EventTaskReleased,
		}
		if !slices.Equal(types, want) {
			t.Errorf("events %q, want %q", types, want)
		}
		wantWallet(t, "released", agent, 255, 0)
		// Later it is an opinion, and costs nobody money.
		if task, err := l.buyer.Tasks.Feedback(t.Context(), id, aicity.Feedback{Thumbs: "down", Reason: "wrong"}); err != nil || task.Status != aicity.TaskCompleted {
			t.Fatalf("%+v, %v", task, err)
		}
		l.wantPool(t, "an opinion after the window", 4_700, 0)
		wantWallet(t, "an opinion after the window", agent, 255, 0)
		_, err := agent.Owner.Vault.Withdraw(t.Context(), aicity.Withdraw{Amount: 1_000})
		wantCode(t, "withdraw more than there is", err, "INSUFFICIENT_FUNDS")
	}, apptest.RefundWindow(300*time.Millisecond))
}

// The buyer takes the money back in the very moment in which it is released.
func TestRefundMeetsRelease(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		var wg sync.WaitGroup
		for range 6 {
			agent := l.Agent(t, "research")
			id := l.passed(t, agent)
			wg.Go(func() {
				task, err := l.buyer.Tasks.Get(t.Context(), id)
				if err != nil || task.RefundUntil == nil {
					t.Errorf("%+v, %v", task, err)
					return
				}
				timer := time.NewTimer(time.Until(*task.RefundUntil))
				defer timer.Stop()
				<-timer.C
				task, err = l.buyer.Tasks.Feedback(t.Context(), id, aicity.Feedback{Thumbs: "down", Reason: "wrong"})
				if err != nil {
					t.Error(err)
					return
				}
				if task.Status == aicity.TaskCompleted {
					l.until(t, id, aicity.EventTaskReleased)
					wantWallet(t, "released first", agent, 255, 0)
					return
				}
				wantWallet(t, "refunded first", agent, 0, 0)
			})
		}
		wg.Wait()
	}, apptest.RefundWindow(400*time.Millisecond))
}

func TestDeliveredTwiceIsChargedOnce(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		agent := l.Agent(t, "research")
		id := l.started(t, agent)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				done, err := agent.Tasks.Complete(t.Context(), id, aicity.Completion{Output: aicity.Output{Result: research}})
				if err != nil || done.Status != aicity.TaskCompleted && done.Status != aicity.TaskQualityCheck {
					t.Errorf("%+v, %v", done, err)
				}
			})
		}
		wg.Wait()
		l.wantTask(t, "delivered", id, aicity.TaskCompleted, "")
		l.wantPool(t, "delivered", 4_700, 0)
		wantWallet(t, "delivered", agent, 0, 255)
	})
}

func TestLongPollWakes(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		agent := l.Agent(t, "research")
		// Once with nothing, so that what is remembered must be forgotten.
		if tasks, err := agent.Tasks.Submitted(t.Context(), 0); err != nil || len(tasks) != 0 {
			t.Fatalf("%+v, %v", tasks, err)
		}
		found := make(chan error, 1)
		go func() {
			tasks, err := agent.Tasks.Submitted(t.Context(), 25*time.Second)
			if err == nil && len(tasks) != 1 {
				err = errors.New("the poll brought nothing")
			}
			found <- err
		}()
		id := l.order(t, agent)
		if err := <-found; err != nil {
			t.Error(err)
		}
		if tasks, err := agent.Tasks.Submitted(t.Context(), 0); err != nil || len(tasks) != 1 || tasks[0].ID != id {
			t.Errorf("the next poll: %+v, %v", tasks, err)
		}
	})
}

// An agent may order for its owner, and never from itself or its sisters.
func TestSubHiring(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		boss := l.Agent(t, "research")
		if _, err := boss.Owner.Vault.TopUp(t.Context(), 1_000); err != nil {
			t.Fatal(err)
		}
		in := aicity.SubmitTask{TaskType: "research", MaxBudget: 700, Input: aicity.TaskInput{Description: question}}
		_, err := boss.Tasks.Submit(t.Context(), in)
		wantCode(t, "with nobody else there", err, aicity.CodeNoAgent)
		hired := l.Agent(t, "research")
		task, err := boss.Tasks.Submit(t.Context(), in)
		if err != nil || task.AgentID != hired.ID || task.BuyerID != boss.Owner.ID || task.SubmittedByAgentID != boss.ID {
			t.Errorf("%+v, %v", task, err)
		}
		// The one that orders sees its order, the one that works its redacted task.
		if page, err := hired.Tasks.List(t.Context(), aicity.TaskQuery{}); err != nil || len(page.Items) != 1 || page.Items[0].ID != task.ID || page.Items[0].BuyerID != "" {
			t.Errorf("the hired agent lists %+v, %v", page, err)
		}
		if page, err := boss.Tasks.List(t.Context(), aicity.TaskQuery{}); err != nil || len(page.Items) != 0 {
			t.Errorf("nothing is assigned to the boss: %+v, %v", page, err)
		}
		if orders := asAgent(l.Server, boss).call(t, get, "/tasks?role=buyer", ""); !strings.Contains(string(orders.body), task.ID) {
			t.Errorf("the boss's orders: %s", orders.body)
		}
		pool, err := boss.Owner.Vault.Pool(t.Context())
		if err != nil || pool.Balance != 300 || pool.Held != 700 {
			t.Errorf("the owner's pool %+v, %v", pool, err)
		}
	})
}

func TestWithdrawal(t *testing.T) {
	t.Parallel()
	lives(t, func(t *testing.T, l life) {
		agent := l.Agent(t, "research")
		ids := make([]string, 4)
		for i := range ids {
			ids[i] = l.started(t, agent)
		}
		for i, id := range ids {
			// Each delivery is its own: the gate refuses an agent's earlier text.
			done, err := agent.Tasks.Complete(t.Context(), id, aicity.Completion{Output: aicity.Output{Result: answers[i]}})
			if err != nil || done.Status != aicity.TaskCompleted {
				t.Fatalf("%d: %+v, %v", i, done, err)
			}
		}
		for _, id := range ids {
			l.until(t, id, aicity.EventTaskReleased)
		}
		wantWallet(t, "released", agent, 4*255, 0)
		var wg sync.WaitGroup
		var paid, refused int
		var mu sync.Mutex
		for range 4 {
			wg.Go(func() {
				_, err := agent.Owner.Vault.Withdraw(t.Context(), aicity.Withdraw{Amount: 1_000})
				mu.Lock()
				defer mu.Unlock()
				switch aicity.ErrorCode(err) {
				case "":
					paid++
				case "INSUFFICIENT_FUNDS", "WITHDRAWAL_PENDING":
					refused++
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if paid != 1 || refused != 3 {
			t.Errorf("%d withdrawals taken, %d refused; want 1 and 3", paid, refused)
		}
		wantWallet(t, "withdrawn", agent, 20, 0)
	}, apptest.RefundWindow(50*time.Millisecond))
}
