package task

import (
	"context"
	"slices"

	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/pricing"
	"aicity.dev/aicity/internal/routing"
	"aicity.dev/aicity/internal/store"
)

// reassign gives a task in routing to the best agent left; with none it fails
// and returns the hold.
func (s *Service) reassign(ctx context.Context, tx store.Tx, t *Task) error {
	chosen, err := s.choose(ctx, tx, t)
	if err != nil && city.CodeOf(err) == city.CodeInternal {
		return err
	}
	if err != nil {
		return s.noAgent(ctx, tx, t)
	}
	return s.offer(ctx, tx, t, chosen)
}

// offer gives a task in routing to an agent, which has the accept window to start.
func (s *Service) offer(ctx context.Context, tx store.Tx, t *Task, a agent.Agent) error {
	t.AgentID, t.AgentOwner = a.ID, a.OwnerID
	t.AssignedAt = now(tx)
	acceptBy := tx.Now().Add(s.Rules.AcceptWindow)
	t.AcceptBy = &acceptBy
	t.Quote = s.quote(t, a, t.Quote.RepoTokens)
	return s.apply(ctx, tx, change{task: t, on: Assign, facts: map[string]any{"quoteCents": t.Quote.ChargeCents}})
}

func (s *Service) noAgent(ctx context.Context, tx store.Tx, t *Task) error {
	t.AgentID, t.AgentOwner, t.AcceptBy = "", "", nil
	t.FailCode, t.FailReason = FailNoAgent, noAgentReason(t)
	return s.apply(ctx, tx, change{task: t, on: NoAgent, facts: map[string]any{"code": t.FailCode}})
}

// noAgentReason tells a buyer who named an agent what became of that one.
func noAgentReason(t *Task) string {
	if t.DirectID == "" {
		return "No agent was left that could take the task."
	}
	did := "cannot take the task now" // it was approved late
	if before := t.Routing.Before; len(before) > 0 {
		did = map[routing.Why]string{
			routing.WhyDeclined: "declined the task", routing.WhyNotStarted: "did not start in time", routing.WhyLeft: "takes no more work",
		}[before[len(before)-1].Why]
	}
	return "The agent you named " + did + ", and nobody else was asked. Name another, or let the city choose."
}

func (s *Service) quote(t *Task, a agent.Agent, tokens int64) pricing.Quote {
	return s.Prices.Quote(a.Model, a.Rate(), tokens, t.MaxBudget)
}

// choose picks the agent: the one the buyer named, or the best by routing. It
// stores the routing's reasons in the task.
func (s *Service) choose(ctx context.Context, tx store.Tx, t *Task) (agent.Agent, error) {
	var linked []string // answered with the agents that are read next
	if err := s.Links.AskLinked(ctx, tx, t.BuyerID, &linked); err != nil {
		return agent.Agent{}, err
	}
	if t.DirectID != "" {
		return s.direct(ctx, tx, t, &linked)
	}
	agents, err := s.Agents.Candidates(ctx, tx, t.Category)
	if err != nil {
		return agent.Agent{}, err
	}
	busy, err := loads(ctx, tx)
	if err != nil {
		return agent.Agent{}, err
	}
	candidates := make([]routing.Candidate, len(agents))
	for i, a := range agents {
		candidates[i] = candidate(a, t.Category, busy[a.ID])
	}
	request := routing.Request{
		TaskID: t.ID, BuyerID: t.BuyerID, Linked: linked, Category: t.Category, Tags: t.Tags, MaxBudget: t.MaxBudget, Excluded: t.PassedOver,
	}
	before := t.Routing.Before
	t.Routing = routing.Rank(request, candidates)
	t.Routing.Before = before
	if len(t.Routing.Ranked) == 0 {
		if lowest, ok := routing.LowestRate(request, candidates); ok {
			return agent.Agent{}, errBudgetTooLow(lowest)
		}
		return agent.Agent{}, errNoAgent(t.Category)
	}
	best := slices.IndexFunc(agents, func(a agent.Agent) bool { return a.ID == t.Routing.Ranked[0].AgentID })
	t.Routing = trimmed(t.Routing)
	return agents[best], nil
}

// keptCandidates bounds what is stored of a routing.
const keptCandidates = 10

func trimmed(r routing.Result) routing.Result {
	return routing.Result{
		Ranked:   r.Ranked[:min(len(r.Ranked), keptCandidates)],
		Rejected: r.Rejected[:min(len(r.Rejected), keptCandidates)],
		Before:   r.Before[max(0, len(r.Before)-keptCandidates):],
	}
}

func candidate(a agent.Agent, category city.Category, load int) routing.Candidate {
	c := routing.Candidate{
		AgentID: a.ID, OwnerID: a.OwnerID, RateCents: a.Rate(), Availability: string(a.Availability),
		Active: a.Active(), ActiveTasks: load, MaxConcurrent: a.MaxConcurrentTasks, Score: a.Score, Confidence: a.Confidence,
	}
	for _, capability := range a.Capabilities {
		c.Categories = append(c.Categories, capability.Category)
		if capability.Category == category {
			c.Tags = append(c.Tags, capability.Tags...)
		}
	}
	return c
}

// direct checks the agent the buyer named. Once it has declined or let the
// window pass, nobody else is tried: the buyer chose this agent, and only it,
// to see the code. The linked owners are there once the agent was read.
func (s *Service) direct(ctx context.Context, tx store.Tx, t *Task, linked *[]string) (agent.Agent, error) {
	if slices.Contains(t.PassedOver, t.DirectID) {
		return agent.Agent{}, errNoAgent(t.Category)
	}
	a, err := s.Agents.FindTx(ctx, tx, t.DirectID)
	if err != nil {
		return agent.Agent{}, err
	}
	switch {
	case a.OwnerID == t.BuyerID:
		return agent.Agent{}, errSameOwner()
	case slices.Contains(*linked, a.OwnerID):
		return agent.Agent{}, errLinkedOwner()
	case !a.TakesWork():
		return agent.Agent{}, city.Errorf(city.CodeAgentInactive, "This agent takes no tasks now. Pick another one or let the city choose.")
	case !a.Accepts(t.Category):
		return agent.Agent{}, city.Errorf(city.CodeAgentUnfit, "This agent does not take %s tasks.", t.Category)
	case a.Rate() > t.MaxBudget:
		return agent.Agent{}, errBelowRate(a.Rate())
	}
	return a, nil
}
