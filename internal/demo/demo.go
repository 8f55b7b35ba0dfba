// Package demo runs one real task through a real city and shows each step: two
// people sign up, one tops up test credits and orders a review of a real git
// repository, a seed agent does it through the public API in a sealed sandbox,
// the gate judges, and the money moves. It knows the city only as its clients do.
package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"aicity.dev/aicity/internal/seedagent/demorepo"
	aicity "aicity.dev/aicity/sdk/go"
)

// Options say where the demo runs.
type Options struct {
	BaseURL      string        // of the running city
	Dir          string        // for the demo's repository
	RefundWindow time.Duration // as the city was started with
	UsualWindow  time.Duration // what it is outside demos
	Books        func(ctx context.Context, taskID string) (Books, error)
	Screen       *Screen
}

// Books are what the ledger holds when the task is over.
type Books struct {
	Transfers []Row // the task's transfers: kind, from, to, amount
	Accounts  []Row // the trial balance: kind, balance
	Verified  string
}

// Row is a line of a table.
type Row []string

// Result is what the visitor needs to go on in the browser.
type Result struct {
	Task     *aicity.Task
	Buyer    Login
	Owner    Login
	AgentKey string
}

// Login is a way in.
type Login struct{ Email, Password, Token string }

// budget is what the demo's buyer is ready to pay, topUp what goes into the pool.
const (
	budget = 800
	topUp  = 2500
)

const request = "Review this parcel-tracking service before we put it into production. " +
	"Look for bugs, ignored errors, SQL injection, unsafe shell calls and secrets in the repository. " +
	"Name the file and line for each finding and show the fix."

// Run runs the demo and returns what the visitor needs.
func Run(ctx context.Context, opts Options) (*Result, error) {
	d := &run{Options: opts, screen: opts.Screen}
	for _, step := range []func(context.Context) error{d.people, d.repository, d.order, d.watch, d.settlement, d.books} {
		if err := step(ctx); err != nil {
			return nil, errors.Join(err, d.close())
		}
	}
	return &d.result, d.close()
}

type run struct {
	Options
	screen *Screen
	buyer  *aicity.Client
	git    *gitServer
	result Result
}

func (d *run) close() error {
	if d.git == nil {
		return nil
	}
	err := d.git.Close()
	d.git = nil
	return err
}

// people signs up a buyer and an agent owner.
func (d *run) people(ctx context.Context) error {
	d.screen.Step("Two people sign up")
	buyer, client, err := d.signUp(ctx, "Bea Buyer", "bea@buyer.example")
	if err != nil {
		return err
	}
	d.result.Buyer, d.buyer = buyer, client
	d.screen.Fact("buyer", buyer.Email)
	owner, ownerClient, err := d.signUp(ctx, "Olga Owner", "olga@owner.example")
	if err != nil {
		return err
	}
	token, err := ownerClient.Auth.CreateToken(ctx, "demo", 0)
	if err != nil {
		return fmt.Errorf("create owner token: %w", err)
	}
	owner.Token = token.Secret
	d.result.Owner = owner
	registered, err := ownerClient.Agents.Register(ctx, aicity.RegisterAgent{
		DisplayName: "Olga's Docs Writer", Framework: "custom", Model: "claude-sonnet-4-6",
		Description:  "Writes READMEs and guides. Registered by the demo; connect your own code with its key.",
		Capabilities: []aicity.Capability{{Category: "content_creation", Tags: []string{"docs", "readme"}}},
		Pricing:      aicity.PerTask(300),
	})
	if err != nil {
		return fmt.Errorf("register agent: %w", err)
	}
	d.result.AgentKey = registered.APIKey
	d.screen.Fact("agent owner", owner.Email+", with the agent "+registered.Agent.DisplayName)
	paid, err := client.Vault.TopUp(ctx, topUp)
	if err != nil {
		return fmt.Errorf("top up: %w", err)
	}
	d.screen.Fact("top-up", fmt.Sprintf("%s test credits (test payments: no real money)", money(paid.NewBalance)))
	return nil
}

func (d *run) signUp(ctx context.Context, name, email string) (Login, *aicity.Client, error) {
	login := Login{Email: email, Password: rand.Text()}
	client := aicity.New(aicity.Options{BaseURL: d.BaseURL})
	session, err := client.Auth.SignUp(ctx, aicity.SignUp{Name: name, Email: email, Password: login.Password})
	if err != nil {
		return Login{}, nil, fmt.Errorf("sign up %s: %w", name, err)
	}
	return login, aicity.New(aicity.Options{BaseURL: d.BaseURL, OwnerToken: session.Token}), nil
}

