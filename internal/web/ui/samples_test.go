package ui_test

import (
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/a-h/templ"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/web/ui"
	"aicity.dev/aicity/internal/web/ui/markdown"
)

// now is when the samples are looked at.
var now = time.Date(2026, 11, 23, 15, 4, 5, 0, time.UTC)

func before(d time.Duration) time.Time { return now.Add(-d) }
func at(d time.Duration) *time.Time    { t := now.Add(d); return &t }
func ptr[T any](v T) *T                { return &v }

// sample is a page with something on it.
type sample struct {
	path string
	page func(p ui.Page) templ.Component
	out  bool // the reader is signed out
}

var cards = []ui.AgentCard{
	{
		ID: "agt_01jd9x2b3c4d5e6f7g8h9j0k1m", Name: "Seed Code Reviewer", Model: "aicity-static-1", Framework: "custom",
		Description: "Reads Go, TypeScript and Python the slow way: parses every file, follows every error, quotes the line it talks about.",
		Categories:  []string{"Code review", "Refactor"}, Tags: []string{"go", "typescript", "python", "errors"}, Rate: 300, Score: 812, Confidence: 84, Completed: 42,
		Availability: "available", Status: "active", LastSeen: at(-2 * time.Minute),
	},
	{
		ID: "agt_01jd9x2b3c4d5e6f7g8h9j0k2n", Name: "Seed Security Scanner", Model: "aicity-static-1", Framework: "custom",
		Description: "Finds secrets and well-known holes, and shows the line.",
		Categories:  []string{"Security"}, Tags: []string{"secrets", "owasp"}, Rate: 150, Score: 655, Confidence: 40, Completed: 20, Availability: "available", Status: "active",
	},
	{
		ID: "agt_01jd9x2b3c4d5e6f7g8h9j0k3p", Name: "Migrations, done with a very long and careful name", Model: "claude-opus-4-6", Framework: "langgraph",
		Categories: []string{"DevOps", "Refactor"}, Tags: []string{"postgres", "sqlite", "terraform", "helm", "ci", "docker"}, Rate: 500, Score: 500, Availability: "busy", Status: "active",
	},
	{
		ID: "agt_01jd9x2b3c4d5e6f7g8h9j0k4q", Name: "Quill", Model: "gemini-flash", Framework: "crewai", Description: "Docs people finish reading.",
		Categories: []string{"Content creation"}, Tags: []string{"docs"}, Rate: 150, Score: 377, Confidence: 22, Completed: 8, Availability: "offline", Status: "active",
	},
}

var rows = []ui.AgentRow{
	{AgentCard: cards[2], KeyPrefix: "ac_live_8f2k", Active: 2, Available: 12_450, Escrowed: 510},
	{AgentCard: ui.AgentCard{
		ID: "agt_01jd9x2b3c4d5e6f7g8h9j0k5r", Name: "Tester", Model: "gpt-4o", Score: 340, Confidence: 18, Status: "suspended", Availability: "available",
	}, KeyPrefix: "ac_live_p0d3", StatusReason: "Three failures in a row"},
}

var taskRows = []ui.TaskRow{
	{ID: "tsk_01jd9x2b3c4d5e6f7g8h9j0k6s", Title: "Review the error handling in the payment module", Category: "Code review", Status: city.TaskExecuting, Agent: "Seed Code Reviewer", Budget: 500, CreatedAt: before(4 * time.Minute)},
	{ID: "tsk_01jd9x2b3c4d5e6f7g8h9j0k7t", Title: "Scan for leaked credentials before we open the repository", Category: "Security", Status: city.TaskCompleted, Agent: "Seed Security Scanner", Budget: 500, Charge: 150, GateScore: ptr(86), CreatedAt: before(11 * time.Minute), RefundUntil: at(9*time.Minute + 12*time.Second)},
	{ID: "tsk_01jd9x2b3c4d5e6f7g8h9j0k8v", Title: "Write a migration guide", Category: "Content creation", Status: city.TaskFailed, Agent: "Quill", Budget: 300, GateScore: ptr(31), CreatedAt: before(26 * time.Hour)},
	{ID: "tsk_01jd9x2b3c4d5e6f7g8h9j0k9w", Title: "Find out why the build is slow", Category: "DevOps", Status: city.TaskCancelled, Budget: 1000, CreatedAt: before(80 * time.Hour)},
}

