package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
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
	// two says that a workshop has a place beside the sandbox. Without, it has the
	// sandbox's own, which starts after it; fixed.
	two    bool
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
	if s.returning[taskID] {
		return nil, nil, nil, errReturning()
	}
	if mine != nil && s.queue.index(taskID) < 0 {
		return nil, nil, nil, errInterrupted()
	}
	var warm *warmBox
	free := s.queue.first(taskID)
	if free {
		full := s.fullLocked()
		// With an image a sandbox boots faster than files are copied into a warm one.
		if full || s.guess(src) == "" && s.imageComes(src) == nil {
			warm = s.takeWarmLocked(ctx)
		}
		free = warm != nil || !full
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

// takeOffLocked begins a provisioning; guarded by mu.
func (s *Service) takeOffLocked(ctx context.Context, taskID string, src Source, before *live, warm *warmBox) *flight {
	// The work outlives the request that asked for it; Destroy and Close end it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), provisionTimeout)
	f := &flight{cancel: cancel, done: make(chan struct{})}
	s.flights[taskID] = f
	s.quiet = 0
	shop := needsWorkshop(src)
	f.two = shop && !s.fullLocked()
	if s.fullLocked() && !shop {
		s.dropWorkshopLocked(ctx) // its place is the task's, unless it is just being used
	}
	s.work.Go(func() {
		defer cancel()
		if before != nil { // one that is being destroyed
			select {
			case <-before.gone:
			case <-ctx.Done():
			}
		}
		f.box, f.err = s.provision(ctx, taskID, src, warm, shop && !f.two)
		keepImage := func() {}
		if f.err == nil {
			keepImage = s.claimImage(ctx, src) // before anybody can ask for the same again
		}
		s.mu.Lock()
		delete(s.flights, taskID)
		s.queue.wake()
		s.mu.Unlock()
		close(f.done)
		keepImage()
	})
	return f
}

// Limits are those of a sandbox that is made now; the server must be available.
func (s *Service) Limits() Limits {
	l := s.cfg.Limits
	l.DiskBytes, l.DiskFiles = s.volumes.Size().Bytes, s.volumes.Size().Files
	return l
}

// needsWorkshop reports whether fetching the code may take a workshop.
func needsWorkshop(src Source) bool { return src.Repo.URL != "" || src.Archive != nil }

func (s *Service) provision(ctx context.Context, taskID string, src Source, warm *warmBox, inTurn bool) (Sandbox, error) {
	id := city.NewID(city.PrefixSandbox)
	if warm != nil {
		id = warm.id
	}
	box := Sandbox{ID: id, TaskID: taskID, State: Provisioning, Node: s.cfg.Node, Limits: s.Limits()}
	l := newLive(ctx, box, filepath.Join(s.cfg.Dir, id), true, s.now())
	ready, err := s.prepare(ctx, l, src, warm != nil, inTurn)
	if err != nil {
		switch {
		case errors.Is(ctx.Err(), context.Canceled):
			err = errInterrupted()
		case ctx.Err() != nil:
			err = errUnavailable(err)
		}
		return Sandbox{}, errors.Join(err, s.abandon(ctx, l, err))
	}
	l.box = ready
	s.mu.Lock()
	s.lives[taskID] = l
	s.mu.Unlock()
	boot, _ := l.current()
	s.watch(ctx, l, boot)
	return l.box, nil
}

// reservation is the row of a sandbox, which is written meanwhile.
type reservation struct {
	done chan struct{}
	box  Sandbox // read after done
	err  error   // read after done
}

func (s *Service) reserve(ctx context.Context, box Sandbox) *reservation {
	r := &reservation{done: make(chan struct{})}
	go func() {
		defer close(r.done)
		r.box, r.err = s.addRow(ctx, box)
	}()
	return r
}

// addRow writes the row of a new sandbox. A row that an earlier life of this
// server left behind is ended first.
func (s *Service) addRow(ctx context.Context, box Sandbox) (Sandbox, error) {
	add := func(ctx context.Context, tx store.Tx) error {
		box.CreatedAt, box.ExpiresAt = tx.Now(), tx.Now().Add(s.cfg.Life)
		return insert(ctx, tx, box)
	}
	err := s.cfg.DB.InTx(ctx, add)
	if !errors.Is(err, errTaken) {
		return box, err
	}
	old, err := s.Find(ctx, box.TaskID)
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

// prepare makes the workspace and starts the sandbox, unless it is warm, and
// returns its row. In turn says that it must not run beside a workshop.
func (s *Service) prepare(ctx context.Context, l *live, src Source, warm, inTurn bool) (Sandbox, error) {
	row := s.reserve(ctx, l.box)
	defer func() { <-row.done }()
	switch {
	case warm && inTurn:
		if err := s.cfg.Backend.Destroy(ctx, l.box.ID); err != nil {
			return Sandbox{}, fmt.Errorf("make place for a workshop: %w", err)
		}
		return s.fillThenStart(ctx, l, src, row, "")
	case warm:
		return s.fill(ctx, l, src, row, "")
	}
	begin := s.fillAndStart
	if inTurn {
		begin = s.fillThenStart
	}
	holds, err := s.prepareDirs(ctx, l.dir, src)
	if err != nil {
		return Sandbox{}, fmt.Errorf("make workspace: %w", err)
	}
	box, err := begin(ctx, l, src, row, holds)
	if !errors.Is(err, source.ErrMoved) {
		return box, err
	}
	// What was guessed is of no use: begin with nothing.
	if err := errors.Join(s.cfg.Backend.Destroy(ctx, l.box.ID), removeDirs(l.dir)); err != nil {
		return Sandbox{}, err
	}
	if err := s.makeDirs(l.dir, s.emptyVolume); err != nil {
		return Sandbox{}, fmt.Errorf("make workspace: %w", err)
	}
	return begin(ctx, l, src, row, "")
}

// fillThenStart is fillAndStart on a full server: the workshop that fetches the
// code is gone before the sandbox starts.
func (s *Service) fillThenStart(ctx context.Context, l *live, src Source, row *reservation, holds string) (Sandbox, error) {
	box, err := s.fill(ctx, l, src, row, holds)
	if err != nil {
		return Sandbox{}, err
	}
	if err := s.makeWay(ctx); err != nil { // it was not needed: the commit was cached
		return Sandbox{}, err
	}
	if err := s.cfg.Backend.Create(ctx, l.spec()); err != nil {
		return Sandbox{}, errUnavailable(err)
	}
	return box, nil
}

// fillAndStart fetches the code and starts the sandbox at the same time: nothing
// runs in it before the code is there.
func (s *Service) fillAndStart(ctx context.Context, l *live, src Source, row *reservation, holds string) (box Sandbox, err error) {
	both, ctx := errgroup.WithContext(ctx)
	both.Go(func() error {
		if !needsWorkshop(src) { // or it may be for this code that one is kept
			if err := s.makeWay(ctx); err != nil {
				return err
			}
		}
		if err := s.cfg.Backend.Create(ctx, l.spec()); err != nil {
			return errUnavailable(err)
		}
		return nil
	})
	both.Go(func() (err error) {
		box, err = s.fill(ctx, l, src, row, holds)
		return err
	})
	return box, both.Wait()
}

// fill fetches the code into the workspace, which holds some already or not, and
// writes down what came. A sandbox that has it and does not run yet is ready: it
// is started when a command comes.
func (s *Service) fill(ctx context.Context, l *live, src Source, row *reservation, holds string) (Sandbox, error) {
	baseline, err := s.fetch(ctx, l, src, holds)
	if err != nil {
		if l.full() {
			err = errNoRoom(err)
		}
		return Sandbox{}, err
	}
	if err := openBaseline(l.dir); err != nil {
		return Sandbox{}, err
	}
	if <-row.done; row.err != nil {
		return Sandbox{}, row.err
	}
	box := row.box
	box.State, box.Commit, box.Size = Ready, baseline.Commit, baseline.Size
	err = s.cfg.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		now := tx.Now()
		box.ReadyAt = &now
		return markReady(ctx, tx, box)
	})
	return box, err
}

