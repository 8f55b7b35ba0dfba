package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	aicity "aicity.dev/aicity/sdk/go"
)

// agentCmd is `aicity agent`: finding agents, and running one's own.
type agentCmd struct {
	List       agentListCmd       `cmd:"" help:"List your agents."`
	Search     agentSearchCmd     `cmd:"" help:"Search all agents of the city."`
	Show       agentShowCmd       `cmd:"" help:"Show an agent; without an id your only one."`
	Reputation agentReputationCmd `cmd:"" help:"Show an agent's standing, and what moved it; without an id your only one's."`
	Register   agentRegisterCmd   `cmd:"" help:"Register an agent; its key is shown once."`
	Update     agentUpdateCmd     `cmd:"" help:"Change what is given, and nothing else."`
	RotateKey  agentRotateKeyCmd  `cmd:"" help:"Replace an agent's key at once."`
	Deactivate agentDeactivateCmd `cmd:"" help:"Give an agent no more work. What it has begun ends at once, and the buyers get their money back."`
	Reactivate agentReactivateCmd `cmd:"" help:"Give an agent work again; lifts a suspension."`
}

type agentListCmd struct {
	clientFlags
	printing
}

// Run lists the owner's agents.
func (c *agentListCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	agents, err := client.Agents.Mine(ctx)
	if err != nil {
		return err
	}
	return showList(k, c.printing, agents, `No agents yet. Register one: "aicity agent register --help".`, agentHeaders, agentRow)
}

var agentHeaders = []string{"Id", "Name", "State", "Work", "Price", "Score"}

func agentRow(a aicity.Agent) []string {
	return []string{a.ID, a.DisplayName, agentState(a), categories(a), money(a.RateCents), score(a)}
}

type agentSearchCmd struct {
	clientFlags
	printing
	Text         string  `arg:"" optional:"" help:"Words to look for."`
	Category     string  `help:"Kind of work, as code_review."`
	Tag          string  `help:"A speciality."`
	MaxPrice     dollars `help:"Highest price of a small task, in dollars." placeholder:"AMOUNT"`
	MinScore     int     `help:"Least reputation, 0 to 1000." placeholder:"SCORE"`
	Availability string  `help:"available, busy or offline." placeholder:"STATE"`
	Sort         string  `help:"score, price, newest or completed." placeholder:"ORDER"`
	Page         int     `help:"Page of the list." default:"1"`
}

// Run searches.
func (c *agentSearchCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connectAnyone()
	if err != nil {
		return err
	}
	page, err := client.Agents.Search(ctx, aicity.AgentQuery{
		Text: c.Text, Category: c.Category, Tag: c.Tag, MaxPrice: int(c.MaxPrice), MinScore: c.MinScore, Availability: c.Availability,
		Sort: c.Sort, PageOptions: aicity.PageOptions{Page: c.Page},
	})
	if err != nil {
		return err
	}
	err = showPage(k, c.printing, page, "No agent is like that.", agentHeaders, agentRow)
	if p := page.Pagination; err == nil && !c.JSON && p.TotalPages > 1 {
		return say(k, "Page %d of %d, %d agents.", p.Page, p.TotalPages, p.Total)
	}
	return err
}

type agentShowCmd struct {
	clientFlags
	printing
	ID string `arg:"" optional:"" help:"The agent's id."`
}

// Run shows one.
func (c *agentShowCmd) Run(ctx context.Context, k *kong.Context) error {
	var agent *aicity.Agent
	var client *aicity.Client
	var err error
	if c.ID == "" {
		if client, err = c.connect(); err == nil {
			agent, err = client.Agents.Me(ctx)
		}
	} else if client, err = c.connectAnyone(); err == nil {
		agent, err = client.Agents.Get(ctx, c.ID)
	}
	if err != nil {
		return err
	}
	return showAgent(k, c.printing, agent)
}

func showAgent(k *kong.Context, p printing, a *aicity.Agent) error {
	return p.show(k, a, func() string { return agentFacts(a).String() })
}

func agentFacts(a *aicity.Agent) facts {
	return facts{
		{"Id", a.ID}, {"Name", a.DisplayName}, {"State", agentState(*a)}, {"Why", a.StatusReason}, {"Work", categories(*a)},
		{"Price", money(a.RateCents)}, {"Model", a.Model}, {"Framework", a.Framework}, {"Tasks at once", strconv.Itoa(a.MaxConcurrentTasks)},
		{"Score", fmt.Sprintf("%s, known to %d %%", score(*a), a.Reputation.Confidence)},
		{"Finished", fmt.Sprintf("%d passed, %d failed", a.Reputation.TasksCompleted, a.Reputation.TasksFailed)},
		{"Key begins with", a.KeyPrefix}, {"Last seen", whenPtr(a.LastSeenAt)}, {"Since", when(a.CreatedAt)}, {"About", a.Description},
	}
}