const result = `# Review of the payment module

Three things should change before this ships. The worst one loses money.

## High: a declined charge is booked as paid

` + "`internal/payment/charge.go:41`" + ` ignores the error of ` + "`provider.Charge`" + `:

` + "```go\nref, _ := provider.Charge(ctx, order)\nreturn s.book(ctx, order, ref) // books \"paid\" even when declined\n```" + `

Return the error and keep the order pending:

` + "```go\nref, err := provider.Charge(ctx, order)\nif err != nil {\n\treturn fmt.Errorf(\"charge %s: %w\", order.ID, err)\n}\n```" + `

## Medium: retries charge twice

| Call | Idempotent | Where |
|---|---|---|
| Charge | no | charge.go:41 |
| Refund | yes | refund.go:18 |

- [x] checked the callers
- [ ] no test covers a repeat

> The provider's documentation asks for a key with every order.
`

const patch = `diff --git a/internal/payment/charge.go b/internal/payment/charge.go
index 83db48f..bf2a0c1 100644
--- a/internal/payment/charge.go
+++ b/internal/payment/charge.go
@@ -38,6 +38,9 @@ func (s *Service) Charge(ctx context.Context, order Order) error {
 	if order.Amount <= 0 {
 		return errAmount
 	}
-	ref, _ := provider.Charge(ctx, order)
-	return s.book(ctx, order, ref)
+	ref, err := provider.Charge(ctx, order)
+	if err != nil {
+		return fmt.Errorf("charge %s: %w", order.ID, err)
+	}
+	return s.book(ctx, order, ref)
 }
diff --git a/internal/payment/charge_test.go b/internal/payment/charge_test.go
new file mode 100644
index 0000000..e69de29
--- /dev/null
+++ b/internal/payment/charge_test.go
@@ -0,0 +1,2 @@
+package payment_test
+
`

var taskBase = ui.TaskPage{
	ID: "tsk_01jd9x2b3c4d5e6f7g8h9j0k7t", Title: "Review the error handling in the payment module",
	Description: "<p>Review the error handling in the payment module. Name file and line for each finding, and quote the code.</p>",
	Category:    city.Categories()[0], Tags: []string{"go", "payments"}, Budget: 500, Deadline: 30 * time.Minute,
	Source:   ui.Source{Kind: "repo", Repo: "https://github.com/example/shop.git", Ref: "main", Size: "small"},
	Criteria: []string{"Every finding names a file and a line", "No style remarks"}, Commands: []string{"go test ./..."}, Paths: []string{"internal/payment/**"},
	Agent: &cards[0], Quote: &ui.Quote{Model: "aicity-static-1", BaseRate: 300, RepoTokens: 48_211, Estimate: 44, Charge: 300},
	Candidates: []ui.Candidate{
		{ID: cards[0].ID, Name: cards[0].Name, Score: 83, Chosen: true, Reasons: []ui.Reason{{"reputation", 28.4, 35}, {"tags", 20, 20}, {"price", 10, 15}, {"load", 15, 15}, {"exploration", 9.6, 15}}},
		{ID: cards[2].ID, Name: cards[2].Name, Score: 51, Reasons: []ui.Reason{{"reputation", 17.5, 35}, {"tags", 0, 20}, {"price", 4, 15}, {"load", 14.5, 15}, {"exploration", 15, 15}}},
	},
	Rejected: []ui.Rejected{{"Quill", "availability"}, {"Tester", "inactive"}},
}

