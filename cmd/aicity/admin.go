package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"charm.land/huh/v2"
	"github.com/charmbracelet/x/term"

	"aicity.dev/aicity/internal/account"
	"aicity.dev/aicity/internal/app"
	"aicity.dev/aicity/internal/config"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/jobs"
)

type adminCmd struct {
	CreateOperator createOperatorCmd `cmd:"" help:"Create an account that may run the city. The password is asked for, or read from standard input."`
	Refunds        refundsCmd        `cmd:"" help:"Decide about refunds that are not instant."`
	ReplayPayments replayPaymentsCmd `cmd:"" help:"Have the payment provider's events applied again: those that failed, or those named."`
}

type createOperatorCmd struct {
	Data        string `help:"The city's data folder." default:"data" type:"path" env:"AICITY_DATA"`
	DatabaseURL string `help:"PostgreSQL, when the city uses it." placeholder:"URL" env:"AICITY_DATABASE_URL"`
	Name        string `help:"Display name." required:""`
	Email       string `help:"Mail address to sign in with." required:""`
}

// Run creates the operator.
func (c *createOperatorCmd) Run(ctx context.Context) error {
	password, err := askPassword()
	if err != nil {
		return err
	}
	db, err := app.OpenDB(ctx, config.Config{Data: c.Data, DatabaseURL: c.DatabaseURL}, nil)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	logger := slog.New(slog.DiscardHandler)
	accounts, err := account.New(account.Config{DB: db, Events: event.New(db), Jobs: jobs.New(db, logger), Logger: logger})
	if err != nil {
		return err
	}
	owner, err := accounts.CreateOperator(ctx, account.SignUp{Name: c.Name, Email: c.Email, Password: password})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(os.Stdout, "Operator %s (%s) can sign in now.\n", owner.Email, owner.ID)
	return err
}

// askPassword asks on a terminal; a script writes the password to standard input.
func askPassword() (string, error) {
	if !term.IsTerminal(os.Stdin.Fd()) {
		line, err := bufio.NewReader(os.Stdin).ReadString('\n')
		password := strings.TrimRight(line, "\r\n")
		if password == "" {
			return "", errors.Join(errors.New("write the password to standard input"), err)
		}
		return password, nil
	}
	var password string
	err := huh.NewInput().Title("Password (at least 10 characters)").EchoMode(huh.EchoModePassword).Value(&password).Run()
	return password, err
}
