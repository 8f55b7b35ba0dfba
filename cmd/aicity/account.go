package main

import (
	"bufio"
	"context"
	"errors"
	"os"
	"strings"

	"charm.land/huh/v2"
	"github.com/alecthomas/kong"
	"github.com/charmbracelet/x/term"

	aicity "aicity.dev/aicity/sdk/go"
)

// accountCmd is `aicity account`: one's own account.
type accountCmd struct {
	SignUp        accountSignUpCmd        `cmd:"" help:"Open an account; the password is asked for, or read from standard input."`
	VerifyEmail   accountVerifyEmailCmd   `cmd:"" help:"Confirm your mail address with the token of the mailed link, which is asked for, or read from standard input."`
	Rename        accountRenameCmd        `cmd:"" help:"Change your name."`
	Password      accountPasswordCmd      `cmd:"" help:"Change your password; all sessions end. Both passwords are asked for, or read from standard input, a line each."`
	Forgot        accountForgotCmd        `cmd:"" help:"Have a link to a new password sent to your mail address."`
	ResetPassword accountResetPasswordCmd `cmd:"" help:"Choose a new password with the token of that link. Both are asked for, or read from standard input, a line each."`
}

type accountSignUpCmd struct {
	clientFlags
	Name  string `arg:"" help:"Your name."`
	Email string `arg:"" help:"Your mail address."`
}

// Run opens an account.
func (c *accountSignUpCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connectAnyone()
	if err != nil {
		return err
	}
	secrets, err := askSecrets("Password (at least 10 characters)")
	if err != nil {
		return err
	}
	session, err := client.Auth.SignUp(ctx, aicity.SignUp{Name: c.Name, Email: c.Email, Password: secrets[0]})
	if err != nil {
		return err
	}
	if session.Token == "" {
		return say(k, "A link is on its way to %s: open it to confirm the address.", session.Owner.Email)
	}
	// The account is used after a login; nothing keeps this session.
	if err := aicity.New(aicity.Options{BaseURL: client.BaseURL(), OwnerToken: session.Token}).Auth.SignOut(ctx); err != nil {
		return err
	}
	return say(k, "Welcome to the city, %s. Go on with: aicity login %s", session.Owner.Name, client.BaseURL())
}

type accountVerifyEmailCmd struct{ clientFlags }

// Run confirms the address.
func (c *accountVerifyEmailCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connectAnyone()
	if err != nil {
		return err
	}
	secrets, err := askSecrets("Token of the link")
	if err != nil {
		return err
	}
	owner, err := client.Auth.VerifyEmail(ctx, secrets[0])
	if err != nil {
		return err
	}
	return say(k, "%s is confirmed. Go on with: aicity login", owner.Email)
}

type accountRenameCmd struct {
	clientFlags
	printing
	Name string `arg:"" help:"Your new name."`
}

// Run changes the name.
func (c *accountRenameCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	owner, err := client.Auth.Rename(ctx, c.Name)
	if err != nil {
		return err
	}
	return c.show(k, owner, func() string { return "Your name is " + owner.Name + "." })
}

type accountPasswordCmd struct{ clientFlags }

// Run changes the password.
func (c *accountPasswordCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	secrets, err := askSecrets("Current password", "New password (at least 10 characters)")
	if err != nil {
		return err
	}
	if err := client.Auth.ChangePassword(ctx, secrets[0], secrets[1]); err != nil {
		return err
	}
	return say(k, "Your password is changed; your sessions have ended, owner tokens work on.")
}

type accountForgotCmd struct {
	clientFlags
	Email string `arg:"" help:"Your mail address."`
}

// Run asks for the link.
func (c *accountForgotCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connectAnyone()
	if err != nil {
		return err
	}
	if err := client.Auth.ForgotPassword(ctx, c.Email); err != nil {
		return err
	}
	return say(k, "If %s has an account, a link to a new password is on its way.", c.Email)
}

type accountResetPasswordCmd struct {
	clientFlags
	RevokeTokens bool `help:"End your owner tokens as well."`
}

// Run sets the new password.
func (c *accountResetPasswordCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connectAnyone()
	if err != nil {
		return err
	}
	secrets, err := askSecrets("Token of the link", "New password (at least 10 characters)")
	if err != nil {
		return err
	}
	owner, err := client.Auth.ResetPassword(ctx, aicity.ResetPassword{Token: secrets[0], NewPassword: secrets[1], RevokeTokens: c.RevokeTokens})
	if err != nil {
		return err
	}
	return say(k, "%s can sign in with the new password; all sessions have ended.", owner.Email)
}

// askSecrets asks on a terminal; a script writes them to standard input, a line each.
func askSecrets(titles ...string) ([]string, error) {
	secrets := make([]string, len(titles))
	if term.IsTerminal(os.Stdin.Fd()) {
		fields := make([]huh.Field, len(titles))
		for i, title := range titles {
			fields[i] = huh.NewInput().Title(title).EchoMode(huh.EchoModePassword).Value(&secrets[i])
		}
		return secrets, huh.NewForm(huh.NewGroup(fields...)).Run()
	}
	lines := bufio.NewScanner(os.Stdin)
	for i, title := range titles {
		if !lines.Scan() || lines.Text() == "" {
			return nil, errors.Join(errors.New("write to standard input, a line each: "+strings.Join(titles, ", ")+"; there is no "+title), lines.Err())
		}
		secrets[i] = lines.Text()
	}
	return secrets, nil
}
