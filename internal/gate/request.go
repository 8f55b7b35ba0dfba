package gate

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"aicity.dev/aicity/internal/gate/citation"
	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
	"aicity.dev/aicity/internal/gate/syntax"
)

// wish is one thing that a request names, and how much it says.
type wish struct {
	text   string // as written
	key    string // the stem of a word, a name or path in lower case
	kind   wishKind
	weight float64
	sample bool // what a call is shown with: nobody must repeat it
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

// roughly matches what says only nearly what it is, or how long: JSON-ish, a 90-line
// function.
var roughly = regexp.MustCompile(`(?i)\b(?:(\pL+)-ish|\d+-lines?)\b`)

// plainTongue matches a wish for words that everybody understands, in which a tongue is
// no folder of that name.
var plainTongue = pattern.New(`(?i)\b(?:plain|simple|good|everyday) english\b`)

// wishes lists what a text names, each thing once.
func (v *view) wishes(text string) []wish {
	l := &wishList{v: v, stem: v.stem, seen: map[string]bool{}}
	l.shownCode(text)
	rest := l.files(roughly.ReplaceAllString(withoutBeside(text), " $1 "))
	rest = l.literals(rest)
	rest = l.names(rest) // quoted text is a literal, and its words are none of the request
	for _, w := range lex.Words(rest) {
		weight := weightWord
		if v.Index != nil && v.Index.HasFolder(w) && !usualFolders[w] && !v.isProject(w) && !v.all.said[w] && !(w == "english" && plainTongue.MatchString(text)) {
			l.add(wish{text: w, key: w + "/", kind: wishFile, weight: weightFile}) // a part of the code that nothing is said of
			continue
		}
		if v.needNotSay(w) {
			continue
		}
		if v.Index.NamesFile(w) {
			l.add(wish{text: w, key: l.stem.Of(w), weight: weightStem * v.rarity(w)})
			continue
		}
		if !lex.Telling(w) || v.met(w) || ordinary[w] && (v.Index.UsesOf(w) == 0 || v.rarity(w) > rarelyUsed) {
			continue
		}
		if r, _ := utf8.DecodeRuneInString(w); lex.Unspaced(r) {
			weight = weightPair
		}
		l.add(wish{text: w, key: l.stem.Of(w), weight: weight * v.rarity(w)})
	}
	return l.all
}

// usualFolders are folders that are also words for something else than a part of the code.
var usualFolders = lex.Set(`src lib libs pkg cmd bin dist build out test tests testing spec specs doc docs documentation example examples script scripts tool tools util utils
internal common core main assets data types typings bench benchmark benchmarks fixtures vendor github node public static locale locales lang`)

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

// kindOfFile matches what stands behind the name of files that many have: "from
// package.json files" names none of the repository.
var kindOfFile = regexp.MustCompile("(?i)^`?(?:\\s|-)(?:files|dateien|contents)\\b")

// files takes the files and folders of the repository out of a text.
func (l *wishList) files(text string) string {
	if l.v.Index == nil {
		return text
	}
	var rest strings.Builder
	for line := range strings.Lines(text) {
		whole := line
		for _, c := range l.v.CitesIn(whole) {
			if c.Path == "" || kindOfFile.MatchString(whole[c.Fin:]) {
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
	t := v.Index.Text(p)
	if t == nil {
		return weightFile
	}
	all := v.Index.Read[syntax.LanguageOfFile(p)]
	return weightFile * max(0.25, 1-share(float64(len(t.Raw)), float64(all)))
}

// literalText matches what a request quotes: options, strings, numbers.
var literalText = regexp.MustCompile(`(?:^|[\s(])(--?[a-z][\w-]*)|"([^"\n]{1,40})"|(?:^|[^\pL\d])'([^'\n]{1,40})'|(?:^|[\s(=])(-?\d[\d.,:]*\d[\w%]*)|(%[0-9A-Fa-f]{2}|%[+#]?[a-z]\b)`)

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
		if low := strings.ToLower(said); len(low) > 1 && !l.v.isProject(low) && !versionLike.MatchString(low) && !ownWordsOnly(said) {
			l.add(wish{text: said, key: low, kind: wishLiteral, weight: weightLiteral * l.v.rarity(low), sample: calledWith.MatchString(text[:beforeQuote(at)]) || specimen.MatchString(said) || verb.MatchString(said) || listedAsSuch.MatchString(text[at[1]:])})
			if quoted := m[2] + m[3]; len(quoted) > 3 {
				quotes = append(quotes, quoted)
			}
		}
	}
	return text
}

// ownWordsOnly reports whether a quoted text is a sentence of small words, as a title
// that the buyer made up is: nothing of it tells what the work is about.
func ownWordsOnly(quoted string) bool {
	if hedged.MatchString(quoted) {
		return true
	}
	words := lex.Words(quoted)
	telling := 0
	for _, w := range words {
		if lex.Telling(w) {
			telling++
		}
	}
	return len(words) >= 5 && telling*3 < len(words)
}

// hedged matches what somebody is told to have said of a thing: "basically free".
var hedged = regexp.MustCompile(`(?i)^(?:basically|practically|virtually|essentially|pretty much|more or less|kind of|sort of|totally|perfectly) \pL+$`)

// verb matches what a format has for a value.
var verb = regexp.MustCompile(`^%[+#]?[a-z]$`)

// specimen matches a text with a figure and words, one of many that a program prints:
// "3 weeks ago".
var specimen = regexp.MustCompile(`^(?:\pL+ )?\d+ \pL+(?: \pL+)?$`)

// listedAsSuch matches what stands behind a quote that is one of many: "a", "b" and so on.
var listedAsSuch = regexp.MustCompile(`^['"]?(?:(?:,| and| or)? ["'][^"'\n]{1,60}["']){0,6},? (?:and so on|and the like|and such|etc\b|usw\b|und so weiter|y así|et cetera)`)

// calledWith matches text up to what a call that it shows begins with: parse("a b").
var calledWith = regexp.MustCompile(`[\w$]\($`)

// beforeQuote is where the quote begins that a match of literalText is.
func beforeQuote(at []int) int {
	for i := 2; i < len(at); i += 2 {
		if at[i] > 0 {
			return at[i] - 1
		}
	}
	return at[0]
}

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
		line = l.headerNames(l.plainNames(l.codeNames(line, origins)))
		l.properNames(line)
		rest.WriteString(line)
	}
	return rest.String()
}

