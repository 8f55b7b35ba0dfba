package workspace

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
)

// names are the sorted names in a folder. Of more than limit they are the first
// by name, whatever the order in which the file system has them, and more is true.
func names(ctx context.Context, root *os.Root, rel string, limit int) (found []string, more bool, err error) {
	dir, err := openDir(root, rel)
	if err != nil {
		return nil, false, err
	}
	defer func() { _ = dir.Close() }()
	return firstOf(ctx, dir.Readdirnames, limit, strings.Compare)
}

// readAtOnce is how many entries of a folder are read before somebody looks
// whether there is still time.
const readAtOnce = 4096

// firstOf reads a folder to its end and keeps the first limit of what is in it,
// in order; more says that there are others.
func firstOf[T any](ctx context.Context, read func(n int) ([]T, error), limit int, compare func(a, b T) int) (kept []T, more bool, err error) {
	for err == nil {
		if ctx.Err() != nil {
			return nil, false, ctx.Err()
		}
		var some []T
		some, err = read(readAtOnce)
		kept = append(kept, some...)
		if len(kept) > 2*limit {
			slices.SortFunc(kept, compare)
			kept, more = kept[:limit], true
		}
	}
	if !isEOF(err) {
		return nil, false, err
	}
	slices.SortFunc(kept, compare)
	if len(kept) > limit {
		kept, more = kept[:limit], true
	}
	return kept, more, nil
}

// ListOptions say what to list.
type ListOptions struct {
	Path      string // a folder
	Recursive bool   // with all below it, but for what is in .git
	Cursor    string // where the page before ended; "" for the first
	Limit     int    // entries of a page; 0 is the default of 1000
}

// Page is a part of a listing.
type Page struct {
	Entries   []Entry
	Next      string // the next page's cursor, "" when this is the last
	Truncated Bound  // why something between its entries is not listed, "" when all is
}

// Bound names what keeps an answer from being whole.
type Bound string

// The bounds of a walk through the workspace.
const (
	BoundDepth Bound = "depth" // folders are nested deeper than maxNesting
	BoundNames Bound = "names" // a folder holds more than maxNames
	BoundFiles Bound = "files" // there are too many
	BoundBytes Bound = "bytes" // too much would have to be read
	BoundTime  Bound = "time"
)

const (
	defaultPage = 1_000
	maxPage     = 10_000
	// maxNames bounds one folder: the first by name are looked at.
	maxNames = 100_000
	// maxNesting bounds how far below the folder that was asked for a walk goes.
	maxNesting = 100
	// maxListTime bounds the making of one page. It ends early then, and the next
	// goes on from there.
	maxListTime = 10 * time.Second
)

// List returns one page of a folder, sorted by path. Errors: PATH_NOT_ALLOWED,
// FILE_NOT_FOUND, NOT_A_DIRECTORY, VALIDATION_ERROR for a bad cursor,
// SANDBOX_LIMIT when the time of a page is not enough for a single entry.
func (w Dir) List(ctx context.Context, o ListOptions) (page Page, err error) {
	timed, cancel := context.WithTimeout(ctx, maxListTime)
	defer cancel()
	return w.listUntil(ctx, timed, o)
}

// listUntil is List; the page ends with timed.
func (w Dir) listUntil(ctx, timed context.Context, o ListOptions) (page Page, err error) {
	l := lister{ctx: timed, recursive: o.Recursive, limit: defaultPage, names: w.maxNames()}
	if o.Limit > 0 {
		l.limit = min(o.Limit, maxPage)
	}
	if l.after, err = decodeCursor(o.Cursor); err != nil {
		return Page{}, err
	}
	err = w.in(o.Path, func(root *os.Root, rel string) error {
		l.root = root
		_, err := l.folder(rel, nil)
		return err
	})
	if ctx.Err() != nil {
		return Page{}, ctx.Err()
	}
	if timed.Err() != nil {
		if len(l.entries) == 0 {
			return Page{}, errTooLong()
		}
		l.more, err = true, nil
	}
	if err != nil {
		return Page{}, err
	}
	page.Entries, page.Truncated = l.entries, l.truncated
	if l.more {
		page.Next = encodeCursor(l.last)
	}
	return page, nil
}

// lister walks folders in order and collects one page.
type lister struct {
	ctx       context.Context
	root      *os.Root
	recursive bool
	limit     int
	names     int      // of one folder
	after     []string // names on the way to the last entry of the page before
	entries   []Entry
	last      []string
	more      bool
	truncated Bound
}

// folder lists what is in rel; below are the names that lead to it from where
// the listing began. It returns false when the page is full.
func (l *lister) folder(rel string, below []string) (bool, error) {
	if err := l.ctx.Err(); err != nil {
		return false, err
	}
	children, more, err := names(l.ctx, l.root, rel, l.names)
	if err != nil {
		return false, err
	}
	for _, name := range children {
		at := append(slices.Clip(below), name)
		if order := slices.Compare(at, l.after[:min(len(at), len(l.after))]); order < 0 {
			continue // all of it was on an earlier page
		}
		goOn, err := l.child(path.Join(rel, name), at)
		if err != nil || !goOn {
			return false, err
		}
	}
	if more {
		l.truncated = BoundNames
	}
	return true, nil
}

func (l *lister) child(rel string, at []string) (bool, error) {
	info, err := l.root.Lstat(rel)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil // gone since its folder was read
	}
	if err != nil {
		return false, err
	}
	if slices.Compare(at, l.after) > 0 {
		if len(l.entries) == l.limit {
			l.more = true
			return false, nil
		}
		l.entries, l.last = append(l.entries, describe(rel, info)), at
	}
	if !l.recursive || !info.IsDir() || info.Name() == ".git" {
		return true, nil
	}
	if len(at) > maxNesting {
		l.truncated = BoundDepth
		return true, nil
	}
	goOn, err := l.folder(rel, at)
	if err != nil && l.ctx.Err() == nil && city.CodeOf(PublicError(err)) != city.CodeInternal {
		return true, nil //nolint:nilerr // it changed under our hands, or may not be read
	}
	return goOn, err
}
