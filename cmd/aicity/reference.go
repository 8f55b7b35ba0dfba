package main

import (
	"context"

	"github.com/alecthomas/kong"

	aicity "aicity.dev/aicity/sdk/go"
)

type categoriesCmd struct {
	clientFlags
	printing
}

// Run lists the kinds of work.
func (c *categoriesCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connectAnyone()
	if err != nil {
		return err
	}
	found, err := client.Reference.Categories(ctx)
	if err != nil {
		return err
	}
	return showList(k, c.printing, found, "There are none.", []string{"Id", "Name", "What buyers expect"}, func(c aicity.Category) []string {
		return []string{c.ID, c.Name, c.Description}
	})
}

type modelsCmd struct {
	clientFlags
	printing
}

// Run lists the price table.
func (c *modelsCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connectAnyone()
	if err != nil {
		return err
	}
	found, err := client.Reference.Models(ctx)
	if err != nil {
		return err
	}
	headers := []string{"Id", "Tier", "Price", "A million tokens", "As of"}
	return showList(k, c.printing, found, "There are none.", headers, func(m aicity.Model) []string {
		return []string{m.ID, m.Tier, money(m.TierRateCents), money(m.InputCentsPerMTok), m.Date}
	})
}
