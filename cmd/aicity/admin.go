package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"aicity.dev/aicity/internal/account"
	"aicity.dev/aicity/internal/app"
	"aicity.dev/aicity/internal/config"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/jobs"
)

type adminCmd struct {
	CreateOperator createOperatorCmd `cmd:"" help:"Create an account that may run the city. The password is asked for, or read from standard input."`
	Refunds        refundsCmd        `cmd:"" help:"Decide about refunds that are not instant."`
	Rechecks       rechecksCmd       `cmd:"" help:"Decide about work that the gate failed or could not judge."`
	Reconcile      reconcileCmd      `cmd:"" help:"Compare the books with the payment provider's now."`
	ResetPassword  resetPasswordCmd  `cmd:"" help:"Give an owner a new password, which is asked for, or read from standard input; all of the owner's sessions end."`
	ReplayPayments replayPaymentsCmd `cmd:"" help:"Have the payment provider's events applied again: those that failed, or those named."`
}

type createOperatorCmd struct {
	booksFlags
	Name  string `help:"Display name." required:""`
	Email string `help:"Mail address to sign in with." required:""`
}

// Run creates the operator.
func (c *createOperatorCmd) Run(ctx context.Context) error {
	password, err := askPassword()
	if err != nil {
		return err
	}
	return c.withAccounts(ctx, func(accounts *account.Service) error {
		owner, err := accounts.CreateOperator(ctx, account.SignUp{Name: c.Name, Email: c.Email, Password: password})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(os.Stdout, "Operator %s (%s) can sign in now.\n", owner.Email, owner.ID)
		return err
	})
}

type resetPasswordCmd struct {
	booksFlags
	Email        string `help:"The owner's mail address." required:""`
	RevokeTokens bool   `help:"End the owner's tokens as well."`
}

// Run replaces the password.
func (c *resetPasswordCmd) Run(ctx context.Context) error {
	if db, err := c.open(ctx); err != nil { // it makes no city where there is none
		return err
	} else if err := db.Close(); err != nil {
		return err
	}
	password, err := askPassword()
	if err != nil {
		return err
	}
	return c.withAccounts(ctx, func(accounts *account.Service) error {
		owner, err := accounts.SetPassword(ctx, c.Email, password, c.RevokeTokens)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(os.Stdout, "%s (%s) can sign in with the new password; all sessions have ended.\n", owner.Email, owner.ID)
		return err
	})
}

// withAccounts opens the database, makes it where there is none, and runs use on
// its owners.
func (f booksFlags) withAccounts(ctx context.Context, use func(accounts *account.Service) error) (err error) {
	db, err := app.OpenDB(ctx, config.Config{Data: f.Data, DatabaseURL: f.DatabaseURL}, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	logger := slog.New(slog.DiscardHandler)
	accounts, err := account.New(account.Config{DB: db, Events: event.New(db), Jobs: jobs.New(db, logger), Logger: logger})
	if err != nil {
		return err
	}
	return use(accounts)
}

// askPassword asks on a terminal; a script writes the password to standard input.
func askPassword() (string, error) {
	secrets, err := askSecrets("Password (at least 10 characters)")
	if err != nil {
		return "", err
	}
	return secrets[0], nil
}
