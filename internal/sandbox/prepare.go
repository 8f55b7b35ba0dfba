package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sync/errgroup"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox/namespace"
	"aicity.dev/aicity/internal/sandbox/source"
	"aicity.dev/aicity/internal/store"
)

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
