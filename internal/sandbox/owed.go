package sandbox

import (
	"context"
	"fmt"
)

// cleaning removes what is left of a sandbox; it may be repeated.
type cleaning func(ctx context.Context) error

// cleanUp removes what is left of a sandbox, also when the caller leaves. What fails
// is owed: Sweep tries it again until it succeeds, and so does the server's next start.
func (s *Service) cleanUp(ctx context.Context, id string, do cleaning) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
	defer cancel()
	err := do(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		delete(s.owed, id)
		return nil
	}
	s.owed[id] = do
	return fmt.Errorf("clean up sandbox %s: %w", id, err)
}

// owing is what is owed, to be tried again.
func (s *Service) owing(ctx context.Context) []func() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var duties []func() error
	for id, do := range s.owed {
		delete(s.owed, id) // nobody else begins it meanwhile
		duties = append(duties, func() error { return s.cleanUp(ctx, id, do) })
	}
	return duties
}