// repository makes the buyer's repository and serves it over git's own protocol.
func (d *run) repository(ctx context.Context) error {
	d.screen.Step("The buyer has a git repository")
	dir := filepath.Join(d.Dir, "git")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	files := demorepo.Files()
	repo, err := makeRepository(ctx, dir, files)
	if err != nil {
		return err
	}
	if d.git, err = serveRepository(ctx, repo); err != nil {
		return err
	}
	d.screen.Fact("repository", fmt.Sprintf("%s (%d files)", d.git.URL, len(files)))
	return nil
}

// order submits the task.
func (d *run) order(ctx context.Context) error {
	d.screen.Step("The buyer orders a code review for at most " + money(budget))
	task, err := d.buyer.Tasks.Submit(ctx, aicity.SubmitTask{
		TaskType: "code_review", MaxBudget: budget, Tags: []string{"go", "security"},
		Acceptance: &aicity.Acceptance{Criteria: []string{"Every finding names a file and a line"}},
		Input:      aicity.TaskInput{Description: request, Repo: d.git.URL},
	})
	if err != nil {
		return fmt.Errorf("submit task: %w", err)
	}
	d.result.Task = task
	d.screen.Fact("task", task.ID)
	return nil
}

// watch follows the task live until it is judged.
func (d *run) watch(ctx context.Context) error {
	d.screen.Step("The city works")
	waiting := d.screen.Wait("waiting for the agent")
	began := d.result.Task.CreatedAt
	last := began
	for event, err := range d.buyer.Tasks.Events(ctx, d.result.Task.ID, "") {
		if err != nil {
			waiting.Stop()
			return fmt.Errorf("follow task: %w", err)
		}
		moment, err := parseMoment(event)
		if err != nil {
			waiting.Stop()
			return err
		}
		waiting.Say(func() { d.screen.Moment(moment, moment.At.Sub(began), moment.At.Sub(last)) })
		last = moment.At
		if event.Type == aicity.EventTaskCompleted || event.Type == aicity.EventTaskFailed {
			break
		}
	}
	waiting.Stop()
	task, err := d.buyer.Tasks.Get(ctx, d.result.Task.ID)
	if err != nil {
		return fmt.Errorf("read task: %w", err)
	}
	d.result.Task = task
	if task.Status != aicity.TaskCompleted || task.Output == nil || task.Gate == nil {
		return fmt.Errorf("the task is %s: %s %s", task.Status, task.FailCode, task.FailReason)
	}
	d.screen.Deliverable(task.Output)
	d.screen.Gate(task.Gate)
	return nil
}

// settlement shows what was charged and waits for the release.
func (d *run) settlement(ctx context.Context) error {
	task := d.result.Task
	d.screen.Step("The money")
	d.screen.Fact("charged", fmt.Sprintf("%s of the %s held; the rest went back", money(task.ChargeCents), money(task.MaxBudget)))
	d.screen.Fact("fee", money(task.FeeCents)+" for the city (15 %)")
	d.screen.Fact("escrow", fmt.Sprintf("%s for the agent, until the refund window closes", money(task.EarnedCents)))
	d.screen.Fact("window", fmt.Sprintf("%s in this demo, shortened from %.0f min", d.RefundWindow, d.UsualWindow.Minutes()))
	if task.RefundUntil == nil {
		return errors.New("the task has no refund window")
	}
	countdown := d.screen.Countdown("released in", *task.RefundUntil)
	defer countdown.Stop()
	for event, err := range d.buyer.Tasks.Events(ctx, task.ID, "") {
		if err != nil {
			return fmt.Errorf("wait for release: %w", err)
		}
		if event.Type == aicity.EventTaskReleased {
			countdown.Stop()
			d.screen.Fact("released", money(task.EarnedCents)+" can be withdrawn by the agent's owner")
			return nil
		}
	}
	return errors.New("the city closed the stream before the release")
}

// books shows the ledger.
func (d *run) books(ctx context.Context) error {
	books, err := d.Books(ctx, d.result.Task.ID)
	if err != nil {
		return fmt.Errorf("read the books: %w", err)
	}
	d.screen.Table("The task's transfers", Row{"", "from", "to", "amount"}, books.Transfers)
	d.screen.Table("All accounts", Row{"", "balance"}, books.Accounts)
	d.screen.Fact("verified", books.Verified)
	return nil
}
