package grounding

import (
	"cmp"
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/gate/citation"
	"aicity.dev/aicity/internal/gate/code"
	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
	"aicity.dev/aicity/internal/gate/repository"
	"aicity.dev/aicity/internal/gate/syntax"
	"aicity.dev/aicity/internal/gate/testcode"
)

// suggestion matches prose that announces new code rather than a quote.
var suggestion = pattern.Any(
	`(?i)\b(?:so|hence|therefore)\b[^.;:]*\b(?:must|has to|have to|needs? to)\b`,
	`\b(?:fix\w*|instead|chang(?:e|ed|ing) (?:it|this|that|the|to|line|lines)|changes? |replace\w*|should|`+
		`could|would|suggest\w*|propos\w*|new|add|adds|adding|patch\w*|rewrit\w*|example|usage|reproduc\w*|repro|`+
		`proof|payload|output|prints?|use|using|try|tests?|write|e\.g|for instance|such as|better|guard|prefer|`+
		`recommend\w*|mended|corrected|revised|afterwards|ought to|my version|insert\w*|before|below|above|`+
		`behind|between|corr[ie]g\w*|novo|statt|besser|beispiel|schreib\w*|verwende\w*|ersetz\w*|hinzu\w*|`+
		`sollte\w*|vor|hinter|ejemplo|mejor|escrib\w*|usar|añad\w*|reemplaz\w*|antes|exemple|exemplo|mieux|`+
		`plutôt|utilis\w*|remplac\w*|ajout\w*|avant|teste|escrev\w*|adicion\w*|correctif\w*|à la place|remède|`+
		`solution|korrektur|abhilfe|anstelle|en lugar|em vez|invece|rimedio|oplossing|substitu(?:a|ir|er|ez|i|indo|yendo))\b`,
	`\bbecomes?\s*(?:[:(,]|$)|écri(?:re|vez)|建议|改为|改成|例如|修复|修正|例えば|лучше|например|исправ|замен`,
)

// described matches what says how the code is, though it has a word that
// suggestions have too.
var described = pattern.Any(
	`(?i)\binstead of\b`,
	`\ba fixed (?:number|size|amount|length|count|limit|order|set|delay|interval|buffer)\b`,
	`\b(?:before|after|until) (?:it|they) (?:is|are|was|were) \w+ed\b|\b\w+ed before (?:its|their|the|any|all)\b|\bbefore (?:the|its|their) (?:\w+ ){1,3}(?:is|are|was|were) \w+ed\b`,
	`\b(?:the|a|this|that|its|no|and|presence|length|type|nil|null|bounds?|equality) tests?\b`,
	`\btests? (?:is|was|only)\b|\b(?:lines?|code|check|call) (?:above|below|before|behind)\b`,
)

// Proposes reports whether prose announces code that is not there yet.
func Proposes(prose string) bool {
	return suggestion.MatchString(described.Regexp().ReplaceAllString(prose, " "))
}

// maybeSuggestion matches words that lead over to new code about as often as to
// a quote.
var maybeSuggestion = pattern.New(`(?i)\b(?:after|run|running|request|result\w*|gives?|build|with|put|added)\b`)

// ordered matches a sentence that tells the reader to do something: what it leads over
// to is new code. Of what stands there nobody speaks in the imperative.
var ordered = regexp.MustCompile(`^[\s>*_-]*(?:Skip|Refuse|Reject|Require|Return|Throw|Move|Wrap|Keep|Make|Let|Drop|Convert|Handle|Ignore|` +
	`Compare|Validate|Switch|Store|Copy|Extract|Split|Escape|Limit|Cap|Clear|Remove|Delete|Put|Take|Turn|` +
	`Register|Catch|Append|Prepend|Paste|Save)\s`)

// saysOf matches what makes the first word of a title a thing and no order: "Limit can be
// exceeded".
var saysOf = regexp.MustCompile(`^[\s>*_-]*\w+ (?:can|cannot|is|are|was|were|has|may|of|leak\w*|error\w*)\b`)

// orders reports whether a sentence tells the reader to do something.
func orders(sentence string) bool {
	return ordered.MatchString(sentence) && !saysOf.MatchString(sentence)
}

// nextChange matches what leads from one change over to the next, "and lines 3-9 by",
// without the place and the code in it. A verb tells what is there: "and line 3 is hit by".
var nextChange = regexp.MustCompile(`(?i)^[\s>*_-]*(?:and|then|und|dann|y|luego|et|puis|e|depois)(?:[\s\d(),*_-]|\b(?:also|then|and|in|at|of|` +
	`on|von|de|du|lines?|function|method)\b|\bthe\s+\w+\b|[\w/-]*\.\w{1,5}\b)*\s(?:by|with|to|into|durch|por|par)[\s*_:]*$`)

