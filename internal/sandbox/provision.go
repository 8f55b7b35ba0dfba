package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox/namespace"
	"aicity.dev/aicity/internal/sandbox/source"
	"aicity.dev/aicity/internal/store"
)

// flight is a provisioning under way; all callers for the same task share it.
type flight struct {
	cancel context.CancelFunc
	done   chan struct{}
	box    Sandbox // read after done
	err    error   // read after done
}

// provisionTimeout bounds fetching and starting together.
const provisionTimeout = 5 * time.Minute

// Provision gives the task a sandbox with its code, or returns the one it has.
// It goes on when the caller leaves, so that a repeated call finds it done; in a
// queue, the place is kept a minute. Errors: SANDBOX_UNAVAILABLE,
// SANDBOX_QUEUED, SANDBOX_CAPACITY, the codes of source.Clone, source.Unpack.
func (s *Service) Provision(ctx context.Context, taskID string, src Source) (Sandbox, error) {
	if err := s.Available(ctx); err != nil {
		return Sandbox{}, err
	}
	f, err := s.await(ctx, taskID, src)
	if err != nil {
		return Sandbox{}, err
	}
	select {
	case <-f.done:
		return f.box, f.err
	case <-ctx.Done():
		return Sandbox{}, ctx.Err()
	}
}

// await waits for the task's turn.
func (s *Service) await(ctx context.Context, taskID string, src Source) (*flight, error) {
	late := time.NewTimer(queueWait)
	defer late.Stop()
	var mine *ticket
	defer func() {
		if mine != nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			mine.asking--
			mine.left = s.now()
			s.queue.wake() // whoever is behind may be first now
		}
	}()
	for {
		f, waits, moved, err := s.board(ctx, taskID, src, mine)
		if f != nil || err != nil {
			return f, err
		}
		mine = waits
		select {
		case <-moved:
		case <-late.C:
			c := s.Condition(taskID)
			return nil, errQueued(c.Position, c.Length)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// board finds the task's provisioning, begins it, or queues for it.
func (s *Service) board(ctx context.Context, taskID string, src Source, mine *ticket) (*flight, *ticket, <-chan struct{}, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, nil, nil, errUnavailable(errors.New("the server is stopping"))
	}
	before := s.lives[taskID]
	if before != nil && before.ended.Err() == nil {
		f := &flight{done: make(chan struct{}), box: before.box}
		close(f.done)
		return f, nil, nil, nil
	}
	if f := s.flights[taskID]; f != nil {
		return f, nil, nil, nil
	}
	if mine != nil && s.queue.index(taskID) < 0 {
		return nil, nil, nil, errInterrupted()
	}
	var warm *warmBox
	free := s.queue.first(taskID)
	if free {
		if warm = s.takeWarmLocked(ctx); warm == nil {
			free = !s.fullLocked()
		}
	}
	if !free {
		waits, err := s.queue.join(taskID, s.cfg.Queue, s.cfg.Max, s.now())
		if err == nil && mine == nil {
			waits.asking++
		}
		return nil, waits, s.queue.moved, err
	}
	s.queue.drop(taskID)
	return s.takeOffLocked(ctx, taskID, src, before, warm), nil, nil, nil
}

// takeOff begins a provisioning; guarded by mu.
func (s *Service) takeOffLocked(ctx context.Context, taskID string, src Source, before *live, warm *warmBox) *flight {
	// The work outlives the request that asked for it; Destroy and Close end it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), provisionTimeout)
	f := &flight{cancel: cancel, done: make(chan struct{})}
	s.flights[taskID] = f
	s.work.Go(func() {
		defer cancel()
		if before != nil {
			<-before.gone // one that is being destroyed
		}
		f.box, f.err = s.provision(ctx, taskID, src, warm)
		s.mu.Lock()
		delete(s.flights, taskID)
		s.queue.wake()
		s.mu.Unlock()
		close(f.done)
		s.warmUp(ctx)
	})
	return f
}

func (s *Service) provision(ctx context.Context, taskID string, src Source, warm *warmBox) (Sandbox, error) {
	id := city.NewID(city.PrefixSandbox)
	if warm != nil {
		id = warm.id
	}
	box, err := s.reserve(ctx, taskID, id)
	if err != nil {
		if warm != nil {
			err = errors.Join(err, s.discard(context.WithoutCancel(ctx), warm))
		}
		return Sandbox{}, err
	}
	dir := filepath.Join(s.cfg.Dir, box.ID)
	l := newLive(ctx, box, dir, true, s.now())
	baseline, err := s.prepare(ctx, l, src, warm != nil)
	if err == nil {
		l.box.State, l.box.Commit, l.box.Size = Ready, baseline.Commit, baseline.Size
		err = s.cfg.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
			now := tx.Now()
			l.box.ReadyAt = &now
			return markReady(ctx, tx, l.box)
		})
	}
	if err != nil {
		switch {
		case errors.Is(ctx.Err(), context.Canceled):
			err = errInterrupted()
		case ctx.Err() != nil:
			err = errUnavailable(err)
		}
		return Sandbox{}, errors.Join(err, s.abandon(context.WithoutCancel(ctx), l, err))
	}
	s.mu.Lock()
	s.lives[taskID] = l
	s.mu.Unlock()
	s.watch(ctx, l)
	return l.box, nil
}

