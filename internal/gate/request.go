package gate

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/change"
	"aicity.dev/aicity/internal/gate/citation"
	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
	"aicity.dev/aicity/internal/gate/syntax"
	"aicity.dev/aicity/internal/gate/testcode"
)

// wish is one thing that a request names, and how much it says.
type wish struct {
	text   string // as written
	key    string // the stem of a word, a name or path in lower case
	kind   wishKind
	weight float64
	sample bool // what a call is shown with, or whose the project is: nobody must repeat it
}

// function is the function that a name of code means: Get of cache.Get().
func (w wish) function() string { return lex.LastName(strings.Trim(w.text, "().:/`")) }

type wishKind int

const (
	wishWord    wishKind = iota
	wishName             // a name of code, a proper name, an option
	wishFile             // a file or folder of the repository
	wishLiteral          // a quoted string, an option, a figure
)

// What the kinds of wishes weigh against a word that the repository does not
// use. What it uses often weighs little: any text about it has that too.
const (
	weightWord    = 1.0
	weightPair    = 0.4 // a pair of letters where words are not separated
	weightName    = 2.0
	weightStem    = 1.5 // a word that a file of code is called by
	weightFile    = 3.0
	weightLiteral = 1.5
)

// maxWishes bounds what is looked for; requests that name more are wordy.
const maxWishes = 120

// wishList collects what a text of the request names.
type wishList struct {
	v    *view
	stem *lex.Stemmer
	all  []wish
	seen map[string]bool
}

// wishes lists what a text names, each thing once.
func (v *view) wishes(text string) []wish {
	l := &wishList{v: v, stem: v.stem, seen: map[string]bool{}}
	l.shownCode(text)
	rest := l.files(handedOn.Regexp().ReplaceAllString(text, " "))
	rest = l.literals(rest)
	rest = l.names(rest) // quoted text is a literal, and its words are none of the request
	for _, w := range lex.Words(rest) {
		weight := weightWord
		if v.Index.NamesFile(w) {
			l.add(wish{text: w, key: l.stem.Of(w), weight: weightStem * v.rarity(w)})
			continue
		}
		if !lex.Telling(w) || v.met(w) || ordinary[w] && v.Index.UsesOf(w) == 0 || forReaders[w] && v.in.Request.Category == city.ContentCreation {
			continue
		}
		if r, _ := utf8.DecodeRuneInString(w); lex.Unspaced(r) {
			weight = weightPair
		}
		l.add(wish{text: w, key: l.stem.Of(w), weight: weight * v.rarity(w)})
	}
	return l.all
}

// handedOn matches what the buyer does with the result: "we paste it into a pull request".
var handedOn = pattern.New(`(?i)\b(?:we|i)(?:'ll| will| want to| would like to)? (?:paste|post|put|copy|attach|forward|upload|hand|send) (?:it|this|that|them|the (?:text|answer|result|report)|your \w+) (?:straight |directly |right )?(?:in|into|to|on|onto|under|up)\b[^.;:\n]*|\b(?:it|this|that|the (?:text|answer|result|report)) (?:goes|will go|is going|shall go|gets pasted|will be pasted) (?:in|into|to|on|onto|straight|directly)\b[^.;:\n]*`)

// shownCode adds the code that a text shows in backticks and that is more than a name,
// as inputs are shown: that it comes back tells, that it does not tells nothing.
func (l *wishList) shownCode(text string) {
	if !strings.Contains(text, "`") {
		return
	}
	for _, code := range document.CodeSpans(text) {
		key := strings.ToLower(strings.TrimSpace(code))
		if len(key) >= minShown && strings.ContainsAny(key, "=;,<>{}[]|&\"' ") && strings.Contains(l.v.all.lower, key) {
			l.add(wish{text: code, key: key, kind: wishLiteral, weight: weightLiteral, sample: true})
		}
	}
}

// minShown is how long code must be that comes back by no chance.
const minShown = 5

func (l *wishList) add(w wish) {
	key := w.key
	if w.kind == wishFile {
		key = "/" + key
	}
	if w.key == "" || l.seen[key] || len(l.all) == maxWishes {
		return
	}
	l.seen[key] = true
	l.all = append(l.all, w)
}

