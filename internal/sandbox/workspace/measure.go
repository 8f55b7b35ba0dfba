package workspace

import (
	"context"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"aicity.dev/aicity/internal/sandbox/source"
)

// The bounds of facts. All but the time are counted in a fixed order, so that the
// same tree has the same facts; when the time is over nothing that is there now is
// told, rather than what a busy machine came to.
const (
	// maxAdded bounds how many new files are looked at.
	maxAdded = 10_000
	// maxStrange bounds what is looked at that was not delivered: files, folders,
	// links and all else.
	maxStrange = 200_000
	// maxFactBytes bounds what is read to count lines, beyond as many bytes as were
	// delivered.
	maxFactBytes = 512 << 20
	// maxFactFile bounds a file whose lines are counted.
	maxFactFile = 64 << 20
	// maxFactTime bounds all of it.
	maxFactTime = 10 * time.Second
)

// Measured is what Measure finds.
type Measured struct {
	Files map[string]source.File // those that are there and were looked at, by path
	Added []string               // those of them that were not delivered, sorted
	Left  Bound                  // why something was not looked at, "" when all was
}

// Measure looks at the files that are in the repository's folder now, of which
// baseline names those that were delivered.
func Measure(ctx context.Context, repo *os.Root, baseline source.Baseline) (Measured, error) {
	m := newMeasurer(baseline)
	err := m.measure(ctx, repo)
	return Measured{Files: m.found, Added: m.added, Left: m.left}, err
}

// measurer measures the regular files that are in a tree which changes under its
// hands: what is gone or replaced meanwhile, or cannot be read, is left out. It
// opens nothing that may block, as fs.WalkDir would where a pipe takes a folder's
// place. Folders that were delivered come first: what an agent builds beside them
// does not hide what it adds to them.
type measurer struct {
	ctx     context.Context //nolint:containedctx // of one walk
	root    *os.Root
	files   map[string]bool // that were delivered
	folders map[string]bool // that lead to them
	found   map[string]source.File
	added   []string // the files that were not delivered, sorted
	later   []string // folders that were not delivered, to be walked
	strange int      // how much was looked at that was not delivered
	bytes   int64    // that may still be read
	names   int      // of one folder
	most    int      // new files
	left    Bound
	buffer  []byte
}

func newMeasurer(baseline source.Baseline) *measurer {
	m := &measurer{
		files: make(map[string]bool, len(baseline.Files)), folders: map[string]bool{}, found: map[string]source.File{},
		bytes: baseline.Size.Bytes + maxFactBytes, names: maxNames, most: maxAdded, buffer: make([]byte, 64<<10),
	}
	for _, file := range baseline.Files {
		m.files[file.Path] = true
		for dir := path.Dir(file.Path); dir != "." && !m.folders[dir]; dir = path.Dir(dir) {
			m.folders[dir] = true
		}
	}
	return m
}

// measure walks the tree.
func (m *measurer) measure(ctx context.Context, root *os.Root) error {
	timed, cancel := context.WithTimeout(ctx, maxFactTime)
	defer cancel()
	m.ctx, m.root = timed, root
	more := m.folder(".", 0)
	for more && len(m.later) > 0 {
		var next string
		next, m.later = m.later[0], m.later[1:]
		more = m.folder(next, 1+strings.Count(next, "/"))
	}
	if ctx.Err() != nil {
		return fmt.Errorf("measure what is there now: %w", ctx.Err())
	}
	if timed.Err() != nil {
		m.left, m.found, m.added = BoundTime, nil, nil
	}
	slices.Sort(m.added)
	return nil
}

// folder measures what is in a folder; false ends the walk.
func (m *measurer) folder(rel string, depth int) bool {
	if depth > maxNesting {
		m.left = BoundDepth
		return true
	}
	children, more, err := names(m.ctx, m.root, rel, m.names)
	if m.ctx.Err() != nil {
		return false
	}
	if err != nil {
		return true // gone, or may not be read
	}
	if more {
		m.left = BoundNames
	}
	for _, name := range children {
		if m.ctx.Err() != nil {
			return false
		}
		if name == ".git" {
			continue
		}
		if !m.child(path.Join(rel, name), depth) {
			return false
		}
	}
	return true
}

// child measures what is at a path; false ends the walk.
func (m *measurer) child(rel string, depth int) bool {
	info, err := m.root.Lstat(rel)
	if err != nil {
		return true // gone
	}
	known := m.files[rel]
	if info.IsDir() {
		known = m.folders[rel]
	}
	if !known {
		if m.strange++; m.strange > maxStrange {
			m.left = BoundNames
			return false
		}
	}
	switch {
	case info.IsDir() && known:
		return m.folder(rel, depth+1)
	case info.IsDir():
		m.later = append(m.later, rel)
	case !info.Mode().IsRegular():
	case !known && len(m.added) == m.most:
		m.left = BoundFiles
		return false
	default:
		if m.file(rel, info.Size()) && !known {
			m.added = append(m.added, rel)
		}
	}
	return true
}

// file counts the lines of a file, unless that takes too much reading; false when
// it is gone.
func (m *measurer) file(rel string, size int64) bool {
	if size > min(m.bytes, maxFactFile) {
		m.left = BoundBytes
		m.found[rel] = source.File{Path: rel, Bytes: size}
		return true
	}
	file, read, err := source.MeasureFile(m.root, rel, size, m.buffer)
	if err != nil {
		return false
	}
	m.bytes -= read
	m.found[rel] = file
	return true
}