// reserve writes the row of a new sandbox. A row that an earlier life of this
// server left behind is ended first.
func (s *Service) reserve(ctx context.Context, taskID, id string) (Sandbox, error) {
	box := Sandbox{ID: id, TaskID: taskID, State: Provisioning, Node: s.cfg.Node, Limits: s.cfg.Limits}
	box.Limits.DiskBytes, box.Limits.DiskFiles = s.volumes.Size().Bytes, s.volumes.Size().Files
	add := func(ctx context.Context, tx store.Tx) error {
		box.CreatedAt, box.ExpiresAt = tx.Now(), tx.Now().Add(s.cfg.Life)
		return insert(ctx, tx, box)
	}
	err := s.cfg.DB.InTx(ctx, add)
	if !errors.Is(err, errTaken) {
		return box, err
	}
	old, err := s.Find(ctx, taskID)
	if err != nil {
		return box, err
	}
	if old.Node != s.cfg.Node {
		return box, errElsewhere()
	}
	return box, s.cfg.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		if err := markEnded(ctx, tx, old.ID, Failed, city.CodeSandboxGone); err != nil {
			return err
		}
		return add(ctx, tx)
	})
}

// prepare fetches the code and starts the sandbox at the same time: nothing
// runs in it before the code is there.
func (s *Service) prepare(ctx context.Context, l *live, src Source, warm bool) (source.Baseline, error) {
	if !warm {
		if err := s.makeDirs(l.dir); err != nil {
			return source.Baseline{}, fmt.Errorf("make workspace: %w", err)
		}
	}
	var baseline source.Baseline
	both, ctx := errgroup.WithContext(ctx)
	both.Go(func() error {
		if warm {
			return nil
		}
		if err := s.cfg.Backend.Create(ctx, l.spec()); err != nil {
			return errUnavailable(err)
		}
		return nil
	})
	both.Go(func() (err error) {
		if baseline, err = s.fetch(ctx, l, src); err != nil {
			if l.full() {
				return errNoRoom(err)
			}
			return err
		}
		return handOver(l.dir)
	})
	return baseline, both.Wait()
}

func (s *Service) fetch(ctx context.Context, l *live, src Source) (source.Baseline, error) {
	dest := source.Dest{
		Tree: filepath.Join(workDir(l.dir), path.Base(RepoDir)), GitDir: baselineDir(l.dir), Objects: path.Join(BaselineDir, "objects"), Delivered: deliveredFile(l.dir),
	}
	switch {
	case src.Repo.URL != "":
		return s.cfg.Fetcher.Clone(ctx, src.Repo, dest)
	case src.Archive != nil:
		return s.cfg.Fetcher.Unpack(ctx, *src.Archive, dest)
	case src.Code != "":
		return s.cfg.Fetcher.Write(ctx, src.Code, dest)
	default:
		return s.cfg.Fetcher.Empty(ctx, dest)
	}
}

// abandon removes what a failed provisioning left and ends its row.
func (s *Service) abandon(ctx context.Context, l *live, cause error) error {
	l.end()
	return errors.Join(s.cfg.Backend.Destroy(ctx, l.box.ID), removeDirs(l.dir),
		s.cfg.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
			return markEnded(ctx, tx, l.box.ID, Failed, city.CodeOf(cause))
		}))
}

// handOver makes the workspace the sandbox's user's, and the baseline readable
// for it. It runs before any program does, so nothing moves meanwhile.
func handOver(dir string) error {
	if !namespace.Root() {
		return nil
	}
	err := eachFile(workDir(dir), func(root *os.Root, name string, _ fs.DirEntry) error { return root.Lchown(name, UID, UID) })
	if err != nil {
		return fmt.Errorf("hand over workspace: %w", err)
	}
	err = eachFile(baselineDir(dir), func(root *os.Root, name string, entry fs.DirEntry) error {
		if entry.IsDir() {
			return root.Chmod(name, 0o755)
		}
		return root.Chmod(name, 0o444)
	})
	if err != nil {
		return fmt.Errorf("open baseline: %w", err)
	}
	return nil
}
