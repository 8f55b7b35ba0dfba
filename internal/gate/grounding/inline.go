package grounding

import (
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
	"aicity.dev/aicity/internal/gate/repository"
)

// What may stand right between a citation and the code that is said to be
// there: "a.go:3 `x = 1` is" and "`x = 1` (line 3)".
var (
	gapBehind = regexp.MustCompile("^[`*)\\]\"',]{0,4}\\s{0,2}[:,(–—-]{0,2}\\s{0,2}(?:has|reads|says|is|contains|calls|does|runs|returns|sets)?\\s?$")
	gapBefore = regexp.MustCompile("^\\s{0,2}[(,]?\\s{0,2}(?:at|in|on)?\\s?[`(]{0,2}$")
)

// claims matches the end of what leads over from a place to its code, in a few
// languages: "At line 64, IgnoreTopFunction does `…`".
var claims = regexp.MustCompile(`(?i)(?:\b(?:has|reads|says|contains|calls|does|runs|sets|checks|tests|uses|compares|evaluates|executes|` +
	`stands|code|line|here|condition|guard|assignment|hat|liest|steht|lautet|enthält|ruft|prüft|tiene|dice|` +
	`contiene|llama|hace|compara|usa|lit|contient|appelle|fait|vérifie|contém|chama|faz|verifica|diz|` +
	`contiene|chiama|читает|содержит|вызывает|делает|написано)|(?:代码|行|处|里|条件|内容|语句|判断)(?:是|为|有)|写着)[\s*:,(“"]{0,4}$|[:(]\s*$`)

// onlyCall matches a call and nothing else, as examples are written.
var onlyCall = regexp.MustCompile(`^(?:return\s|await\s)?[A-Za-z_$][\w$.]*\([^=;{}]*(?:\{[^;{}]*\}[^=;{}]*)?\)$`)

// literalCall matches a call of literals, as examples are written.
var literalCall = regexp.MustCompile(`^[A-Za-z_$][\w$.]*\((?:\s*(?:'[^']*'|"[^"]*"|-?\d[\d.]*|true|false|null|nil|undefined|\[\]|\{\})\s*,?)*\)$`)

// maxSpans bounds the pieces of code that are looked at for one citation.
const maxSpans = 60

// checkInline compares code that stands in the same sentence as a citation with
// the file. Code that is led over to is a quote; other code may be a proposal
// or an example, and half a claim unless the sentence says so.
func (g *Agreement) checkInline(r *Reading) {
	seen, wrong := map[string]bool{}, map[string]bool{}
	read, spans := -1, [][]int(nil) // the line that was read last, and its code
	for i := range r.Refs {
		ref := &r.Refs[i]
		if ref.Line == 0 || ref.Status != RefExists || len(seen) >= maxQuotes {
			continue
		}
		line := r.Doc.Lines[ref.At].Text
		at := strings.Index(line, ref.Text)
		t := r.Index.Text(ref.Path)
		if at < 0 || t == nil || !strings.ContainsAny(line, "`\"“") {
			continue
		}
		if ref.At != read {
			read, spans = ref.At, codeIn(line)
		}
		from, to := lex.SentenceAround(line, at, at+len(ref.Text), spans)
		said := document.WithoutCode(line[from:to], ref.Text)
		for _, m := range spans {
			code := strings.Trim(line[m[0]:m[1]], "`\"“”")
			if len(code) < 8 || !statement(code) || onlyPlace.MatchString(code) || onlyPath.MatchString(code) || seen[ref.Path+code] || strings.Contains(r.Request, code) || m[0] < from || m[1] > to || m[0] < at+len(ref.Text) && m[1] > at {
				continue
			}
			seen[ref.Path+code] = true
			weight := r.claim(line, code, m, from, at, at+len(ref.Text), said)
			if t.Quotes(code) || weight > 0 && r.quotedElsewhere(code) {
				g.Quoted++
			} else if weight > 0 && !paraphrased(t, code, ref) && !wrong[code] && !r.listsMutations(ref.At) {
				wrong[code] = true
				g.Misquoted += weight
				g.BadQuotes = append(g.BadQuotes, strings.TrimSpace(code))
			}
		}
	}
}

