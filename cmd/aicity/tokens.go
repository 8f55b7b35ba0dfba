package main

import (
	"context"

	"github.com/alecthomas/kong"

	aicity "aicity.dev/aicity/sdk/go"
)

// tokenCmd is `aicity token`: owner tokens for scripts.
type tokenCmd struct {
	List   tokenListCmd   `cmd:"" help:"List your owner tokens."`
	Create tokenCreateCmd `cmd:"" help:"Create an owner token, shown once."`
	Revoke tokenRevokeCmd `cmd:"" help:"Revoke a token at once."`
}

type tokenListCmd struct {
	clientFlags
	printing
}

// Run lists them.
func (c *tokenListCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	tokens, err := client.Auth.Tokens(ctx)
	if err != nil {
		return err
	}
	return showList(k, c.printing, tokens, "No tokens.", []string{"Id", "Name", "Begins with", "Created", "Last used", "Expires"}, func(t aicity.Token) []string {
		return []string{t.ID, t.Name, t.Prefix, when(t.CreatedAt), whenPtr(t.LastUsedAt), whenPtr(t.ExpiresAt)}
	})
}

type tokenCreateCmd struct {
	clientFlags
	printing
	Name        string `arg:"" help:"What it is for."`
	ExpiresDays int    `help:"Days it works; for ever without it." placeholder:"DAYS"`
}

// Run makes one and shows its secret.
func (c *tokenCreateCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	token, err := client.Auth.CreateToken(ctx, c.Name, c.ExpiresDays)
	if err != nil {
		return err
	}
	return c.show(k, token, func() string {
		return facts{{"Id", token.ID}, {"Token", token.Secret}, {"Expires", whenPtr(token.ExpiresAt)}}.String() + "\nIt is shown only now."
	})
}

type tokenRevokeCmd struct {
	clientFlags
	ID string `arg:"" help:"The token's id."`
}

// Run ends it.
func (c *tokenRevokeCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	if err := client.Auth.RevokeToken(ctx, c.ID); err != nil {
		return err
	}
	return say(k, "The token no longer works.")
}
