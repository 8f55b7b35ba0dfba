package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox/source"
	"aicity.dev/aicity/internal/sandbox/workspace"
)

// Facts are what is true of a task's repository, for judging what is said of it.
type Facts struct {
	// Files are those of the code as it was delivered, sorted by path, with the
	// lines they had then or have now, whichever is more; after them those that
	// were added since.
	Files []FileFact
	// Left is the bound that kept something of what is there now from being looked
	// at, "" for none. What was delivered is there whole.
	Left workspace.Bound

	delivered *source.Delivered // nil when an earlier version of the server fetched the code
	root      *os.Root
	added     map[string]bool
	release   func()
}

// FileFact is one file of the repository.
type FileFact struct {
	Path  string // slash-separated, from the root of the repository
	Lines int    // 0 for what is no text, or was not read
	Added bool   // it was not delivered: the agent made it
}

// Facts returns the facts of the task's repository; Close must be called.
// Errors: SANDBOX_NOT_FOUND, SANDBOX_UNAVAILABLE.
func (s *Service) Facts(ctx context.Context, taskID string) (*Facts, error) {
	l, release, err := s.use(ctx, taskID)
	if err != nil {
		return nil, err
	}
	f := &Facts{added: map[string]bool{}, release: release}
	if err := f.gather(ctx, l); err != nil {
		return nil, errors.Join(fmt.Errorf("gather facts: %w", err), f.Close())
	}
	return f, nil
}

func (f *Facts) gather(ctx context.Context, l *live) (err error) {
	baseline, err := source.LoadBaseline(baselineDir(l.dir))
	if err != nil {
		return err
	}
	f.delivered, err = source.OpenDelivered(deliveredFile(l.dir), baseline)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	work, err := os.OpenRoot(workDir(l.dir))
	if err != nil {
		return err
	}
	defer func() { _ = work.Close() }()
	// Programs may have put a link in the place of the repository.
	if f.root, err = workspace.OpenFolder(work, path.Base(RepoDir)); err != nil && city.CodeOf(workspace.PublicError(err)) == city.CodeInternal {
		return err
	}
	var now workspace.Measured
	if f.root != nil {
		if now, err = workspace.Measure(ctx, f.root, baseline); err != nil {
			return err
		}
	}
	f.Left = now.Left
	for _, file := range baseline.Files {
		fact := FileFact{Path: file.Path, Lines: file.Lines}
		fact.Lines = max(fact.Lines, now.Files[file.Path].Lines)
		f.Files = append(f.Files, fact)
	}
	for _, name := range now.Added {
		file := now.Files[name]
		f.added[name] = true
		f.Files = append(f.Files, FileFact{Path: name, Lines: file.Lines, Added: true})
	}
	return nil
}

// ReadFile returns a file by its path from the root of the repository: as it
// was delivered, or as it is when it was added since. False when there is
// none, or it is too large. It is for one reader at a time.
func (f *Facts) ReadFile(name string) ([]byte, bool) {
	if !f.added[name] {
		if f.delivered == nil {
			return nil, false
		}
		return f.delivered.ReadFile(name)
	}
	file, info, err := workspace.OpenRegular(f.root, name)
	if err != nil {
		return nil, false
	}
	defer func() { _ = file.Close() }()
	if info.Size() > source.MaxObject {
		return nil, false
	}
	content := make([]byte, info.Size())
	n, err := file.ReadAt(content, 0)
	return content[:n], err == nil || errors.Is(err, io.EOF)
}

// Close lets the sandbox go. A sandbox that is destroyed waits for it.
func (f *Facts) Close() error {
	var errs []error
	if f.delivered != nil {
		errs = append(errs, f.delivered.Close())
	}
	if f.root != nil {
		errs = append(errs, f.root.Close())
	}
	f.release()
	return errors.Join(errs...)
}
