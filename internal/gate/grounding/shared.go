package grounding

import (
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/citation"
)

// Bounds of the search for the file that a shared name stands for.
const (
	maxNamesakes   = 8
	maxSharedNames = 40
	maxSharedRefs  = 60
)

// settleShared finds out which file a name stands for that several have, such as
// runtime.js for one at the root and one in lib: the one that has the lines cited
// and says there what the sentences say, else one that is cited by its path.
func (r *resolver) settleShared() {
	done, shared := map[string]bool{}, 0
	for _, ref := range r.refs {
		name := citation.Clean(ref.Text)
		if at := strings.IndexAny(name, ":#("); at > 0 {
			name = name[:at]
		}
		if ref.Status != RefExists && ref.Status != RefLineOutOfRange || ref.Guessed || done[ref.Path] || !strings.HasSuffix(ref.Path, name) {
			continue
		}
		files := r.v.Index.Namesakes(name)
		if done[ref.Path] = true; len(files) < 2 || files[0] != ref.Path {
			continue
		}
		if shared++; shared > maxSharedNames {
			return
		}
		if best := r.bestOf(files[:min(len(files), maxNamesakes)]); best != ref.Path {
			r.move(ref.Path, best)
		}
	}
}

// bestOf is the file of several with one name, the first of which it was taken for,
// that what is said of it fits best.
func (r *resolver) bestOf(files []string) string {
	first := files[0]
	if strings.Contains(first, "/") { // none is at the root, where the name is the path
		if r.inFull(first) == 1 {
			return first
		}
		files = slices.Clone(files)
		slices.SortStableFunc(files, func(a, b string) int { return r.inFull(b) - r.inFull(a) })
	} else if !slices.Contains(r.asked, first) { // the request may name one in a folder
		files = slices.Clone(files)
		slices.SortStableFunc(files, func(a, b string) int { return r.askedFor(b) - r.askedFor(a) })
	}
	fits, says := make([]int, len(files)), make([]int, len(files))
	n := 0
	for i := range r.refs {
		ref := &r.refs[i]
		if ref.Path != first || ref.Line == 0 || ref.Guessed {
			continue
		}
		if n++; n > maxSharedRefs {
			break
		}
		tokens := r.v.contextTokens(ref)
		for k, f := range files {
			if r.inRange(f, max(ref.Line, ref.End)) != RefExists {
				continue
			}
			fits[k]++
			if t := r.v.Index.Text(f); t != nil && Anchored(t, ref, tokens) {
				says[k]++
			}
		}
	}
	best := 0
	for k := range files {
		if fits[k] > fits[best] || fits[k] == fits[best] && says[k] > says[best] {
			best = k
		}
	}
	return files[best]
}

// askedFor is 1 for a file that the request names.
func (r *resolver) askedFor(file string) int {
	if slices.Contains(r.asked, file) {
		return 1
	}
	return 0
}

// inFull is 1 for a file that is cited by its whole path, in prose or by a diff.
func (r *resolver) inFull(file string) int {
	if slices.Contains(r.v.Patched, file) || slices.Contains(r.asked, file) || slices.ContainsFunc(r.refs, func(ref Cited) bool { return ref.Path == file && strings.Contains(ref.Text, file) }) {
		return 1
	}
	return 0
}

// move takes what is cited of one file for citations of another.
func (r *resolver) move(from, to string) {
	for i := range r.refs {
		ref := &r.refs[i]
		if ref.Path == from {
			ref.Path = to
			if ref.Status == RefExists || ref.Status == RefLineOutOfRange {
				ref.Status = r.inRange(to, max(ref.Line, ref.End))
			}
		}
	}
	if r.subject == from {
		r.subject = to
	}
}
