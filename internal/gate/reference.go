package gate

import (
	"path"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// Reference is a file, and maybe a line, that the deliverable cites.
type Reference struct {
	Text   string          `json:"text"`           // as cited
	Path   string          `json:"path"`           // in the repository, or as cited when it is not there
	Line   int             `json:"line,omitempty"` // 1-based, 0 when no line is cited
	Status ReferenceStatus `json:"status"`
	Quoted bool            `json:"quoted,omitempty"` // what is said about the place really stands there
	Link   string          `json:"link,omitempty" doc:"For the buyer: the page of the city's site that shows the line"`
}

// ReferenceStatus is what the repository says about a reference.
type ReferenceStatus string

// What can become of a reference.
const (
	RefExists         ReferenceStatus = "exists"
	RefMissing        ReferenceStatus = "missing"
	RefLineOutOfRange ReferenceStatus = "line_out_of_range"
	RefNewFile        ReferenceStatus = "new_file"  // proposed, not claimed to exist
	RefExternal       ReferenceStatus = "external"  // outside the repository on purpose
	RefUnchecked      ReferenceStatus = "unchecked" // the task has no repository
)

// ReferenceStatuses lists what can become of a reference.
func ReferenceStatuses() []ReferenceStatus {
	return []ReferenceStatus{RefExists, RefMissing, RefLineOutOfRange, RefNewFile, RefExternal, RefUnchecked}
}

// reference is a Reference with what the signals need to know of it.
type reference struct {
	Reference
	end      int  // last line of a cited range
	at       int  // index of the document line it stands in
	guessed  bool // the file was inferred: "line 12" after a mention of a file
	slight   bool // a bare number, a line only if what is said stands there
	bare     bool // a name without folder and line, weak as evidence of anything
	modified bool // the header of a diff that changes the file
}

// maxReferencesParsed bounds the work on a deliverable that only lists files.
const maxReferencesParsed = 4000

var (
	urlText  = regexp.MustCompile(`\b[a-z][a-z0-9+.-]{1,12}://[^\s)>\]"'` + "`" + `]+`)
	pathText = regexp.MustCompile(`/?(?:[A-Za-z0-9_@.~$*{}+-]+/)*[A-Za-z0-9_@.$+-]*[A-Za-z0-9_@$+-](?:(?::|#L|\()(\d{1,7})(?:(?:-L?|–|:)(\d{1,7}))?)?`)
	lineText = regexp.MustCompile(`(?i)(?:\b(?:lines?|linhas?|l[ií]neas?|zeilen?|lignes?|righe|riga|regels?|rad|ln)\.?\s*|\bL|строк[аиуеой]*\s*|第\s*)(\d{1,7}(?:\s*(?:-|–|to|until|bis|a|à|through|по|до|到|至|〜|~)\s*\d{1,7})?(?:\s*(?:,|;|and|und|e|y|et|or|&|и|、|和)\s*(?:lines?\s+)?\d{1,7}(?:\s*(?:-|–|to|bis|a|through)\s*\d{1,7})?)*)(\s*%)?`)
	// linePost is the number before its word: 12 行目, 12 번째 줄, 12. satır.
	linePost = regexp.MustCompile(`(\d{1,7}(?:\s*(?:-|–|〜|~|～|から|부터)\s*\d{1,7})?(?:\s*(?:,|、|と|및)\s*\d{1,7}(?:\s*(?:-|–|〜|~|～)\s*\d{1,7})?)*)\s*(?:行目|번째\s*줄|번\s*줄|행|\.\s*satır)`)
	lineSpan = regexp.MustCompile(`(\d{1,7})(?:\s*(?:-|–|[A-Za-zà]+|по|до|到|至|〜|~|～|から|부터)\s*(\d{1,7}))?`)
	newFile  = pattern.New(`(?i)\b(?:new|create[sd]?|creating|add(?:s|ed|ing)?|propos\w*|introduce[sd]?|generate[sd]?|save (?:it |this )?(?:as|to)|put (?:it |this )?in(?:to)?|place (?:it |this )?in|write (?:it |this )?to|replacement|goes into|would live|move[sd]? (?:it |them )?(?:in)?to|extract\w* (?:\w+ )?(?:in)?to|neue?[rsn]?|nov[oa]|nuev[oa]|crie|criar|crea|anlegen|nouveau|nouvelle|cr[ée]er)\b`)
	// absentBefore and absentAfter match what says that a file is not there, right
	// before its name and right behind it.
	absentBefore = regexp.MustCompile(`(?i)(?:\b(?:no|not|without|missing|lacks?|never|an?other|kein\w*|ohne|não|sem|sin|senza|geen|zonder|pas de|sans|brak|bez)\s|нет\s|没有|無い)(?:[\w"'` + "`" + `*-]+\s){0,2}["'` + "`" + `*(]*$`)
	absentAfter  = regexp.MustCompile(`(?i)^["'` + "`" + `*)]*\s?(?:\w+\s){0,2}(?:missing|absent|lacking|fehlt|doesn't exist|does not exist|do not exist|isn't there|is not there|not present|existiert nicht|gibt es nicht|não existe|no existe|n'existe pas|non esiste|ontbreekt|bestaat niet|нет|отсутствует|不存在|がない|はない|ありません)`)
)

// cite is a path or line as it stands in a line of text.
type cite struct {
	text       string
	path       string // "" for a bare line number
	line, end  int
	start, fin int
}

// citesIn returns the citations of one line of prose, in order.
func citesIn(text string) []cite {
	if strings.Contains(text, "://") {
		text = urlText.ReplaceAllStringFunc(text, func(u string) string { return strings.Repeat(" ", len(u)) })
	}
	var all []cite
	if !marksFile(text) {
		return lineCites(text, nil)
	}
	for _, m := range pathsIn(text) {
		for m[0] < m[1] && text[m[0]] == '*' { // **bold/path.go**
			m[0]++
		}
		c := cite{text: text[m[0]:m[1]], path: text[m[0]:m[1]], start: m[0], fin: m[1]}
		if m[2] >= 0 {
			c.path = strings.TrimRight(text[m[0]:m[2]], "(:#L")
			if strings.HasSuffix(text[m[0]:m[2]], "#L") {
				c.path = text[m[0] : m[2]-2]
			}
			c.line = number(text[m[2]:m[3]])
			if m[4] >= 0 {
				c.end = number(text[m[4]:m[5]])
			}
		}
		if fileName(c.path) && !called(text, c) {
			all = append(all, c)
		}
	}
	return lineCites(text, all)
}

// marksFile reports whether text has what every file name has: an extension of
// citedExt behind a dot, or one of citedNames.
func marksFile(text string) bool {
	rest := text
	for {
		_, behind, ok := strings.Cut(rest, ".")
		if !ok {
			break
		}
		n := 0
		for n < len(behind) && lex.Alphanumeric(behind[n]) {
			n++
		}
		ext := behind[:n]
		if citedExt[strings.ToLower(ext)] || citedExt[strings.ToLower(strings.TrimRight(ext, "L"))] { // citesIn drops an L before a line number
			return true
		}
		rest = behind
	}
	if !strings.ContainsAny(text, "DMJPGRVCL") {
		return false // no beginning of citedNames
	}
	for name := range citedNames {
		if strings.Contains(text, name) {
			return true
		}
	}
	return false
}

// marksLine reports whether text has a number behind the end of one of the
// words of lineText.
func marksLine(text string) bool {
	for i := 1; i < len(text); i++ {
		if text[i] < '0' || text[i] > '9' {
			continue
		}
		before := strings.TrimRight(text[:i], " \t\n\f\r") // what \s matches
		before = strings.TrimSuffix(before, ".")
		if before == "" {
			continue
		}
		if last := before[len(before)-1]; last >= utf8.RuneSelf || strings.IndexByte("seanldSEANLD", last) >= 0 {
			return true
		}
	}
	return false
}

// pathsIn returns the matches of pathText that can be file names.
func pathsIn(text string) [][]int {
	if len(text) > maxCitesInLine { // as many as are looked at may stand before the first file
		return pathText.FindAllStringSubmatchIndex(text, maxCitesInLine)
	}
	var all [][]int
	for end, rest := 0, text; rest != ""; rest = text[end:] { // no path holds a blank
		start := end
		if end = start + strings.IndexByte(rest, ' ') + 1; end == start {
			end = len(text)
		}
		if !marksFile(text[start:end]) {
			continue
		}
		for _, m := range pathText.FindAllStringSubmatchIndex(text[start:end], -1) {
			for i := range m {
				if m[i] >= 0 {
					m[i] += start
				}
			}
			all = append(all, m)
		}
	}
	return all
}

// maxCitesInLine bounds the pairs of files and line numbers in one line.
const maxCitesInLine = 200

// lineCites adds "line 12" and "lines 3 to 5, 9" to the paths of a line.
func lineCites(text string, all []cite) []cite {
	for _, c := range all {
		if c.line > 0 { // "a.go#L7" has its line already
			text = text[:c.start] + strings.Repeat(" ", c.fin-c.start) + text[c.fin:]
		}
	}
	var found [][]int
	if marksLine(text) {
		found = lineText.FindAllStringSubmatchIndex(text, maxCitesInLine)
	}
	if strings.Contains(text, "行目") || strings.Contains(text, "줄") || strings.Contains(text, "행") || strings.Contains(text, "satır") {
		for _, m := range linePost.FindAllStringSubmatchIndex(text, maxCitesInLine) {
			if !strings.HasSuffix(strings.TrimRight(text[:m[0]], " "), "第") { // lineText's
				found = append(found, append(m, -1, -1))
			}
		}
	}
	for _, m := range found {
		if m[4] >= 0 {
			continue // "lines 100 %" is a measure
		}
		for _, n := range lineSpan.FindAllStringSubmatchIndex(text[m[2]:m[3]], -1) {
			list := text[m[2]:m[3]]
			c := cite{text: strings.TrimSpace(text[m[0]:m[3]]), line: number(list[n[2]:n[3]]), start: m[2] + n[0], fin: m[2] + n[1]}
			if n[4] >= 0 {
				c.end = number(list[n[4]:n[5]])
				// "3 and 9" is two lines, "3 to 9" a range.
				if joint := strings.ToLower(strings.TrimSpace(list[n[3]:n[4]])); joint == "and" || joint == "und" || joint == "e" || joint == "y" || joint == "et" || joint == "or" {
					all = append(all, cite{text: c.text, line: c.line, start: c.start, fin: m[2] + n[3]})
					c.line, c.end, c.start = c.end, 0, m[2]+n[4]
				}
			}
			all = append(all, c)
		}
	}
	return all
}

// called reports whether the name is the left side of a call or an index
// rather than a file: res.json(…), opts.env[…].
func called(text string, c cite) bool {
	if c.line > 0 || strings.Contains(c.path, "/") {
		return false
	}
	stem, ext, _ := strings.Cut(c.path, ".")
	if objectNames[strings.ToLower(stem)] && citedExt[ext] && languageOf[ext] == "" {
		return true
	}
	if c.fin < len(text) && strings.ContainsRune("([=", rune(text[c.fin])) {
		return true
	}
	return c.start > 0 && strings.ContainsRune("$.'\"<", rune(text[c.start-1])) && c.fin < len(text) && text[c.fin] != '`'
}

// fileName reports whether a word names a file.
func fileName(p string) bool {
	if len(p) < 3 || len(p) > 300 || strings.ContainsAny(p, "*{}$") || productNames[strings.ToLower(p)] {
		return false
	}
	base := path.Base(p)
	if citedNames[base] {
		return true
	}
	written := strings.TrimPrefix(path.Ext(base), ".")
	ext := strings.ToLower(written)
	if written != ext && written != strings.ToUpper(ext) {
		return false // Group.Go is a method
	}
	if len(written) == 1 && written != ext && !strings.Contains(p, "/") {
		return false // timer.C is a field
	}
	if !citedExt[ext] || strings.HasPrefix(p, "@") {
		return false
	}
	name := strings.TrimSuffix(base, path.Ext(base))
	if name == "" {
		return strings.HasPrefix(base, ".") && len(base) > 4 // .gitignore, not ".js files"
	}
	// "e.g" and "i.c" are abbreviations, "a.go" is a file.
	return len(name) > 1 || len(ext) > 1 || strings.Contains(p, "/")
}

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