// Bounds on what is compared with the files.
const (
	oneParagraph = 5 // lines from a block to the next with their fences
	maxQuotes    = 400
	// MaxQuoteLines bounds the lines of one quote that are looked up.
	MaxQuoteLines = 60
)

// checkBlocks compares code blocks with the repository: a block right behind a
// citation with a line is a claimed quote, and so is every removed or context
// line of a diff.
func (g *Agreement) checkBlocks(r *Reading) {
	cited, section := r.CitedLines(), r.sections()
	change := 0 // where the last block ends that was announced as new code
	patched := len(r.Doc.Blocks) > 0 && patchWanted.MatchString(r.Request)
	for _, b := range r.Doc.Blocks[:min(len(r.Doc.Blocks), maxQuotes)] {
		if b.Diff {
			g.diff(r, b, cited)
			continue
		}
		if r.quotesNothing(b, cited, patched) || r.onlyData(b, cited) {
			continue
		}
		lines := Quotable(b.Lines, MaxQuoteLines)
		ref, weight := r.claimed(b, cited, change > 0 && b.Start-change <= oneParagraph)
		if title, quotes := r.titled(b); title != nil && (quotes || r.quoteHolds(title.Path, lines)) {
			ref, weight = title, 1
		}
		if ref != nil && otherLanguage(b.Lang, ref.Path) {
			weight = 0 // a script is no quote of package.json
		}
		switch {
		case weight > 0 && len(lines) > 0:
			g.checkClaim(r, b, lines, claim{ref, weight, ref.Path == section(b.Start)})
		case r.showsOwn(b, lines) && !r.quoteHolds("", lines) || r.invents(b):
			g.note(false, lines, 1)
		}
		if ref != nil && weight == 0 {
			change = b.End
		}
	}
}

// patchWanted matches requests that want what is wrong mended as well.
var patchWanted = pattern.Any(
	`(?i)(?:^|[.?!,] |\band |\bplease )(?:patch|fix|mend|repair) (?:it|this|them|that|what)\b`,
	`(?i)\b(?:with|plus|send|provide|include|want|need) (?:an? |the )?(?:patch|fix)(?:es)?\b`,
)

// bringsFunction reports whether a block declares a function of a name that the repository
// has nowhere: where a patch was asked for, what it would mend with. What is led over to as
// there is a quote, unless what follows tells to use it.
func (r *Reading) bringsFunction(b document.Block, cited map[int]*Cited) bool {
	if len(b.Lines) == 0 {
		return false
	}
	f, ok := code.Opens(cmp.Or(b.Lang, "js"), b.Lines[0])
	if !ok || f.Owner != "" || r.Index.Uses(strings.ToLower(f.Name)) > 0 {
		return false
	}
	ref, prose := ClaimBefore(r.Doc, b, cited)
	return ref == nil || Proposes(lastSentence(prose)) || r.usedBehind(b)
}

// usedBehind reports whether the line behind a block tells to use it.
func (r *Reading) usedBehind(b document.Block) bool {
	at := lineBehind(r.Doc, b)
	return at >= 0 && !r.Doc.Lines[at].Code && toUse.MatchString(r.Doc.Lines[at].Text)
}

// toUse matches orders to use what stands above.
var toUse = regexp.MustCompile(`(?i)^[\s>*_-]*(?:(?:and|then) )?(?:use|call|apply|replace|put|add|insert|wire)\b`)

// quotesNothing reports whether a block is no code of a file, whatever leads over to it.
func (r *Reading) quotesNothing(b document.Block, cited map[int]*Cited, patched bool) bool {
	return patched && r.bringsFunction(b, cited) || showsResults(b.Lines) || onlyComment(b.Lines) || wholeFile(b.Lines) || isSession(b.Lines) || r.Want.Tests && testcode.Marked(strings.Join(b.Lines, "\n"))
}

// onlyData reports whether a block is data behind a place in code, and not said to stand
// there: figures about it.
func (r *Reading) onlyData(b document.Block, cited map[int]*Cited) bool {
	if !dataFormats[b.Lang] {
		return false
	}
	ref, prose := ClaimBefore(r.Doc, b, cited)
	return ref != nil && otherLanguage(b.Lang, ref.Path) && !saysItStands.MatchString(prose)
}

// saysItStands matches what leads over to data as what a place has.
var saysItStands = regexp.MustCompile(`(?i)\b(?:reads|says|stands?|defined|declare[sd]?|default\w*)\b[^.]*:[\s*_]*$`)

