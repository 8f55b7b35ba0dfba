package sandbox

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"aicity.dev/aicity/internal/sandbox/source"
)

// MakeSpare makes a workspace ahead, as Run does now and then.
func (s *Service) MakeSpare() error { return s.makeSpare() }

// Clone has a workshop make files of a repository, without a task's sandbox.
func (s *Service) Clone(ctx context.Context, repo source.Repo, dest source.Dest) (source.Baseline, error) {
	if err := s.Available(ctx); err != nil {
		return source.Baseline{}, err
	}
	return s.fetcher.Clone(ctx, repo, dest)
}

// WarmWorkshopID is the id of the workshop that is kept, "" when there is none.
func (s *Service) WarmWorkshopID() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shop == nil {
		return ""
	}
	return s.shop.id
}

// SetPatience sets how long an end waits for each who holds it up.
func (s *Service) SetPatience(d time.Duration) { s.patience = d }

// SetPatchTime sets how long a patch may take.
func (s *Service) SetPatchTime(d time.Duration) { s.patchTime = d }

// LeaveWrites leaves in a workspace what a killed server does: notes of temporary
// files beside it, and those that are to have content.
func LeaveWrites(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	notes := dir + ".writing"
	if err := os.MkdirAll(notes, 0o700); err != nil {
		t.Fatal(err)
	}
	for rel, content := range files {
		if err := os.WriteFile(filepath.Join(notes, filepath.Base(rel)), []byte(rel), 0o600); err != nil {
			t.Fatal(err)
		}
		if content == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, rel), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// AwaitEnds waits for what Close does not wait for: sandboxes that were stuck when it
// gave up, and whose end goes on.
func (s *Service) AwaitEnds() { s.ends.Wait() }
