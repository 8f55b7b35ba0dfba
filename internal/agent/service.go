package agent

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/credential"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/store"
)

// maxAgents is how many agents an owner may have, deactivated ones included.
const maxAgents = 100

// Config is what a Service needs.
type Config struct {
	DB     *store.DB
	Events *event.Log
	Logger *slog.Logger
	// TierRate is the rate of an agent with this model that set no price.
	TierRate func(model string) city.Cents
	// Reactivated runs in the transaction that lets an agent work again, so that
	// what else remembers its failures can forget them. It may be nil.
	Reactivated func(ctx context.Context, tx store.Tx, agentID string) error
}

// Service does everything that concerns agents.
type Service struct {
	db          *store.DB
	events      *event.Log
	logger      *slog.Logger
	tierRate    func(model string) city.Cents
	reactivated func(ctx context.Context, tx store.Tx, agentID string) error
	uses        *credential.Uses
	// known remembers whose key is whose, by the key's hash.
	known *event.Memo[Identity]
}

// Identity is who an agent is and whom it belongs to; neither ever changes.
type Identity struct{ ID, OwnerID string }

// knownFor is how long a key is taken without another look. Rotating it ends
// that at once, on other nodes a moment later.
const knownFor = time.Second

// New returns a service.
func New(cfg Config) *Service {
	s := &Service{db: cfg.DB, events: cfg.Events, logger: cfg.Logger, tierRate: cfg.TierRate, reactivated: cfg.Reactivated}
	s.known = event.NewMemo[Identity](cfg.Events, knownFor)
	s.uses = credential.NewUses(s.saveUses)
	return s
}

// Run records when agents were last seen once a minute until ctx ends.
func (s *Service) Run(ctx context.Context) { s.uses.Run(ctx, s.logger) }

// FlushUses records when agents were last seen now.
func (s *Service) FlushUses(ctx context.Context) error { return s.uses.Flush(ctx) }

func (s *Service) saveUses(ctx context.Context, uses []credential.Use) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error { return updateLastSeen(ctx, tx, uses) })
}

// RefreshRates brings the rates of agents without a price of their own in line
// with today's tiers. The server calls it when it starts.
func (s *Service) RefreshRates(ctx context.Context) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		models, err := unpricedModels(ctx, tx)
		if err != nil {
			return err
		}
		for _, model := range models {
			if err := updateTierRate(ctx, tx, model, s.tierRate(model)); err != nil {
				return err
			}
		}
		return nil
	})
}

// rate is the effective rate, computed when an agent is written so that search
// can compare it.
func (s *Service) rate(a Agent) city.Cents {
	if a.Pricing != nil {
		return a.Pricing.BaseRate
	}
	return s.tierRate(a.Model)
}

// Register makes an agent and returns its key, which is shown nowhere else.
// Errors: VALIDATION_ERROR, INVALID_STATE when the owner has too many agents.
func (s *Service) Register(ctx context.Context, ownerID string, r Registration) (Agent, string, error) {
	r, err := r.checked()
	if err != nil {
		return Agent{}, "", err
	}
	key := credential.New(credential.AgentKey)
	a := Agent{
		ID: city.NewID(city.PrefixAgent), OwnerID: ownerID, Availability: Available, Status: Active,
		KeyPrefix: key.Prefix, Standing: newStanding,
	}.with(r)
	a.rate = s.rate(a)
	err = s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		a.CreatedAt, a.UpdatedAt = tx.Now(), tx.Now()
		if n, err := countOwned(ctx, tx, ownerID); err != nil {
			return err
		} else if n >= maxAgents {
			return errTooManyAgents()
		}
		if err := insert(ctx, tx, a, key.Hash); err != nil {
			return err
		}
		if err := s.record(ctx, tx, a, event.AgentRegistered, map[string]any{"displayName": a.DisplayName}); err != nil || r.Keep == nil {
			return err
		}
		return r.Keep(ctx, tx, a, key.Value)
	})
	if err != nil {
		return Agent{}, "", err
	}
	return a, key.Value, nil
}

// record appends an event to the agent's history and wakes its owner's pages.
func (s *Service) record(ctx context.Context, tx store.Tx, a Agent, kind event.Type, data any) error {
	return s.events.Append(ctx, tx, a.ID, kind, data, a.OwnerID)
}

