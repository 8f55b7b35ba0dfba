package payment

import (
	"context"
	"fmt"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/ledger"
)

// BalancesAt is what an owner, or one agent, had at an instant.
type BalancesAt struct {
	At       time.Time  // what was booked before it counts
	Credits  city.Cents // free to spend; of an owner
	Disputed city.Cents // set aside for disputes; of an owner
	Wallets  []Wallet   // what was available and in escrow
}

// instantLayouts are how an instant is written, in UTC where it does not say.
var instantLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04", time.DateOnly}

// BalancesAt returns an owner's credits and the wallets of the owner's agents at an
// instant ("" for now), which is RFC 3339 or a day, of which it is the beginning.
// Errors: VALIDATION_ERROR.
func (s *Service) BalancesAt(ctx context.Context, ownerID, at string) (BalancesAt, error) {
	agents, err := s.agentsOf(ctx, s.db.Read(), ownerID)
	if err != nil {
		return BalancesAt{}, fmt.Errorf("list wallets: %w", err)
	}
	b, err := s.AgentBalancesAt(ctx, at, agents...)
	if err != nil {
		return BalancesAt{}, err
	}
	if b.Credits, err = s.balanceAt(ctx, ledger.OwnerCredits(ownerID), b.At); err != nil {
		return BalancesAt{}, err
	}
	b.Disputed, err = s.balanceAt(ctx, ledger.OwnerDisputed(ownerID), b.At)
	return b, err
}

// AgentBalancesAt is BalancesAt of agents alone. Whether the caller may see them is
// the caller's to check.
func (s *Service) AgentBalancesAt(ctx context.Context, at string, agentIDs ...string) (BalancesAt, error) {
	instant, err := s.instant(at)
	if err != nil {
		return BalancesAt{}, err
	}
	b := BalancesAt{At: instant, Wallets: make([]Wallet, len(agentIDs))}
	for i, id := range agentIDs {
		w := Wallet{AgentID: id, Currency: city.USD}
		if w.Available, err = s.balanceAt(ctx, ledger.AgentAvailable(id), instant); err != nil {
			return BalancesAt{}, err
		}
		if w.Escrowed, err = s.balanceAt(ctx, ledger.AgentEscrow(id), instant); err != nil {
			return BalancesAt{}, err
		}
		b.Wallets[i] = w
	}
	return b, nil
}

func (s *Service) balanceAt(ctx context.Context, a ledger.Account, at time.Time) (city.Cents, error) {
	return s.ledger.BalanceAt(ctx, s.db.Read(), []ledger.Account{a}, at)
}

func (s *Service) instant(text string) (time.Time, error) {
	now := s.db.Clock().Now().UTC()
	if text == "" {
		return now, nil
	}
	for _, layout := range instantLayouts {
		at, err := time.Parse(layout, text)
		switch {
		case err != nil:
			continue
		case at.After(now):
			return time.Time{}, city.InvalidField("at", "must not lie in the future")
		case at.Year() < 1970:
			return time.Time{}, city.InvalidField("at", "must not lie before 1970")
		default:
			return at.UTC(), nil
		}
	}
	return time.Time{}, city.InvalidField("at", "must be a day like 2026-11-01 or a time like 2026-11-01T12:00:00Z")
}
