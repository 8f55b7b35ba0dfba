package main

import (
	"context"
	"fmt"
	"time"

	"aicity.dev/aicity/internal/config"
)

// cloneRounds is how many repositories each side fetches that it has never seen.
const cloneRounds = 9

// firstClones provisions repositories that nobody has asked for before, in a
// city that keeps a workshop ready for git and, in turns, in one that does not.
func (b *sandboxes) firstClones(ctx context.Context, s settings) (all []measurement, err error) {
	var sides [2]*sandboxes
	for i, warm := range []bool{true, false} {
		s.adjust = func(c *config.Config) { c.SandboxMax, c.SandboxWarmGit = 8, warm }
		side := *b
		if side.city, err = openCity(ctx, s, engine{name: "git"}, 2); err != nil {
			return nil, err
		}
		defer side.close(ctx)
		if err := side.app.Sandboxes.Available(ctx); err != nil {
			return nil, err
		}
		sides[i] = &side
	}
	for i := range cloneRounds {
		if err := firstSeen(i).make(ctx, b.trees); err != nil {
			return nil, err
		}
	}
	ours, raw, err := inTurns(cloneRounds,
		func(i int) (time.Duration, error) {
			if err := sides[0].untilReady(ctx, sides[0].app.Sandboxes.WarmWorkshop); err != nil {
				return 0, err
			}
			return sides[0].provisioned(ctx, firstSeen(i))
		},
		func(i int) (time.Duration, error) { return sides[1].provisioned(ctx, firstSeen(i)) })
	if err != nil {
		return nil, fmt.Errorf("first clone: %w", err)
	}
	return []measurement{{
		what: "sandbox: HTTP provision of a repository never seen, with --sandbox-warm-git, p50", got: milliseconds(ours),
		limit: milliseconds(raw) + " without it", ratio: ours.Seconds() / raw.Seconds(), aim: "< 1", met: ours < raw,
	}}, nil
}

// firstSeen is the repository of a round.
func firstSeen(i int) repository {
	return repository{name: fmt.Sprintf("first%d.git", i), files: small.files + i, bytes: small.bytes}
}
