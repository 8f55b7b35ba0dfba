package grounding

import (
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/repository"
)

// note counts a quote of some lines. A long one that is not there takes more
// invention than a slip.
func (g *Agreement) note(holds bool, lines []string, weight float64) {
	if holds {
		g.Quoted++
		return
	}
	g.Misquoted += weight * min(3, max(1, float64(len(lines))/2.5))
	g.BadQuotes = append(g.BadQuotes, strings.TrimSpace(lines[0]))
}

// elided matches a line of which something is left out; dots before a name, or behind one
// that is handed on, spread it.
var elided = regexp.MustCompile(`(?:^|[^\w\])])\.\.\.(?:[^\w$\[({.]|$)|[\w\])]\.\.\.(?:[^).]|$)|…`)

// Quotable keeps up to most lines of a block, those that can be looked up.
func Quotable(lines []string, most int) []string {
	var kept []string
	for _, l := range lines {
		t := strings.TrimSpace(l)
		if len(t) < 6 || !lex.Meaningful(t) || strings.HasPrefix(t, "//") || strings.HasPrefix(t, "#") || elided.MatchString(t) {
			continue
		}
		kept = append(kept, t)
		if len(kept) == most {
			break
		}
	}
	return kept
}

// quoteHolds reports whether most of the lines stand in the file, or
// with an empty path in one file of the repository.
func (r *Reading) quoteHolds(file string, lines []string) bool {
	if file != "" {
		t := r.Index.Text(file)
		return t == nil || t.Holds(lines) // what cannot be read is not held against anyone
	}
	_, same := r.Index.Closest(lines)
	return repository.EnoughHold(same, len(lines)) || r.Index.Spent()
}
