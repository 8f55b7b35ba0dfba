package gate

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
)

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
		if l.v.wordsTogether(line, m) {
			line = strings.ReplaceAll(line, m, strings.ReplaceAll(m, "/", " "))
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
		if properWord(name, at) && !contracted.MatchString(name) && !lex.StopWords[strings.ToLower(name)] && !l.v.met(strings.ToLower(name)) {
			l.add(wish{text: name, key: l.stem.Of(strings.ToLower(name)), weight: 1.5 * l.v.rarity(strings.ToLower(name))})
		}
	}
}

// contracted matches words of which one is I: I'd, I'll.
var contracted = regexp.MustCompile(`^I['’](?:d|ll|m|ve)$`)

// severalNames matches names of code that are told together: parsePatch/applyPatch. With
// brackets they come apart by themselves.
var severalNames = regexp.MustCompile(`^[a-z]+(?:[A-Z]\w*)?(?:/[a-z]+[A-Z]\w*)+$`)

// apart are the names that are told together.
func apart(name string) []string {
	first, others, _ := strings.Cut(name, "/")
	// A first one of one word is a folder, but for the verb that the others go on:
	// reply/replyOnce.
	if severalNames.MatchString(name) && (strings.ToLower(first) != first || strings.HasPrefix(others, first) && len(others) > len(first) && unicode.IsUpper(rune(others[len(first)]))) {
		return strings.Split(name, "/")
	}
	return []string{name}
}

// joinedWords matches words of prose that a slash joins.
var joinedWords = regexp.MustCompile(`^[a-z]{2,}(?:/[a-z]{2,})+$`)

// wordsTogether reports whether what looks like a path in a line is words that are told
// together, all of which the code uses, and no path: the sync/async twins.
func (v *view) wordsTogether(line, name string) bool {
	at := strings.Index(line, name)
	if at < 0 || v.Index == nil || !joinedWords.MatchString(name) || at > 0 && line[at-1] != ' ' && line[at-1] != '(' {
		return false
	}
	if behind := line[at+len(name):]; behind != "" && !strings.ContainsAny(behind[:1], " .,;:?!)\n") || v.codeHas(name) {
		return false
	}
	return !slices.ContainsFunc(strings.Split(name, "/"), func(w string) bool { return v.Index.UsesOf(w) == 0 })
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