// listsMutations reports whether a line belongs to a list or a table of changes that
// tests must notice: its code is what was put in place of the file's. What leads over to
// the list says so, or the heading above where the request is about tests. A paragraph
// belongs to none.
func (r *Reading) listsMutations(at int) bool {
	led, inList := false, listed(strings.TrimSpace(r.Doc.Lines[at].Text))
	for i := at; i >= 0 && i > at-maxListed && (!led || inList); i-- {
		text := strings.TrimSpace(r.Doc.Lines[i].Text)
		heading := strings.HasPrefix(text, "#") && !r.Doc.Lines[i].Code
		if (!led || heading && aboutTests.MatchString(r.Request)) && mutation.MatchString(text) ||
			!led && (fixColumn.MatchString(text) || changeColumn.MatchString(text) && aboutTests.MatchString(r.Request)) {
			return true
		}
		if heading {
			return false
		}
		led = led || text != "" && i < at && !listed(text)
	}
	return false
}

// listed reports whether a line is a row of a table or an item of a list.
func listed(text string) bool {
	return document.TableRow.Matches(text) || document.ListItem.Matches(text)
}

// Heads of tables with what is put in place of the file's code: for good, and to see
// whether tests notice it.
var (
	fixColumn    = regexp.MustCompile(`(?i)\|\s*(?:replace(?:ment|d by)|fix|proposal|suggestion|instead)\s*(?:\||$)`)
	changeColumn = regexp.MustCompile(`(?i)\|\s*(?:changes?|what (?:was|is) changed|edits?|faults?|break|broken|änderung|cambio|mudança|changement)\s*(?:\||$)`)
)

// aboutTests matches requests whose answers tell what tests notice.
var aboutTests = pattern.New(`(?i)\b(?:tests?|pruebas?|testes?|essais|tester|testet|mutations?|mutants?)\b|coverage|тест|测试|テスト`)

// maxListed bounds the lines of a list that are gone up.
const maxListed = 60

// mutation matches what code is called that was broken on purpose.
var mutation = pattern.Any(
	`(?i)\bmuta(?:tion|tions|nt|nts|nte|nten|ntes|ção|ções|ción|ciones|ted|te)\b`,
	`\b(?:broke|broken|changed) (?:things |code |lines? |it |them )?(?:on purpose|one at a time|by hand)\b`,
	`\b(?:absichtlich|à dessein|a propósito|de propósito)\b|мутаци|变异|變異`,
)

// minQuote is how long code must be to be a quote where no line of it is cited:
// what is shorter stands anywhere by chance.
const minQuote = 24

// countQuotes counts code that stands in a file named in the same line of text, without
// a line of it. It is no claim: what is not there may be a proposal.
func (g *Agreement) countQuotes(r *Reading) {
	read, seen := map[int]bool{}, map[string]bool{}
	for i := range r.Refs {
		ref := &r.Refs[i]
		if ref.Line > 0 || ref.Status != RefExists || read[ref.At] || len(seen) >= maxQuotes {
			continue
		}
		read[ref.At] = true
		line := r.Doc.Lines[ref.At]
		if line.Code || !strings.ContainsAny(line.Text, "`\"“") {
			continue
		}
		for _, m := range codeIn(line.Text) {
			code := strings.Trim(line.Text[m[0]:m[1]], "`\"“”")
			if len(code) < minQuote || seen[code] || !statement(code) || !document.CodeMark.MatchString(code) || onlyCall.MatchString(code) {
				continue
			}
			if seen[code] = true; r.quotedElsewhere(code) {
				g.Quoted++
			}
		}
	}
}

// onlyPlace matches a file with its lines, which is no code: "a.go (lines 3 to 5)".
var onlyPlace = regexp.MustCompile(`(?i)^[\w./\\@+-]+\.\w{1,5},?\s*\(?(?:lines?|zeilen?|l[ií]neas?|linhas?|lignes?|L)\.?\s?\d+(?:\s?(?:-|–|to|and|bis|und|a|y|et|,)\s?L?\d+)*\)?$`)

// onlyPath matches paths and patterns of them, and where a link leads, which are no code.
var onlyPath = regexp.MustCompile(`^[\w.@~*?!\[\]{},-]*/[\w.@~*?!\[\]{},/-]*(?: -> \S+)?$`)

// quotedText matches text in quotation marks, which is code when it looks so and is no
// short name; what is shorter ends where it ends, too.
var quotedText = regexp.MustCompile(`"[^"\n]{0,300}"|“[^”\n]{0,300}”`)

const minQuotedText = 14 // bytes without the marks

