// Package lex splits text into words, names of code, figures and sentences, and
// knows how languages stem and separate their words.
package lex

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Words splits text into lower-case words of letters and digits.
func Words(text string) []string {
	return AppendWords(make([]string, 0, len(text)/AverageWord), strings.ToLower(text))
}

// AppendWords appends the words of a text in lower case. A run of letters
// without spaces, as in Chinese, gives its pairs of letters.
func AppendWords(all []string, low string) []string {
	start, pairs := -1, false
	end := func(i int) {
		if start < 0 {
			return
		}
		if pairs {
			all = appendPairs(all, low[start:i])
		} else {
			all = append(all, low[start:i])
		}
		start, pairs = -1, false
	}
	for i, size := 0, 0; i < len(low); i += size {
		inside, joined := false, false
		if c := low[i]; c < utf8.RuneSelf {
			inside, size = wordByte[c], 1
		} else {
			var r rune
			r, size = utf8.DecodeRuneInString(low[i:])
			inside, joined = unicode.IsLetter(r) || unicode.IsDigit(r), Unspaced(r)
		}
		if !inside || joined != pairs && start >= 0 {
			end(i)
		}
		if inside && start < 0 {
			start, pairs = i, joined
		}
	}
	end(len(low))
	return all
}

// wordByte tells the ASCII bytes that words in lower case are made of.
var wordByte = func() (in [utf8.RuneSelf]bool) {
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyz0123456789_") {
		in[c] = true
	}
	return in
}()

