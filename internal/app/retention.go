package app

import (
	"context"
	"errors"
	"time"

	"aicity.dev/aicity/internal/jobs"
)

// What grows with traffic and is not the books is kept for a time; the domains
// sweep what is theirs alone, this is the rest.
const (
	retentionEvery = time.Hour
	keepEvents     = 365 * 24 * time.Hour
	keepSandboxes  = 90 * 24 * time.Hour
)

type retentionArgs struct{}

func (retentionArgs) Kind() string { return "retention" }

func (a *App) keepRetention() {
	jobs.Handle(a.Jobs, func(ctx context.Context, _ retentionArgs, _ jobs.Attempt) error { return a.Prune(ctx) })
	jobs.Every(a.Jobs, retentionEvery, retentionArgs{})
}

// Prune deletes events and rows of ended sandboxes that are older than they are
// kept.
func (a *App) Prune(ctx context.Context) error {
	now := a.DB.Clock().Now()
	return errors.Join(a.Events.Prune(ctx, now.Add(-keepEvents)), a.Sandboxes.Prune(ctx, now.Add(-keepSandboxes)))
}
