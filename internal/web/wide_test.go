package web_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/config"
	aicity "aicity.dev/aicity/sdk/go"
)

// unbroken are words as people and agents write them, longer than any line.
const (
	longTest  = "TestStoreReturnsErrorWhenConnectionIsClosed"
	longAsked = "Why does " + longTest + " fail? " + question + " See "
)

var (
	longName = strings.Repeat("W", 80)
	longWord = strings.Repeat("unbroken", 63)[:500]
	longURL  = "https://example.com/" + strings.Repeat("part", 50) + "/trace"
)

// No word that a person or an agent writes makes a page wider than its window,
// or leaves the box that it stands in.
func TestLongWordsStayOnThePage(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	t.Parallel()
	s := newLongScene(t)
	ctx := newBrowser(t)
	for _, p := range s.longPages() {
		t.Run(p.name, func(t *testing.T) {
			measure(t, ctx, s, p)
		})
	}
}

func newLongScene(t *testing.T) *scene {
	t.Helper()
	far := "http://" + strings.Repeat("city", 12) + "." + strings.Repeat("example", 8) + ".org"
	s := &scene{Server: apptest.Start(t, func(c *config.Config) { c.PublicURL, c.FeePercent = far, 20 })}
	ctx, offline := t.Context(), "offline"
	s.buyer, s.operator, s.newcomer = s.SignUp(t, longName), s.Operator(t), s.SignUp(t, longName)
	if _, err := s.buyer.Vault.TopUp(ctx, 10_000); err != nil {
		t.Fatal(err)
	}
	s.worker = s.longAgent(t)
	fair := aicity.SubmitTask{AgentID: s.worker.ID, Input: aicity.TaskInput{Description: question}}
	s.done = s.handIn(t, s.ordered(t, fair), research+"\n## "+longWord+"\n\n`"+longWord+"` and "+longURL+"\n\n- "+longWord)
	s.failed = s.handIn(t, s.longOrder(t, s.worker.ID), longWord, aicity.Finding{
		File: longWord + ".go", Line: 1204, Severity: "high", Claim: longWord, Evidence: longWord, Fix: longURL,
	})
	if _, err := s.worker.Tasks.RequestRecheck(ctx, s.failed, longWord); err != nil {
		t.Fatal(err)
	}
	fair.Input.Description = indexQuestion
	s.reviewed = s.handIn(t, s.ordered(t, fair), indexes)
	if _, err := s.buyer.Tasks.Feedback(ctx, s.reviewed, aicity.Feedback{Thumbs: "down", Reason: "other", Comment: longWord}); err != nil {
		t.Fatal(err)
	}
	s.waiting = s.longOrder(t, s.worker.ID)
	resting := s.longAgent(t)
	s.resting = resting.ID
	s.called = s.longOrder(t, s.resting)
	if err := resting.Tasks.DeclineBecause(ctx, s.called, longWord); err != nil {
		t.Fatal(err)
	}
	if _, err := resting.Owner.Agents.Update(ctx, aicity.UpdateAgent{AgentID: s.resting, Availability: &offline}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.worker.Agents.RegisterWebhook(ctx, longURL); err != nil {
		t.Fatal(err)
	}
	if _, err := s.buyer.Auth.CreateToken(ctx, longName, 30); err != nil {
		t.Fatal(err)
	}
	return s
}

// longAgent is an agent whose every word is long.
func (s *scene) longAgent(t *testing.T) *apptest.Worker {
	t.Helper()
	w := &apptest.Worker{Owner: s.SignUp(t, longName)}
	registered, err := w.Owner.Agents.Register(t.Context(), aicity.RegisterAgent{
		DisplayName: longName, Framework: "custom", Model: "claude-sonnet-" + longName, Description: longWord, Pricing: aicity.PerTask(300), MaxConcurrentTasks: 100,
		Capabilities: []aicity.Capability{{Category: "research", Tags: []string{strings.Repeat("w", 40), "sqlite"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.ID, w.Client = registered.Agent.ID, aicity.New(aicity.Options{BaseURL: s.URL, APIKey: registered.APIKey})
	return w
}

// longOrder orders what the gate would not pass.
func (s *scene) longOrder(t *testing.T, agent string) string {
	t.Helper()
	return s.ordered(t, aicity.SubmitTask{
		AgentID: agent, Tags: []string{strings.Repeat("w", 40)},
		Acceptance: &aicity.Acceptance{
			Criteria: []string{longURL}, Commands: []string{"go test ./internal/store -run " + longTest}, Paths: []string{longWord + "/**"},
		},
		Input: aicity.TaskInput{Description: longAsked + longURL, Code: "package store // " + longWord},
	})
}

func (s *scene) ordered(t *testing.T, task aicity.SubmitTask) string {
	t.Helper()
	task.TaskType, task.MaxBudget = "research", 700
	order, err := s.buyer.Tasks.Submit(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	return order.ID
}

// handIn has the worker do an order.
func (s *scene) handIn(t *testing.T, id, result string, findings ...aicity.Finding) string {
	t.Helper()
	if _, err := s.worker.Tasks.Executing(t.Context(), id, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := s.worker.Tasks.Complete(t.Context(), id, aicity.Completion{Output: aicity.Output{Result: result, Findings: findings}}); err != nil {
		t.Fatal(err)
	}
	return id
}

func (s *scene) longPages() []scenePage {
	owner, agent, tasks := s.worker.Owner, "/agents/"+s.worker.ID, "/tasks/"
	return []scenePage{
		{"landing", "/", nil}, {"explore", "/explore", nil}, {"guide", "/docs/guide", nil}, {"error", "/tasks?cursor=" + longWord, s.buyer},
		{"agent", agent, nil}, {"agent-own", agent, owner}, {"agent-edit", agent + "/edit", owner}, {"webhook", agent + "/webhook", owner},
		{"agent-resting", "/agents/" + s.resting, nil}, {"task-new", "/tasks/new?agent=" + s.worker.ID, s.buyer}, {"task-new-resting", "/tasks/new?agent=" + s.resting, s.buyer},
		{"dashboard", "/dashboard", s.buyer}, {"dashboard-owner", "/dashboard", owner}, {"dashboard-new", "/dashboard", s.newcomer},
		{"tasks", "/tasks", s.buyer}, {"developer", "/settings/developer", s.buyer}, {"profile", "/settings/profile", s.buyer},
		{"task-done", tasks + s.done, s.buyer}, {"task-failed", tasks + s.failed, s.buyer}, {"task-review", tasks + s.reviewed, s.buyer},
		{"task-waiting", tasks + s.waiting, s.buyer}, {"task-declined", tasks + s.called, s.buyer}, {"receipt", tasks + s.done + "/receipt", s.buyer},
		{"task-earned", tasks + s.done, owner}, {"task-rejected", tasks + s.failed, owner}, {"task-assigned", tasks + s.waiting, owner},
		{"wallet", "/wallet", s.buyer}, {"statement", "/wallet/statement", s.buyer}, {"receipts", "/wallet/receipts", s.buyer}, {"balances", "/wallet/balances", owner},
		{"wallet-owner", "/wallet", owner}, {"statement-owner", "/wallet/statement?agent=" + s.worker.ID, owner},
		{"operator", "/operator", s.operator}, {"operator-refunds", "/operator/refunds", s.operator}, {"operator-refund", "/operator/refunds/" + s.reviewed, s.operator},
		{"operator-rechecks", "/operator/rechecks", s.operator}, {"operator-recheck", "/operator/rechecks/" + s.failed, s.operator},
	}
}

// measure opens the page and says what is wider than it may be.
func measure(t *testing.T, browser context.Context, s *scene, p scenePage) { //nolint:revive // the tab is not the first concern
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, pageTimeout)
	defer cancel()
	if err := s.enter(ctx, p); err != nil {
		t.Fatal(err)
	}
	for _, width := range []int64{1440, 390} {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900)); err != nil {
			t.Fatal(err)
		}
		wide, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](widerThanMay))
		if err != nil {
			t.Fatal(err)
		}
		if len(wide) > 0 {
			t.Errorf("at %d px:\n%s", width, strings.Join(wide, "\n"))
		}
		hidden, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](hiddenParts))
		if err != nil {
			t.Fatal(err)
		}
		if len(hidden) > 0 {
			t.Errorf("at %d px: what is off to the side in %s is not seen", width, strings.Join(hidden, ", "))
		}
		keep(t, ctx, fmt.Sprintf("long-%s-%d.png", p.name, width))
	}
}

// keep takes a picture of the page when pictures are wanted.
func keep(t *testing.T, ctx context.Context, name string) { //nolint:revive // the tab is not the first concern
	t.Helper()
	if *shots == "" {
		return
	}
	shot, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*shots, name), shot, 0o600); err != nil {
		t.Error(err)
	}
}

// widerThanMay names what reaches over the right edge of the window, and the text
// that leaves its box; what scrolls by itself may.
const widerThanMay = `(() => {
	const name = e => e.tagName.toLowerCase() + (e.className ? "." + e.className : "") + ": " + e.textContent.trim().slice(0, 60)
	const loose = e => !e.closest("pre, .scroll, .tabs, .visually-hidden, .skip, header.top, svg, select")
	const all = [...document.querySelectorAll("body, body *")].filter(loose)
	const out = all.filter(e => e.getBoundingClientRect().right > innerWidth + 1)
	const over = all.filter(e => e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === "visible")
	return [...new Set([...out.map(e => "off the window " + name(e)), ...over.map(e => "out of its box " + name(e))])].slice(0, 12)
})()`
