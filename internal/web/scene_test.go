package web_test

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"aicity.dev/aicity/internal/apptest"
	aicity "aicity.dev/aicity/sdk/go"
)

// scene is a city in which every page has something to show.
type scene struct {
	*apptest.Server
	buyer, newcomer *apptest.Person
	worker          *apptest.Worker
	done, waiting   string // tasks
	refunded        string
	reviewed        string // its refund waits for an operator
	resting         string // a deactivated agent
	operator        *apptest.Person
	failed          string
	patched         string          // "" where no sandbox runs
	careful         *apptest.Person // who is asked about every order
	asked           string          // waits for that word
	running, called string          // executing, cancelled
}

const (
	question = apptest.Question
	research = `# WAL against the rollback journal

## Recommendation
Use write-ahead logging for this web service: set ` + "`PRAGMA journal_mode=WAL`" + ` and ` + "`PRAGMA synchronous=FULL`" + ` with a busy timeout.

| Mode | Syncs a commit | Readers wait |
|---|---|---|
| Rollback journal | 2 | yes |
| WAL, FULL | 1 | no |

## Durability
- With the rollback journal SQLite copies old pages aside, syncs the journal, writes the database and syncs again, so a commit
  costs at least two syncs before it is durable.
- With WAL the new pages are appended to the log and synced once when synchronous is FULL; NORMAL leaves the sync out and a
  power cut may lose the last commits, though it never corrupts the file.

## Read concurrency
- A rollback journal takes an exclusive lock while the database file is written: every reader waits for the writer.
- In WAL mode each reader sees the snapshot at its begin while the one writer appends.

` + "```go\ndb, err := sql.Open(\"sqlite\", \"file:city.db?_pragma=journal_mode(WAL)\")\nif err != nil {\n\treturn err\n}\n```" + `

## Limits
The log grows until a checkpoint copies it back, so keep read transactions short. WAL needs shared memory: all processes must
run on the same machine.
`
)

