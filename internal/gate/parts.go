package gate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/code"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// part is one of several things that a request asks for, and where it was answered.
type part struct {
	text     string
	answered string // "" when nothing of it is there
}

// What is silently left out: so many parts a request in words must have for the
// verdict, and which share of them must be missing.
const (
	enoughParts = 3
	halfOfParts = 0.5
	maxParts    = 24
)

// silentParts takes points for parts of the request that the deliverable does not
// answer and does not say that it leaves out: functions that are listed to be tested,
// and what is numbered. Half of them take the verdict.
func silentParts(v *view) (Signal, bool) {
	s := Signal{Name: "parts of the request", Reason: "Each part that the request lists is answered, or said to be left out."}
	if v.Index == nil {
		return s, false
	}
	listed := v.listedParts()
	all := append(listed, v.numberedParts()...)
	if len(all) < 2 {
		return s, false
	}
	missing := 0
	for _, p := range all {
		if p.answered == "" {
			missing++
			p.answered = "not answered"
		}
		s.Evidence = append(s.Evidence, lex.Shorten(p.text, 60)+": "+lex.Shorten(p.answered, 80))
	}
	s.Evidence = few(s.Evidence, 12)
	if missing == 0 {
		return s, true
	}
	s.Points = -min(maxSilentParts, costSilentPart*float64(missing))
	s.Reason = fmt.Sprintf("%d of the %d parts that the request lists are left out without a word.", missing, len(all))
	s.advice = "Answer each part that the request lists; say of a part that you leave out that you do, and why."
	if (len(all) >= enoughParts || len(listed) == len(all)) && float64(missing) >= halfOfParts*float64(len(all)) {
		s.Cap = new(capSilentParts)
	}
	return s, true
}

// betweenItems matches what stands between two items of one list: what is said of
// the first in brackets, a comma or its like, "and".
var betweenItems = regexp.MustCompile("^[`\"]?(?:\\(\\))?[`\"]?(?:\\s*\\([^()\\n]{0,80}\\))?\\s*(?:(?:,|;|&|、|，)\\s*(?:(?:and|und|sowie|y|e|et|plus|or|oder|和|及|以及)\\s*)?|\\b(?:and|und|sowie|y|e|et|plus)\\s+|(?:和|及|以及|与)\\s*)(?:the |also |die |den |das )?[`\"]?$")

// Words before a list: of tests that are wanted, and what says that what is listed
// is no work, but known, spared or a means.
var (
	testsOf = regexp.MustCompile(`(?i)(?:tests?|testing|suite|specs?|cases|cover(?:s|ing|age)?|exercis\w+|tests?fälle|testen|abdecken|` +
		`pruebas?|tester|essais|couvr\w+|testes)\b(?:[^.;:\n]|\.\S){0,80}$|(?:测试|単体テスト|テスト|为|给)[^。\n]{0,40}$`)
	inPass = regexp.MustCompile(`(?i)\b(?:like|such as|e\.g\.?|for example|for instance|except|but|not|no|without|unlike|besides|than|` +
		`instead of|rather than|via|using|through|with|uses?|calls?|called|by|from|already|similar to|same as|` +
		`as in|as for|behind|wie|außer|ohne|nicht|statt|z\.\s?b\.|über|mit|como|salvo|sin|excepto|con|comme|sauf|` +
		`sans|avec|exist\w*|haves?|has)\b[^,;:.\n]{0,30}$`)
)

// listedParts are the functions of a list in the request that are to be tested, each
// with whether the tests use it. A list of names in other categories says what work
// is about and seldom that each is to come back: enough of them are asked of answers.
func (v *view) listedParts() []part {
	if v.in.Request.Category != city.Testing {
		return nil
	}
	text := v.in.Request.Description
	names := v.listedNames(text)
	inSentence := len(names) < 2
	if inSentence {
		if names = v.sentenceNames(text); names == nil {
			return nil
		}
	}
	source := withoutRemarks(v.allCode())
	if inSentence && float64(unusedIn(source, names)) < halfOfParts*float64(len(names)) {
		return nil
	}
	around := throughMore.MatchString(source)
	all := make([]part, 0, len(names))
	for _, n := range names {
		p := part{text: n}
		switch last := lex.LastName(n); {
		case lex.HasName(source, last):
			p.answered = "used in the tests"
		case implicit[strings.ToLower(last)] || strings.HasPrefix(last, "__"):
			p.answered = "called by the language"
		case around:
			p.answered = "may be reached through what the tests start"
		case !v.callable(last), outside.MatchString(source) && strings.ToLower(last[:1]) == last[:1]:
			p.answered = "tests cannot call it"
		default:
			p.answered = v.leftOut([]string{last})
		}
		all = append(all, p)
	}
	return all
}

// unusedIn counts the names that code does not use.
func unusedIn(source string, names []string) (n int) {
	for _, name := range names {
		if !lex.HasName(source, lex.LastName(name)) {
			n++
		}
	}
	return n
}

// manyNames is how many functions one sentence names that stands for a list of them.
const manyNames = 4

// sentenceNames are the functions of the repository that a sentence which asks for
// tests names, each once, where these are many.
func (v *view) sentenceNames(text string) []string {
	for _, sentence := range lex.Sentences(text) {
		var names []string
		asked := false
		for _, m := range itemName.FindAllStringIndex(sentence, maxWishes) {
			name := strings.TrimRight(sentence[m[0]:m[1]], ".")
			last := lex.LastName(name)
			head := sentence[:m[0]]
			asked = asked || testsOf.MatchString(head)
			if !asked || len(last) < 3 || last == strings.ToLower(last) || last == strings.ToUpper(last) || slices.Contains(names, name) || inPass.MatchString(head) ||
				v.isProject(strings.ToLower(last)) || !v.declaresFunction(last) {
				continue
			}
			names = append(names, name)
		}
		if len(names) >= manyNames {
			return names
		}
	}
	return nil
}

