package gate

import (
	"regexp"
	"slices"
	"strings"
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

	reading bool // a text to be read is wanted: files say what it is about, and are not cited
}

// roughly matches what says only nearly what it is, or how long: JSON-ish, a 90-line
// function.
var roughly = regexp.MustCompile(`(?i)\b(?:(\pL+)-(?:ish|based|like)|\d+-lines?)\b`)

// plainTongue matches a wish for words that everybody understands, in which a tongue is
// no folder of that name.
var plainTongue = pattern.New(`(?i)\b(?:plain|simple|good|everyday) english\b`)

// wishes lists what a text names, each thing once.
func (v *view) wishes(text string) []wish {
	l := &wishList{v: v, stem: v.stem, seen: map[string]bool{}}
	l.shownCode(text)
	if v.mayBeReading() && ordersReading(text) {
		text, l.reading = readingMatter.Regexp().ReplaceAllString(text, " "), true
	}
	rest := l.files(roughly.ReplaceAllString(withoutBeside(text), " $1 "))
	rest = l.literals(rest)
	rest = l.names(rest) // quoted text is a literal, and its words are none of the request
	for _, w := range lex.Words(rest) {
		weight := weightWord
		if v.Index != nil && v.Index.HasFolder(w) && !usualFolders[w] && !v.isProject(w) && !v.all.said[w] && !oneOfKind(rest, w) && !(w == "english" && plainTongue.MatchString(text)) {
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

// oneOfKind reports whether a text speaks of a thing of a kind, and not of the part of the code
// that is called like it: "from a list that".
func oneOfKind(text, word string) bool {
	low := strings.ToLower(text)
	for from := 0; ; {
		at := strings.Index(low[from:], word)
		if at < 0 {
			return false
		}
		at += from
		from = at + len(word)
		before := strings.TrimRight(low[:at], " ")
		article := before[strings.LastIndexAny(before, " \t\n(")+1:]
		if from < len(low) && lex.NameByte(low[from]) {
			continue
		}
		if articles[article] && len(before) < at || strings.HasPrefix(low[from:], " of ") {
			return true
		}
	}
}

// articles stand before a thing of which there may be many.
var articles = lex.Set("a an our my their some any each every")

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
	w.sample = w.sample || l.reading && w.kind == wishFile
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
		if low := strings.ToLower(said); len(low) > 1 && !l.v.isProject(low) && !versionLike.MatchString(low) && !ownWordsOnly(said) && !l.v.hearsay(text[:at[0]], low) {
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

// hearsay reports whether a quoted text is what somebody said of the matter, in words
// that no file has.
func (v *view) hearsay(before, said string) bool {
	return told.MatchString(lastBytes(before, maxTelling)) && strings.Contains(said, " ") && v.Index != nil && !v.codeHas(said)
}

// told matches the end of what leads over to what somebody said.
var told = pattern.New(`(?i)\b(?:told|said|says|saying|claims?|claimed|complain\w*|call(?:s|ed)? (?:it|this|that|them))\b[^.!?;:'"]{0,40}$`)

// maxTelling is how many bytes before a quote tell who said it.
const maxTelling = 80

// hedged matches what somebody is told to have said of a thing: "basically free", "strange
// errors".
var hedged = regexp.MustCompile(`(?i)^(?:basically|practically|virtually|essentially|pretty much|more or less|kind of|sort of|totally|perfectly) \pL+$|^(?:strange|weird|odd|funny|mysterious|cryptic|phantom|ghost|ugly|crazy) (?:errors?|bugs?|behaviou?r|failures?|crashes|problems?|messages?)$`)

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
