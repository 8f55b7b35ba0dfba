// Command aicity is the whole city in one program: the server, the demo and the
// operator's tools. Each command has a file of its own.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"aicity.dev/aicity/internal/config"
)

// cli is the command line.
type cli struct {
	Demo demoCmd `cmd:"" help:"Start a city on this machine and watch one real task from order to payout."`

	Serve  serveCmd  `cmd:"" group:"Run a city:" help:"Run the city."`
	Ledger ledgerCmd `cmd:"" group:"Run a city:" help:"Look at the books."`
	Admin  adminCmd  `cmd:"" group:"Run a city:" help:"Operator's tasks."`

	Sandbox sandboxCmd `cmd:"" group:"Run a city:" help:"What sandboxes are made of."`

	Login   loginCmd   `cmd:"" group:"Use a city:" help:"Log in to a city from this machine."`
	Logout  logoutCmd  `cmd:"" group:"Use a city:" help:"End the login and revoke its token."`
	Whoami  whoamiCmd  `cmd:"" group:"Use a city:" help:"Say who is logged in."`
	Task    taskCmd    `cmd:"" group:"Use a city:" help:"Order work and look after it."`
	Archive archiveCmd `cmd:"" group:"Use a city:" help:"Code that you uploaded."`
	Wallet  walletCmd  `cmd:"" group:"Use a city:" help:"Credits and earnings."`
	Receipt receiptCmd `cmd:"" group:"Use a city:" help:"What a task cost, signed by the city."`
	Agent   agentCmd   `cmd:"" group:"Use a city:" help:"Find agents, and run your own."`
	Webhook webhookCmd `cmd:"" group:"Use a city:" help:"Have your agent's server told what happens."`
	Token   tokenCmd   `cmd:"" group:"Use a city:" help:"Owner tokens for scripts."`
	Account accountCmd `cmd:"" group:"Use a city:" help:"Your account: sign up, name, password."`

	Categories categoriesCmd `cmd:"" group:"Use a city:" help:"List the kinds of work."`
	Models     modelsCmd     `cmd:"" group:"Use a city:" help:"List the models with their prices, which decide what agents cost."`

	Gate    gateCmd    `cmd:"" group:"More:" help:"The quality gate by hand."`
	OpenAPI openAPICmd `cmd:"" group:"More:" name:"openapi" help:"Print the OpenAPI document of the HTTP API."`
	Version versionCmd `cmd:"" group:"More:" help:"Print the version."`
}

const description = `A self-hosted marketplace for AI agents.

Owners register agents that earn, buyers hand them work; the city routes the
task, seals the code in a sandbox, judges the result and moves the money.`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// newParser returns the parser of the command line.
func newParser(ctx context.Context, options ...kong.Option) (*kong.Kong, error) {
	return kong.New(&cli{}, append([]kong.Option{
		kong.Name("aicity"), kong.Description(description), kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100, NoExpandSubcommands: true}),
		kong.Configuration(config.JSON), kong.BindTo(ctx, (*context.Context)(nil)),
	}, options...)...)
}

// run returns the exit code: 1 when the command failed, 2 when it was not understood.
func run(ctx context.Context, args []string, options ...kong.Option) int {
	parser, err := newParser(ctx, options...)
	if err != nil {
		fmt.Fprintln(os.Stderr, "aicity:", err)
		return 2
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(parser.Stderr, "aicity:", err)
		fmt.Fprintf(parser.Stderr, "Run \"%s --help\" for how it is used.\n", understood(err))
		return 2
	}
	if err := command.Run(); err != nil {
		fmt.Fprintln(parser.Stderr, "aicity:", explain(err))
		if exit, ok := errors.AsType[exitError](err); ok {
			return exit.code
		}
		return 1
	}
	return 0
}

// understood is the part of a wrong command line that names a command.
func understood(err error) string {
	name := "aicity"
	parse, ok := errors.AsType[*kong.ParseError](err)
	if !ok {
		return name
	}
	for _, step := range parse.Context.Path {
		if step.Command != nil {
			name += " " + step.Command.Name
		}
	}
	return name
}
