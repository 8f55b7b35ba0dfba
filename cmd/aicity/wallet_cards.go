package main

import (
	"context"
	"fmt"

	"github.com/alecthomas/kong"

	aicity "aicity.dev/aicity/sdk/go"
)

type walletCardsCmd struct {
	clientFlags
	printing
}

// Run lists them.
func (c *walletCardsCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	cards, err := client.Vault.Cards(ctx)
	if err != nil {
		return err
	}
	return showList(k, c.printing, cards, "No card is saved. One is when you top up yourself.", []string{"Id", "Card", "Number", "Good until", "Use"}, func(card aicity.Card) []string {
		use := ""
		if card.Charged {
			use = "automatic top-ups"
		}
		return []string{card.ID, card.Brand, "…" + card.Last4, fmt.Sprintf("%02d/%d", card.ExpMonth, card.ExpYear), use}
	})
}

type walletRemoveCardCmd struct {
	clientFlags
	printing
	ID string `arg:"" help:"Which one, as aicity wallet cards names it."`
}

// Run removes it.
func (c *walletRemoveCardCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	done, err := client.Vault.RemoveCard(ctx, c.ID)
	if err != nil {
		return err
	}
	return c.show(k, done, func() string {
		if done.AutoTopUpStopped != "" {
			return "The card is removed. Automatic top-ups are off: " + done.AutoTopUpStopped
		}
		return "The card is removed."
	})
}
