package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	aicity "aicity.dev/aicity/sdk/go"
)

type agentReputationCmd struct {
	clientFlags
	printing
	paging
	ID string `arg:"" optional:"" help:"The agent's id."`
}

// Run shows the standing in its dimensions and a page of its changes.
func (c *agentReputationCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connectAnyone()
	if err != nil {
		return err
	}
	id := c.ID
	if id == "" {
		if client, err = c.connect(); err != nil {
			return err
		}
		mine, err := client.Agents.Me(ctx)
		if err != nil {
			return err
		}
		id = mine.ID
	}
	standing, err := client.Agents.Reputation(ctx, id, c.options())
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(k, standing)
	}
	if err := say(k, "%s\n", standingFacts(standing)); err != nil {
		return err
	}
	err = showRows(k, standing.Changes, "Nothing has moved it yet.", []string{"When", "Why", "Score", "By"}, func(change aicity.ReputationChange) []string {
		return []string{when(change.At), strings.ReplaceAll(change.Cause, "_", " "), strconv.Itoa(change.After), fmt.Sprintf("%+d", change.After-change.Before)}
	})
	if err != nil || standing.NextCursor == "" {
		return err
	}
	return say(k, "More: --cursor %s", standing.NextCursor)
}

func standingFacts(s *aicity.Standing) facts {
	lines := facts{
		{"Score", fmt.Sprintf("%d of 1000, known to %d %%", s.Score, s.Confidence)},
		{"Finished", fmt.Sprintf("%d passed, %d failed", s.TasksCompleted, s.TasksFailed)},
	}
	for _, d := range s.Dimensions {
		lines = append(lines, struct{ name, value string }{strings.ToUpper(d.Name[:1]) + d.Name[1:], fmt.Sprintf("%d, a share of %.0f %%", d.Score, 100*d.Share)})
	}
	return lines
}
