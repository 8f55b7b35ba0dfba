package gate

import (
	"math"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"aicity.dev/aicity/internal/city"
)

// answerText is a text as wishes are looked up in it.
type answerText struct {
	lower   string          // in lower case, with the paths it cites
	said    map[string]bool // the words of that
	stems   map[string]bool // and their stems
	touched []string        // files of the repository that are cited or patched
	parts   map[string]bool // the stems of the words that its names of code are made of
}

func (a *answerText) read(stem *stemmer) {
	said := appendWords(make([]string, 0, len(a.lower)/averageWord), a.lower)
	a.stems, a.said = make(map[string]bool, len(said)/2), make(map[string]bool, len(said)/2)
	for _, w := range said {
		if !a.said[w] {
			a.said[w] = true
			a.stems[stem.of(w)] = true
		}
	}
}

// readAnswer reads the deliverable and the files it cites or patches, which are
// part of the answer even when only the short form is written; and how it
// opens.
func (v *view) readAnswer() {
	var whole, opening strings.Builder
	whole.WriteString(v.doc.low + "\n")
	end, line := v.opening()
	opening.WriteString(v.doc.low[:end] + "\n")
	for _, ref := range v.refs[:min(len(v.refs), 200)] {
		switch ref.Status {
		case RefExists:
			v.all.touched = append(v.all.touched, ref.Path)
			whole.WriteString(strings.ToLower(ref.Path) + "\n")
			if ref.at < line {
				v.head.touched = append(v.head.touched, ref.Path)
				opening.WriteString(strings.ToLower(ref.Path) + "\n")
			}
		case RefNewFile:
			v.proposed = append(v.proposed, ref.Path)
		}
	}
	for _, p := range patchedFiles(string(v.in.Patch)) {
		v.all.touched = append(v.all.touched, p)
		whole.WriteString(strings.ToLower(p) + "\n")
	}
	v.all.lower, v.head.lower = whole.String(), opening.String()
	v.all.read(v.stem)
	v.all.parts = map[string]bool{}
	for _, n := range v.named {
		for _, p := range nameParts(n.text) {
			v.all.parts[v.stem.of(p)] = true
		}
	}
	v.head.read(v.stem)
}

// touches reports whether names of code in the text have a word of the wish as a
// part, or a word of the text is a part of the name wished for.
func (a *answerText) touches(w wish, stem *stemmer) bool {
	if w.kind == wishWord {
		return a.parts[w.key]
	}
	if w.kind != wishName {
		return false
	}
	for _, p := range append(nameParts(lastName(w.text)), strings.ToLower(lastName(strings.Trim(w.text, "().:/")))) {
		if st := stem.of(p); len(p) >= minName && !commonIdents[p] && (a.parts[st] || a.stems[st]) {
			return true
		}
	}
	return false
}

// openingWords is how far the opening of a deliverable reaches.
const openingWords = 30

// opening returns where the opening of the text ends: a byte, and the line
// behind it.
func (v *view) opening() (end, line int) {
	n := 0
	for i, l := range v.doc.lower {
		in := false
		for at, r := range l {
			word := r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r > 127
			if in && !word || unspaced(r) {
				if n++; n >= openingWords {
					return end + at, i + 1
				}
			}
			in = word
		}
		if in {
			n++
		}
		end = min(len(v.doc.low), end+len(l)+1)
	}
	return min(end, len(v.doc.low)), len(v.doc.lines)
}

// clue is how much it says that a thing which the request names comes back, and
// that it does not: in a review, which cannot repeat what it is not about, in a
// fix, and in other work.
type clue struct {
	hit                 float64
	review, fix, others float64
}

