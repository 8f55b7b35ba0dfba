package payment

import (
	"context"
	"time"

	"aicity.dev/aicity/internal/store"
)

// PayOut runs the job that pays a withdrawal out.
func (s *Service) PayOut(ctx context.Context, id string) error { return s.payOut(ctx, id) }

// ResumeTopUp runs the job that finishes a top-up.
func (s *Service) ResumeTopUp(ctx context.Context, id string) error { return s.resumeTopUp(ctx, id) }

// Backoff is the pause after a failed attempt.
var Backoff = backoff

// BuyAutomatically runs the job that buys for an owner whose credits are low.
func (s *Service) BuyAutomatically(ctx context.Context, ownerID string) error {
	return s.buyAutomatically(ctx, ownerID)
}

// CollectDebts runs the job that has debtors pay.
func (s *Service) CollectDebts(ctx context.Context) error { return s.collectDebts(ctx) }

// FailFor has everything fail that needs the wallets of one owner.
func (s *Service) FailFor(ownerID string, err error) {
	agentsOf := s.agentsOf
	s.agentsOf = func(ctx context.Context, q store.Querier, owner string) ([]string, error) {
		if owner == ownerID {
			return nil, err
		}
		return agentsOf(ctx, q, owner)
	}
}

// ProcessEvent runs the job that applies a provider's event.
func (s *Service) ProcessEvent(ctx context.Context, id string) error { return s.processEvent(ctx, id) }

// SetProbation changes what holds for new owners; all signed up at once.
func (s *Service) SetProbation(p Probation, joined time.Time) {
	s.probation, s.ownerSince = p, func(context.Context, string) (time.Time, error) { return joined, nil }
}