// files takes the files and folders of the repository out of a text.
func (l *wishList) files(text string) string {
	if l.v.Index == nil {
		return text
	}
	var rest strings.Builder
	for line := range strings.Lines(text) {
		for _, c := range l.v.CitesIn(line) {
			if c.Path == "" {
				continue
			}
			if p, ok := l.v.Index.Find(citation.Clean(c.Path)); ok {
				l.add(wish{text: c.Path, key: p, kind: wishFile, weight: l.v.fileWeight(p)})
				line = strings.ReplaceAll(line, c.Text, " ")
			}
		}
		for field := range strings.FieldsSeq(line) {
			dir := strings.Trim(field, ".,;:()`'\"/")
			if strings.Contains(field, "/") && len(dir) > 1 && l.v.Index.HasFolder(dir) {
				l.add(wish{text: field, key: dir + "/", kind: wishFile, weight: weightFile})
				line = strings.ReplaceAll(line, field, " ")
			}
		}
		rest.WriteString(line)
	}
	return rest.String()
}

// fileWeight: a file says the less the more of the code it is, for any text
// about the code cites it.
func (v *view) fileWeight(p string) float64 {
	t, all := v.Index.Text(p), 0
	if t == nil {
		return weightFile
	}
	for other, o := range v.Index.Texts {
		if o != nil && syntax.LanguageOfFile(other) == syntax.LanguageOfFile(p) {
			all += len(o.Raw)
		}
	}
	return weightFile * max(0.25, 1-share(float64(len(t.Raw)), float64(all)))
}

// literalText matches what a request quotes: options, strings, numbers.
var literalText = regexp.MustCompile(`(?:^|[\s(])(--?[a-z][\w-]*)|"([^"\n]{1,40})"|'([^'\n]{1,40})'|(?:^|[\s(=])(-?\d[\d.,]*\d[\w%]*)|(%[0-9A-Fa-f]{2})`)

// literals takes quoted strings, options and figures out of a text.
func (l *wishList) literals(text string) (rest string) {
	if !marksLiteral(text) {
		return text
	}
	var quotes []string
	defer func() {
		slices.SortFunc(quotes, func(a, b string) int { return len(b) - len(a) })
		for _, q := range quotes {
			rest = strings.ReplaceAll(rest, q, " ")
		}
	}()
	for _, at := range literalText.FindAllStringSubmatchIndex(text, 40) {
		m := submatches(text, at)
		said := strings.TrimSpace(lex.First(m[1:]...))
		if low := strings.ToLower(said); len(low) > 1 && !l.v.isProject(low) && !versionLike.MatchString(low) {
			l.add(wish{text: said, key: low, kind: wishLiteral, weight: weightLiteral * l.v.rarity(low), sample: calledWith.MatchString(text[:at[0]])})
			if quoted := m[2] + m[3]; len(quoted) > 3 {
				quotes = append(quotes, quoted)
			}
		}
	}
	return text
}

// calledWith matches text up to what a call that it shows begins with: parse("a b").
var calledWith = regexp.MustCompile(`[\w$]\($`)

// submatches are the texts of a match by its indexes, as FindStringSubmatch has them.
func submatches(text string, at []int) []string {
	m := make([]string, len(at)/2)
	for i := range m {
		if at[2*i] >= 0 {
			m[i] = text[at[2*i]:at[2*i+1]]
		}
	}
	return m
}

// marksLiteral reports whether text has what every match of literalText has: a
// quote, a figure, a percent sign or a dash that begins a word.
func marksLiteral(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"', c == '\'', c == '%', lex.IsDigit(c):
			return true
		case c == '-' && (i == 0 || text[i-1] == '(' || lex.IsBlank(text[i-1])):
			return true
		}
	}
	return false
}

// versionLike matches the version of a package, which says what is worked on.
var versionLike = regexp.MustCompile(`^v?\d+\.\d+(?:\.\d+)?$`)

// names takes names of code and proper names out of a text.
func (l *wishList) names(text string) string {
	var rest strings.Builder
	for line := range strings.Lines(text) {
		origins := l.origins(line)
		line = foreignPath.ReplaceAllString(l.withoutOrigin(line), "$1 ")
		for _, m := range lex.CodeNames(line, 40) {
			name := strings.ToLower(strings.Trim(m, "().:/"))
			if len(name) < 3 || lex.StopWords[name] || versionText.MatchString(name) {
				continue
			}
			if l.v.writtenIn(name) {
				line = strings.ReplaceAll(line, m, " ")
				continue
			}
			l.add(wish{text: strings.TrimSuffix(m, "("), key: name, kind: wishName, weight: weightName * l.v.rarity(lex.LastName(name)),
				sample: slices.ContainsFunc(origins, func(o string) bool { return strings.HasPrefix(o, m) })})
			line = strings.ReplaceAll(line, m, " ")
		}
		for _, m := range headerName.FindAllString(line, 40) {
			name := strings.TrimSuffix(m, "-Header") // German: "der Retry-After-Header"
			l.add(wish{text: name, key: strings.ToLower(name), kind: wishName, weight: weightName * l.v.rarity(strings.ToLower(name))})
			line = strings.ReplaceAll(line, m, " ")
		}
		inside := false // of a sentence, whose first word has a capital anyway
		for _, field := range strings.FieldsFunc(line, betweenWords) {
			at := inside
			inside = !strings.ContainsAny(field[len(field)-1:], ".?!:")
			name := strings.TrimFunc(field, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '+' && r != '#' })
			if properWord(name, at) && !lex.StopWords[strings.ToLower(name)] && !l.v.met(strings.ToLower(name)) {
				l.add(wish{text: name, key: l.stem.Of(strings.ToLower(name)), weight: 1.5 * l.v.rarity(strings.ToLower(name))})
			}
		}
		rest.WriteString(line)
	}
	return rest.String()
}

