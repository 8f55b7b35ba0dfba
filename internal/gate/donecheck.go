package gate

import (
	"iter"
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

var (
	// mendsBelow matches what leads over to code that would mend something.
	mendsBelow = pattern.New(`(?i)\b(?:fix(?:ed)?|remed(?:y|ies|iation)|mitigat\w*|solution|suggest\w*|propos\w*|recommend\w*|guard|` +
		`correction|should|must|needs?|add|insert|skip|reject|refuse|mend|repair|run the|abhilfe|korrektur|` +
		`vorschlag|behebung|correcci[óo]n|corre[cç][ãa]o|propuesta|correctif)\b`)
	// showsAsIs matches what shows code as it is, or to be changed, moved or taken away.
	showsAsIs = pattern.New(`(?i)\b(?:like|as (?:in|at|line|of)|already|exist\w*|current\w*|today|reads|now|stands|mov\w*|hoist\w*|` +
		`swap\w*|order\w*|remov\w*|delet\w*|drop\w*|replac\w*|chang\w*|becomes?|instead|before|earlier|keeps?|` +
		`same (?:check|guard|test|condition)|these|wie|bereits|ya|déjà|j[áa])\b`)
	checkHead = regexp.MustCompile(`^\s*(?:if|elif|unless)[\s(]`)
	// checkedIf matches the condition of a check, up to what it leads to.
	checkedIf   = regexp.MustCompile(`^\s*(?:if|elif|unless)\s*(\(.+\)|[^{:]+?)\s*(?:\{|:\s*$|:\s|(?:return|continue|break|throw|raise)\b)`)
	severe      = pattern.New(`(?i)\b(?:critical|high|severe|blocker|major|kritisch|hoch|cr[íi]tic[oa]|alt[oa]|critique|élevée)\b`)
	topRank     = regexp.MustCompile(`^\W*(?:[HC]\d{1,2}|P[01]|S[01]|SEV-?[01])\b`) // of a title, its rank in short
	quotedInner = regexp.MustCompile(`'[^'\n]+'|"[^"\n]+"`)
)

// Bounds of the checks that are looked for.
const (
	maxCheck   = 8  // lines
	checkFar   = 10 // lines around a cited one, for a check that is like no other
	minTelling = 14 // packed bytes of a condition that tells something by itself
)

// refutedCheck is a check that is proposed for a place and stands there.
type refutedCheck struct {
	code string
	main bool // of one of the gravest findings
}

// proposedChecks counts the checks that are proposed, and returns those that stand
// where they are proposed for.
func (v *view) proposedChecks() (n int, there []refutedCheck) {
	if !v.looksForChecks() {
		return 0, nil
	}
	packed := "" // the text, as checks are looked for in it
	for code, line := range v.checksToAdd() {
		if n++; n > maxFixes {
			continue
		}
		if packed == "" {
			packed = lex.Loose.Replace(lex.Pack(v.Doc.Text))
		}
		start := v.sectionOf(line)
		if v.checkStands(packed, code, start, line) {
			there = append(there, refutedCheck{strings.Join(strings.Fields(code), " "), v.severeSection(start, line)})
		}
	}
	return n, there
}

// checksToAdd yields the checks that the deliverable leads over to, each with the
// line that does so: first those in blocks, then those within sentences.
func (v *view) checksToAdd() iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		_ = v.checksInBlocks(yield) && v.checksInSentences(yield)
	}
}

func (v *view) checksInBlocks(yield func(string, int) bool) bool {
	for _, b := range v.Doc.Blocks[:min(len(v.Doc.Blocks), maxBlocks)] {
		code := strings.TrimSpace(strings.Join(b.Lines, "\n"))
		if b.Diff || b.End > v.Doc.Written || len(b.Lines) > maxCheck || !checkHead.MatchString(code) {
			continue
		}
		at := b.Start - 1
		for at >= 0 && (v.Doc.Lines[at].Code && v.Doc.Lines[at].Text == "" || strings.TrimSpace(v.Doc.Lines[at].Text) == "") {
			at--
		}
		if at >= 0 && !v.Doc.Lines[at].Code && v.leadsToMending(v.Doc.Lines[at].Text) && !yield(code, at) {
			return false
		}
	}
	return true
}

func (v *view) checksInSentences(yield func(string, int) bool) bool {
	for i, l := range v.Doc.Lines[:v.Doc.Written] {
		if l.Code || len(l.Spans) == 0 || !strings.Contains(l.Text, "`if") {
			continue
		}
		for _, span := range l.Spans {
			before, _, _ := strings.Cut(l.Text, span)
			leads := checkHead.MatchString(span) && (v.leadsToMending(before) || v.belowRemedy(i) && !showsAsIs.MatchString(before))
			if leads && !yield(span, i) {
				return false
			}
		}
	}
	return true
}

// looksForChecks reports whether the deliverable may propose checks for places of the
// code, rather than bring code of its own.
func (v *view) looksForChecks() bool { return !v.Want.Tests && !v.Want.Whole && !v.Want.Config }

// leadsToMending reports whether the last sentence of a text leads over to code that
// is to be added.
func (v *view) leadsToMending(text string) bool {
	said := strings.TrimRight(text, " :`*_")
	if all := lex.Sentences(said); len(all) > 0 {
		said = all[len(all)-1]
		if len(all) > 1 && len(strings.Fields(all[len(all)-2])) <= 3 {
			said = all[len(all)-2] + " " + said // "Fix. Run the same …"
		}
	}
	bare := document.WithoutCode(said, "")
	return mendsBelow.MatchString(bare) && !showsAsIs.MatchString(strings.ReplaceAll(bare, "before they", ""))
}

