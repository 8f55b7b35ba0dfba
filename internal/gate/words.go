package gate

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// words splits text into lower-case words of letters and digits.
func words(text string) []string {
	return appendWords(nil, strings.ToLower(text))
}

// appendWords appends the words of a text in lower case.
func appendWords(all []string, low string) []string {
	start := -1
	for i, size := 0, 0; i < len(low); i += size {
		var inside bool
		if c := low[i]; c < utf8.RuneSelf {
			inside, size = wordByte[c], 1
		} else {
			var r rune
			r, size = utf8.DecodeRuneInString(low[i:])
			inside = unicode.IsLetter(r) || unicode.IsDigit(r)
		}
		switch {
		case inside && start < 0:
			start = i
		case !inside && start >= 0:
			all, start = append(all, low[start:i]), -1
		}
	}
	if start >= 0 {
		all = append(all, low[start:])
	}
	return all
}

// wordByte tells the ASCII bytes that words in lower case are made of.
var wordByte = func() (in [utf8.RuneSelf]bool) {
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyz0123456789_") {
		in[c] = true
	}
	return in
}()

// stem cuts a word so that its forms meet: "decoding", "decoded", "decode".
// Crude, but the same for every language written in letters.
func stem(word string) string {
	const keep = 5
	if utf8.RuneCountInString(word) <= keep {
		return strings.TrimSuffix(word, "s")
	}
	n := 0
	for i := range word {
		if n == keep {
			return word[:i]
		}
		n++
	}
	return word
}

var identifier = regexp.MustCompile(`[A-Za-z_$][A-Za-z0-9_$]*`)

// codeLooking matches names that people write only about code: snake_case,
// camelCase, dotted.names, calls(), paths and version numbers.
var codeLooking = regexp.MustCompile(`[A-Za-z_$][A-Za-z0-9_$]*(?:(?:\.|::|/)[A-Za-z_$][A-Za-z0-9_$]*)+|[A-Za-z_$][A-Za-z0-9_$]*\(|[a-z0-9]+(?:_[a-z0-9]+)+|[A-Z0-9]+(?:_[A-Z0-9]+)+|[A-Za-z]*[a-z][A-Z][A-Za-z0-9]*|[a-z]+-?\d+(?:\.\d+)*`)

// codeNames returns up to n matches of codeLooking, all when n is negative. A
// text without any of the marks that each match has is not searched.
func codeNames(text string, n int) []string {
	if !marksCode(text) {
		return nil
	}
	return appendFromFields(nil, codeLooking, text, n, marksCode)
}

// appendFromFields appends up to n matches of an expression whose matches hold
// no blank; only fields of the text that may have one are searched.
func appendFromFields(all []string, re *regexp.Regexp, text string, n int, may func(string) bool) []string {
	for field := range strings.FieldsSeq(text) {
		if n >= 0 && len(all) >= n {
			break
		}
		if may(field) {
			all = append(all, re.FindAllString(field, n-len(all))...)
		}
	}
	return all
}

// marksCode reports whether text has what every match of codeLooking has: a
// bracket, an underscore, a joint between two names, camelCase or a digit
// behind a letter.
func marksCode(text string) bool {
	for i := range len(text) {
		c := text[i]
		if c == '_' || c == '(' {
			return true
		}
		if i == 0 {
			continue
		}
		before := text[i-1]
		switch {
		case c >= 'A' && c <= 'Z':
			if before >= 'a' && before <= 'z' || joint(before) {
				return true
			}
		case c >= 'a' && c <= 'z', c == '$':
			if joint(before) {
				return true
			}
		case c >= '0' && c <= '9':
			if before >= 'a' && before <= 'z' || before == '-' {
				return true
			}
		}
	}
	return false
}

// joint reports whether c stands between the parts of a name of code.
func joint(c byte) bool { return c == '.' || c == ':' || c == '/' }

// vocabulary is the distinctive part of a text: names of code, and words that
// carry meaning.
type vocabulary struct {
	names map[string]bool // lower case, as written about code
	stems map[string]bool
	order []string // stems in order of appearance
}

func newVocabulary(text string) *vocabulary {
	v := &vocabulary{names: map[string]bool{}, stems: map[string]bool{}}
	for _, m := range codeNames(text, -1) {
		name := strings.ToLower(strings.Trim(m, "().:/"))
		if len(name) >= 3 && !stopWords[name] {
			v.names[name] = true
		}
	}
	for _, w := range words(text) {
		if !telling(w) || v.stems[stem(w)] {
			continue
		}
		v.stems[stem(w)] = true
		v.order = append(v.order, stem(w))
	}
	return v
}

// telling reports whether a word of a request says what it is about.
func telling(w string) bool {
	if stopWords[w] || utf8.RuneCountInString(w) < 3 {
		return false
	}
	return strings.IndexFunc(w, unicode.IsLetter) >= 0
}

// stopWords are words that any request or answer may contain: function words
// of a few languages and the verbs of asking.
var stopWords = wordSet(`
the and for are was were been being has have had will would should could can may might must not but its our your their his her you they them
this that these those with from into onto over under about after before than then there here where when what which who whom whose why how all any
some each every other another such only just also very more most much many few less least own same too out off per via yes non nor
please could kindly like want need needs make makes get gives give show tell send write review check look find look help take use uses using used
review reviews work works working thing things way ways good well new one two three first second last next done does did doing let lets
task request repository repo project code file files want wants know see say says said short list clear concrete
is it in of on to at by an as be we us or if so do no up me my he she
der die das und ist sind ein eine einen einem einer mit für von auf aus bei nach wie was wir ihr sie ich bitte nicht auch oder aber als dem den des zu im am an
uma um dos das del los las por para con com que não nao nos nas uma mais como está esta este isso sua seu favor
les des une est sont dans pour avec sur qui que pas nous vous plus par aux ses son
bitte schreibt vor allem neue quando
`)

func wordSet(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(text) {
		set[w] = true
	}
	return set
}