// AuthenticateKey tells which agent a key belongs to. Errors: UNAUTHORIZED.
func (s *Service) AuthenticateKey(ctx context.Context, key string) (Identity, error) {
	hash, ok := credential.Hash(credential.AgentKey, key)
	if !ok {
		return Identity{}, errBadKey()
	}
	who, known := s.known.Look(string(hash))
	if !known {
		load := s.known.Begin()
		defer load.End()
		var err error
		if who, err = findByKey(ctx, s.db.Read(), hash); errors.Is(err, store.ErrNoRows) {
			return Identity{}, errBadKey()
		}
		if err != nil {
			return Identity{}, err
		}
		load.Keep(string(hash), who.ID, who)
	}
	s.uses.Saw(who.ID, s.db.Clock().Now())
	return who, nil
}

// Get returns an agent's public profile, whatever its status. Errors: AGENT_NOT_FOUND.
func (s *Service) Get(ctx context.Context, id string) (Profile, error) {
	a, err := s.Find(ctx, id)
	if err != nil {
		return Profile{}, err
	}
	return a.Profile(), nil
}

// Find returns an agent. Errors: AGENT_NOT_FOUND.
func (s *Service) Find(ctx context.Context, id string) (Agent, error) {
	return find(ctx, s.db.Read(), id, "")
}

// FindTx is Find inside a transaction.
func (s *Service) FindTx(ctx context.Context, tx store.Tx, id string) (Agent, error) {
	return find(ctx, tx, id, "")
}

// FindForUpdate is FindTx that locks the agent until tx ends.
func (s *Service) FindForUpdate(ctx context.Context, tx store.Tx, id string) (Agent, error) {
	return find(ctx, tx, id, store.ForUpdate(tx))
}

// FindOwned returns an owner's agent. Errors: AGENT_NOT_FOUND, also for
// somebody else's agent.
func (s *Service) FindOwned(ctx context.Context, ownerID, id string) (Agent, error) {
	a, err := s.Find(ctx, id)
	return ownedBy(ownerID, a, err)
}

func ownedBy(ownerID string, a Agent, err error) (Agent, error) {
	if err != nil {
		return Agent{}, err
	}
	if a.OwnerID != ownerID {
		return Agent{}, errAgentNotFound()
	}
	return a, nil
}

// Mine returns all agents of an owner, newest first.
func (s *Service) Mine(ctx context.Context, ownerID string) ([]Agent, error) {
	return listOwned(ctx, s.db.Read(), ownerID)
}

// IDsOf lists the ids of an owner's agents, oldest first.
func (s *Service) IDsOf(ctx context.Context, q store.Querier, ownerID string) ([]string, error) {
	return listIDs(ctx, q, ownerID)
}

// OnlyAgentOf returns the agent an owner means without naming it: its only one,
// deactivated ones left aside unless there is nothing else.
// Errors: AGENT_REQUIRED, with agentIds in its details when there are several.
func (s *Service) OnlyAgentOf(ctx context.Context, ownerID string) (Agent, error) {
	all, err := s.Mine(ctx, ownerID)
	if err != nil {
		return Agent{}, err
	}
	used := slices.DeleteFunc(slices.Clone(all), func(a Agent) bool { return a.Status == Deactivated })
	if len(used) == 0 {
		used = all
	}
	switch len(used) {
	case 0:
		return Agent{}, errNoAgentYet()
	case 1:
		return used[0], nil
	}
	ids := make([]string, len(used))
	for i, a := range used {
		ids[i] = a.ID
	}
	return Agent{}, errManyAgents(ids)
}

// maxCandidates bounds what routing looks at; beyond it the best scores win.
const maxCandidates = 1000

// Candidates returns the agents that routing may consider for a category:
// active ones that are not offline, best score first.
func (s *Service) Candidates(ctx context.Context, q store.Querier, category city.Category) ([]Agent, error) {
	return list(ctx, q, `SELECT `+selected+` FROM agent_skills k JOIN agents a ON a.id = k.agent_id
		WHERE k.category = $1 AND k.tag = '' AND a.status = $2 AND a.availability <> $3
		ORDER BY a.score DESC, a.id LIMIT $4`, category, Active, Offline, maxCandidates)
}

// SetStanding stores an agent's reputation. Errors, also later in the
// transaction: AGENT_NOT_FOUND.
func (s *Service) SetStanding(ctx context.Context, tx store.Tx, agentID string, standing Standing) error {
	return updateStanding(ctx, tx, agentID, standing)
}

// CopyStanding stores the reputation that a query selects, at the end of the
// transaction: score, confidence, completed, failed and failures in a row of the
// agent $1, which must exist.
func (s *Service) CopyStanding(ctx context.Context, tx store.Tx, agentID, query string) error {
	return copyStanding(ctx, tx, agentID, query)
}
