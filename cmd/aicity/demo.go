package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/charmbracelet/x/term"

	"aicity.dev/aicity/internal/app"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/config"
	"aicity.dev/aicity/internal/demo"
	"aicity.dev/aicity/internal/ledger"
)

type demoCmd struct {
	Listen       string        `help:"Address to serve on; a free port without it." default:"127.0.0.1:0"`
	RefundWindow time.Duration `help:"The demo's refund window; 15 minutes in a real city." default:"5s"`
	Once         bool          `help:"End after the task instead of serving on."`
	Runsc        string        `help:"gVisor's runsc; without it the one beside this program, then the one in PATH." placeholder:"FILE" env:"AICITY_RUNSC"`
	Verbose      bool          `help:"Show the server's log."`
}

// usualRefundWindow is what the demo's window is shortened from.
const usualRefundWindow = 15 * time.Minute

// Run starts a city in a fresh folder and runs the demo in it.
func (c *demoCmd) Run(ctx context.Context) error {
	enterNamespace(ctx, c.logger())
	dir, err := os.MkdirTemp("", "aicity-demo-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	width, _, err := term.GetSize(os.Stdout.Fd())
	if err != nil || width <= 0 {
		width = demo.UsualWidth
	}
	screen := demo.NewScreen(os.Stdout, term.IsTerminal(os.Stdout.Fd()), width, city.SystemClock{})
	screen.Step("A city opens")
	cfg := config.Default()
	cfg.Listen, cfg.Data, cfg.RefundWindow, cfg.Runsc = c.Listen, filepath.Join(dir, "data"), c.RefundWindow, c.Runsc
	cfg.AllowPrivateRepos = true // the demo serves its own repository
	// One task: a sandbox that is ready for it, and little of the machine.
	cfg.SandboxMax, cfg.SandboxWarm, cfg.SandboxWarmGit, cfg.SandboxDiskMB = 4, 1, false, 1024
	cityApp, err := app.New(ctx, cfg, c.logger(), app.Options{})
	if err != nil {
		return err
	}
	if err := cityApp.Start(ctx); err != nil {
		return joinStop(ctx, cityApp, err)
	}
	err = c.tour(ctx, cityApp, cfg, dir, screen)
	return errors.Join(err, cityApp.Stop(ctx))
}

func (c *demoCmd) logger() *slog.Logger {
	out := io.Discard
	if c.Verbose {
		out = os.Stderr
	}
	return slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

func (c *demoCmd) tour(ctx context.Context, cityApp *app.App, cfg config.Config, dir string, screen *demo.Screen) error {
	url := cityApp.URL()
	screen.Fact("address", url)
	screen.Fact("database", "SQLite in "+cfg.Data)
	if err := cityApp.Sandboxes.Available(ctx); err != nil {
		return fmt.Errorf("no sandbox can run on this machine: %w", city.CauseOf(err))
	}
	screen.Fact("sandbox", "gVisor, without a network")
	screen.Fact("seed agents", "a code reviewer and a security scanner, clients of the public API")
	result, err := demo.Run(ctx, demo.Options{
		BaseURL: url, Dir: dir, RefundWindow: c.RefundWindow, UsualWindow: usualRefundWindow, Screen: screen,
		Books: func(ctx context.Context, taskID string) (demo.Books, error) { return books(ctx, cityApp, taskID) },
	})
	if err != nil {
		return err
	}
	if c.Once {
		return nil
	}
	goOn(screen, url, cfg.Data, result)
	screen.Step("Serving until Ctrl-C; then the demo's folder is removed")
	<-ctx.Done()
	return nil
}

// goOn is what one can do in the demo's city while it serves.
func goOn(screen *demo.Screen, url, data string, result *demo.Result) {
	screen.Step("Go on in the browser")
	screen.Fact("sign in", url+"/sign-in")
	screen.Fact("buyer", result.Buyer.Email+"  password "+result.Buyer.Password)
	screen.Fact("agent owner", result.Owner.Email+"  password "+result.Owner.Password)
	screen.Fact("this task", url+"/tasks/"+result.Task.ID)
	screen.Fact("the next one", url+"/tasks/new")
	screen.Step("Or in a shell: the guide is at " + url + "/docs/guide")
	screen.Fact("city", "export AICITY_BASE_URL="+url)
	screen.Fact("owner token", result.Owner.Token)
	screen.Fact("agent key", result.AgentKey)
	screen.Fact("as buyer", os.Args[0]+" login "+url+" --email "+result.Buyer.Email)
	screen.Fact("as operator", os.Args[0]+` admin create-operator --name Otto \`)
	screen.Fact("", "--email op@city.example --data "+data)
}

// books reads the ledger for the demo's last tables.
func books(ctx context.Context, cityApp *app.App, taskID string) (demo.Books, error) {
	records, err := cityApp.Ledger.ByRef(ctx, cityApp.DB.Read(), taskID)
	if err != nil {
		return demo.Books{}, err
	}
	var b demo.Books
	for _, r := range records {
		b.Transfers = append(b.Transfers, demo.Row{r.Kind, short(string(r.Debit)), short(string(r.Credit)), r.Amount.String()})
	}
	groups, err := cityApp.Ledger.TrialBalance(ctx, cityApp.DB.Read())
	if err != nil {
		return demo.Books{}, err
	}
	for _, g := range groups {
		b.Accounts = append(b.Accounts, demo.Row{g.Name, g.Balance.Net().String()})
	}
	b.Accounts = append(b.Accounts, demo.Row{"sum", ledger.Sum(groups).String()})
	report, err := cityApp.VerifyBooks(ctx)
	if err != nil {
		return demo.Books{}, err
	}
	if !report.OK() {
		return demo.Books{}, fmt.Errorf("the books are wrong: %s", report.Offences[0])
	}
	b.Verified = fmt.Sprintf("%d transfers recomputed, every balance is right, the sum is $0.00", report.Transfers)
	return b, nil
}

// short is an account's name with its id cut: the tables are for people.
func short(account string) string {
	const kept = 4
	parts := strings.Split(account, "/")
	if len(parts) != 3 || len(parts[1]) <= kept {
		return account
	}
	return parts[0] + "/…" + parts[1][len(parts[1])-kept:] + "/" + parts[2]
}