func runningTask(p ui.Page) templ.Component {
	v := taskBase
	v.Page, v.Status, v.Live, v.WaitUntil = p, city.TaskExecuting, true, at(26*time.Minute)
	v.Stages = []ui.Stage{{"Submitted", "done", "0.4 s"}, {"Assigned", "done", "12.0 s"}, {"Working", "now", "since 15:00:21"}, {"Quality check", "", ""}, {"Paid", "", ""}}
	v.Events = []ui.Event{
		{At: before(4 * time.Minute), Text: "Submitted", Note: "$5.00 held"},
		{At: before(239 * time.Second), Text: "Assigned to Seed Code Reviewer", Note: "Quote $3.00", Took: 400 * time.Millisecond},
		{At: before(227 * time.Second), Text: "Agent started", Note: "The code is open to it now", Tone: "live", Took: 12 * time.Second},
	}
	v.Transfers = []ui.Transfer{{"hold", "owner/own_01jd9x2b3c4d5e6f7g8h9j0k1m/credits", "task/tsk_01jd9x2b3c4d5e6f7g8h9j0k7t/hold", 500, before(4 * time.Minute)}}
	return ui.Task(v)
}

func completedTask(p ui.Page) templ.Component {
	v := taskBase
	html, err := markdown.New().Render(result)
	if err != nil {
		panic(err)
	}
	v.Page, v.Status, v.Live, v.CanJudge, v.RefundUntil = p, city.TaskCompleted, true, true, at(9*time.Minute+12*time.Second)
	v.Stages = []ui.Stage{{"Submitted", "done", "0.4 s"}, {"Assigned", "done", "12.0 s"}, {"Working", "done", "1 m 41 s"}, {"Quality check", "done", "1.2 s"}, {"Paid", "now", "in escrow"}}
	v.Result = &ui.Result{HTML: html, Model: "aicity-static-1", Turns: 1, ToolCalls: 38, Took: 101 * time.Second, Findings: []ui.Finding{
		{File: "internal/payment/charge.go", Line: 41, Severity: "high", Claim: "The error of provider.Charge is ignored, so a declined charge is booked as paid.", Evidence: "ref, _ := provider.Charge(ctx, order)", Fix: "Return the error and keep the order pending."},
		{File: "internal/payment/refund.go", Line: 18, Severity: "medium", Claim: "Refunds are not bounded by the charge.", Evidence: "return provider.Refund(ctx, id, amount)"},
		{File: "README.md", Severity: "low", Claim: "The example still shows the old call."},
	}}
	v.Gate = &ui.Gate{Score: 88, Passed: true, Version: "2026-11.1", Signals: []ui.Signal{
		{Name: "substance", Points: 15, Max: 15, Reason: "412 words and 2 code blocks."},
		{Name: "relevance", Points: 16.4, Max: 20, Reason: "Covers payment, error and handling; says little of the module's tests."},
		{Name: "references", Points: 15, Max: 15, Reason: "All 4 cited places exist.", Evidence: []string{"internal/payment/charge.go:41 exists", "internal/payment/refund.go:18 exists"}},
		{Name: "evidence", Points: 12, Max: 25, Reason: "1 of 3 quotes stands at the cited line."},
		{Name: "repetition", Points: -4, Reason: "One paragraph is said twice."},
	}, References: []ui.Citation{{"internal/payment/charge.go:41", "exists", true}, {"internal/payment/refund.go:18", "exists", false}, {"internal/payment/gone.go", "missing", false}}, Advice: []string{"Quote the line you talk about."}}
	v.Diff = ui.ParseDiff(patch)
	v.Charge, v.Fee = 300, 45
	v.Events = []ui.Event{
		{At: before(6 * time.Minute), Text: "Submitted", Note: "$5.00 held"},
		{At: before(359 * time.Second), Text: "Assigned to Seed Code Reviewer", Note: "Quote $3.00", Took: 400 * time.Millisecond},
		{At: before(347 * time.Second), Text: "Agent started", Took: 12 * time.Second},
		{At: before(246 * time.Second), Text: "Delivered", Took: 101 * time.Second},
		{At: before(245 * time.Second), Text: "Passed the gate with 88", Note: "$3.00 charged, $2.00 returned", Tone: "ok", Took: 1200 * time.Millisecond},
	}
	task, owner, agent := "task/"+v.ID+"/hold", "owner/own_01jd9x2b3c4d5e6f7g8h9j0k1m/credits", "agent/"+cards[0].ID+"/escrow"
	v.Transfers = []ui.Transfer{{"hold", owner, task, 500, before(6 * time.Minute)}, {"earn", task, agent, 255, now}, {"fee", task, "platform/fees-escrow", 45, now}, {"rest", task, owner, 200, now}}
	return ui.Task(v)
}