// codeNames takes what only code is called out of a line.
func (l *wishList) codeNames(line string, origins []string) string {
	for _, m := range lex.CodeNames(line, 40) {
		name := strings.ToLower(strings.Trim(m, "().:/"))
		if len(name) < 3 || lex.StopWords[name] || versionText.MatchString(name) {
			continue
		}
		if abbreviated.MatchString(name) && strings.Contains(line, m+".") {
			continue
		}
		project := slices.ContainsFunc(origins, func(o string) bool { return strings.HasPrefix(o, m) })
		if !project && !l.v.writtenIn(name) { // whose the project is says nothing
			for _, one := range apart(strings.TrimSuffix(m, "(")) {
				low := strings.ToLower(strings.Trim(one, "().:/"))
				l.add(wish{text: one, key: low, kind: wishName, weight: weightName * l.v.rarity(lex.LastName(low)), sample: l.v.setsUp(line, m)})
			}
		}
		line = strings.ReplaceAll(line, m, " ")
	}
	return line
}

// setUp matches text up to the call with which somebody set up what is used, atFault what
// makes that call the subject.
var (
	setUp   = regexp.MustCompile(`(?i)(?:^|[.:;!?]\s+)(?:[\pL\d-]+ ){0,4}(?:with|using|via|through|mit|con|avec|com) (?:an? |the |our )?$`)
	atFault = regexp.MustCompile(`(?i)\b(?:wrong|problems?|trouble|issues?|bugs?|errors?|happens?|matter|deal|begin|start|do|done|fail\w*|` +
		`crash\w*|hang\w*|throw\w*|race|conditions?|leak\w*|panic\w*|fault|broken|slow|stale|goes|is|are)\b[^.:;!?]*$`)
)

// setsUp reports whether a name in a line is a call of the project's own with which what
// is asked about was set up, and not what is asked about.
func (v *view) setsUp(line, name string) bool {
	owner, _, qualified := strings.Cut(strings.ToLower(name), ".")
	at := strings.Index(line, name)
	return at >= 0 && qualified && v.isProject(owner) && strings.HasPrefix(line[at+len(strings.TrimSuffix(name, "(")):], "(") && setUp.MatchString(line[:at]) && !atFault.MatchString(line[:at])
}