// codeIn returns where the code of a line of prose stands: in backticks, or in
// quotation marks when only code looks like that.
func codeIn(line string) [][]int {
	spans := document.CodeSpan.FindAllStringIndex(line, maxSpans)
	if !strings.ContainsAny(line, "\"“") {
		return spans
	}
	rest := document.CodeSpan.ReplaceAllStringFunc(line, func(s string) string { return strings.Repeat(" ", len(s)) })
	for _, m := range quotedText.FindAllStringIndex(rest, maxSpans) {
		if text := strings.Trim(rest[m[0]:m[1]], "\"“”"); len(text) >= minQuotedText && document.CodeMark.MatchString(text) {
			spans = append(spans, m)
		}
	}
	slices.SortFunc(spans, func(a, b []int) int { return a[0] - b[0] })
	return spans
}

var (
	// turnsInto matches what leads over from an input to what becomes of it.
	turnsInto = regexp.MustCompile(`^(?i)\s*(?:became|becomes|turns into|arrives|comes out|came out|gives|gave|yields|wird zu|wird|devient|` +
		`donne|se convierte en|da|vira|→|⇒|=>|->)\s|^(?i)\s*(?:panics|throws|hangs|crashes|answers|fails with|` +
		`ends (?:in|up)|blows up|does nothing|(?:is|are) (?:gone|lost|dropped|refused|rejected))(?:[\s.,;:)]|$)`)
	// answered matches what leads over to words of a tool.
	answered = regexp.MustCompile(`(?i)\b(?:answers?|answered|repl(?:y|ies|ied)|responds?|complains?|warns?)(?: with)?:?\s*$`)
	// givenWith matches an input between a place and a piece of code.
	givenWith = regexp.MustCompile("(?i)\\b(?:with|for|given|mit|bei|avec|pour|con|com)\\s(?:the |a |an |der |dem |le |la |el )?(?:body|input|header|value|payload|key|name|query|option|request|url|eingabe|entrée|entrada|cuerpo|corps)\\s`[^`]*`")
)

var (
	// bareCall matches the beginning of a call of a function by its name alone.
	bareCall = regexp.MustCompile(`^[A-Za-z_$][\w$]*\(`)
	// doesThat matches what follows on a call of which is told what it does.
	doesThat = regexp.MustCompile(`^ (?:with \S+ (?:at|in) \S+ |on \S+ )?((?:\pL+ )?)(\pL+s) `)
)

// givesType matches what leads over from an expression to its type.
var givesType = regexp.MustCompile(`^ (?:is|was|ist|est|es) ['"]\w+['"]`)

// noVerb are words that end as verbs do and tell of no call what it does, or that stand
// before what a line is said to be.
var noVerb = lex.Set("is was has does this its as always perhaps besides unless plus minus stands reads says are were")

// tellsWhatItDoes reports whether text behind a call goes on with what comes of it.
func tellsWhatItDoes(behind string) bool {
	m := doesThat.FindStringSubmatch(behind)
	return m != nil && !noVerb[strings.ToLower(m[2])] && !noVerb[strings.ToLower(strings.TrimSpace(m[1]))]
}

// besideLine matches what leads over to a line that new code comes beside: "Before line 7:".
var besideLine = regexp.MustCompile(`(?i)^[\s>*_\d.)(-]*(?:insert |add |put )?(?:right |directly |just )?(?:before|after|behind|above|below|` +
	`ahead of|in front of|vor|nach|hinter|avant|après|antes d[ea]|después de|depois d[ea])\s+(?:the )?$`)

// claim tells how much a piece of code in the sentence that cites a place
// claims to be what stands there.
func (r *Reading) claim(line, code string, m []int, from, at, end int, said string) float64 {
	if literalCall.MatchString(code) || turnsInto.MatchString(line[m[1]:]) || answered.MatchString(line[:m[0]]) {
		return 0 // an example, or what a tool says
	}
	if name, call := strings.CutSuffix(bareCall.FindString(code), "("); call && onlyCall.MatchString(code) && tellsWhatItDoes(line[m[1]:]) && r.citedDeclares(name) {
		return 0.5 // a caller's, and what comes of it; several are made up
	}
	if strings.HasPrefix(code, "typeof ") && givesType.MatchString(line[m[1]:]) {
		return 0
	}
	if m[0] >= end {
		gap := line[end:m[0]]
		if givenWith.MatchString(gap) || besideLine.MatchString(line[from:at]) {
			return 0 // what comes of that, or is to come there
		}
		if len(gap) < 20 && gapBehind.MatchString(gap) && !strings.Contains(gap, "),") { // behind "(line 3)," the sentence goes on
			return 1
		}
		leads := at <= from+4 && !strings.Contains(gap, ";") // the sentence is about the place
		if bare := document.WithoutCode(gap, ""); document.CodeMark.MatchString(code) && !onlyCall.MatchString(code) && (leads || claims.MatchString(bare)) && !Proposes(bare) {
			return 1
		}
	}
	if m[0] < at && !gapBefore.MatchString(line[m[1]:at]) || onlyCall.MatchString(code) || !document.CodeMark.MatchString(code) || Proposes(said) || !r.namesRepo(code) {
		return 0
	}
	return 0.5
}