// throughMore matches tests that reach code without its names: by requests, or by
// starting a program.
var throughMore = regexp.MustCompile(`\b(?:supertest|httptest|chai-http|TestClient|test_client|nock|execFile|exec\.Command|spawn(?:Sync)?|` +
	`execSync|subprocess|CliRunner|fetch)\b|\brequest\(\w|\.inject\(|\bhttp\.(?:Get|Post|request|NewRequest)`)

// outside matches tests of Go from outside of the package, which see what it exports.
var outside = regexp.MustCompile(`(?m)^\+?package \w+_test\b`)

// implicit are methods that are called without their names.
var implicit = lex.Set(`marshaljson unmarshaljson marshaltext unmarshaltext marshalbinary unmarshalbinary marshalyaml unmarshalyaml gobencode gobdecode string gostring error scan value
len less swap read write close format servehttp unwrap is as tostring tojson valueof inspect then constructor init main next return`)

// listedNames are the functions of the repository that a text lists to be tested.
func (v *view) listedNames(text string) []string {
	var found []string
	for line := range strings.Lines(text) {
		var run []string
		end, start := 0, 0
		close := func() {
			if head := line[max(0, start-120):start]; len(run) > 1 && testsOf.MatchString(head) && !inPass.MatchString(head) {
				found = append(found, run...)
			}
			run = nil
		}
		for _, m := range itemName.FindAllStringIndex(line, maxWishes) {
			name := strings.TrimRight(line[m[0]:m[1]], ".")
			if len(run) > 0 && strings.Count(line[end:m[0]], "(") > strings.Count(line[end:m[0]], ")") {
				continue // said of the item before
			}
			if !besideOthers(line[:m[0]], line[m[1]:]) || lex.StopWords[strings.ToLower(name)] || !v.declaresFunction(lex.LastName(name)) || v.isProject(strings.ToLower(name)) || len(found)+len(run) >= maxParts {
				continue
			}
			if len(run) > 0 && !betweenItems.MatchString(line[end:m[0]]) {
				close()
			}
			if len(run) == 0 {
				start = m[0]
			}
			run, end = append(run, name), m[0]+len(name)
		}
		close()
	}
	return found
}

// What stands before an item of a list, but for the first, and behind one, but for
// the last.
var (
	afterItem  = regexp.MustCompile("(?:[,;&、，和及与]|\\b(?:and|und|sowie|y|e|et|plus|or|oder))[\\s`\"]*(?:(?:the|also|die|den|das)\\s+)?[`\"]?$")
	beforeItem = regexp.MustCompile("^[`\"]?(?:\\(\\))?[`\"]?(?:\\s*\\([^()\\n]{0,80}\\))?\\s*(?:[,;&、，和及与]|(?:and|und|sowie|y|e|et|plus|or|oder)\\b)")
)

// besideOthers reports whether what stands before and behind a word makes it an item
// of a list. It is asked first, for it needs no look into the repository.
func besideOthers(before, behind string) bool {
	return beforeItem.MatchString(behind) || afterItem.MatchString(before[max(0, len(before)-40):])
}

// itemName matches an item of a list of functions.
var itemName = regexp.MustCompile(`[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*`)

// callable reports whether tests can call a name: where modules export names, it is
// among these.
func (v *view) callable(name string) bool {
	for p, t := range v.Index.Texts {
		if t == nil || !isSource(p) || !code.Declares(t.Raw, name) {
			continue
		}
		if !scriptFile.MatchString(p) || exported(t.Raw, name) {
			return true
		}
	}
	return false
}

var scriptFile = regexp.MustCompile(`\.(?:[cm]?[jt]sx?)$`)

// exported reports whether a name stands behind an export, or is a method.
func exported(source, name string) bool {
	for _, mark := range []string{"export", ".prototype."} {
		for from := 0; ; {
			i := strings.Index(source[from:], mark)
			if i < 0 {
				break
			}
			from += i + len(mark)
			if lex.HasName(source[from:min(len(source), from+1000)], name) {
				return true
			}
		}
	}
	return false
}

// withoutRemarks is code without the lines that are only comments.
func withoutRemarks(code string) string {
	var b strings.Builder
	for l := range strings.Lines(code) {
		if !commentOnly.MatchString(strings.TrimLeft(l, "+- \t")) {
			b.WriteString(l)
		}
	}
	return b.String()
}

// saysOpen matches what says that something is not there, or is there otherwise.
var saysOpen = pattern.Any(
	`(?i)\b(?:left out|leave out|omit\w*|skip\w*|not|no|never|none|out of scope|didn't|couldn't|can't|cannot|`+
		`don't|doesn't|won't|isn't|aren't|without|missing|unexported|already|through|via|indirectly|later|`+
		`separate\w*|nicht|kein\w*|ausgelassen|weggelassen|ohne|bereits|schon|über|ya|fuera|sin|pas|déjà|hors|sans|não|já|sem)\b`,
	`不|没|未|省略|已|无|ない|除外`,
)

// leftOut is the sentence that says of one of some names that it is left out, ""
// without one.
func (v *view) leftOut(names []string) string {
	for _, l := range v.Doc.Lines {
		if l.Code && !commentOnly.MatchString(strings.TrimLeft(l.Text, "+ \t")) {
			continue
		}
		for _, s := range lex.Sentences(l.Text) {
			low := strings.ToLower(s)
			for _, n := range names {
				if strings.Contains(low, strings.ToLower(n)) && saysOpen.MatchString(s) {
					return "said: " + s
				}
			}
		}
	}
	return ""
}