// headerNames takes the names of header fields out of a line.
func (l *wishList) headerNames(line string) string {
	for _, m := range headerName.FindAllString(line, 40) {
		name := strings.TrimSuffix(m, "-Header") // German: "der Retry-After-Header"
		l.add(wish{text: name, key: strings.ToLower(name), kind: wishName, weight: weightName * l.v.rarity(strings.ToLower(name))})
		line = strings.ReplaceAll(line, m, " ")
	}
	return line
}

// properNames notes the words of a line that are written as names are.
func (l *wishList) properNames(line string) {
	inside := false // of a sentence, whose first word has a capital anyway
	for _, field := range strings.FieldsFunc(line, betweenWords) {
		at := inside
		inside = !strings.ContainsAny(field[len(field)-1:], ".?!:")
		name := strings.TrimFunc(field, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '+' && r != '#' })
		if properWord(name, at) && !lex.StopWords[strings.ToLower(name)] && !l.v.met(strings.ToLower(name)) {
			l.add(wish{text: name, key: l.stem.Of(strings.ToLower(name)), weight: 1.5 * l.v.rarity(strings.ToLower(name))})
		}
	}
}

// severalNames matches names of code that are told together: parsePatch/applyPatch. With
// brackets they come apart by themselves.
var severalNames = regexp.MustCompile(`^[a-z]+(?:[A-Z]\w*)?(?:/[a-z]+[A-Z]\w*)+$`)

// apart are the names that are told together.
func apart(name string) []string {
	first, others, _ := strings.Cut(name, "/")
	// A first one of one word is a folder, but for the verb that the others go on:
	// reply/replyOnce.
	if severalNames.MatchString(name) && (strings.ToLower(first) != first || strings.HasPrefix(others, first)) {
		return strings.Split(name, "/")
	}
	return []string{name}
}

// abbreviated matches e.g. and i.e. without the last dot, which are no names of code.
var abbreviated = regexp.MustCompile(`^\pL(?:\.\pL)+$`)

// plainName matches one word, which backticks make a name of code.
var plainName = regexp.MustCompile(`^[A-Za-z]{3,}$`)

// plainNames takes words of the code that stand in backticks out of a line.
func (l *wishList) plainNames(line string) string {
	if l.v.Index == nil || !strings.Contains(line, "`") {
		return line
	}
	for _, code := range document.CodeSpans(line) {
		if name := strings.ToLower(code); plainName.MatchString(code) && l.v.Index.UsesOf(name) > 0 && !l.v.isProject(name) {
			l.add(wish{text: code, key: name, kind: wishName, weight: weightName * l.v.rarity(name)})
			line = strings.ReplaceAll(line, "`"+code+"`", " ")
		}
	}
	return line
}

// headerName matches a header of HTTP. "User-Defined" and "If-Then-Else" are none.
var headerName = regexp.MustCompile(`\b(?:Accept-(?:Charset|Encoding|Language|Patch|Ranges)|Access-Control-(?:Allow|Expose|Max|` +
	`Request)(?:-[A-Z][a-z]+)+|Cache-Control|Content-(?:Disposition|Encoding|Language|Length|Location|Range|` +
	`Security-Policy(?:-Report-Only)?|Type)|Cross-Origin-[A-Z][a-z]+-Policy|If-(?:Match|Modified-Since|` +
	`None-Match|Range|Unmodified-Since)|Last-(?:Event-ID|Modified)|Permissions-Policy|Proxy-(?:Authenticate|` +
	`Authorization)|Referrer-Policy|Retry-After|Sec-(?:CH|Fetch|WebSocket)(?:-[A-Z][A-Za-z]+)+|Set-Cookie|` +
	`Strict-Transport-Security|Transfer-Encoding|User-Agent|WWW-Authenticate|X(?:-[A-Z][A-Za-z]+)+)(?:-Header)?\b`)

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

// isProject reports whether a word is the name of the project itself, which
// any text about it has.
func (v *view) isProject(word string) bool { return v.Index != nil && v.Index.Project()[word] }