// namesRepo reports whether code has a name that the repository uses.
func (r *Reading) namesRepo(code string) bool {
	for _, id := range lex.Identifiers(code, 20) {
		if low := strings.ToLower(id); len(low) >= lex.MinName && !lex.CommonNames[low] && r.Index.Uses(low) > 0 {
			return true
		}
	}
	return false
}

// quotedElsewhere reports whether code stands in one of the cited files.
func (r *Reading) quotedElsewhere(code string) bool {
	return r.inCited(func(t *repository.Text) bool { return t.Quotes(code) })
}

// QuotesWithin reports whether a sentence shows code of a cited file that is more than a
// name, wherever it cites it.
func (r *Reading) QuotesWithin() bool {
	tried := 0
	for _, l := range r.Doc.Lines[:r.Doc.Written] {
		if l.Code {
			continue
		}
		for _, code := range l.Spans {
			if len(code) < minShown || !statement(code) || !document.CodeMark.MatchString(code) {
				continue
			}
			if tried++; tried > maxSpans {
				return false
			}
			if r.quotedElsewhere(code) {
				return true
			}
		}
	}
	return false
}

// minShown is how long code must be, in bytes, that shows what stands in a file.
const minShown = 8

// inCited reports whether something is so in one of the cited files.
func (r *Reading) inCited(is func(*repository.Text) bool) bool {
	tried := map[string]bool{}
	for _, ref := range r.Refs {
		if ref.Status != RefExists || tried[ref.Path] {
			continue
		}
		if tried[ref.Path] = true; len(tried) > 12 {
			break
		}
		if t := r.Index.Text(ref.Path); t != nil && is(t) {
			return true
		}
	}
	return false
}

// statement reports whether code is more than a name or a call of one: what
// can be told apart from a proposal by looking it up.
func statement(code string) bool {
	return strings.ContainsAny(code, "=<>+*!{}[];?&|\"'") || strings.Count(strings.TrimSpace(code), " ") >= 1 && strings.ContainsAny(code, "(.,:")
}

// builtin are the names that any code has.
var builtin = lex.Set("make len append range delete panic print copy cap min max map slice filter join split console log Object Array String Number Math JSON self true false return func function const let var")

// minParaphrased is how many names of its own a quote must have for its wording
// not to matter.
const minParaphrased = 3

// paraphrased reports whether most names of a quote stand near the cited place:
// it is the code in other words.
func paraphrased(t *repository.Text, code string, ref *Cited) bool {
	const near = 8
	lines := t.Lines()
	first, last := max(1, ref.Line-near), min(len(lines), max(ref.Line, ref.End)+near)
	if first > last {
		return false
	}
	place := strings.Join(lines[first-1:last], "\n")
	there, all := 0, 0
	seen := map[string]bool{}
	for _, id := range lex.Identifiers(code, 40) {
		if len(id) < 3 || seen[id] || lex.CommonNames[strings.ToLower(id)] || builtin[id] {
			continue
		}
		seen[id] = true
		all++
		if strings.Contains(place, id) {
			there++
		}
	}
	return all >= minParaphrased && there*10 >= all*9 && !otherComparison(code, place)
}

// comparison matches what a condition says of two values.
var comparison = regexp.MustCompile(`([\w\])]+)\s*([<>]=?|[!=]==?)\s*([\w"'-]+)`)

// strictly makes JavaScript's two equalities one.
var strictly = strings.NewReplacer("===", "==", "!==", "!=")

// otherComparison reports whether a quote compares two values that the place
// compares too, in another way: that is no paraphrase.
func otherComparison(code, place string) bool {
	for _, m := range comparison.FindAllStringSubmatch(code, 4) {
		same, other := false, false
		for _, n := range comparison.FindAllStringSubmatch(place, 60) {
			if n[1] == m[1] && n[3] == m[3] {
				other = true
				same = same || strictly.Replace(n[2]) == strictly.Replace(m[2])
			}
		}
		if other && !same {
			return true
		}
	}
	return false
}
