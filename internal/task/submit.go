package task

import (
	"context"
	"fmt"
	"time"

	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/routing"
	"aicity.dev/aicity/internal/sandbox/source"
	"aicity.dev/aicity/internal/store"
)

// Order is a buyer's request.
type Order struct {
	BuyerID        string
	SubmitterID    string // the agent that orders for its owner, or ""
	IdempotencyKey string // the same key orders once, or ""
	// Keep writes down the answer in the transaction that takes the order; nil
	// when nobody needs it. With it a repeated order is refused, because the
	// caller has the first answer.
	Keep func(ctx context.Context, tx store.Tx, t *Task) error

	Category    city.Category
	MaxBudget   city.Cents
	AgentID     string // the agent to hire, or "" for routing
	Tags        []string
	Deadline    time.Duration // 0 for the default
	Acceptance  Acceptance
	Description string

	Repo      string
	Ref       string
	RepoToken string
	Code      string
	ArchiveID string
}

// Submit takes an order: it checks it, holds the budget and assigns an agent,
// all or nothing. Errors: VALIDATION_ERROR, those of checkSource,
// AGENT_NOT_FOUND, AGENT_INACTIVE, AGENT_UNFIT, SAME_OWNER, BUDGET_TOO_LOW,
// NO_AGENT_AVAILABLE, INSUFFICIENT_CREDITS, SPENDING_LIMIT, IDEMPOTENCY_CONFLICT.
func (s *Service) Submit(ctx context.Context, o Order) (*Task, error) {
	o.Tags = normalTags(o.Tags)
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if t, err := s.repeated(ctx, o); t != nil || err != nil {
		return t, err
	}
	if err := s.checkSource(ctx, o); err != nil {
		return nil, err
	}
	t, err := s.newTask(o)
	if err != nil {
		return nil, err
	}
	order := *t
	err = s.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		tx.ReleaseEarly()
		fresh := order // a transaction may run again, also when it fails at its commit
		fresh.CreatedAt = tx.Now()
		t = &fresh
		return s.submit(ctx, tx, t, o)
	})
	if repeatedKey(err) && o.Keep != nil {
		return nil, city.Errorf(city.CodeIdempotency, "This Idempotency-Key was used for an order already.")
	}
	if repeatedKey(err) {
		return s.repeated(ctx, o)
	}
	if err != nil {
		return nil, err
	}
	return t, nil
}

// repeated finds the task that an earlier order with the same key made.
func (s *Service) repeated(ctx context.Context, o Order) (*Task, error) {
	if o.IdempotencyKey == "" || o.Keep != nil {
		return nil, nil
	}
	tasks, err := list(ctx, s.DB.Read(), `buyer_id = $1 AND idempotency_key = $2`, o.BuyerID, o.IdempotencyKey)
	if err != nil || len(tasks) == 0 {
		return nil, err
	}
	return tasks[0], nil
}

func (s *Service) newTask(o Order) (*Task, error) {
	t := &Task{
		ID: city.NewID(city.PrefixTask), BuyerID: o.BuyerID, SubmitterID: o.SubmitterID, DirectID: o.AgentID,
		Category: o.Category, Status: created, Description: o.Description, Tags: o.Tags, MaxBudget: o.MaxBudget,
		Deadline: o.Deadline, Acceptance: o.Acceptance, FeePercent: s.Rules.FeePercent,
		Source: Source{Repo: o.Repo, Ref: o.Ref, HasCode: o.Code != "", ArchiveID: o.ArchiveID},
	}
	if t.Deadline == 0 {
		t.Deadline = s.Rules.DefaultDeadline
	}
	if o.Code != "" {
		// The code is at hand, so the first quote has its size already.
		t.Quote.RepoTokens = source.Tokens(int64(len(o.Code)))
		t.Size = string(source.ClassOf(t.Quote.RepoTokens))
	}
	if o.RepoToken != "" {
		sealed, err := s.Sealer.Seal([]byte(o.RepoToken), t.ID)
		if err != nil {
			return nil, fmt.Errorf("seal repository token: %w", err)
		}
		t.Source.SealedToken = sealed
	}
	return t, nil
}

// place holds the budget and gives the task to the agent, or has it wait for its
// owner's word.
func (s *Service) place(ctx context.Context, tx store.Tx, t *Task, bounds []bound, chosen agent.Agent) error {
	on := Submit
	if needsApproval(bounds, t) {
		on = AskApproval
		t.Routing = routing.Result{} // it will be routed when it is approved
	}
	if err := s.apply(ctx, tx, change{task: t, on: on, facts: map[string]any{"maxBudget": t.MaxBudget}}); err != nil {
		return err
	}
	if err := keepLimits(ctx, tx, bounds, t); err != nil || on == AskApproval {
		return err
	}
	if err := s.apply(ctx, tx, change{task: t, on: Route}); err != nil {
		return err
	}
	return s.offer(ctx, tx, t, chosen)
}

// submit takes the order in tx. One that nobody can take is refused as a whole:
// no task, no hold.
func (s *Service) submit(ctx context.Context, tx store.Tx, t *Task, o Order) error {
	if t.SubmitterID != "" {
		if by, err := s.Agents.FindTx(ctx, tx, t.SubmitterID); err != nil {
			return err
		} else if !by.Active() {
			return city.Errorf(city.CodeAgentInactive, "This agent is not active: it can order nothing until its owner reactivates it.")
		}
	}
	if o.ArchiveID != "" { // it stays until the order is written, which keeps it then
		if _, err := s.Archives.FindTx(ctx, tx, o.BuyerID, o.ArchiveID); err != nil {
			return err
		}
	}
	// What is asked here is answered with the agents that are read next.
	if err := tx.Ask(ctx, recordQuery, []any{t.BuyerID}, t.Buyer.read); err != nil {
		return err
	}
	bounds, err := s.bounds(ctx, tx, t)
	if err != nil {
		return err
	}
	chosen, err := s.choose(ctx, tx, t)
	if err != nil {
		return err
	}
	if err := s.place(ctx, tx, t, bounds, chosen); err != nil {
		return err
	}
	if err := insert(ctx, tx, t, o.IdempotencyKey); err != nil {
		return err
	}
	if o.Code != "" {
		if err := saveDocument(ctx, tx, t.ID, docCode, o.Code); err != nil {
			return err
		}
	}
	if o.Keep == nil {
		return nil
	}
	return o.Keep(ctx, tx, t)
}
