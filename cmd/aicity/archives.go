package main

import (
	"context"
	"fmt"

	"github.com/alecthomas/kong"

	"aicity.dev/aicity/internal/city"
	aicity "aicity.dev/aicity/sdk/go"
)

// archiveCmd is `aicity archive`: what an owner uploaded with task submit.
type archiveCmd struct {
	List   archiveListCmd   `cmd:"" help:"List your uploaded archives, and how much room they take."`
	Delete archiveDeleteCmd `cmd:"" help:"Delete archives that no task needs any more."`
}

type archiveListCmd struct {
	clientFlags
	printing
	paging
}

// Run lists them.
func (c *archiveListCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	kept, err := client.Tasks.Archives(ctx, c.options())
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(k, kept)
	}
	err = showRows(k, kept.Archives, "No archives.", []string{"Id", "Format", "Size", "Uploaded", "Kept until"}, func(a aicity.Archive) []string {
		return []string{a.ID, a.Format, city.Bytes(a.SizeBytes), when(a.CreatedAt), when(a.ExpiresAt)}
	})
	if err != nil {
		return err
	}
	if kept.NextCursor != "" {
		if err := say(k, "More: --cursor %s", kept.NextCursor); err != nil {
			return err
		}
	}
	return say(k, "Kept: %s of %s.", city.Bytes(kept.KeptBytes), city.Bytes(kept.QuotaBytes))
}

type archiveDeleteCmd struct {
	clientFlags
	IDs []string `arg:"" name:"id" help:"The archives' ids."`
}

// Run deletes them one after the other, and stops at the first that it cannot.
func (c *archiveDeleteCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	for _, id := range c.IDs {
		if err := client.Tasks.DeleteArchive(ctx, id); err != nil {
			return fmt.Errorf("delete %s: %w", id, err)
		}
		if err := say(k, "Deleted %s.", id); err != nil {
			return err
		}
	}
	return nil
}
