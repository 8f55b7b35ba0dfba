package gate

import (
	"math"
	"path"
	"strings"

	"aicity.dev/aicity/internal/city"
)

// answerText is a text as wishes are looked up in it.
type answerText struct {
	lower   string          // in lower case, with the paths it cites
	said    map[string]bool // the words of that
	stems   map[string]bool // and their stems
	touched []string        // files of the repository that are cited or patched
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
	v.head.read(v.stem)
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

// How much each sign says about whether the deliverable answers this request.
// The figures were fitted to honest work that was paired with its own request
// and with others of the same repository; 0 is undecided.
const (
	signStart      = 0.1
	signOpening    = 1.5 // for the logarithm of what the opening takes up
	signTaken      = 1.6 // of what the whole text takes up
	signCovered    = 1.4 // for the share of the request that is taken up
	signNoFile     = 0.6 // for each file named and not touched, by its weight
	signNoName     = 0.5 // for each name of code
	signTests      = 1.2 // tests instead of what was asked for
	signFindings   = 0.8 // a list of findings instead
	signConfig     = 0.5 // configuration instead
	signOtherFiles = 0.8 // none of the files is code, and the request is about code
	signChange     = 0.5 // a change to the code where a text was asked for
	signOpens      = 0.6 // a question, and the opening is an answer to one
	signReview     = 0.9 // findings, and findings were asked for
	enoughSigns    = 4.0 // what a request must name for it to be held against an answer
	maxNoSign      = 4.0 // of files and of names that count
)

// sign is one reason to doubt that a deliverable answers the request.
type sign struct {
	points float64
	reason string
}

// answers estimates from what the request names and from what the deliverable
// is whether one answers the other: far above 0 it does, far below it does not.
func (v *view) answers() (float64, []string) {
	hit, early, total := v.subject()
	told := share(total-1, enoughSigns-1) // a request that names hardly anything is answered by much
	x := signStart + (1-told)*(doubted-signStart)
	x += told * signOpening * (math.Log1p(early) - 0.7)
	x += told * signTaken * (math.Log1p(hit) - 1)
	x += told * signCovered * (min(1, share(hit, total)/0.5) - 0.5)
	if v.opensAsAsked() {
		x += signOpens
	}
	var reasons []string
	for _, s := range append(v.notTouched(), v.otherProduct()...) {
		x += s.points
		reasons = append(reasons, s.reason)
	}
	return x, reasons
}

// subject weighs what the request is about, what of it the answer takes up, and
// what its opening does. Many answers touch the same file, and what the code
// does not know may be the buyer's circumstances.
func (v *view) subject() (hit, early, total float64) {
	for _, w := range v.wished {
		weight := w.weight
		switch {
		case w.kind == wishFile:
			weight *= 0.5
		case w.kind == wishWord && v.index != nil && v.index.uses(w.text) == 0:
			weight *= 0.75
		}
		total += weight
		if v.all.takes(w) {
			hit += weight
		}
		if v.head.takes(w) {
			early += weight
		}
	}
	return hit, early, total
}

// notTouched are the files and names of code of the request that do not come
// back.
func (v *view) notTouched() []sign {
	var files, names float64
	var missed []string
	for _, w := range v.wished {
		if w.kind != wishFile && w.kind != wishName || v.all.takes(w) {
			continue
		}
		missed = append(missed, w.text)
		if w.kind == wishFile {
			files += w.weight
		} else {
			names += w.weight
		}
	}
	if files+names == 0 {
		return nil
	}
	return []sign{{-signNoFile*min(maxNoSign, files) - signNoName*min(maxNoSign, names), "not touched: " + strings.Join(few(missed, 5), ", ")}}
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
	{newSearch(`(?i)(?:^|[.!:;,?] )(?:is|are|does|do|did|can|could|will|would|should|has|have|was|were|ist|sind|kann|können|gibt|hat|soll|sollte|darf|est-ce|peut-on|es|está|puede|hay|são|pode|deve|può|è)\s[^.!?\n]{3,200}[?？]|(?i)\b(?:whether|ob)\b|[吗嗎か]\s*[?？。]|是否|有没有|ли\b`),
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
		all = append(all, sign{-signTests, "tests were not asked for"})
	}
	if c != city.DevOps && config >= 4 && config*2 > code && !asksConfig.MatchString(text) {
		all = append(all, sign{-signConfig, "configuration was not asked for"})
	}
	review := c == city.CodeReview || c == city.Security
	if found := len(v.findings) > 1 || v.ranked() >= 3; found && review {
		all = append(all, sign{signReview, "findings were asked for"})
	} else if found && c != city.General && c != city.BugFix && !asksFindings.MatchString(text) {
		all = append(all, sign{-signFindings, "a list of findings was not asked for"})
	}
	if change > 0 && (c == city.ContentCreation || c == city.Design || c == city.Research || c == city.DataAnalysis) {
		all = append(all, sign{-signChange, "a change to the code was not asked for"})
	}
	if (review || v.want.code && c != city.DevOps) && v.onlyOtherFiles() && !asksConfig.MatchString(text) && !asksText.MatchString(text) {
		all = append(all, sign{-signOtherFiles, "no file of code is touched"})
	}
	return all
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
	x, reasons := v.answers()
	if x >= doubted {
		return s, true
	}
	s.Points = -costOtherAnswer * share(doubted-x, doubted-denied)
	s.Reason = "It is doubtful that the deliverable answers this request."
	if x <= denied {
		s.Cap = capAt(capOtherAnswer)
		s.Reason = "The deliverable answers another request."
	}
	if _, _, missed := v.coverage(v.wished, &v.all); len(missed) > 0 {
		reasons = append(reasons, "not taken up: "+strings.Join(few(missed, 8), ", "))
	}
	s.Evidence = few(reasons, 6)
	s.advice = "Deliver what this request asks for; work on something else is not charged, however good."
	return s, true
}

// Below doubted it costs, and below denied it is certain enough, that the
// deliverable answers another request.
const (
	doubted = 0.4
	denied  = -0.8
)