func (s *Service) fetch(ctx context.Context, l *live, src Source, holds string) (source.Baseline, error) {
	dest := source.Dest{
		Tree: repoDir(workDir(l.dir)), Owner: owner(), Holds: holds, GitDir: baselineDir(l.dir), Objects: objectsDir, Delivered: deliveredFile(l.dir),
	}
	switch {
	case src.Repo.URL != "":
		return s.fetcher.Clone(ctx, src.Repo, dest)
	case src.Archive != nil:
		return s.fetcher.Unpack(ctx, *src.Archive, dest)
	case src.Code != "":
		return s.fetcher.Write(ctx, src.Code, dest)
	default:
		return s.fetcher.Empty(ctx, dest)
	}
}

// abandon removes what a failed provisioning left and ends its row.
func (s *Service) abandon(ctx context.Context, l *live, cause error) error {
	l.end()
	return s.cleanUp(ctx, l.box.ID, func(ctx context.Context) error {
		return errors.Join(s.cfg.Backend.Destroy(ctx, l.box.ID), removeDirs(l.dir),
			s.cfg.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
				return markEnded(ctx, tx, l.box.ID, Failed, city.CodeOf(cause))
			}))
	})
}

// openBaseline makes the baseline readable for the sandbox's user. It runs
// before any program does, so nothing moves meanwhile.
func openBaseline(dir string) error {
	if !namespace.Root() {
		return nil
	}
	err := eachFile(baselineDir(dir), func(root *os.Root, name string, entry fs.DirEntry) error {
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
