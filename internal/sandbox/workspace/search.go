package workspace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// SearchOptions say what to look for and where, in ripgrep's terms.
type SearchOptions struct {
	Path       string   // a folder or file
	Query      string   // a regular expression of RE2
	Literal    bool     // Query is text as it stands
	IgnoreCase bool     //
	Globs      []string // only such files; with ! in front: not such files; the last that fits decides
	Hidden     bool     // also what begins with a dot, but never .git
	Ignored    bool     // also what .gitignore files exclude
	Binary     bool     // also files with a NUL
	Limit      int      // matches; 0 is the default of 500
}

// Match is a line in which something was found.
type Match struct {
	Path   string `json:"path" doc:"Absolute path in the sandbox"`
	Line   int    `json:"line" doc:"From 1"`
	Column int    `json:"column" doc:"Of the first match in the line, in bytes from 1"`
	Text   string `json:"text" doc:"The line, or the part of a long one around the match"`
}

// SearchResult is what a search found, sorted by path and line.
type SearchResult struct {
	Matches   []Match `json:"matches" doc:"The lines that match, by path"`
	Truncated string  `json:"truncated,omitempty" enum:"matches,bytes,time,depth,names" doc:"The bound that left something out: the first three end a search early; depth and names pass over folders that are nested too deep, and what is in too large ones"`
	Files     int     `json:"filesSearched" doc:"How many files were read"`
	Bytes     int64   `json:"bytesSearched" doc:"How many bytes were read"`
	TooLarge  int     `json:"filesTooLarge,omitempty" doc:"Files passed over because of their size"`
}

// The bounds of a search.
const (
	defaultMatches = 500
	maxMatches     = 5_000
	maxQuery       = 1_000     // bytes
	maxSearchFile  = 16 << 20  // bytes; larger files are passed over
	maxSearchBytes = 512 << 20 // bytes read by one search
	maxSearchTime  = 10 * time.Second
	maxMatchText   = 500 // bytes of a line that are shown
)

// What ends a search early.
var (
	errEnoughMatches = errors.New("matches")
	errEnoughBytes   = errors.New("bytes")
)

// Search looks through the files below a path. Errors: VALIDATION_ERROR,
// PATH_NOT_ALLOWED, FILE_NOT_FOUND, NOT_A_FILE.
func (w Dir) Search(ctx context.Context, o SearchOptions) (SearchResult, error) {
	s, err := newSearcher(o)
	if err != nil {
		return SearchResult{}, err
	}
	timed, cancel := context.WithTimeout(ctx, maxSearchTime)
	defer cancel()
	s.ctx, s.names = timed, w.maxNames()
	err = w.in(o.Path, s.begin)
	switch {
	case ctx.Err() != nil:
		return SearchResult{}, ctx.Err()
	case errors.Is(err, errEnoughMatches), errors.Is(err, errEnoughBytes):
		s.found.Truncated = err.Error()
	case timed.Err() != nil:
		s.found.Truncated = string(BoundTime)
	case err != nil:
		return SearchResult{}, err
	}
	return s.found, nil
}

// searcher walks folders in order and looks into each file.
type searcher struct {
	ctx     context.Context
	options SearchOptions
	line    query
	globs   globs
	limit   int // matches
	names   int // of one folder
	found   SearchResult
	content bytes.Buffer // of one file; kept for the next
}

// missed notes that something was passed over because of a bound.
func (s *searcher) missed(why Bound) { s.found.Truncated = string(why) }

func newSearcher(o SearchOptions) (*searcher, error) {
	s := &searcher{options: o, limit: defaultMatches, found: SearchResult{Matches: []Match{}}}
	if o.Limit > 0 {
		s.limit = min(o.Limit, maxMatches)
	}
	var err error
	if s.line, err = compileQuery(o); err != nil {
		return nil, err
	}
	s.globs, err = compileGlobs(o.Globs)
	return s, err
}