// The clues were estimated from honest work that was paired with its own request
// and with others of the same repository: each is the logarithm of how much
// oftener the one does what the other does.
var (
	clueFile    = clue{0.6, -2.0, -1.5, -1.8}
	clueName    = clue{1.4, -0.8, -1.7, -2.2} // of code, used in few places
	clueUsual   = clue{0.5, -0.5, -0.8, -1.0} // of code, used in many
	clueNewName = clue{1.3, -0.8, -1.0, -1.8} // not used at all: of something new, or from elsewhere
	clueLiteral = clue{1.1, -0.5, -0.6, -1.0}
	clueForeign = clue{1.3, -0.3, -0.35, -0.65} // a word that the repository does not use: maybe the buyer's circumstances
	clueWord    = clue{1.0, -1.2, -0.65, -0.75}
	clueCommon  = clue{0.4, -1.0, -0.45, -1.3}
	cluePair    = clue{0.5, -0.1, -0.1, -0.12} // of letters, where words are not separated
)

// What else says whether a deliverable answers the request.
const (
	signClosed       = 0.2 // a request for something certain, which an answer cannot miss by choice
	signOpening      = 0.4 // for each thing that the opening takes up
	signNoOpening    = 0.6 // the opening takes up nothing
	signNoFile       = 1.6 // none of the files named is touched
	signTests        = 1.2 // tests instead of what was asked for
	signTestsText    = 1.8 // tests instead of a text
	signFindings     = 1.0 // a list of findings instead
	signConfig       = 0.8 // configuration instead
	signOtherFiles   = 1.5 // none of the files is code, and the request is about code
	signChange       = 0.6 // a change to the code where a text was asked for
	signOpens        = 0.9 // a question, and the opening is an answer to one
	signTongue       = 1.2 // written in another language than an English request
	signReview       = 1.0 // findings, and findings were asked for
	usualName        = 0.6 // the rarity below which many places use a name
	maxCircumstances = 1.1 // what the words that the code does not know can say against a review
	commonWord       = 0.4 // the rarity below which any text about the repository has a word
	enoughWished     = 2.0 // what a request must name for an opening to miss it
	sameSubject      = 0.3 // the power of their number by which clues say the same
)

// sign is one reason to doubt that a deliverable answers the request.
type sign struct {
	points float64
	reason string
}

// answers estimates from what the request names and from what the deliverable
// is whether one answers the other: far above 0 it does, far below it does not.
func (v *view) answers() (float64, []string) {
	x, n, opens := 0.0, 0.0, v.opensAsAsked()
	missed, circumstances := map[wishKind]float64{}, 0.0
	for _, w := range v.wished {
		if w.weight <= 0.1 {
			continue
		}
		n += min(1, w.weight/weightPair)
		points := v.clueOf(w)
		if points < 0 && w.kind == wishWord && v.review() && v.index.usesOf(w.text) == 0 {
			points = max(points, -maxCircumstances-circumstances) // who says more of them asks for no more
			circumstances += points
		}
		if points < 0 {
			if opens {
				points /= 2
			}
			if missed[w.kind]++; w.kind != wishWord { // the next name of the same example says less
				points /= math.Sqrt(missed[w.kind])
			}
		}
		x += points
	}
	x /= math.Pow(max(1, n), sameSubject)
	if !v.review() {
		x -= signClosed
	}
	if early, total, _ := v.coverage(v.wished, &v.head); total >= enoughWished && early < 0.3 && !opens && !v.review() {
		x -= signNoOpening
	}
	if opens {
		x += signOpens
	}
	if v.missesFiles() {
		x -= signNoFile
	}
	var reasons []string
	if missed := v.notTouched(); len(missed) > 0 {
		reasons = append(reasons, "not touched: "+strings.Join(few(missed, 5), ", "))
	}
	for _, s := range v.otherProduct() {
		x += s.points
		reasons = append(reasons, s.reason)
	}
	return x, reasons
}

