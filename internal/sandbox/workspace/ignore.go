package workspace

import (
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/go-git/go-git/v5/plumbing/format/gitignore"

	"aicity.dev/aicity/internal/city"
)

// ignoreRules are the rules of the .gitignore files on the way to a folder, the
// strongest last.
type ignoreRules []gitignore.Pattern

const (
	maxIgnoreFile  = 64 << 10 // bytes of a .gitignore that are read
	maxIgnoreRules = 2_000    // rules that hold at once
)

// read adds the rules of the .gitignore in the folder dir of root, which is at
// these names from Home.
func (r ignoreRules) read(root *os.Root, dir string, at []string) ignoreRules {
	f, _, err := OpenRegular(root, path.Join(dir, ".gitignore"))
	if err != nil {
		return r
	}
	defer func() { _ = f.Close() }()
	content, err := io.ReadAll(io.LimitReader(f, maxIgnoreFile))
	if err != nil {
		return r
	}
	r = r[:len(r):len(r)] // the rules above are shared with other folders
	for line := range strings.Lines(string(content)) {
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") || len(r) >= maxIgnoreRules {
			continue
		}
		r = append(r, gitignore.ParsePattern(line, at))
	}
	return r
}

// ignored reports whether the rules exclude what is at these names from Home.
// Its folder is not excluded, or nobody would have come here.
func (r ignoreRules) ignored(at []string, folder bool) bool {
	for _, rule := range slices.Backward(r) {
		if result := rule.Match(at, folder); result != gitignore.NoMatch {
			return result == gitignore.Exclude
		}
	}
	return false
}

// globs choose files: those that fit any, without those that fit one with an
// exclamation mark; of two that contradict each other the later holds.
type globs struct {
	patterns []glob
	choose   bool // there is one without an exclamation mark: others do not fit
}

type glob struct {
	pattern string
	not     bool
	name    bool // it names files in whatever folder
}

const (
	maxGlobs      = 20
	maxGlob       = 200 // bytes
	maxGlobBraces = 3   // each multiplies what is tried
)

// compileGlobs checks globs. Errors: VALIDATION_ERROR.
func compileGlobs(given []string) (globs, error) {
	var g globs
	if len(given) > maxGlobs {
		return g, city.InvalidField("glob", "at most %d", maxGlobs)
	}
	for _, pattern := range given {
		one := glob{}
		one.pattern, one.not = strings.CutPrefix(pattern, "!")
		if one.pattern == "" || len(pattern) > maxGlob || strings.Count(pattern, "{") > maxGlobBraces || !doublestar.ValidatePattern(one.pattern) {
			return g, city.InvalidField("glob", "%.60q is not like *.go, src/**/*.{ts,tsx} or !vendor/", pattern)
		}
		if strings.HasSuffix(one.pattern, "/") {
			one.pattern += "**" // a folder is all that is in it
			if strings.Count(one.pattern, "/") == 1 {
				one.pattern = "**/" + one.pattern
			}
		}
		one.name = !strings.Contains(one.pattern, "/")
		one.pattern = strings.TrimPrefix(one.pattern, "/")
		g.choose = g.choose || !one.not
		g.patterns = append(g.patterns, one)
	}
	return g, nil
}

// fit reports whether the file at these names is chosen.
func (g globs) fit(at []string) bool {
	full := path.Join(at...)
	for _, p := range slices.Backward(g.patterns) {
		name := full
		if p.name {
			name = path.Base(full)
		}
		if doublestar.MatchUnvalidated(p.pattern, name) {
			return !p.not
		}
	}
	return !g.choose
}

// excludeFolder reports whether a folder is named by a glob with an exclamation
// mark, so that nothing below it need be looked at.
func (g globs) excludeFolder(at []string) bool {
	full := path.Join(at...)
	for _, p := range slices.Backward(g.patterns) {
		if !p.not {
			return false // what is below may be chosen by it
		}
		name := full
		if p.name {
			name = path.Base(full)
		}
		if doublestar.MatchUnvalidated(p.pattern, name) {
			return true
		}
	}
	return false
}