// Stem cuts a word so that its forms meet: "decoding", "decoded", "decode".
// Crude, but the same for every language written in letters.
func Stem(word string) string {
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

// codeLooking matches names that people write only about code: snake_case,
// camelCase, dotted.names, calls(), paths and version numbers.
var codeLooking = regexp.MustCompile(`[A-Za-z_$][A-Za-z0-9_$]*(?:(?:\.|::|/)[A-Za-z_$][A-Za-z0-9_$]*)+|[A-Za-z_$][A-Za-z0-9_$]*\(|` +
	`[a-z0-9]+(?:_[a-z0-9]+)+|[A-Z0-9]+(?:_[A-Z0-9]+)+|[A-Za-z]*[a-z][A-Z][A-Za-z0-9]*|[a-z]+-?\d+(?:\.\d+)*`)

// NameParts returns the words that a name of code is made of, in lower case, and
// none when it is one word.
func NameParts(name string) []string {
	var parts []string
	start := 0
	for i := 1; i < len(name); i++ {
		c, before := name[i], name[i-1]
		joint := c == '_' || c == '$'
		if !joint && (c < 'A' || c > 'Z' || before >= 'A' && before <= 'Z' && (i+1 == len(name) || name[i+1] < 'a' || name[i+1] > 'z')) {
			continue
		}
		if i > start {
			parts = append(parts, strings.ToLower(name[start:i]))
		}
		if start = i; joint {
			start++
		}
	}
	if start > 0 && start < len(name) {
		parts = append(parts, strings.ToLower(name[start:]))
	}
	return parts
}

// CodeNames returns up to n matches of codeLooking, all when n is negative. A
// text without any of the marks that each match has is not searched.
func CodeNames(text string, n int) []string {
	if !MarksCode(text) {
		return nil
	}
	return AppendFromFields(nil, codeLooking, text, n, MarksCode)
}

// AppendFromFields appends up to n matches of an expression whose matches hold
// no blank; only fields of the text that may have one are searched.
func AppendFromFields(all []string, re *regexp.Regexp, text string, n int, may func(string) bool) []string {
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

// MarksCode reports whether text has what every match of codeLooking has: a
// bracket, an underscore, a joint between two names, camelCase or a digit
// behind a letter.
func MarksCode(text string) bool {
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

// Telling reports whether a word of a request says what it is about.
func Telling(w string) bool {
	if StopWords[w] {
		return false
	}
	if r, _ := utf8.DecodeRuneInString(w); Unspaced(r) {
		return strings.IndexFunc(w, particle) < 0
	}
	if utf8.RuneCountInString(w) < 3 {
		return false
	}
	return strings.IndexFunc(w, unicode.IsLetter) >= 0
}

// particle reports whether a letter holds sentences together where words are
// not separated: every text in the language has it.
func particle(r rune) bool {
	return r >= 0x3041 && r <= 0x309f || strings.ContainsRune("的了是在和与及或有没不我们你您这那哪个些其为以于对把被让给请吗呢吧啊也都就还很更最会能可要想说用写中文", r)
}

// StopWords are words that any request or answer may contain: function words
// of a few languages and the verbs of asking.
var StopWords = Set(`
don doesn didn isn aren wasn weren hasn haven hadn won wouldn couldn shouldn mustn ain ll ve
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
although though even still already instead without within while because since until unless whether however either neither both else otherwise
again always never ever often sometimes once twice rather quite really actually especially only together alone something anything everything
nothing someone somebody anyone everyone kind kinds sort lot bit able care cares depend depends expect expected happen happens give gave given
keep keeps kept come comes came goes went going turn turns take taken found finding put puts run runs running work worked use used bring brings
same such different similar existing current actual real true right wrong good bad better best worse worst great nice quick quickly brief
briefly minimal simple easy easier hard complete full whole half part parts small large big old new next now today before concrete direct
plain style text chat page point points top bottom line lines quote quotes please thanks thank hello hi include includes including each own
before after during between among around across through against toward towards behind above below under over into upon
team teams somebody colleagues version versions start started says said called call case cases reason want wanted wish
sollen soll wollen möchten können kann muss müssen werden wird wurde haben hat hatte sein unser unsere unseren unserem unser einige kurz kurze kurzen
worauf dann wenn weil damit dass doch noch schon sehr mehr viel wenige andere anderen diese dieser dieses etwas alles nichts echte echten
para esto eso ese esa estos cuando donde porque pero sino también muy ya hay hace hacer hacemos puede pueden sea así tampoco antes veces ni
quoi quand dont mais donc car très aussi avoir être fait faire faut notre votre leur cette ces nos vos
cada mas quando onde também muito já tem ser estar fazer pode nossa nosso
это как так для что чтобы если или при без нас нам наши мы вы они его её быть есть дело
little several times down stuff esp etc able bit maybe perhaps probably possibly roughly actually currently later soon today yesterday tomorrow
enough essay lecture bullet bullets ceremony matter matters terse succinct crisp blunt fluff nonsense rodeos corta corto breve brève court courte knapp
answer answers question questions reply paragraph paragraphs sentence sentences word words tutorial tutorials article articles summary
overview markdown prose ticket wiki blog chapter beginner beginners junior juniors colleague newcomer newcomers reader readers english german
spanish french portuguese chinese japanese russian italian deutsch deutsche deutscher deutschen englisch spanisch französisch español
castellano alemán francés inglés chino français anglais allemand português espanhol inglês русском английском
erkläre erklären schreibe schreiben prüfe prüfen erstelle erstellen zeige zeigen kurzer wissen möglichst jeweils übersicht fundstellen
necesitamos necesito saber quiero queremos explica explique explicar escribe escriba escribir revisa revise revisar haz indica indique
respuesta responde mande envíe envie descubra escreva explique preciso precisamos rédigez rédige écrivez écris expliquez vérifiez
посмотрите пожалуйста напишите объясните проверьте делать нужно найдите ответ
请 写 一份 我们 什么 怎么 每条 到底
`)

// Set makes a set of the words of a text.
func Set(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(text) {
		set[w] = true
	}
	return set
}

// Shorten cuts text to n runes for a report.
func Shorten(s string, n int) string {
	runes := []rune(strings.Join(strings.Fields(s), " "))
	if len(runes) <= n {
		return string(runes)
	}
	return string(runes[:n-1]) + "…"
}

// UnspacedRunes counts the letters of scripts that set no blanks between words.
func UnspacedRunes(text string) int {
	n := 0
	for _, r := range text {
		if Unspaced(r) {
			n++
		}
	}
	return n
}

// CountWords counts the words of a line, two letters for one where a language sets
// no blanks between them.
func CountWords(line string) int {
	return len(strings.Fields(line)) + UnspacedRunes(line)/2
}

// HasFigure reports whether text has a number that is no part of a name.
func HasFigure(text string) bool {
	for i := range len(text) {
		if text[i] >= '0' && text[i] <= '9' && (i == 0 || !Alphanumeric(text[i-1]) && text[i-1] != '_') {
			return true
		}
	}
	return false
}

// IsNamed reports whether a word is a path or a name of code: it has a joint
// between its parts, or a capital inside.
func IsNamed(field string) bool {
	for i := 1; i < len(field); i++ {
		c, before := field[i], field[i-1]
		if c >= 'A' && c <= 'Z' && before >= 'a' && before <= 'z' {
			return true
		}
		if i+1 < len(field) && (c == '.' || c == '/' || c == ':' || c == '_') && Alphanumeric(before) && (Alphanumeric(field[i+1]) || field[i+1] == '_') {
			return true
		}
	}
	return false
}

// MinName is how long, in bytes, a name of code must be to tell anything.
const MinName = 4

// CommonNames are names that any repository in the language has.
var CommonNames = Set(`func function return const import export default package require module exports class this self null none true false
undefined string number boolean object array error errors type types interface struct public private static void int bool byte float
main test tests name value values data index item items list length push else elif then while break continue switch case async await
print printf println console log from with except raise throw catch finally try yield lambda let var nil err new typeof instanceof
json yaml http https html code file files line lines path paths user users option options param params arg args result results
run runs uses steps node version true version for and the not use get set add key keys`)

// AverageWord is about how many bytes a word takes with what is around it.
const AverageWord = 6