func failedTask(p ui.Page) templ.Component {
	v := taskBase
	v.Page, v.Status, v.FailCode, v.FailReason, v.Agent, v.Quote, v.Candidates = p, city.TaskFailed, "NO_AGENT_AVAILABLE", "No agent was left that could take the task.", nil, nil, nil
	v.Stages = []ui.Stage{{"Submitted", "done", "0.4 s"}, {"Assigned", "bad", "10 m 00 s"}, {"Working", "", ""}, {"Quality check", "", ""}, {"Paid", "", ""}}
	v.Events = []ui.Event{{At: before(time.Hour), Text: "Submitted"}, {At: before(50 * time.Minute), Text: "Failed", Note: "No agent was left that could take the task.", Tone: "bad", Took: 10 * time.Minute}}
	v.Transfers = []ui.Transfer{{"hold", "owner/x/credits", "task/x/hold", 500, now}, {"void", "task/x/hold", "owner/x/credits", 500, now}}
	v.Feedback = &ui.Feedback{Up: false, Reason: "wrong", Comment: "It was wrong.", At: now}
	return ui.Task(v)
}

func wallet(p ui.Page) templ.Component {
	return ui.Wallet(ui.WalletPage{
		Page: p, Money: ui.Balances{Credits: 4_250, Held: 500, Available: 12_450, Escrowed: 510}, Agents: rows, MinPayout: 1000, TopUpKey: "k",
		Movements: []ui.Movement{
			{Kind: "rest", TaskID: taskRows[1].ID, Amount: 350, Moved: 350, Balance: 4_250, At: before(4 * time.Minute)},
			{Kind: "hold", TaskID: taskRows[1].ID, Amount: -500, Moved: 500, Balance: 3_900, At: before(11 * time.Minute)},
			{Kind: "top_up", Ref: "top_01jd9x2b3c4d5e6f7g8h9j0k1m", Amount: 2_000, Moved: 2_000, Balance: 4_400, At: before(3 * time.Hour)},
		},
		Withdrawals: []ui.Withdrawal{{ID: "wdr_1", Agent: "Tester", Status: "paid", Amount: 2_000, At: before(40 * time.Hour)}, {ID: "wdr_2", Agent: "Tester", Status: "failed", Reason: "The account is closed.", Amount: 2_000, At: before(90 * time.Hour)}},
		NextPath:    "/wallet?cursor=x",
	})
}

func agentForm(p ui.Page, edit bool) templ.Component {
	v := ui.AgentFormPage{
		Page: p, Categories: city.Categories(), Frameworks: []string{"crewai", "langgraph", "custom"},
		TierRates: []ui.TierRate{{"Budget", "gemini-flash", 150}, {"Standard", "sonnet, gpt-4o", 300}, {"Premium", "opus", 500}},
	}
	if !edit {
		v.Form = ui.Form{Values: url.Values{"displayName": {""}, "category": {"code_review"}, "tags-code_review": {"go, payments"}}, Errors: map[string]string{"displayName": "must have 1 to 100 characters"}}
		return ui.AgentForm(v)
	}
	v.ID, v.Name, v.Status, v.KeyPrefix, v.Secret = rows[0].ID, "Migrations", "suspended", "ac_live_8f2k", "ac_live_8f2kq0v3m5x7z9b1d3f5h7k9n1p3r5t7w9y1c3e5g7j9"
	v.StatusReason = "Three failures in a row."
	v.Form = ui.Form{Values: url.Values{"displayName": {"Migrations"}, "model": {"claude-opus-4-6"}, "category": {"devops", "refactor"}, "tags-devops": {"postgres, helm"}}}
	v.Webhook = &ui.Webhook{URL: "https://agents.example.com/hooks/aicity", Events: []string{"task_assigned", "task_completed"}, Deliveries: []ui.Delivery{
		{Event: "task_assigned", Status: "delivered", Answer: "with 200", At: before(time.Minute)}, {Event: "task_completed", Status: "failed", Answer: "with 503", At: before(time.Hour)},
	}}
	return ui.AgentForm(v)
}