// agentFlags are what an agent says about itself.
type agentFlags struct {
	Framework string   `help:"crewai, langgraph, openclaw, autogen, adk, openai or custom." placeholder:"NAME"`
	Model     string   `help:"The model it uses." placeholder:"NAME"`
	About     string   `help:"What it does, for buyers." placeholder:"TEXT"`
	Work      []string `help:"A kind of work with its specialities, as code_review=go,security. Repeat it for more." placeholder:"CATEGORY[=TAG,…]" sep:"none"`
	Price     *dollars `help:"Price of a small task, in dollars; without it the model's tier decides." placeholder:"AMOUNT"`
	AtOnce    int      `help:"Tasks at once." placeholder:"NUMBER"`
}

func (f agentFlags) capabilities() []aicity.Capability {
	var all []aicity.Capability
	for _, work := range f.Work {
		category, tags, found := strings.Cut(work, "=")
		capability := aicity.Capability{Category: category}
		if found {
			capability.Tags = strings.Split(tags, ",")
		}
		all = append(all, capability)
	}
	return all
}

func (f agentFlags) pricing() *aicity.Pricing {
	if f.Price == nil {
		return nil
	}
	return aicity.PerTask(int64(*f.Price))
}

type agentRegisterCmd struct {
	clientFlags
	printing
	Name string `arg:"" help:"Its name, for buyers."`
	agentFlags
}

// Run registers one and shows its key.
func (c *agentRegisterCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	in := aicity.RegisterAgent{
		DisplayName: c.Name, Framework: c.Framework, Model: c.Model, Description: c.About, Capabilities: c.capabilities(),
		Pricing: c.pricing(), MaxConcurrentTasks: c.AtOnce,
	}
	if in.Framework == "" {
		in.Framework = "custom"
	}
	made, err := client.Agents.Register(ctx, in)
	if err != nil {
		return err
	}
	return c.show(k, made, func() string {
		return facts{{"Id", made.Agent.ID}, {"Price", money(made.Agent.RateCents)}, {"Key", made.APIKey}}.String() +
			"\nThe key is shown only now; the agent calls with it as AICITY_API_KEY."
	})
}

type agentUpdateCmd struct {
	clientFlags
	printing
	ID           string `arg:"" optional:"" help:"The agent's id; without it your only one."`
	Name         string `help:"Its name, for buyers." placeholder:"TEXT"`
	Availability string `help:"available, busy or offline." placeholder:"STATE"`
	agentFlags
}

// Run changes what was given.
func (c *agentUpdateCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	in := aicity.UpdateAgent{
		AgentID: c.ID, DisplayName: given(c.Name), Framework: given(c.Framework), Model: given(c.Model), Description: given(c.About),
		Capabilities: c.capabilities(), Pricing: c.pricing(), Availability: given(c.Availability), MaxConcurrentTasks: given(c.AtOnce),
	}
	agent, err := client.Agents.Update(ctx, in)
	if err != nil {
		return err
	}
	return showAgent(k, c.printing, agent)
}

// given is a flag's value, nil when it was left out.
func given[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}

type agentRotateKeyCmd struct {
	clientFlags
	printing
	ID string `arg:"" help:"The agent's id."`
}

// Run replaces the key and shows the new one.
func (c *agentRotateKeyCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	key, err := client.Agents.RotateKey(ctx, c.ID)
	if err != nil {
		return err
	}
	return c.show(k, map[string]string{"apiKey": key}, func() string {
		return facts{{"Key", key}}.String() + "\nIt is shown only now. The old key no longer works."
	})
}

type agentDeactivateCmd struct {
	clientFlags
	printing
	ID string `arg:"" help:"The agent's id."`
}

// Run takes it off the market.
func (c *agentDeactivateCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	done, err := client.Agents.Deactivate(ctx, c.ID)
	if err != nil {
		return err
	}
	return c.show(k, done, func() string {
		if done.EndedTasks == 0 {
			return agentFacts(&done.Agent).String()
		}
		return fmt.Sprintf("%s\nTasks that it had begun: %d. They have ended, and the buyers have their money back.", agentFacts(&done.Agent), done.EndedTasks)
	})
}

type agentReactivateCmd struct {
	clientFlags
	printing
	ID string `arg:"" help:"The agent's id."`
}

// Run brings it back.
func (c *agentReactivateCmd) Run(ctx context.Context, k *kong.Context) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	agent, err := client.Agents.Reactivate(ctx, c.ID)
	if err != nil {
		return err
	}
	return showAgent(k, c.printing, agent)
}

// agentState is how an agent stands, in a word.
func agentState(a aicity.Agent) string {
	if a.Status != "active" {
		return a.Status
	}
	return a.Availability
}

func categories(a aicity.Agent) string {
	var all []string
	for _, c := range a.Capabilities {
		if len(c.Tags) > 0 {
			all = append(all, c.Category+" ("+strings.Join(c.Tags, ", ")+")")
		} else {
			all = append(all, c.Category)
		}
	}
	return strings.Join(all, ", ")
}

func score(a aicity.Agent) string { return strconv.Itoa(a.Reputation.Score) }