// clueOf is what one thing that the request names says.
func (v *view) clueOf(w wish) float64 {
	c, part := clueWord, 1.0
	switch {
	case w.kind == wishFile:
		c, part = clueFile, w.weight/weightFile
	case w.kind == wishName && v.index.usesOf(lastName(w.key)) == 0:
		c = clueNewName
	case w.kind == wishName && w.weight < usualName*weightName:
		c = clueUsual
	case w.kind == wishName:
		c = clueName
	case w.kind == wishLiteral && len(w.key) > 2:
		c = clueLiteral
		if n := strings.Count(w.key, " "); n > 0 { // a message says more than a value
			c.review, c.fix, c.others = c.review*math.Sqrt(float64(min(n+1, 4))), c.fix*math.Sqrt(float64(min(n+1, 4))), c.others*math.Sqrt(float64(min(n+1, 4)))
		}
	case w.kind == wishLiteral:
		c = clueCommon
	case w.weight <= weightPair && v.index.usesOf(w.text) == 0:
		c = cluePair
	case v.index.usesOf(w.text) == 0:
		c = clueForeign
	case w.weight < commonWord:
		c = clueCommon
	}
	switch {
	case v.head.takes(w):
		return part*c.hit + signOpening
	case v.all.takes(w):
		return part * c.hit
	case v.all.touches(w, v.stem):
		return part * c.hit / 2
	}
	switch {
	case v.review():
		return part * c.review
	case v.in.Request.Category == city.BugFix:
		return part * c.fix
	}
	return part * c.others
}

// missesFiles reports whether the request names files and none of them comes
// back.
func (v *view) missesFiles() bool {
	named := false
	for _, w := range v.wished {
		if w.kind != wishFile {
			continue
		}
		if named = true; v.all.takes(w) {
			return false
		}
	}
	return named
}

// notTouched are the files and names of code of the request that do not come
// back.
func (v *view) notTouched() []string {
	var missed []string
	for _, w := range v.wished {
		if (w.kind == wishFile || w.kind == wishName) && !v.all.takes(w) {
			missed = append(missed, w.text)
		}
	}
	return missed
}

// What requests say that ask for tests, for findings and for what builds and
// ships code, whatever their category.
var (
	asksTests    = newSearch(`(?i)test|spec\b|specs\b|prueba|ensayo|teste|проверк|тест|测试|テスト|benchmark|fuzz|coverage|regress|reproduc`)
	asksFindings = newSearch(`(?i)review|audit|severit|risk|finding|problem|issue|bug|wrong|danger|threat|priorit|rank|fehler|risik|schwere|riesgo|gravedad|erro|risco|risque|гравн|ошибк|риск|问题|风险|严重|問題`)
	asksConfig   = newSearch(`(?i)\b(?:ci|cd|workflows?|docker\w*|pipelines?|github|gitlab|actions?|builds?|deploy\w*|ya?ml|releases?|makefile|compose|containers?|kubernetes|circleci|travis|package\.json|go\.mod|config\w*|dependenc\w*|licen[sc]es?|publish\w*|install\w*|lint\w*|scripts?|packag\w*)\b|构建|部署|流水线|конфиг|сборк|ビルド`)
	asksText     = newSearch(`(?i)readme|docs?\b|document|changelog|comment|wiki`)
)

// severities are the words that findings are ranked by.
var severities = wordSet(`critical high medium moderate low minor major nit blocker hoch mittel niedrig gering kritisch alta alto media medio
baja bajo baixa baixo crítica crítico haute élevée moyenne faible критично высокая средняя низкая высокий средний низкий 严重 高 中 低`)

// maxRanked bounds the lines that are looked at for severities.
const maxRanked = 2000

// ranked counts the lines of prose that give a severity: as their first word,
// in brackets or in a cell of a table.
func (v *view) ranked() int {
	n := 0
	for i, l := range v.doc.lines[:min(len(v.doc.lines), maxRanked)] {
		if !l.code && givesSeverity(v.doc.lower[i]) {
			n++
		}
	}
	return n
}

func givesSeverity(low string) bool {
	rest := strings.TrimLeft(low, " \t>#*_-0123456789.)([|`")
	word := severityAt(rest)
	if word != "" && (len(rest) < len(low) || !strings.HasPrefix(rest[len(word):], " ")) {
		return true
	}
	for i := 0; i < len(low); i++ {
		if c := low[i]; c != '(' && c != '[' && c != '|' {
			continue
		}
		rest := strings.TrimLeft(strings.TrimPrefix(strings.TrimLeft(low[i+1:], " *_"), "severity"), " :*_")
		word := severityAt(rest)
		if behind := strings.TrimLeft(rest[len(word):], " *_"); word != "" && behind != "" && strings.IndexByte(",)]|", behind[0]) >= 0 {
			return true
		}
	}
	return false
}