// begin searches what rel names: a file, whatever its name, or a folder.
func (s *searcher) begin(root *os.Root, rel string) error {
	info, err := root.Stat(rel)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return s.file(root, rel, path.Join(Home, rel), true)
	}
	var rules ignoreRules
	var at []string
	if rel != "." {
		at = strings.Split(rel, "/")
	}
	if !s.options.Ignored {
		for i := range at { // those of the folders above it hold as well
			rules = rules.read(root, path.Join(at[:i]...), at[:i])
		}
	}
	dir, err := OpenFolder(root, rel)
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }()
	return s.folder(dir, at, len(at), rules)
}

// folder searches one folder; at are the names that lead to it from Home, the
// first from of them to where the search began. It holds the folder open, so
// that each step below costs one system call and leads nowhere else.
func (s *searcher) folder(dir *os.Root, at []string, from int, rules ignoreRules) error {
	if !s.options.Ignored {
		rules = rules.read(dir, "", at)
	}
	entries, more, err := readDir(s.ctx, dir, s.names)
	if s.ctx.Err() != nil {
		return s.ctx.Err()
	}
	if err != nil {
		return nil //nolint:nilerr // gone, or may not be read
	}
	if more {
		s.missed(BoundNames)
	}
	for _, entry := range entries {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		name := entry.Name()
		below := append(slices.Clip(at), name)
		if s.passedOver(entry, below, from, rules) {
			continue
		}
		if !entry.IsDir() {
			if err := s.file(dir, name, path.Join(Home, path.Join(below...)), false); err != nil {
				return err
			}
			continue
		}
		if len(below)-from > maxNesting {
			s.missed(BoundDepth)
			continue
		}
		sub, err := OpenFolder(dir, name)
		if err != nil {
			continue
		}
		err = s.folder(sub, below, from, rules)
		_ = sub.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *searcher) passedOver(entry fs.DirEntry, at []string, from int, rules ignoreRules) bool {
	name := entry.Name()
	switch {
	case name == ".git", strings.HasPrefix(name, ".") && !s.options.Hidden:
		return true
	case entry.IsDir():
		return s.globs.excludeFolder(at[from:]) || rules.ignored(at, true)
	case !entry.Type().IsRegular():
		return true
	default:
		return !s.globs.fit(at[from:]) || rules.ignored(at, false)
	}
}

// file searches one file. What cannot be read is passed over, unless it was
// asked for by name.
func (s *searcher) file(root *os.Root, rel, shown string, named bool) error {
	f, info, err := OpenRegular(root, rel)
	if err != nil {
		if named {
			return err
		}
		return nil
	}
	defer func() { _ = f.Close() }()
	if info.Size() > maxSearchFile {
		s.found.TooLarge++
		return nil
	}
	s.content.Reset()
	n, err := s.content.ReadFrom(io.LimitReader(f, maxSearchFile))
	if err != nil {
		return nil //nolint:nilerr // it changed under our hands
	}
	s.found.Files++
	if s.found.Bytes += n; s.found.Bytes > maxSearchBytes {
		return errEnoughBytes
	}
	content := s.content.Bytes()
	if !s.options.Binary && bytes.IndexByte(content, 0) >= 0 {
		return nil
	}
	if bytes.Contains(content, []byte("\r\n")) {
		content = bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n"))
	}
	return s.lines(content, shown)
}

// excerpt is the line, or of a long one what stands around the match.
func excerpt(line []byte, match []int) string {
	cut := func(part []byte) string { return strings.ToValidUTF8(string(part), "\ufffd") }
	if len(line) <= maxMatchText {
		return cut(line)
	}
	start := max(0, min(match[0]-maxMatchText/4, len(line)-maxMatchText))
	text := cut(line[start : start+maxMatchText])
	if start > 0 {
		text = "…" + text
	}
	if start+maxMatchText < len(line) {
		text += "…"
	}
	return text
}

// readDir returns what is in a folder, sorted by name. Of more than limit entries
// they are the first by name, and more is true.
func readDir(ctx context.Context, dir *os.Root, limit int) (entries []fs.DirEntry, more bool, err error) {
	f, err := dir.OpenFile(".", os.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, false, err
	}
	defer func() { _ = f.Close() }()
	entries, more, err = firstOf(ctx, f.ReadDir, limit, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	if err != nil {
		return nil, false, fmt.Errorf("list folder: %w", err)
	}
	return entries, more, nil
}
