// Command aicity is the whole city in one program: the server, the demo and the
// operator's tools. Each command has a file of its own.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"aicity.dev/aicity/internal/config"
)

// cli is the command line.
type cli struct {
	Serve   serveCmd   `cmd:"" help:"Run the city."`
	Demo    demoCmd    `cmd:"" help:"Start a city on this machine and watch one real task from order to payout."`
	Ledger  ledgerCmd  `cmd:"" help:"Look at the books."`
	Gate    gateCmd    `cmd:"" help:"The quality gate by hand."`
	Sandbox sandboxCmd `cmd:"" help:"What sandboxes are made of."`
	Admin   adminCmd   `cmd:"" help:"Operator's tasks."`
	OpenAPI openAPICmd `cmd:"" name:"openapi" help:"Print the OpenAPI document of the HTTP API."`
	Version versionCmd `cmd:"" help:"Print the version."`
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

func run(ctx context.Context, args []string) int {
	var c cli
	parser, err := kong.New(&c, kong.Name("aicity"), kong.Description(description), kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Configuration(config.JSON), kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		fmt.Fprintln(os.Stderr, "aicity:", err)
		return 2
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "aicity:", err)
		fmt.Fprintln(os.Stderr, `Run "aicity --help" for the commands.`)
		return 2
	}
	if err := command.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "aicity:", err)
		return 1
	}
	return 0
}