// dataFormats are names of blocks and extensions of files that hold data and no code.
var dataFormats = lex.Set("json jsonl csv tsv")

// otherLanguage reports whether a block is code and a file holds data, or the other way
// round.
func otherLanguage(lang, file string) bool {
	return syntax.LanguageOf[lang] != "" && dataFormats[syntax.Extension(file)] || dataFormats[lang] && syntax.LanguageOfFile(file) != ""
}

// claim is what a block says of itself: that it stands at a citation, how surely, and
// whether that is of the file that its section is about.
type claim struct {
	ref       *Cited
	weight    float64
	inSection bool
}

// checkClaim compares the lines of a block with those that it claims to be.
func (g *Agreement) checkClaim(r *Reading, b document.Block, lines []string, c claim) {
	guessed := c.ref.Guessed && c.ref.Path != r.soleFile(b.Start)
	if guessed && !c.inSection && !fills(c.ref, b) && !r.opensLike(c.ref.Path, lines) {
		return
	}
	holds := r.quoteHolds(c.ref.Path, lines) || guessed && r.quoteHolds("", lines)
	if all := strings.Join(lines, "\n"); !holds && (c.weight < 1 || guessed || !document.CodeMark.MatchString(all)) && !r.namesRepo(all) {
		return // an example, or what came out
	}
	if holds && !guessed && c.weight >= 1 && !r.afterwards(b) {
		if put := r.alteredLines(c.ref, b.Lines); len(put) > 0 {
			g.note(false, put, 1)
			return
		}
	}
	if t := r.Index.Text(c.ref.Path); holds && !guessed && t != nil && !t.InOrder(lines, c.ref.Line, c.ref.End) {
		// Lines of the file, but not what stands there: neither one nor the other, but
		// for those between them that stand nowhere.
		if put := r.unknownOf(c.ref.Path, lines); c.weight >= 1 && len(put) > 0 {
			g.note(false, put, alteredQuote)
		}
		return
	}
	if guessed && !holds && c.inSection {
		c.weight /= 2 // it may be what is proposed for the line
	}
	g.note(holds, lines, c.weight)
}

// CitedLines maps lines of the deliverable to the citation that code behind them
// belongs to, nil for a file that is new.
func (r *Reading) CitedLines() map[int]*Cited {
	cited, added := map[int]*Cited{}, map[int]int{}
	for i := range r.Refs {
		switch ref := &r.Refs[i]; {
		case ref.Status == RefNewFile:
			added[ref.At] = strings.LastIndex(r.Doc.Lines[ref.At].Text, ref.Text)
		case ref.Line > 0 && ref.Status != RefExternal && (!ref.Guessed || cited[ref.At] == nil):
			cited[ref.At] = ref
		}
	}
	for at, place := range added {
		if ref := cited[at]; ref == nil || strings.LastIndex(r.Doc.Lines[at].Text, ref.Text) < place {
			cited[at] = nil // what follows is the new file
		}
	}
	return cited
}

// soleFile is the only file of the repository that is cited before a line of the
// deliverable, "" for none or more: a line without a file is one of it.
func (r *Reading) soleFile(before int) string {
	sole := ""
	for i := range r.Refs {
		switch ref := &r.Refs[i]; {
		case ref.At >= before:
			return sole
		case ref.Status != RefExists && ref.Status != RefLineOutOfRange || ref.Path == sole:
		case sole != "":
			return ""
		default:
			sole = ref.Path
		}
	}
	return sole
}

// sections returns what tells the file that the heading of the section consists of in
// which a line stands, "" for none: a line without a file is one of it there. It is
// asked from the top to the bottom.
func (r *Reading) sections() func(before int) string {
	titles := map[int]string{}
	for i := range r.Refs {
		ref := &r.Refs[i]
		if text := r.Doc.Lines[ref.At].Text; ref.Line == 0 && strings.HasPrefix(text, "#") && lex.CountWords(strings.Replace(text, ref.Text, " ", 1)) <= 1 {
			titles[ref.At] = ref.Path
		}
	}
	at, file, level := 0, "", 0
	return func(before int) string {
		for ; at < before; at++ {
			l := r.Doc.Lines[at]
			if l.Code || !strings.HasPrefix(l.Text, "#") {
				continue
			}
			depth := len(l.Text) - len(strings.TrimLeft(l.Text, "#"))
			if title, ok := titles[at]; ok {
				file, level = title, depth
			} else if depth <= level {
				file, level = "", 0 // of something else
			}
		}
		return file
	}
}

