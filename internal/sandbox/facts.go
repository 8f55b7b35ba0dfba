package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox/source"
)

// Facts are what is true of a task's repository, for judging what is said of it.
type Facts struct {
	// Files are those of the code as it was delivered, sorted by path, with the
	// lines they had then or have now, whichever is more; after them those that
	// were added since.
	Files []FileFact
	Size  source.Size // of the code as it was delivered

	delivered *source.Delivered // nil when an earlier version of the server fetched the code
	root      *os.Root
	added     map[string]bool
	release   func()
}

// FileFact is one file of the repository.
type FileFact struct {
	Path  string // slash-separated, from the root of the repository
	Bytes int64
	Lines int  // 0 for what is no text
	Added bool // it was not delivered: the agent made it
}

// maxAdded bounds how many new files are looked at.
const maxAdded = 10_000

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
	f.Size = baseline.Size
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
	if f.root, err = openFolder(work, path.Base(RepoDir)); err != nil && city.CodeOf(publicError(err)) == city.CodeInternal {
		return err
	}
	now := map[string]source.File{}
	var order []string
	if f.root != nil {
		if order, err = measureTree(ctx, f.root, now, len(baseline.Files)+maxAdded); err != nil {
			return err
		}
	}
	for _, file := range baseline.Files {
		fact := FileFact{Path: file.Path, Bytes: file.Bytes, Lines: file.Lines}
		fact.Lines = max(fact.Lines, now[file.Path].Lines)
		delete(now, file.Path)
		f.Files = append(f.Files, fact)
	}
	for _, name := range order {
		if file, added := now[name]; added {
			f.added[name] = true
			f.Files = append(f.Files, FileFact{Path: name, Bytes: file.Bytes, Lines: file.Lines, Added: true})
		}
	}
	return nil
}

// measureTree measures the regular files that are in the tree now, at most
// limit of them, and returns their paths in order.
func measureTree(ctx context.Context, root *os.Root, found map[string]source.File, limit int) ([]string, error) {
	m := measurer{ctx: ctx, root: root, found: found, limit: limit, buffer: make([]byte, 64<<10)}
	err := m.folder(".")
	return m.order, err
}

// measurer walks a tree that changes under its hands: what is gone or replaced
// meanwhile, or cannot be read, is left out. It opens nothing that may block,
// as fs.WalkDir would where a pipe takes a folder's place.
type measurer struct {
	ctx    context.Context
	root   *os.Root
	found  map[string]source.File
	order  []string
	limit  int
	buffer []byte
}

func (m *measurer) folder(rel string) error {
	children, _ := names(m.root, rel, maxNames)
	for _, name := range children {
		if err := m.ctx.Err(); err != nil {
			return err
		}
		if len(m.order) >= m.limit || name == ".git" {
			continue
		}
		if err := m.child(path.Join(rel, name)); err != nil {
			return err
		}
	}
	return nil
}

func (m *measurer) child(rel string) error {
	info, err := m.root.Lstat(rel)
	if err != nil {
		return nil //nolint:nilerr // gone
	}
	if info.IsDir() {
		return m.folder(rel)
	}
	if !info.Mode().IsRegular() {
		return nil
	}
	if file, err := source.MeasureFile(m.root, rel, m.buffer); err == nil {
		m.found[rel] = file
		m.order = append(m.order, rel)
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
	file, info, err := openRegular(f.root, name)
	if err != nil {
		return nil, false
	}
	defer func() { _ = file.Close() }()
	if info.Size() > source.MaxObject {
		return nil, false
	}
	content := make([]byte, info.Size())
	n, err := file.ReadAt(content, 0)
	return content[:n], err == nil || isEOF(err)
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
