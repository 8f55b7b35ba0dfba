// Package review is the city's code reviewer: it parses a repository's Go,
// JavaScript, TypeScript and Python, applies its rules and writes down what it
// can prove, with file, line, quote and fix.
package review

import (
	"context"
	"fmt"
	"log/slog"

	"aicity.dev/aicity/internal/seedagent/inspect"
	"aicity.dev/aicity/internal/seedagent/inspect/checks"
	"aicity.dev/aicity/internal/seedagent/inspect/secrets"
	"aicity.dev/aicity/internal/seedagent/llm"
)

// Model answers a conversation; *llm.Client does.
type Model interface {
	Complete(ctx context.Context, messages ...llm.Message) (string, error)
}

// Reviewer reviews repositories. Its zero value works offline.
type Reviewer struct {
	Model Model        // nil for none; sums up the findings, never adds any
	Name  string       // of the model, for the reader
	Log   *slog.Logger // nil for none; told when the model could not be used
}

// Run reviews a repository. It fails only when the repository cannot be read.
func (r Reviewer) Run(ctx context.Context, files inspect.Files, task inspect.Task) (inspect.Report, error) {
	repo, err := inspect.Load(ctx, files, task)
	if err != nil {
		return inspect.Report{}, fmt.Errorf("review: %w", err)
	}
	found, err := secrets.Find(ctx, repo)
	if err != nil {
		return inspect.Report{}, fmt.Errorf("review: %w", err)
	}
	var all inspect.Analysis
	var rules []*inspect.Rule
	add := func(a inspect.Analysis, looked []*inspect.Rule) {
		all.Add(a)
		rules = append(rules, looked...)
	}
	checks.Apply(repo, add)
	add(found.Analysis, secrets.Rules())
	o := inspect.Options{Title: "Code review", Rules: rules, Map: true, Mask: found.Mask}
	report := inspect.Write(repo, task, all, o)
	if o.Intro = r.summary(ctx, task, report); o.Intro != "" {
		report = inspect.Write(repo, task, all, o)
	}
	return report, nil
}