// opensLike reports whether a block opens with a line of the file and goes on:
// it shows a function that is there.
func (r *Reading) opensLike(file string, lines []string) bool {
	t := r.Index.Text(file)
	return t != nil && len(lines) > 2 && len(lines[0]) > 12 && t.Known(lex.Pack(lines[0]))
}

// claimed returns the citation that a block claims to quote, and how much it
// does: not at all where it is announced as new code.
func (r *Reading) claimed(b document.Block, cited map[int]*Cited, behindChange bool) (*Cited, float64) {
	ref, prose := ClaimBefore(r.Doc, b, cited)
	if ref == nil || !announces(prose, ref) && !fills(ref, b) {
		if ref, prose = claimBehind(r.Doc, b, cited), ""; ref == nil {
			return nil, 0
		}
	}
	if becauseOf.MatchString(prose[:max(0, strings.LastIndex(prose, ref.Text))]) {
		return ref, 0 // the place is a reason for what is led over to
	}
	bare := prose
	if !strings.HasPrefix(strings.ToLower(ref.Text), "line") { // "change line 3 to" is told by its line
		bare = strings.ReplaceAll(prose, ref.Text, " ")
	}
	if !r.Want.Code && document.IsTitle(prose) {
		bare = doesNow.ReplaceAllString(bare, " ")
	}
	if tellsOfCode.MatchString(lastSentence(bare)) {
		bare = sides.ReplaceAllString(bare, " ")
	}
	switch {
	case Proposes(lastSentence(document.CodeSpan.ReplaceAllString(bare, " "))), orders(lastSentence(bare)), behindChange && nextChange.MatchString(document.WithoutCode(prose, ref.Text)):
		return ref, 0
	case maybeSuggestion.MatchString(bare) && !fills(ref, b):
		return ref, 0.5
	}
	return ref, 1
}

// doesNow matches what in the title of a finding tells what the code does, though it has
// words that suggestions have too: "replaces the file without closing it".
var doesNow = regexp.MustCompile(`(?i)\b(?:replaces|adds|writes?|prints|uses|changes|inserts|tests|outputs|before|behind|between|above|below)\b`)

// tellsOfCode matches what tells what the code does, sides what stands in such sentences and
// leads over to suggestions too: "when it is 0 before the end, the code calls".
var (
	tellsOfCode = regexp.MustCompile(`(?i)\b(?:the|this) (?:code|function|line|loop|branch|method|constructor) (?:calls|does|runs|returns|reads|checks|sets|emits|throws|stores|skips|ignores)\b`)
	sides       = regexp.MustCompile(`(?i)\b(?:before|after|behind|between|above|below)\b`)
)

// becauseOf matches what leads over to the place that a reason is from, in the last
// sentence: "do it like this, because all have one interface (a.go:17):".
var becauseOf = regexp.MustCompile(`(?i),? (?:because|since|weil|porque|parce que)\s[^.:;]*\(\W?$`)

// lastSentence is what leads over to the block behind a line of prose.
func lastSentence(prose string) string {
	rest := strings.TrimRight(prose, " *_:.\uff1a")
	if at := strings.LastIndex(rest, ". "); at >= 0 {
		return rest[at+2:]
	}
	if at := strings.LastIndex(rest, ".** "); at >= 0 {
		return rest[at+4:]
	}
	return rest
}

// fills reports whether a block is as long as the range of lines that is cited.
func fills(ref *Cited, b document.Block) bool {
	off := ref.End - ref.Line + 1 - len(b.Lines)
	return ref.End > ref.Line && off >= -2 && off <= 2
}

// lineBehind is the first line close behind a block that is not blank, -1 for none.
func lineBehind(d *document.Document, b document.Block) int {
	for i := b.End; i < min(len(d.Lines), b.End+3); i++ {
		if strings.TrimSpace(d.Lines[i].Text) != "" {
			return i
		}
	}
	return -1
}

// claimBehind finds the citation that follows right behind a block: "(lines 3-5)".
func claimBehind(d *document.Document, b document.Block, cited map[int]*Cited) *Cited {
	i := lineBehind(d, b)
	if i < 0 || cited[i] == nil || d.Lines[i].Code {
		return nil
	}
	ref, text := cited[i], d.Lines[i].Text
	if at := strings.Index(text, ref.Text); at >= 0 && at <= 3 && strings.HasPrefix(text, "(") {
		return ref
	}
	return nil
}