// headerName matches a header of HTTP. "User-Defined" and "If-Then-Else" are none.
var headerName = regexp.MustCompile(`\b(?:Accept-(?:Charset|Encoding|Language|Patch|Ranges)|Access-Control-(?:Allow|Expose|Max|Request)(?:-[A-Z][a-z]+)+|Cache-Control|Content-(?:Disposition|Encoding|Language|Length|Location|Range|Security-Policy(?:-Report-Only)?|Type)|Cross-Origin-[A-Z][a-z]+-Policy|If-(?:Match|Modified-Since|None-Match|Range|Unmodified-Since)|Last-(?:Event-ID|Modified)|Permissions-Policy|Proxy-(?:Authenticate|Authorization)|Referrer-Policy|Retry-After|Sec-(?:CH|Fetch|WebSocket)(?:-[A-Z][A-Za-z]+)+|Set-Cookie|Strict-Transport-Security|Transfer-Encoding|User-Agent|WWW-Authenticate|X(?:-[A-Z][A-Za-z]+)+)(?:-Header)?\b`)

// betweenWords reports whether a rune ends a word that is written like a name,
// also where the rest of the sentence is written without spaces.
func betweenWords(r rune) bool {
	return unicode.IsSpace(r) || lex.Unspaced(r) || r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xff65
}

// foreignPath matches the path of a file from the root of a machine, which is the
// buyer's example and no file of the repository.
var foreignPath = regexp.MustCompile("(^|[\\s`'\"(=])(?:~|[A-Za-z]:)?(?:/[\\w.-]+)+/[\\w-]+\\.[a-z]{1,5}\\b")

// siteName matches a site that a request refers to.
var siteName = regexp.MustCompile(`^(?:[a-z0-9-]+\.)+(?:org|com|net|io|dev|info)$`)

// ownerAndName matches a project with whom it belongs to.
var ownerAndName = regexp.MustCompile(`(?:^|[\s(])([A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9][\w.-]*[A-Za-z0-9])`)

// origins are the places of a line that say where the code is from as owner/name.
func (l *wishList) origins(line string) []string {
	if !strings.Contains(line, "/") {
		return nil
	}
	var all []string
	for _, m := range ownerAndName.FindAllStringSubmatch(line, 4) {
		owner, name, _ := strings.Cut(strings.ToLower(m[1]), "/")
		if l.v.isProject(name) || l.v.Index != nil && owner != "" && l.v.rootPackage() != "" && strings.Contains(name, l.v.rootPackage()) {
			all = append(all, m[1])
		}
	}
	return all
}

// rootPackage is the package of Go that the repository has in its root, "" for none.
func (v *view) rootPackage() string {
	if v.Index.Langs["go"] == 0 {
		return ""
	}
	return v.packageAt("", false).name
}

// withoutOrigin takes sites and the project's own path out of a line: they say
// where the code is from, and no answer repeats them.
func (l *wishList) withoutOrigin(line string) string {
	for field := range strings.FieldsSeq(line) {
		name := strings.ToLower(strings.Trim(field, ".,;:()`'\"/"))
		if !strings.ContainsAny(name, "./") {
			continue
		}
		own := strings.Contains(name, "/")
		for part := range strings.SplitSeq(name, "/") {
			own = own && (l.v.isProject(part) || siteName.MatchString(part))
		}
		if own || siteName.MatchString(name) {
			line = strings.ReplaceAll(line, field, " ")
		}
	}
	return line
}

// properWord reports whether a word inside a sentence is written like a name.
func properWord(w string, inside bool) bool {
	first, size := utf8.DecodeRuneInString(w)
	if !unicode.IsUpper(first) || len(w) < 2 {
		return false
	}
	rest := w[size:]
	return inside || strings.IndexFunc(rest, unicode.IsUpper) >= 0
}

