package agent

import (
	"context"
	"reflect"
	"slices"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/credential"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/store"
)

// Update changes an agent in its own name. Errors: VALIDATION_ERROR, AGENT_NOT_FOUND.
func (s *Service) Update(ctx context.Context, agentID string, p Patch) (Agent, error) {
	return s.change(ctx, agentID, func(Agent) error { return nil }, p)
}

// UpdateOwned changes an owner's agent. Errors: VALIDATION_ERROR,
// AGENT_NOT_FOUND, also for somebody else's agent.
func (s *Service) UpdateOwned(ctx context.Context, ownerID, agentID string, p Patch) (Agent, error) {
	return s.change(ctx, agentID, ownerIs(ownerID), p)
}

func ownerIs(ownerID string) func(Agent) error {
	return func(a Agent) error {
		if a.OwnerID != ownerID {
			return errAgentNotFound()
		}
		return nil
	}
}

func (s *Service) change(ctx context.Context, agentID string, allowed func(Agent) error, p Patch) (Agent, error) {
	return s.locked(ctx, agentID, allowed, func(ctx context.Context, tx store.Tx, before Agent) (Agent, error) {
		after, err := p.apply(before)
		if err != nil {
			return Agent{}, err
		}
		after.rate = s.rate(after)
		if reflect.DeepEqual(before, after) {
			return before, nil
		}
		after.UpdatedAt = tx.Now()
		changed := changedFields(before, after)
		if err := update(ctx, tx, before, after, slices.Contains(changed, "capabilities")); err != nil {
			return Agent{}, err
		}
		if len(changed) == 0 {
			// Availability may change by the minute; it wakes pages but is no history.
			s.events.Wake(tx, after.ID, after.OwnerID)
			return after, nil
		}
		return after, s.record(ctx, tx, after, event.AgentUpdated, map[string]any{"fields": changed})
	})
}

// changedFields names what differs, as the API does, but for the availability.
func changedFields(before, after Agent) []string {
	var names []string
	add := func(differs bool, name string) {
		if differs {
			names = append(names, name)
		}
	}
	add(before.DisplayName != after.DisplayName, "displayName")
	add(before.Framework != after.Framework, "framework")
	add(before.Model != after.Model, "model")
	add(before.Description != after.Description, "description")
	add(!reflect.DeepEqual(before.Capabilities, after.Capabilities), "capabilities")
	add(!reflect.DeepEqual(before.Pricing, after.Pricing), "pricing")
	add(before.MaxConcurrentTasks != after.MaxConcurrentTasks, "maxConcurrentTasks")
	return names
}

// locked runs f in a transaction on a locked agent that the caller may change.
func (s *Service) locked(ctx context.Context, agentID string, allowed func(Agent) error,
	f func(ctx context.Context, tx store.Tx, a Agent) (Agent, error),
) (Agent, error) {
	var result Agent
	err := s.db.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		a, err := s.FindForUpdate(ctx, tx, agentID)
		if err != nil {
			return err
		}
		if err := allowed(a); err != nil {
			return err
		}
		result, err = f(ctx, tx, a)
		return err
	})
	if err != nil {
		return Agent{}, err
	}
	return result, nil
}

// RotateKey gives an owner's agent a new key, which is shown nowhere else; the
// old one ends at once. Errors: AGENT_NOT_FOUND.
func (s *Service) RotateKey(ctx context.Context, ownerID, agentID string) (Agent, string, error) {
	key := credential.New(credential.AgentKey)
	a, err := s.locked(ctx, agentID, ownerIs(ownerID), func(ctx context.Context, tx store.Tx, a Agent) (Agent, error) {
		a.KeyPrefix, a.UpdatedAt = key.Prefix, tx.Now()
		if err := updateKey(ctx, tx, a, key.Hash); err != nil {
			return Agent{}, err
		}
		return a, s.record(ctx, tx, a, event.AgentKeyRotated, struct{}{})
	})
	if err != nil {
		return Agent{}, "", err
	}
	return a, key.Value, nil
}

// Deactivate takes an owner's agent out of search and routing; what it has in
// its hands is the caller's to settle. Doing it twice is no error. Errors: AGENT_NOT_FOUND.
func (s *Service) Deactivate(ctx context.Context, tx store.Tx, ownerID, agentID string) (Agent, error) {
	a, err := s.FindForUpdate(ctx, tx, agentID)
	if a, err = ownedBy(ownerID, a, err); err != nil || a.Status == Deactivated {
		return a, err
	}
	a.Status, a.StatusReason = Deactivated, ""
	return s.changeStatus(ctx, tx, a, event.AgentDeactivated, struct{}{})
}

// NotDeactivated refuses, at the latest with the commit, an agent that its owner
// has deactivated. Who calls it holds a lock that a deactivation waits for.
// Errors: AGENT_INACTIVE.
func (s *Service) NotDeactivated(ctx context.Context, tx store.Tx, agentID string) error {
	if tx.Hopeful() {
		return store.HopeNone(ctx, tx, "check agent", deactivatedQuery, agentID, Deactivated)
	}
	a, err := s.FindTx(ctx, tx, agentID)
	if err == nil && a.Status == Deactivated {
		return errDeactivated()
	}
	return err
}

// Reactivate lets an owner's deactivated or suspended agent work again, with
// its failures in a row forgotten. Doing it twice is no error. Errors: AGENT_NOT_FOUND.
func (s *Service) Reactivate(ctx context.Context, ownerID, agentID string) (Agent, error) {
	return s.locked(ctx, agentID, ownerIs(ownerID), func(ctx context.Context, tx store.Tx, a Agent) (Agent, error) {
		if a.Status == Active {
			return a, nil
		}
		a.Status, a.StatusReason, a.ConsecutiveFailures = Active, "", 0
		if err := updateStanding(ctx, tx, a.ID, a.Standing); err != nil {
			return Agent{}, err
		}
		if s.reactivated != nil {
			if err := s.reactivated(ctx, tx, a.ID); err != nil {
				return Agent{}, err
			}
		}
		return s.changeStatus(ctx, tx, a, event.AgentReactivated, struct{}{})
	})
}

// Suspend stops an active agent until its owner reactivates it, who reads the
// reason. An agent that is not active stays as it is. Errors: AGENT_NOT_FOUND.
func (s *Service) Suspend(ctx context.Context, tx store.Tx, agentID, reason string) error {
	a, err := s.FindForUpdate(ctx, tx, agentID)
	if err != nil || a.Status != Active {
		return err
	}
	a.Status, a.StatusReason = Suspended, reason
	_, err = s.changeStatus(ctx, tx, a, event.AgentSuspended, map[string]any{"reason": reason})
	return err
}

func (s *Service) changeStatus(ctx context.Context, tx store.Tx, a Agent, kind event.Type, data any) (Agent, error) {
	a.UpdatedAt = tx.Now()
	if err := updateStatus(ctx, tx, a); err != nil {
		return Agent{}, err
	}
	return a, s.record(ctx, tx, a, kind, data)
}

// checkID refuses what cannot be an agent's id, before the database sees it.
func checkID(id string) error {
	if city.CheckID(city.PrefixAgent, id) != nil {
		return errAgentNotFound()
	}
	return nil
}