// announces reports whether a line leads over to the code behind it: it ends
// with a colon or with the citation, or is hardly more than that.
func announces(prose string, ref *Cited) bool {
	rest := strings.TrimRight(prose, " *_`)")
	if strings.HasSuffix(rest, ":") || strings.HasSuffix(rest, "\uff1a") || lex.CountWords(prose) <= 8 {
		return true
	}
	if at := strings.LastIndex(prose, ref.Text); at >= 0 && lex.CountWords(prose[at+len(ref.Text):]) <= 2 {
		return true
	}
	return document.IsTitle(prose) && lex.CountWords(prose) <= TitleWords
}

// leadsOver matches a line that leads over to code that is there.
var leadsOver = pattern.New(`(?i)\b(?:code|reads|says|here|current\w*|today|now|there|is|this|line|lines|quote\w*|source|snippet|extract|codestelle|código|code actuel)\b|代码|コード`)

// Bounds in words of a finding's title and of what leads over to its code.
const (
	TitleWords = 16
	leadWords  = 6
)

// belongs reports whether a citation in the last but one line before a block is
// the block's: that line is a finding's title, or the last one says so. Behind a
// paragraph that cites, something new may begin.
func belongs(title, lead string) bool {
	return lex.CountWords(title) <= TitleWords || lex.CountWords(lead) <= leadWords && leadsOver.MatchString(lead)
}

// ClaimBefore finds the citation that a block belongs to: in the last two
// lines of prose before it. It returns the prose right before the block too.
func ClaimBefore(d *document.Document, b document.Block, cited map[int]*Cited) (*Cited, string) {
	seen, prose := 0, ""
	for i := b.Start - 1; i >= 0 && seen < 2; i-- {
		l := d.Lines[i]
		if l.Code {
			if strings.TrimSpace(l.Text) == "" && i == b.Start-1 {
				continue // our own fence
			}
			return nil, ""
		}
		if strings.TrimSpace(l.Text) == "" {
			continue
		}
		seen++
		if seen == 1 {
			prose = l.Text
		}
		if ref, ok := cited[i]; ok {
			if ref == nil {
				return nil, ""
			}
			if seen > 1 && !belongs(l.Text, prose) {
				return nil, ""
			}
			return ref, prose
		}
		if document.Heading.Matches(l.Text) {
			return nil, "" // of something else
		}
	}
	return nil, ""
}

// certainQuote is how much more than other quotes the old side of a diff claims
// to be what stands there.
const certainQuote = 1.5

// hunkPlace matches the head of a hunk that says where it goes.
var hunkPlace = regexp.MustCompile(`^@@ -\d+`)

// diff checks the old side of a diff, file by file: against the file that the
// header or the prose before it names, else against the whole repository.
func (g *Agreement) diff(r *Reading, b document.Block, cited map[int]*Cited) {
	var side oldSide
	if ref, _ := ClaimBefore(r.Doc, b, cited); ref != nil && ref.Status == RefExists {
		side.file = ref.Path
	}
	for _, l := range b.Lines {
		if m := diffPath.FindStringSubmatch(l); m != nil {
			if m[1] == "---" && len(side.lines) > 0 {
				g.oldSide(r, side)
				side = oldSide{}
			}
			if p, ok := r.Index.Find(citation.Clean(m[2])); ok {
				side.file = p
			}
			continue
		}
		side.read(l)
	}
	g.oldSide(r, side)
}

// oldSide is what a diff says that a file has.
type oldSide struct {
	file           string
	lines          []string
	removed, hunks int
}

func (o *oldSide) read(l string) {
	if strings.HasPrefix(l, "@@") || strings.HasPrefix(l, "diff ") {
		if hunkPlace.MatchString(l) {
			o.hunks++
		}
	} else if rest, ok := strings.CutPrefix(l, "-"); ok {
		o.removed++
		o.lines = append(o.lines, rest)
	} else if rest, ok := strings.CutPrefix(l, " "); ok {
		o.lines = append(o.lines, rest)
	}
}

func (g *Agreement) oldSide(r *Reading, o oldSide) {
	lines := Quotable(o.lines, MaxQuoteLines)
	if len(lines) == 0 || o.removed == 0 {
		return
	}
	holds := r.quoteHolds(o.file, lines) || o.file != "" && r.quoteHolds("", lines) ||
		o.file == "" && r.inCited(func(t *repository.Text) bool { return t.Holds(lines) }) // a Makefile is no source
	g.note(holds, lines, certainQuote)
	if holds && o.file != "" { // each hunk is a place with what stands there
		g.Located, g.Anchored, g.Checkable = g.Located+o.hunks, g.Anchored+o.hunks, g.Checkable+o.hunks
	}
}
