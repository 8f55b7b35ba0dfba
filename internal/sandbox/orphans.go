package sandbox

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox/volume"
	"aicity.dev/aicity/internal/sandbox/workspace"
	"aicity.dev/aicity/internal/store"
)

// CleanOrphans is called at the server's start. It ends what an earlier life
// of it left running, takes up again the sandboxes whose files are there, and
// removes the files that belong to none. What cannot be cleaned up does not keep
// the city from opening: it is said in the log and owed. The error is the
// database's.
func (s *Service) CleanOrphans(ctx context.Context) error {
	left := s.leftovers(ctx)
	if err := s.claim(ctx, slices.Collect(maps.Keys(left))); err != nil {
		return fmt.Errorf("clean orphans: %w", err)
	}
	boxes, err := listLive(ctx, s.cfg.DB.Read(), s.cfg.Node, store.FromMicros(math.MaxInt64))
	if err != nil {
		return fmt.Errorf("clean orphans: %w", err)
	}
	var duties []func() error
	takeUp := func(id string) error {
		return s.cleanUp(ctx, id, func(ctx context.Context) error { return s.takeUp(ctx, id, left[id]) })
	}
	for _, box := range boxes {
		s.setReturning(box.TaskID, true)
		duties = append(duties, func() error {
			defer s.setReturning(box.TaskID, false)
			return takeUp(box.ID)
		})
	}
	for id := range left {
		if !slices.ContainsFunc(boxes, func(box Sandbox) bool { return box.ID == id }) {
			duties = append(duties, func() error { return takeUp(id) })
		}
	}
	bounded, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	s.warn(ctx, "clean orphans", errors.Join(s.together(bounded, duties), s.removeAhead()))
	return nil
}

// leftovers are the sandboxes of which something is left: a folder, or, where
// they are true, something that the backend knows.
func (s *Service) leftovers(ctx context.Context) map[string]bool {
	ids, err := s.cfg.Backend.List(ctx)
	entries, dirErr := os.ReadDir(s.cfg.Dir)
	s.warn(ctx, "look for what is left of sandboxes", errors.Join(err, dirErr))
	left := map[string]bool{}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), city.PrefixSandbox+"_") {
			left[entry.Name()] = false
		}
	}
	for _, id := range ids {
		left[id] = true
	}
	return left
}

// setReturning notes that a task's sandbox is being taken up, or, false, that it
// was or will not soon be.
func (s *Service) setReturning(taskID string, returning bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if returning {
		s.returning[taskID] = true
	} else {
		delete(s.returning, taskID)
	}
}

// takeUp goes on with a sandbox of an earlier life whose files are there; else
// nothing of it stays.
func (s *Service) takeUp(ctx context.Context, id string, runs bool) error {
	if runs {
		if err := s.cfg.Backend.Destroy(ctx, id); err != nil {
			return err
		}
	}
	dir := filepath.Join(s.cfg.Dir, id)
	box, err := find(ctx, s.cfg.DB.Read(), id)
	if city.CodeOf(err) == city.CodeSandboxNotFound { // it never had a task
		return removeDirs(dir)
	}
	if err != nil {
		return err
	}
	log, err := s.recoverLog(ctx, box, dir)
	if err != nil {
		return err
	}
	why := city.CodeSandboxGone
	switch {
	case box.State == Ready && !box.ExpiresAt.After(s.now()):
		why = whyExpired(box)
	case box.State == Ready && s.reopen(ctx, dir) && s.takenUp(ctx, box, dir, log):
		return nil
	}
	if err := removeDirs(dir); err != nil {
		return err
	}
	return s.cfg.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		return markEnded(ctx, tx, id, Destroyed, why)
	})
}

// takenUp makes a sandbox of an earlier life one of ours; false when its task has
// another meanwhile.
func (s *Service) takenUp(ctx context.Context, box Sandbox, dir string, log *accessLog) bool {
	l := newLive(ctx, box, dir, false, s.now())
	l.log = log
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lives[box.TaskID] != nil || s.flights[box.TaskID] != nil {
		return false
	}
	s.lives[box.TaskID] = l
	return true
}

// reopen makes the workspace of an earlier life usable, and reports whether it is.
func (s *Service) reopen(ctx context.Context, dir string) bool {
	if _, err := os.Stat(workDir(dir)); err != nil {
		return false
	}
	if err := volume.Open(workDir(dir)); err != nil {
		s.cfg.Logger.WarnContext(ctx, "a sandbox's files are lost", "folder", filepath.Base(dir), "error", err)
		return false
	}
	s.warn(ctx, "remove what half a write left in "+filepath.Base(dir), workspace.At(workDir(dir)).UndoWrites())
	return true
}
