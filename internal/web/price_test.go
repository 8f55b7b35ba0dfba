package web_test

import (
	"archive/zip"
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/config"
	aicity "aicity.dev/aicity/sdk/go"
)

// Buyer and agent see what a quote was made of before work starts: first
// without the size of the code, then, when the code was fetched for the sandbox,
// with it. The exact size stays sealed until the agent commits.
func TestTheQuoteAndItsInputs(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "models.csv")
	// At $10,000 a million tokens, three times over, a token costs three cents.
	table := "model,name,tier,input_cents_per_mtok,source,date\nclaude-sonnet,Dear Sonnet,standard,1000000,a contract,2026-06-01\n"
	if err := os.WriteFile(file, []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	s := apptest.Start(t, func(c *config.Config) { c.Models = file })
	if err := s.App.Sandboxes.Available(t.Context()); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skipf("no sandbox runs here: %v", err)
	}
	worker, buyer := s.Agent(t, "code_review"), s.Buyer(t, 2000)
	archive, err := buyer.Tasks.UploadArchive(t.Context(), workTree(t, map[string]string{
		"main.go": strings.Repeat("x", 499) + "\n", // 500 bytes, 125 tokens; nothing else counts
		"go.sum":  strings.Repeat("h1:x\n", 100), "vendor/a/a.go": strings.Repeat("y\n", 100), "web/node_modules/b/b.js": strings.Repeat("z\n", 100),
		"logo.png": "\x89PNG\x00" + strings.Repeat("w", 300),
	}))
	if err != nil {
		t.Fatal(err)
	}
	order, err := buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{
		TaskType: "code_review", MaxBudget: 700, Input: aicity.TaskInput{Description: "Review this code for errors.", ArchiveID: archive.ID},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := func(when string, read func() (aicity.Quote, error), want aicity.Quote) {
		t.Helper()
		if got, err := read(); err != nil || got != want {
			t.Errorf("%s: %+v, %v, want %+v", when, got, err, want)
		}
	}
	asBuyer := func() (aicity.Quote, error) {
		task, err := buyer.Tasks.Get(t.Context(), order.ID)
		return task.Quote, err
	}
	asAgent := func() (aicity.Quote, error) {
		task, err := worker.Tasks.Get(t.Context(), order.ID)
		return task.Quote, err
	}
	quote := aicity.Quote{
		Model: "claude-sonnet-4-6", ModelKnown: true, BaseRateCents: 300, CentsPerMTok: 1_000_000, PriceSource: "a contract", PriceDate: "2026-06-01",
		Factor: 3, MaxBudgetCents: 700, ChargeCents: 300,
	}
	page, path := newVisitor(t, s.URL, buyer), "/tasks/"+order.ID
	owner := newVisitor(t, s.URL, worker.Owner)
	want("ordered, to the buyer", asBuyer, quote)
	want("ordered, to the agent", asAgent, quote)
	for _, v := range []*visitor{page, owner} {
		v.get(path).want(t, http.StatusOK, "How the quote comes about", "$10,000.00 a million tokens", "as of 2026-06-01", "not measured yet", "can rise with its size")
	}

	box, err := worker.Tasks.ProvisionSandbox(t.Context(), order.ID)
	if err != nil {
		t.Fatal(err)
	}
	quote.EstimateCents, quote.ChargeCents = 375, 375
	want("measured, to the agent", asAgent, quote)
	shown := owner.get(path)
	shown.want(t, http.StatusOK, "small", "$3.75", "tokens × $10,000.00 a million × 3")
	shown.never(t, "125")
	quote.RepoTokens = 125
	want("measured, to the buyer", asBuyer, quote)
	page.get(path).want(t, http.StatusOK, "125 tokens", "125 × $10,000.00 a million × 3", "$3.75", "above the agent&#39;s rate")

	if _, err := worker.Tasks.Executing(t.Context(), order.ID, box.SandboxID); err != nil {
		t.Fatal(err)
	}
	want("started, to the agent", asAgent, quote)
	owner.get(path).want(t, http.StatusOK, "125 tokens")
}

// Code that comes with the order is measured at once.
func TestTheQuoteOfInlineCode(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	s.Agent(t, "code_review")
	buyer := s.Buyer(t, 2000)
	order, err := buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{
		TaskType: "code_review", MaxBudget: 700,
		Input: aicity.TaskInput{Description: "Review this file for errors.", Code: strings.Repeat("x", 4_001)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if q := order.Quote; q.RepoTokens != 1001 || q.EstimateCents != 1 || q.ChargeCents != 300 {
		t.Errorf("%+v", q) // 1001 × $3.00 a million × 3 is 0.9009 cents, rounded up
	}
	newVisitor(t, s.URL, buyer).get("/tasks/"+order.ID).want(t, http.StatusOK, "1,001 tokens", "$0.01", "not above it")
}

// workTree is a zip of files.
func workTree(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	for name, text := range files {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}
