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

// SignLink makes a link token as the job does.
func (s *Service) SignLink(o Owner, expires time.Time) string { return s.signLink(o, expires) }

// TakeAllHashSlots makes every further hash wait until release is called.
func (s *Service) TakeAllHashSlots() (release func()) {
	for range cap(s.hasher.slots) {
		s.hasher.slots <- struct{}{}
	}
	return func() {
		for range cap(s.hasher.slots) {
			<-s.hasher.slots
		}
	}
}
