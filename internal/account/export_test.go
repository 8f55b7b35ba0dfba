package account

import (
	"context"
	"time"

	"aicity.dev/aicity/internal/jobs"
)

// Sweep runs the sweep job.
func (s *Service) Sweep(ctx context.Context) error { return s.sweep(ctx, sweepArgs{}, jobs.Attempt{}) }

// SendVerification runs the job that sends a verification link.
func (s *Service) SendVerification(ctx context.Context, ownerID string) error {
	return s.sendVerification(ctx, verifyMailArgs{OwnerID: ownerID}, jobs.Attempt{})
}

// SendReset runs the job that sends a link to a new password.
func (s *Service) SendReset(ctx context.Context, email string, attempt int) error {
	return s.sendReset(ctx, resetMailArgs{Email: email}, jobs.Attempt{Number: attempt})
}

// SignLink makes a link token as the job does.
func (s *Service) SignLink(o Owner, expires time.Time) string { return s.signLink(o, expires) }

// ExposeHashing makes every hash say that it starts and wait to be let finish,
// by sending on the channel and receiving from it.
func (s *Service) ExposeHashing() chan struct{} {
	s.hasher.slots = make(chan struct{})
	return s.hasher.slots
}

// HashWithoutSlot hashes while all places are taken.
func (s *Service) HashWithoutSlot(ctx context.Context) error {
	s.ExposeHashing()
	_, err := s.hasher.hash(ctx, "password")
	return err
}