func taskForm(p ui.Page) templ.Component {
	return ui.TaskForm(ui.TaskFormPage{
		Page: p, Key: "k", Categories: city.Categories(), Agent: &cards[0], Credits: 4_250, RefundWindow: 15 * time.Minute, MaxArchiveMB: 64,
		Form: ui.Form{Values: url.Values{"maxBudget": {"1.00"}}, Errors: map[string]string{"maxBudget": "The lowest rate for this work is $3.00."}},
	})
}

func agentPage(p ui.Page) templ.Component {
	return ui.Agent(ui.AgentPage{
		Page: p, AgentCard: cards[0], OwnPrice: true, MaxConcurrent: 5, Failed: 3, CreatedAt: before(40 * 24 * time.Hour),
		Capabilities: []ui.Capability{{Category: city.Categories()[0], Tags: cards[0].Tags}, {Category: city.Categories()[5], Tags: nil}},
		Dimensions:   []ui.Dimension{{"outcome", 861, 40}, {"relationship", 790, 25}, {"economic", 702, 20}, {"reliability", 388, 15}},
		Changes: []ui.Change{
			{"thumbs_up", 808, 812, before(3 * time.Minute)}, {"passed", 801, 808, before(5 * time.Minute)}, {"refunded", 822, 801, before(9 * time.Hour)}, {"started", 822, 822, before(10 * time.Hour)},
		},
	})
}

func explore(p ui.Page, form url.Values, agents []ui.AgentCard) templ.Component {
	return ui.Explore(ui.ExplorePage{
		Page: p, Form: ui.Form{Values: form}, Categories: city.Categories(), Agents: agents, Total: len(agents) * 6, Number: 2, Pages: 3,
		Prev: "/explore?page=1", Next: "/explore?page=3", Filtered: len(form) > 0,
	})
}

func landing(p ui.Page) templ.Component {
	v := ui.LandingPage{Page: p, Skyline: ui.NewSkyline(), RefundWindow: 15 * time.Minute, Agents: cards[:3]}
	for i, c := range city.Categories() {
		v.Categories = append(v.Categories, ui.CategoryCount{CategoryInfo: c, Agents: (i * 7) % 5})
	}
	return ui.Landing(v)
}

func guide(p ui.Page) templ.Component {
	html, contents, err := ui.RenderGuide(markdown.New(), "https://city.example", 15*time.Minute)
	if err != nil {
		panic(err)
	}
	return ui.Guide(ui.GuidePage{Page: p, HTML: html, Contents: contents})
}

func developer(p ui.Page) templ.Component {
	return ui.Developer(ui.DeveloperPage{
		Page: p, Secret: "aco_live_7h2kq0v3m5x7z9b1d3f5h7k9n1p3r5t7w9y1c3e5g7j9", Agents: rows,
		Tokens: []ui.TokenRow{{ID: "tok_1", Name: "laptop", Prefix: "aco_live_7h2k", CreatedAt: before(time.Hour), LastUsedAt: at(-time.Minute), ExpiresAt: at(89 * 24 * time.Hour)}, {ID: "tok_2", Name: "CI", Prefix: "aco_live_p3x9", CreatedAt: before(900 * time.Hour)}},
	})
}

func newcomer(p ui.Page) templ.Component {
	p.Flash = []ui.Flash{{Kind: "ok", Text: "Welcome to the city, Ada."}}
	return ui.Dashboard(ui.DashboardPage{Page: p, Steps: []ui.Step{
		{Title: "Create your account", Done: true},
		{Title: "Add credits", Text: "Tasks are paid from your credits. This city runs on test money: add as much as you like.", Action: "Add test credits", Path: "/wallet"},
		{Title: "Submit your first task", Path: "/tasks/new"},
		{Title: "Or register an agent", Path: "/agents/new"},
	}})
}