// heading is a line that titles what is below it, and whether it announces what mends.
type heading struct {
	line  int
	mends bool
}

// headings are those of the deliverable, read when they are asked for: few are.
func (v *view) headings() []heading {
	if v.titles == nil {
		v.titles = []heading{}
		for i, l := range v.Doc.Lines {
			if !l.Code && document.Heading.Matches(l.Text) {
				v.titles = append(v.titles, heading{i, mendsBelow.MatchString(l.Text)})
			}
		}
	}
	return v.titles
}

// belowRemedy reports whether the heading above a line announces what mends.
func (v *view) belowRemedy(line int) bool {
	all := v.headings()
	at, _ := slices.BinarySearchFunc(all, line, func(h heading, line int) int { return h.line - line })
	return at > 0 && all[at-1].mends
}

// sectionOf is the line at which the finding begins that a line belongs to: the title
// above it that is not only that of the remedy.
func (v *view) sectionOf(line int) int {
	for i := line; i > 0; i-- {
		l := v.Doc.Lines[i]
		if !l.Code && (document.Heading.Matches(l.Text) || document.BoldLead.Matches(l.Text)) && !(mendsBelow.MatchString(l.Text) && !severe.MatchString(l.Text)) {
			return i
		}
	}
	return 0
}

// severeSection reports whether a finding is one of the gravest, or of so few that it
// must be: at most two of a kind.
func (v *view) severeSection(start, line int) bool {
	grave, here := 0, false
	for i, l := range v.Doc.Lines[:v.Doc.Written] {
		title := document.Heading.Matches(l.Text) || document.BoldLead.Matches(l.Text)
		if l.Code || !(title && topRank.MatchString(l.Text)) && !(severe.MatchString(l.Text) && (title || givesSeverity(v.Doc.Lower[i]))) {
			continue
		}
		grave++
		here = here || i >= start && i <= line
	}
	return grave > 0 && grave <= 2 && (here || grave == 1 && v.belowRemedy(line))
}

// checkStands reports whether a check stands near a place that its finding cites, or,
// where that cites none, that the text does; who cites or quotes the check knows it.
// The text is packed.
func (v *view) checkStands(text, code string, start, line int) bool {
	own := false
	for _, from := range []int{v.paragraphOf(line), start} {
		if own = v.citesWithin(from, line); own {
			start = from
			break
		}
	}
	whole := lex.Loose.Replace(lex.Pack(code))
	condition := ""
	if m := checkedIf.FindStringSubmatch(code); m != nil {
		if c := lex.Loose.Replace(lex.Pack(m[1])); len(c) >= minTelling && quotedInner.MatchString(m[1]) {
			condition = "if" + c
		}
	}
	if strings.Count(text, lex.First(condition, whole)) > 1 {
		return false // it is quoted as what is, too
	}
	for i := range v.Refs[:min(len(v.Refs), maxFixes)] {
		ref := &v.Refs[i]
		if ref.Line == 0 || ref.Status != grounding.RefExists || ref.Modified || own && (ref.At < start || ref.At > line) {
			continue
		}
		if t := v.Index.Text(ref.Path); t != nil && (strings.Contains(t.Bare(), whole) || condition != "" && strings.Contains(t.Bare(), condition)) {
			if at := checkNear(t.Lines(), ref, whole, condition); at > 0 && !v.citesLine(ref.Path, at) {
				return true
			}
		}
	}
	return false
}

// paragraphOf is the line at which the paragraph of a line begins.
func (v *view) paragraphOf(line int) int {
	for line > 0 && !v.Doc.Lines[line-1].Code && strings.TrimSpace(v.Doc.Lines[line-1].Text) != "" {
		line--
	}
	return line
}

// citesWithin reports whether lines of the text cite a line of a file.
func (v *view) citesWithin(from, to int) bool {
	for _, ref := range v.Refs {
		if ref.Line > 0 && ref.At >= from && ref.At <= to && ref.Status == grounding.RefExists {
			return true
		}
	}
	return false
}

// checkNear is the line, from 1, at which a check stands near a cited place: the whole
// of it, or a condition that is like no other.
func checkNear(lines []string, ref *grounding.Cited, whole, condition string) int {
	last := max(ref.Line, min(ref.End, ref.Line+20))
	for at := max(1, ref.Line-checkFar); at <= min(len(lines), last+checkFar); at++ {
		if !checkHead.MatchString(strings.TrimLeft(lines[at-1], " \t}")) {
			continue
		}
		code := lex.Loose.Replace(lex.Pack(strings.TrimLeft(strings.Join(lines[at-1:min(len(lines), at-1+maxCheck)], "\n"), " \t}")))
		near := at >= ref.Line-doneNear && at <= last+doneNear
		if strings.HasPrefix(code, whole) && (near || len(whole) >= 2*minTelling) || condition != "" && strings.HasPrefix(code, condition) {
			return at
		}
	}
	return 0
}

// citesLine reports whether the text cites a line by itself, or within three.
func (v *view) citesLine(path string, line int) bool {
	for _, ref := range v.Refs {
		if ref.Path == path && ref.Line > 0 && ref.Line <= line && line <= max(ref.Line, ref.End) && max(ref.Line, ref.End)-ref.Line < 3 {
			return true
		}
	}
	return false
}
