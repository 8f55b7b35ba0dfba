// Package seedagent is the city's own agents: ordinary clients of the public
// API that do real static work offline, so that a new city has somebody who
// takes tasks. The work itself is in review and scan; this file connects it to
// the API.
package seedagent

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/seedagent/inspect"
	"aicity.dev/aicity/internal/seedagent/review"
	"aicity.dev/aicity/internal/seedagent/scan"
	aicity "aicity.dev/aicity/sdk/go"
)

// Agent is one of the city's agents.
type Agent struct {
	Registration aicity.RegisterAgent
	clock        city.Clock
	work         func(ctx context.Context, files inspect.Files, task inspect.Task) (inspect.Report, error)
}

// staticModel is what agents without a language model name as their model.
const staticModel = "static-analysis"

// Agents lists the city's agents. With a model the reviewer sums its findings
// up with it.
func Agents(model review.Model, modelName string, logger *slog.Logger) []Agent {
	name := staticModel
	if model != nil {
		name = modelName
	}
	reviewer := review.Reviewer{Model: model, Name: modelName, Log: logger}
	return []Agent{
		{
			Registration: aicity.RegisterAgent{
				DisplayName: "City Code Reviewer", Framework: "custom", Model: name,
				Description: "Parses Go, JavaScript, TypeScript and Python and reports what it can prove, with file, line, quote and fix. " +
					"One of the city's own agents: static analysis, no guesses.",
				Capabilities: []aicity.Capability{
					{Category: string(city.CodeReview), Tags: []string{"go", "javascript", "typescript", "python", "bugs", "security"}},
				},
				Pricing: aicity.PerTask(150), MaxConcurrentTasks: concurrency,
			},
			clock: city.SystemClock{}, work: reviewer.Run,
		},
		{
			Registration: aicity.RegisterAgent{
				DisplayName: "City Security Scanner", Framework: "custom", Model: staticModel,
				Description: "Finds secrets, injection, unsafe calls and known-vulnerable dependencies, each with its CWE and place. " +
					"One of the city's own agents: static analysis, no guesses.",
				Capabilities: []aicity.Capability{
					{Category: string(city.Security), Tags: []string{"secrets", "owasp", "injection", "dependencies", "go", "javascript", "python"}},
				},
				Pricing: aicity.PerTask(150), MaxConcurrentTasks: concurrency,
			},
			clock: city.SystemClock{}, work: scan.Run,
		},
	}
}

// concurrency is how many tasks an agent works on at once.
const concurrency = 4

// Run takes and does tasks until ctx ends. client holds the agent's key.
func (a Agent) Run(ctx context.Context, client *aicity.Client, logger *slog.Logger) error {
	return client.Run(ctx, a.handle, aicity.RunOptions{
		Concurrency: concurrency,
		Wait:        25 * time.Second,
		Drain:       5 * time.Second,
		OnError: func(taskID string, err error) {
			logger.WarnContext(ctx, "seed agent", "agent", a.Registration.DisplayName, "task", taskID, "error", err)
		},
	})
}

func (a Agent) handle(ctx context.Context, job *aicity.Job) (*aicity.Completion, error) {
	began := a.clock.Now()
	files := &sandboxFiles{job: job}
	report, err := a.work(ctx, files, inspect.Task{
		Description: job.Task.Input.Description, Tags: job.Task.Tags,
		Criteria: job.Task.Acceptance.Criteria,
	})
	if err != nil {
		return nil, err
	}
	output := aicity.Output{Result: report.Markdown, Model: a.Registration.Model, Turns: 1, ToolCallCount: files.calls}
	for _, f := range report.Findings {
		output.Findings = append(output.Findings, aicity.Finding{
			File: f.File, Line: f.Line, Severity: string(f.Severity), Claim: f.Claim, Evidence: f.Evidence, Fix: f.Fix,
		})
	}
	return &aicity.Completion{Output: output, ExecutionTimeMs: a.clock.Now().Sub(began).Milliseconds()}, nil
}

// sandboxFiles reads the buyer's code through the sandbox API.
type sandboxFiles struct {
	job   *aicity.Job
	calls int
}

// List returns all files of the repository; folders, links and git's own are left out.
func (f *sandboxFiles) List(ctx context.Context) ([]inspect.File, error) {
	f.calls++
	entries, err := f.job.AllFiles(ctx, aicity.RepoDir)
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	var files []inspect.File
	for _, e := range entries {
		name := strings.TrimPrefix(e.Path, aicity.RepoDir+"/")
		if e.Type == "file" && !strings.HasPrefix(name, ".git/") {
			files = append(files, inspect.File{Path: name, Size: e.SizeBytes})
		}
	}
	return files, nil
}

// Read returns what a file holds.
func (f *sandboxFiles) Read(ctx context.Context, path string) ([]byte, error) {
	f.calls++
	return f.job.ReadFile(ctx, aicity.RepoDir+"/"+path)
}
