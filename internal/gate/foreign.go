package gate

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// smallEnglish are the words without which nobody writes English for long.
var smallEnglish = lex.Set(`the a an and or of to in is are was it its that this these those for with not no from our your their you we i they on at as be by
if when where how what which why who does do did can should must would will has have had but only so than then there all any please tests use need`)

// Shares of small English words: of a text in English, and of one that is not.
const (
	englishShare  = 0.12
	foreignShare  = 0.06
	enoughEnglish = 6 // words to tell
	maxEnglish    = 400
)

// smallShare is the share of small English words among the first words of a text.
func smallShare(text []string) float64 {
	text = text[:min(len(text), maxEnglish)]
	n := 0
	for _, w := range text {
		if smallEnglish[w] {
			n++
		}
	}
	return share(float64(n), float64(len(text)))
}

// findForeign reports whether the request is in another language than English.
func (v *view) findForeign() bool {
	tongue, _ := lex.TongueOf(v.asked)
	return tongue != 0 || otherScript(v.Request) || len(v.asked) >= enoughEnglish && smallShare(v.asked) < foreignShare
}

// otherScript reports whether a good part of the letters of a text are not Latin.
func otherScript(text string) bool {
	letters, others := 0, 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
			if r > unicode.MaxLatin1 && !unicode.Is(unicode.Latin, r) {
				others++
			}
		}
	}
	return others*5 > letters
}

// answersInEnglish reports whether a request in another language is answered in
// English: its words cannot come back then, only what it names.
func (v *view) answersInEnglish() bool {
	return v.foreign() && len(v.Doc.Words) >= enoughEnglish && smallShare(v.Doc.Words) >= englishShare
}

// orderedTongue matches the order for a text in one of the languages that are told apart.
var orderedTongue = regexp.MustCompile(`(?i)\bin (german|french|spanish|portuguese|italian|dutch|swedish|danish|norwegian|finnish|hungarian|romanian|turkish|russian)\b`)

// answersAsTranslated reports whether an English request orders a text in another
// language, gets one, and something that it names comes back.
func (v *view) answersAsTranslated() bool {
	m := orderedTongue.FindStringSubmatch(v.Request)
	if m == nil || v.in.Request.Category != city.ContentCreation || v.foreign() || !v.writtenForeign() {
		return false
	}
	tongue, _ := lex.TongueOf(v.Doc.Words)
	return lex.TongueName(tongue) == strings.ToLower(m[1]) && slices.ContainsFunc(v.wished, func(w wish) bool {
		return w.weight >= commonWord && v.all.takes(w)
	})
}

// namesEnglish matches what names English in a request, in the language of that.
var namesEnglish = pattern.New(`(?i)\beng[el]|\bingl[eéê]|\banglais|\banglick|\bangielsk|\bangol|\bingilizce|İngilizce|англ|英`)

// textInTongue matches a text that is ordered in a language; behind other words that is a
// part of its subject: "a page on how dates look in German".
var (
	textInTongue = regexp.MustCompile(`(?i)\b(?:write|draft|prepare|need|want|give|make|create|please)\b[^.!?\n]{0,60}\b(?:pages?|texts?|guide|article|post|faq|notes?|tutorial|letter|mail|handbook|sheet|section|chapter|` +
		`document|it|this|that)\b(?: for (?:our|the|my|your) \w+(?: \w+)?)?,? ` + orderedTongue.String())
)

// inEnglishInstead reports whether a text that was ordered in another language, or by a
// request in one, is written in English: of the hundred honest texts of the kept sets that
// were, none is.
func (v *view) inEnglishInstead() bool {
	if v.in.Request.Category != city.ContentCreation || namesEnglish.MatchString(v.Request) {
		return false
	}
	if slices.ContainsFunc(v.wished, func(w wish) bool {
		return w.kind == wishFile && !holdsCode(w.key) && !strings.HasSuffix(w.key, "/")
	}) {
		return false // a text that is there, in whatever language, is to go on
	}
	if textInTongue.MatchString(v.Request) {
		return len(v.Doc.Words) >= tongueWords && !v.writtenForeign()
	}
	return len(v.asked) >= enoughEnglish && v.answersInEnglish()
}

// lostInTranslation reports whether a thing that the request names is a word that
// neither the answer nor, when that is the English one, the repository has.
func (v *view) lostInTranslation(w wish) bool {
	return w.kind == wishWord && (!v.foreign() || v.Index.UsesOf(w.text) == 0) && !v.all.takes(w)
}