// rarity is 1 for a word that the repository does not use and falls with how
// often it does.
func (v *view) rarity(word string) float64 {
	if v.Index == nil {
		return 1
	}
	if v.isProject(word) || v.isProject(strings.TrimSuffix(word, "s")) || theCode[word] || ownLanguage[word] && v.Index.Langs[syntax.LanguageOf[word]] > 0 {
		return 0.05
	}
	n := v.Index.Uses(word)
	if n == 0 {
		return 1
	}
	per := float64(n) / max(1, float64(v.Index.Scanned)/10_000)
	return 1 / (1 + per/6)
}

// ownLanguage are languages that say nothing of work on code that is written in them.
var ownLanguage = lex.Set(`go golang javascript python ruby rust java php`)

// theCode are words for all of what is worked on.
var theCode = lex.Set(`library libraries package packages codebase repo repository fork`)

// takes reports whether a text takes a wish up.
func (a *answerText) takes(w wish) bool {
	switch w.kind {
	case wishFile:
		if dir, ok := strings.CutSuffix(w.key, "/"); ok {
			return slices.ContainsFunc(a.touched, func(p string) bool { return strings.HasPrefix(p, dir+"/") }) || strings.Contains(a.lower, strings.ToLower(dir)+"/")
		}
		return slices.Contains(a.touched, w.key) || strings.Contains(a.lower, strings.ToLower(path.Base(w.key)))
	case wishLiteral:
		if figure := leadingFigure(w.key); len(figure) > 2 && strings.Contains(a.lower, figure) {
			return true // "1.050KB" comes back as 1.050
		}
		if head, value, ok := strings.Cut(w.key, "="); ok && len(head) > 1 && value != "" && strings.Contains(a.lower, head+"=") {
			return true // of "TZ=Europe/Berlin" what is set comes back
		}
		return strings.Contains(a.lower, w.key) || a.mostOf(w.key) || strings.HasSuffix(w.key, "%") && strings.Contains(a.lower, strings.TrimSuffix(w.key, "%")+" %")
	case wishName:
		if strings.Contains(a.lower, w.key) {
			return true
		}
		last := lex.LastName(w.key)
		return len(last) > 2 && last != w.key && a.said[last] && (!lex.StopWords[last] && !ordinary[last] || a.asCode(last))
	}
	return a.stems[w.key]
}

// asCode reports whether a word that sentences have, too, comes back as a name of code.
func (a *answerText) asCode(word string) bool {
	for _, form := range []string{word + "(", "." + word, "`" + word, "#" + word} {
		if strings.Contains(a.lower, form) {
			return true
		}
	}
	return false
}

// mostOf reports whether most words of a quoted sentence come back.
func (a *answerText) mostOf(literal string) bool {
	n, there := 0, 0
	for _, w := range lex.Words(literal) {
		if lex.Telling(w) {
			n++
			if a.said[w] {
				there++
			}
		}
	}
	return n > 1 && there*10 >= n*6
}

// leadingFigure is the number that a literal begins with.
func leadingFigure(s string) string {
	return strings.TrimRight(s[:len(s)-len(strings.TrimLeft(s, "0123456789."))], ".")
}

// isProject reports whether a word is the name of the project itself, which
// any text about it has.
func (v *view) isProject(word string) bool { return v.Index != nil && v.Index.Project()[word] }

// concept is a kind of product that requests ask for, whatever they call it,
// and how to see that it is there.
type concept struct {
	words map[string]bool
	there func(*view) bool
}

