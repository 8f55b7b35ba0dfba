package gate

import (
	"fmt"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// minCopied is how many lines it takes to speak of a copy where code was ordered,
// minDumped where something else was: that many lines nobody quotes.
const (
	minCopied = 12
	minDumped = 60
)

// copiedSource takes the verdict when the code that is delivered as new is a
// file of the repository, unchanged.
func copiedSource(v *view) (Signal, bool) {
	s := Signal{Name: "copied source", Reason: "The delivered code is not a copy of the repository."}
	if v.Index == nil || len(v.in.Patch) > 0 {
		return s, false
	}
	enough := minCopied
	if !v.Want.Code {
		enough = minDumped
	}
	fresh, copied, moved := 0, 0, 0
	source := ""
	for _, b := range v.Doc.Blocks {
		lines := grounding.Quotable(b.Lines, len(b.Lines))
		if len(lines) == 0 || !v.Want.Code && len(lines) < enough {
			continue // what is looked up costs time
		}
		from, same := v.Index.Closest(lines)
		if len(lines) >= enough && same*10 >= len(lines)*9 {
			if asksLess.MatchString(v.Request) && len(lines)*2 < v.Index.Text(from).Span(lines) {
				return s, true // what is left of a file that was to be cut down
			}
			if moved += len(lines); moved <= maxMoved && v.movesFrom(from) && v.Index.Text(from).Telling() > mostMoved*len(lines)/100 {
				continue
			}
			copied += len(lines)
			source = from
			continue
		}
		fresh += len(lines) - same
	}
	if copied > 0 && fresh*4 < copied {
		s.Cap = new(capCopied)
		s.Reason = fmt.Sprintf("%d lines of the delivered code stand in %s already.", copied, source)
		s.advice = "Deliver what changes, not the file as it is."
	}
	return s, true
}

// How large a file must be at least, in percent of what is moved out of it, and how many
// lines are moved in all at most.
const (
	mostMoved = 150
	maxMoved  = 150
)

// asksMove matches requests that code may be moved for.
var asksMove = pattern.New(`(?i)\b(?:mov\w+|extract\w*|split\w*|separat\w*|own (?:file|module|package)|dry|duplicat\w*|in common|shar\w+|reus\w+|pull\w* out|break\w* up|too (?:long|large|big))\b`)

// movesFrom reports whether a refactoring brings a new file and takes lines out of one that
// is there, which it may have moved.
func (v *view) movesFrom(from string) bool {
	if v.in.Request.Category != city.Refactor || len(v.proposed) == 0 || !asksMove.MatchString(v.in.Request.Description) {
		return false
	}
	t := v.Index.Text(from)
	return slices.ContainsFunc(v.Doc.Blocks, func(b document.Block) bool {
		return b.Diff && slices.ContainsFunc(b.Lines, func(l string) bool {
			gone, takes := strings.CutPrefix(l, "-")
			return takes && lex.Meaningful(gone) && t.Known(lex.Pack(gone))
		})
	})
}

// asksLess matches requests for less code than there is. What removes, trims and cuts may
// also be what the code does: such a word counts where it is what is to be done, and the
// shorter ones with the code that they are to be done to.
var asksLess = pattern.Any(
	`(?i)(?:^|[.!?:;,\n]\s*|\b(?:please|to|and|then|or|also|just|can|could|should|we|you|must|let's)\s+)(?:shrink|reduce|slim|shorten|simplify|remove|delete|drop|get rid|kürz\w*|entfern\w*|reduci\w*|elimin\w*|supprim\w*|rédui\w*)\b`,
	`(?i)\b(?:remov|reduc|simplify)ing (?:dead|unused|what|everything)\b|\b(?:removal|simplification) of\b`,
	`(?i)\b(?:cut(?:ting)?|trim(?:ming)?|strip(?:ping)?) (?:\S+ ){0,3}?(?:down|back|out|away)\b`,
	`(?i)\b(?:cut|trim|strip) (?:it|this|that|them|these|those|(?:the |this |our |my |that )(?:\S+ )?(?:file|function|module|class|helper|package|code|api)s?|\S+\.(?:go|js|ts|mjs|py)) to (?:the|what|its|a|our)\b`,
)
