package httpapi

import (
	"context"
	"net/http"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/payment"
)

// BalancesAt is what the caller had at an instant.
type BalancesAt struct {
	At       time.Time     `json:"at" doc:"What was booked before it counts"`
	Currency string        `json:"currency"`
	Credits  *city.Cents   `json:"credits,omitempty" doc:"For an owner: cents that were free to spend"`
	Disputed *city.Cents   `json:"disputed,omitempty" doc:"For an owner: cents that were set aside for disputes"`
	Agents   []AgentPartAt `json:"agents" doc:"The agent's wallet, or each of an owner's agents'"`
}

// AgentPartAt is an agent's wallet at that instant.
type AgentPartAt struct {
	AgentID   string     `json:"agentId"`
	Available city.Cents `json:"available" doc:"Cents out of escrow"`
	Escrowed  city.Cents `json:"escrowed" doc:"Cents inside refund windows"`
}

func (s *server) registerBalances() {
	add(s, route{method: http.MethodGet, path: "/vault/balances", id: "getBalancesAt", tag: "Vault", who: byAnyone,
		summary: "Your credits and wallets as they were at a time"}, s.getBalancesAt)
}

func (s *server) getBalancesAt(ctx context.Context, in *struct {
	At string `query:"at" maxLength:"40" doc:"RFC 3339, or a day like 2026-11-01, whose beginning in UTC is meant; now without it"`
}) (*Out[BalancesAt], error) {
	c := callerOf(ctx)
	if c.agent != nil {
		b, err := s.Payments.AgentBalancesAt(ctx, in.At, c.agent.ID)
		if err != nil {
			return nil, err
		}
		return ok(balancesAt(b)), nil
	}
	b, err := s.Payments.BalancesAt(ctx, c.owner.ID, in.At)
	if err != nil {
		return nil, err
	}
	view := balancesAt(b)
	view.Credits, view.Disputed = &b.Credits, &b.Disputed
	return ok(view), nil
}

func balancesAt(b payment.BalancesAt) BalancesAt {
	view := BalancesAt{At: b.At, Currency: city.USD, Agents: make([]AgentPartAt, len(b.Wallets))}
	for i, w := range b.Wallets {
		view.Agents[i] = AgentPartAt{AgentID: w.AgentID, Available: w.Available, Escrowed: w.Escrowed}
	}
	return view
}