// concepts are met by the form of a deliverable, not by its words.
var concepts = []concept{
	{lex.Set(`test tests testing testcase unit spec specs case cases edge corner nasty odd weird tricky catch catches regress regression regressions cover covers
coverage mutation mutations mutant mutants table public jest mocha vitest jasmine ava tap testify prueba pruebas teste testes essais тест тесты 测试 テスト`), (*view).hasTests},
	{lex.Set(`fix fixes fixed patch patches diff change changes correct corrected correction corrections bug bugs repair implement implementation add adds code
korrigieren beheben ändern corregir arregla arregle corrija cambio corrige corriger исправить 修复 修正`), (*view).hasChange},
	{lex.Set(`bug bugs correctness quality review audit proofread proofreading factually factual findings finding report reports rank severity issues issue problems problem defects defect risks risk risky concerns danger dangers dangerous missing
weakness weaknesses pitfall pitfalls trap traps gotcha gotchas surprise surprises surprising unsafe broken flaw flaws hostile attack attacks attacker attackers
crash crashes hang hangs mangle exploitable vulnerable vulnerability vulnerabilities riesgo riesgos peligro peligroso risiken gefährlich pièges risques
security assessment opinion look sicherheit fehler probleme risiken gefährlich fallen errores riesgo riesgos peligroso trampas pièges risques fallos problemas erros ошибки 问题`), func(v *view) bool { return v.Ground.Anchored+v.Ground.Near >= 2 || v.Ground.Quoted >= 2 }},
	{lex.Set(`explain explanation why cause reason reasons understand describe happens anleitung kurzanleitung erklären warum porque causa
pourquoi почему page article guide section note handbook introduction overview wiki chapter plan proposal propose suggest ideas`),
		func(v *view) bool { return v.prose.words >= 40 && len(v.all.touched) > 0 }},
	{lex.Set(`crash crashes crashed crashing panic panics panicked dies kaputt abstürzt absturz`), func(v *view) bool { return breaksDown.MatchString(v.Doc.Low.Text) }},
	{lex.Set(`replacement replacements replace replaces modernise modernize migration migrate rewrite`), func(v *view) bool { return v.Want.Config && v.hasChange() }},
	{lex.Set(`example examples snippet snippets ejemplo ejemplos exemple beispiel beispiele exemplo пример 示例`), func(v *view) bool { return v.Doc.CodeLines() > 1 }},
	{lex.Set(`locate pinpoint find`), func(v *view) bool { return v.Ground.Anchored > 0 }},
	{lex.Set(`measure measured measurement count counts compare numbers figures`), func(v *view) bool { return v.Doc.Count(document.TableRow) > 3 }},
	{lex.Set(`table tables tabelle tabla tabela tableau tabell`), func(v *view) bool { return v.Doc.Count(document.TableRow) > 2 }},
	{lex.Set(`behaviour behavior behaviours result results output outcome shape form verhalten ergebnis comportamiento resultado comportement résultat поведение результат`),
		func(v *view) bool { return v.prose.words >= 20 }},
	{lex.Set(`refactor refactors refactored refactoring refactorings restructure restructuring tidy cleanup change changes idea ideas suggestion suggestions`), (*view).proposesChange},
	{lex.Set(`json list findings`), func(v *view) bool { return len(v.findings) > 1 }},
}

// proposesChange reports whether a deliverable tells in which places code is to be
// made better, where that is the whole request.
func (v *view) proposesChange() bool {
	return v.in.Request.Category == city.Refactor && v.Ground.Anchored+v.Ground.Near >= 2
}

// breaksDown matches what says that a program ends against its will.
var breaksDown = pattern.New(`(?i)\b(?:crash\w*|panic\w*|uncaught|throws?|thrown|throwing|exception|segfault|abstürz\w*)\b`)

// topics are words for a product that can be what the code is about as well, as
// the suggestions of a command line are.
var topics = lex.Set("suggest page section chapter outcome shape")

// met reports whether a word of the request stands for a kind of product that
// the deliverable has.
func (v *view) met(word string) bool {
	for _, c := range concepts {
		if c.words[word] && c.there(v) {
			return !topics[word] || v.Index.UsesOf(word) == 0
		}
	}
	return false
}

func (v *view) hasTests() bool {
	if v.tested == nil {
		has := testcode.Marked(v.allCode()) || v.extendsTests()
		v.tested = &has
	}
	return *v.tested
}

// extendsTests reports whether a change that fits adds code to a file of tests, as a
// row of a table of cases is.
func (v *view) extendsTests() bool {
	if v.Index == nil {
		return false
	}
	for _, f := range v.changes().Changed {
		if !testcode.File.MatchString(f.Path) || change.ProseFile(f.Path) {
			continue
		}
		if _, come := change.OnlyIn(f.Before, f.After); slices.ContainsFunc(come, func(l string) bool {
			return lex.Meaningful(l) && strings.TrimSpace(remark.ReplaceAllString(l, "")) != ""
		}) {
			return true
		}
	}
	return false
}

// writtenIn reports whether a word is the name of a language that delivered code is
// written in.
func (v *view) writtenIn(word string) bool {
	of, known := syntax.LanguageOf[word]
	return known && slices.ContainsFunc(v.Doc.Blocks, func(b document.Block) bool {
		return b.Lang == word || syntax.LanguageOf[b.Lang] == of && (word != "typescript" || b.Lang == "ts" || b.Lang == "tsx")
	})
}

// hasChange reports whether the deliverable holds a change to the repository.
func (v *view) hasChange() bool {
	if len(v.in.Patch) > 0 {
		return true
	}
	for _, b := range v.Doc.Blocks {
		if b.Diff {
			return true
		}
	}
	return v.Doc.CodeLines() > 1
}