const (
	indexQuestion = "Explain when PostgreSQL can use a partial index and a covering index for a queue table that workers poll, and what each costs on writes."
	indexes       = `# Indexes for a polled queue table in PostgreSQL

## Recommendation
Create a partial index on the rows that workers poll: CREATE INDEX queue_waiting ON queue (run_at) WHERE state = 'waiting'.

## Partial index
- PostgreSQL uses a partial index when the WHERE clause of the query implies its predicate; a parameter in place of the
  constant 'waiting' hides that from the planner under a generic plan.
- Only waiting rows stand in the index, so it stays small while the queue table grows with finished work.

## Covering index
- INCLUDE (priority) adds columns for an index-only scan. Workers that poll with FOR UPDATE SKIP LOCKED visit the heap anyway
  to lock the row, so a covering index helps a dashboard that counts, not the workers.

## Cost on writes
- Each state change leaves the partial index and forbids a heap-only tuple update, because an indexed predicate changed.
- A covering index pays for wider entries on every insert. Vacuum often: dead entries slow down polling first.
`
)

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{Server: apptest.Start(t)}
	s.buyer, s.worker, s.newcomer = s.Buyer(t, 10_000), s.Agent(t, "research", "code_review"), s.SignUp(t, "newcomer")
	s.Agent(t, "security", "bug_fix")
	s.Agent(t, "content_creation")
	s.done = s.deliver(t, question, research)
	s.failed = s.deliver(t, question, "Looks good to me.", aicity.Finding{
		File: "internal/store/journal/mode.go", Line: 1204, Severity: "high", Claim: "The journal's mode is never set.", Evidence: strings.Repeat("mode := readMode(db) ", 8), Fix: "Set it when the file is opened.",
	})
	if _, err := s.worker.Tasks.RequestRecheck(t.Context(), s.failed, "The answer names the mode and says why."); err != nil {
		t.Fatal(err)
	}
	s.refunded = s.deliver(t, indexQuestion, indexes)
	if _, err := s.buyer.Tasks.Feedback(t.Context(), s.refunded, aicity.Feedback{Thumbs: "down", Reason: "incomplete", Criterion: 1}); err != nil {
		t.Fatal(err)
	}
	s.operator = s.Operator(t)
	s.reviewed = s.underReview(t)
	s.waiting = s.order(t, question)
	if _, err := s.worker.Agents.RegisterWebhook(t.Context(), "https://hooks.invalid/aicity"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.worker.Agents.Webhook("").Test(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.patch(t)
	s.carefully(t)
	if _, err := s.buyer.Auth.CreateToken(t.Context(), "deploy", 30); err != nil {
		t.Fatal(err)
	}
	return s
}

// carefully orders as somebody with a limit: a task that waits for a word, one
// that is called off and one that is executing.
func (s *scene) carefully(t *testing.T) {
	t.Helper()
	s.careful = s.Buyer(t, 10_000)
	agent := s.Agent(t, "research")
	for _, id := range []*string{&s.running, &s.called, &s.asked} {
		if id == &s.asked {
			if _, err := s.careful.Vault.SetLimits(t.Context(), "", aicity.Limits{ApproveAbove: 500}); err != nil {
				t.Fatal(err)
			}
		}
		order, err := s.careful.Tasks.Submit(t.Context(), aicity.SubmitTask{
			TaskType: "research", MaxBudget: 700, AgentID: agent.ID, Input: aicity.TaskInput{Description: question, Code: "CREATE TABLE t (n INT);"},
		})
		if err != nil {
			t.Fatal(err)
		}
		*id = order.ID
	}
	if _, err := agent.Tasks.Executing(t.Context(), s.running, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := s.careful.Tasks.Cancel(t.Context(), s.called); err != nil {
		t.Fatal(err)
	}
	offline := "offline" // it takes no other order
	if _, err := agent.Owner.Agents.Update(t.Context(), aicity.UpdateAgent{AgentID: agent.ID, Availability: &offline}); err != nil {
		t.Fatal(err)
	}
}

func (s *scene) order(t *testing.T, what string) string {
	t.Helper()
	order, err := s.buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{
		TaskType: "research", MaxBudget: 700, Tags: []string{"sqlite"},
		Acceptance: &aicity.Acceptance{Criteria: []string{"Names the mode to use and why"}}, Input: aicity.TaskInput{Description: what},
	})
	if err != nil {
		t.Fatal(err)
	}
	return order.ID
}

func (s *scene) deliver(t *testing.T, what, result string, findings ...aicity.Finding) string {
	t.Helper()
	id := s.order(t, what)
	if _, err := s.worker.Tasks.Executing(t.Context(), id, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := s.worker.Tasks.Complete(t.Context(), id, aicity.Completion{Output: aicity.Output{Result: result, Findings: findings}}); err != nil {
		t.Fatal(err)
	}
	return id
}

// underReview is a task that an agent of its own did, and the buyer wants back.
func (s *scene) underReview(t *testing.T) string {
	t.Helper()
	agent := s.Agent(t, "research")
	order, err := s.buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{
		TaskType: "research", MaxBudget: 700, AgentID: agent.ID, Input: aicity.TaskInput{Description: question},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := agent.Tasks.Executing(t.Context(), order.ID, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := agent.Tasks.Complete(t.Context(), order.ID, aicity.Completion{Output: aicity.Output{Result: research}}); err != nil {
		t.Fatal(err)
	}
	got, err := s.buyer.Tasks.Feedback(t.Context(), order.ID, aicity.Feedback{Thumbs: "down", Reason: "other", Comment: "I expected benchmarks."})
	if err != nil || got.Status != aicity.TaskRefundReview {
		t.Fatalf("score %d, %s, %v", *got.GateScore, got.Status, err)
	}
	s.resting = agent.ID
	if _, err := agent.Owner.Agents.Deactivate(t.Context(), agent.ID); err != nil { // it takes no other order
		t.Fatal(err)
	}
	return order.ID
}

// scenePage is a page and who looks at it.
type scenePage struct {
	name, path string
	as         *apptest.Person // nil for a stranger
}

func (s *scene) pages() []scenePage {
	owner := s.worker.Owner
	var worked []scenePage
	if s.patched != "" {
		worked = []scenePage{{"task-patched", "/tasks/" + s.patched, s.buyer}, {"access-log", "/tasks/" + s.patched + "/access-log", s.buyer}, {"cited-file", "/tasks/" + s.patched + "/files/main.go#L14", s.buyer}}
	}
	return append(worked, []scenePage{
		{"landing", "/", nil}, {"explore", "/explore", nil}, {"explore-empty", "/explore?q=nobody-has-this", nil},
		{"agent", "/agents/" + s.worker.ID, nil}, {"agent-resting", "/agents/" + s.resting, nil}, {"task-new-resting", "/tasks/new?agent=" + s.resting, s.buyer}, {"sign-up", "/sign-up", nil}, {"sign-in", "/sign-in", nil}, {"forgot-password", "/forgot-password", nil}, {"reset-password", "/reset-password?token=x", nil},
		{"verify-email", "/verify-email?token=wrong", nil}, {"guide", "/docs/guide", nil}, {"gate-doc", "/docs/gate", nil}, {"pricing", "/docs/pricing", nil}, {"api", "/docs/api", nil}, {"not-found", "/nowhere", nil},
		{"dashboard", "/dashboard", s.buyer}, {"dashboard-new", "/dashboard", s.newcomer}, {"dashboard-owner", "/dashboard", owner},
		{"developer", "/settings/developer", s.buyer}, {"profile", "/settings/profile", s.buyer},
		{"agent-new", "/agents/new", s.newcomer}, {"agent-edit", "/agents/" + s.worker.ID + "/edit", owner}, {"webhook", "/agents/" + s.worker.ID + "/webhook", owner},
		{"task-new", "/tasks/new?agent=" + s.worker.ID, s.buyer}, {"tasks", "/tasks", s.buyer}, {"tasks-empty", "/tasks", s.newcomer},
		{"task-done", "/tasks/" + s.done, s.buyer}, {"task-waiting", "/tasks/" + s.waiting, s.buyer}, {"task-failed", "/tasks/" + s.failed, s.buyer}, {"task-refunded", "/tasks/" + s.refunded, s.buyer}, {"cited-none", "/tasks/" + s.done + "/files/main.go", s.buyer},
		{"task-running", "/tasks/" + s.running, s.careful}, {"task-asked", "/tasks/" + s.asked, s.careful}, {"task-cancelled", "/tasks/" + s.called, s.careful},
		{"task-assigned", "/tasks/" + s.waiting, owner}, {"wallet", "/wallet", s.buyer}, {"statement", "/wallet/statement", s.buyer}, {"balances", "/wallet/balances", s.buyer}, {"wallet-owner", "/wallet", owner},
		{"receipt", "/tasks/" + s.done + "/receipt", s.buyer}, {"receipts", "/wallet/receipts", s.buyer}, {"receipts-empty", "/wallet/receipts", s.newcomer},
		{"task-earned", "/tasks/" + s.done, owner},
		{"task-review", "/tasks/" + s.reviewed, s.buyer}, {"operator", "/operator", s.operator}, {"operator-refunds", "/operator/refunds", s.operator},
		{"operator-refund", "/operator/refunds/" + s.reviewed, s.operator}, {"operator-rechecks", "/operator/rechecks", s.operator},
		{"operator-recheck", "/operator/rechecks/" + s.failed, s.operator}, {"task-rejected", "/tasks/" + s.failed, owner},
	}...)
}

// enter opens the page as the one who looks at it.
func (s *scene) enter(ctx context.Context, p scenePage) error {
	if err := signIn(ctx, s.URL, p.as); err != nil {
		return err
	}
	return chromedp.Do(ctx, chromedp.Navigate(s.URL+p.path))
}

// signIn gives the browser the session of a person, or of nobody.
func signIn(ctx context.Context, url string, who *apptest.Person) error {
	if _, err := chromedp.Call(ctx, network.ClearBrowserCookies, cdp.Empty{}); err != nil || who == nil {
		return err
	}
	cookie := network.SetCookieParams{Name: "aicity_session", Value: who.Token, URL: url}
	_, err := chromedp.Call(ctx, network.SetCookie, cookie)
	return err
}