// severityAt returns the word of severities that a text begins with.
func severityAt(text string) string {
	end := strings.IndexFunc(text, notLetter)
	if end < 0 {
		end = len(text)
	}
	if severities[text[:end]] {
		return text[:end]
	}
	return ""
}

// question is a kind of question that shows in how its answer opens.
type question struct {
	asked, opening search
}

var questions = []question{
	{newSearch(`(?i)(?:^|[.!:;,?] )(?:any|anything|is|are|does|do|did|can|could|will|would|should|has|have|was|were|ist|sind|kann|können|gibt|hat|soll|sollte|darf|est-ce|peut-on|es|está|puede|hay|são|pode|deve|può|è)\s(?:[^.!?\n]|\.\S){3,240}[?？]|(?i)\b(?:whether|ob)\b|[吗嗎か]\s*[?？。]|是否|有没有|ли\b`),
		newSearch(`(?i)^\W{0,6}(?:(?:short answer|answer|in short|verdict|kurz|kurze antwort|antwort|respuesta|resposta|réponse|short)\W{1,4})?(?:yes|no|not|nothing|none|never|neither|nearly|almost|only|partly|partially|mostly|usually|it (?:is|does|can|has|depends)|they (?:are|do|can)|there (?:is|are)|safe|unsafe|correct|right|wrong|true|false|ja|nein|jein|nur|nicht|kein\w*|teils|oui|non|partiellement|sí|si|ningun\w*|sim|não|nada|sì|да|нет|не)(?:[\s,.:;!–—-]|$)|^\W{0,6}(?:是|不|没|有|可以|能|会|否|はい|いいえ|ない)`)},
	{newSearch(`(?i)\bhow (?:many|much|long|often|big|large|fast|deep|high)\b|\bwie (?:viele?|lange|oft|gro(?:ß|ss)|schnell)\b|\bcu[áa]nt[oa]s?\b|\bquant[oa]s?\b|\bcombien\b|сколько|как долго|多少|多久|几个|いくつ|どれくらい`), newSearch(`\d|(?i)\b(?:none|one|two|three|four|five|once|twice|unlimited|unbounded|no limit|keine?|eins?|zwei|drei|uno|dos|tres|un|deux|trois)\b`)},
	{newSearch(`(?i)\bwhere\b|\bwhich (?:line|file|function|place)|\bwo\b|\bd[óo]nde\b|\bonde\b|\boù\b|\bdove\b|где|哪里|哪个|どこ`), newSearch(`[A-Za-z0-9_/.-]+\.[A-Za-z]{1,5}\W{0,4}(?::|#L|\(|,?\s+(?:line|lines|zeilen?|l[ií]neas?|linhas?|lignes?|строк\w*)\s*)\d`)},
}

// opensAsAsked reports whether the request is a question and the deliverable
// opens with an answer to one of that kind: yes or no, a figure, a place.
func (v *view) opensAsAsked() bool {
	text := v.in.Request.Description
	for _, q := range questions {
		if q.asked.MatchString(text) && q.opening.MatchString(v.head.lower) {
			return true
		}
	}
	return false
}

// otherProduct are the signs that the deliverable is another kind of work than
// the one asked for.
func (v *view) otherProduct() []sign {
	var all []sign
	text, c := requestText(v.in.Request), v.in.Request.Category
	code, tests, config, change := v.makeup()
	if c != city.Testing && tests >= 6 && float64(tests) > 0.6*float64(code) && !asksTests.MatchString(text) {
		points := signTests
		if v.wantsText() {
			points = signTestsText
		}
		all = append(all, sign{-points, "tests were not asked for"})
	}
	if c != city.DevOps && config >= 4 && config*2 > code && !asksConfig.MatchString(text) {
		all = append(all, sign{-signConfig, "configuration was not asked for"})
	}
	if v.otherTongue() {
		all = append(all, sign{-signTongue, "it is written in another language than the request"})
	}
	review := v.review()
	if found := len(v.findings) > 1 || v.ranked() >= 3; found && review {
		all = append(all, sign{signReview, "findings were asked for"})
	} else if found && c != city.General && c != city.BugFix && !asksFindings.MatchString(text) {
		all = append(all, sign{-signFindings, "a list of findings was not asked for"})
	}
	if change > 0 && v.wantsText() && !asksText.MatchString(text) {
		all = append(all, sign{-signChange, "a change to the code was not asked for"})
	}
	if (review || v.want.Code && c != city.DevOps) && v.onlyOtherFiles() && !asksConfig.MatchString(text) && !asksText.MatchString(text) {
		all = append(all, sign{-signOtherFiles, "no file of code is touched"})
	}
	return all
}