// samples are all pages, by name.
var samples = map[string]sample{
	"landing": {path: "/", page: landing, out: true},
	"explore": {path: "/explore", page: func(p ui.Page) templ.Component { return explore(p, nil, cards) }},
	"explore-empty": {path: "/explore", out: true, page: func(p ui.Page) templ.Component {
		return explore(p, url.Values{"category": {"design"}, "maxPrice": {"1.00"}}, nil)
	}},
	"agent": {path: "/agents/x", page: agentPage, out: true},
	"sign-in": {path: "/sign-in", out: true, page: func(p ui.Page) templ.Component {
		return ui.SignIn(ui.SignInPage{Page: p, Form: ui.Form{Top: "The address or the password is wrong."}})
	}},
	"sign-up": {path: "/sign-up", out: true, page: func(p ui.Page) templ.Component { return ui.SignUp(ui.SignUpPage{Page: p}) }},
	"dashboard": {path: "/dashboard", page: func(p ui.Page) templ.Component {
		return ui.Dashboard(ui.DashboardPage{Page: p, Money: ui.Balances{Credits: 4_250, Held: 500, Available: 1_412_450, Escrowed: 510}, Active: 1, Done: 12, Tasks: taskRows, Agents: rows})
	}},
	"newcomer":  {path: "/dashboard", page: newcomer},
	"developer": {path: "/settings/developer", page: developer},
	"profile": {path: "/settings/profile", page: func(p ui.Page) templ.Component {
		return ui.Profile(ui.ProfilePage{Page: p, CreatedAt: before(9000 * time.Hour), Verified: true})
	}},
	"agent-new":  {path: "/agents/new", page: func(p ui.Page) templ.Component { return agentForm(p, false) }},
	"agent-edit": {path: "/agents/x/edit", page: func(p ui.Page) templ.Component { return agentForm(p, true) }},
	"task-new":   {path: "/tasks/new", page: taskForm},
	"tasks": {path: "/tasks", page: func(p ui.Page) templ.Component {
		return ui.Tasks(ui.TasksPage{Page: p, Counts: map[city.TaskStatus]int{"executing": 1, "completed": 12, "failed": 3}, Tasks: taskRows, NextPath: "/tasks?cursor=x"})
	}},
	"task-running":   {path: "/tasks/x", page: runningTask},
	"task-completed": {path: "/tasks/x", page: completedTask},
	"task-failed":    {path: "/tasks/x", page: failedTask},
	"wallet":         {path: "/wallet", page: wallet},
	"guide":          {path: "/docs/guide", page: guide, out: true},
	"error": {path: "/nowhere", out: true, page: func(p ui.Page) templ.Component {
		return ui.ErrorMessage(ui.ErrorPage{Page: p, Status: 404, Message: "There is no such page. It may have moved, or the address is mistyped."})
	}},
	"operator": {path: "/operator", page: func(p ui.Page) templ.Component {
		return ui.Operator(ui.OperatorPage{Page: p, Version: "v0.1.0", Database: "SQLite", StartedAt: before(5 * time.Hour), Sandboxes: "ready", Owners: 12, Agents: 7,
			TasksByType: map[city.TaskStatus]int{"completed": 40, "failed": 4, "executing": 1}, Ledger: []ui.LedgerLine{{"owner/*/credits", 120_000}, {"payment/testpay/clearing", -120_000}}, Balanced: true})
	}},
	"api": {path: "/docs/api", out: true, page: func(p ui.Page) templ.Component {
		document, err := os.ReadFile("../../../docs/openapi.json")
		if err != nil {
			panic(err)
		}
		ref, err := ui.ParseReference(document)
		if err != nil {
			panic(err)
		}
		return ui.ReferenceDoc(ui.ReferencePage{Page: p, Reference: ref})
	}},
}

func testAssets(t testing.TB) *ui.Assets {
	t.Helper()
	assets, err := ui.LoadAssets()
	if err != nil {
		t.Fatal(err)
	}
	return assets
}

// pageOf is the frame of a sample.
func (s sample) frame(assets *ui.Assets, theme ui.Theme) ui.Page {
	p := ui.Page{Title: "", Path: s.path, Theme: theme, Now: now, Assets: assets, TestMoney: true, Provider: "Test payments (no real money)"}
	if !s.out {
		p.User = &ui.User{Name: "Ada Lovelace", Email: "ada@example.com", Credits: 4_250, Operator: true}
	}
	return p
}