// tongueNames matches requests that name the language of the answer.
var tongueNames = newSearch(`(?i)german|deutsch|spanish|español|castellano|french|français|portugu|italian|dutch|russian|русск|chinese|中文|japanese|日本語|korean|polish|turkish|swedish|translat\w+|locali[sz]|i18n|language|multilingual`)

// otherTongue reports whether an English request got prose in another language
// without asking for one.
func (v *view) otherTongue() bool {
	text := requestText(v.in.Request)
	asked := words(text)
	if tongue, _ := tongueOf(asked); tongue != 0 || len(asked) < 6 || strings.IndexFunc(text, unspaced) >= 0 || tongueNames.MatchString(text) || len(v.doc.words) < 40 {
		return false
	}
	tongue, sure := tongueOf(v.doc.words)
	pairs := 0
	for _, w := range v.doc.words[:min(len(v.doc.words), 400)] {
		if r, _ := utf8.DecodeRuneInString(w); unspaced(r) {
			pairs++
		}
	}
	return tongue != 0 && sure > 0.06 || pairs*2 > min(len(v.doc.words), 400)
}

// wantsText reports whether the category's product is a text.
func (v *view) wantsText() bool {
	c := v.in.Request.Category
	return c == city.ContentCreation || c == city.Design || c == city.Research || c == city.DataAnalysis
}

// makeup counts the lines of code, and of these those of tests, of
// configuration and of changes to files of code.
func (v *view) makeup() (code, tests, config, change int) {
	for _, b := range v.doc.blocks {
		n := 0
		for _, l := range b.lines {
			if meaningful(l) {
				n++
			}
		}
		code += n
		text := strings.Join(b.lines, "\n")
		switch {
		case testCode.MatchString(text):
			tests += n
		case configBlock[b.lang] || workflowText.MatchString(text) || dockerText.MatchString(text):
			config += n
		}
		if b.diff {
			change += n
		}
	}
	return code, tests, config, change
}

// onlyOtherFiles reports whether the deliverable touches files of the
// repository and none of them holds code.
func (v *view) onlyOtherFiles() bool {
	for _, p := range v.all.touched {
		if languageOfFile(p) != "" && !configBlock[strings.TrimPrefix(path.Ext(p), ".")] {
			return false
		}
	}
	return len(v.all.touched) > 0
}

// otherAnswer takes points, and the verdict when it is clear, when the
// deliverable, however true, answers another request than the buyer's.
func otherAnswer(v *view) (Signal, bool) {
	s := Signal{Name: "answer to the request", Reason: "The deliverable answers this request."}
	if v.fits >= doubted {
		return s, true
	}
	s.Points = -costOtherAnswer * share(doubted-v.fits, doubted-denied)
	s.Reason = "It is doubtful that the deliverable answers this request."
	if v.fits <= denied {
		s.Cap = capAt(capOtherAnswer)
		s.Reason = "The deliverable answers another request."
	}
	reasons := v.doubts
	if _, _, missed := v.coverage(v.wished, &v.all); len(missed) > 0 {
		reasons = append(slices.Clone(reasons), "not taken up: "+strings.Join(few(missed, 8), ", "))
	}
	s.Evidence = few(reasons, 6)
	s.advice = "Deliver what this request asks for; work on something else is not charged, however good."
	return s, true
}

// Below doubted it costs, and below denied it is certain enough, that the
// deliverable answers another request; from answered on it is certain that it
// does answer this one.
const (
	answered = 0.8
	doubted  = 0.0
	denied   = -1.7
)
