package lex

import (
	"math/bits"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/hungarian"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/romanian"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
	"github.com/blevesearch/snowballstem/turkish"
	lru "github.com/hashicorp/golang-lru/v2"
)

// tongue is a natural language: its English name, the small words that give it away, and
// how its words are stemmed.
type tongue struct {
	name  string
	marks map[string]bool
	stem  func(*snowballstem.Env) bool
}

// tongues that are told apart, English first: it is what remains in doubt.
var tongues = []tongue{
	{"english", Set("the and of to is in that for with not are this what which how from our you"), english.Stem},
	{"german", Set("der die das und nicht ist ein eine mit für auf wir bitte den dem wie zu von auch werden"), german.Stem},
	{"french", Set("le la les des une est dans pour avec qui que nous vous sur pas aux du et"), french.Stem},
	{"spanish", Set("el la los las una del que por con para qué está es y se cómo más no nos"), spanish.Stem},
	{"portuguese", Set("o os um uma do da dos das não que com para em no na por é mais está"), portuguese.Stem},
	{"italian", Set("il lo gli una del della che per con non è sono come più nel si di"), italian.Stem},
	{"dutch", Set("de het een en van niet is met voor op dat wij zijn naar ook bij"), dutch.Stem},
	{"swedish", Set("och att det som en är för med på av inte den till vi"), swedish.Stem},
	{"danish", Set("og at det som en er for med på av ikke den til vi der"), danish.Stem},
	{"norwegian", Set("og å det som en er for med på av ikke den til vi jeg"), norwegian.Stem},
	{"finnish", Set("ja on ei että se mutta kun tai joka sekä ovat"), finnish.Stem},
	{"hungarian", Set("és a az hogy nem egy van is de meg csak"), hungarian.Stem},
	{"romanian", Set("și în de la cu nu este o un pe pentru că să"), romanian.Stem},
	{"turkish", Set("ve bir bu için ile değil olarak çok da de"), turkish.Stem},
	{"russian", Set("и в не на что с по как это для мы из от при"), russian.Stem},
}

// tonguesOf tells of which tongues a small word is, a bit for each.
var tonguesOf = func() map[string]uint32 {
	of := map[string]uint32{}
	for i, t := range tongues {
		for word := range t.marks {
			of[word] |= 1 << i
		}
	}
	return of
}()

// Stemmer cuts the words of a language so that their forms meet.
type Stemmer struct {
	stem  func(*snowballstem.Env) bool
	env   *snowballstem.Env
	known *lru.Cache[string, string]
}

// rememberedStems is for how many words of each tongue the stem is remembered
// between texts: to cut one costs a microsecond, and most words are common ones.
const rememberedStems = 8 << 10

// knownStems are what is remembered for each tongue.
var knownStems = func() []*lru.Cache[string, string] {
	known := make([]*lru.Cache[string, string], len(tongues))
	for i := range known {
		known[i], _ = lru.New[string, string](rememberedStems) // fails for a size of none only
	}
	return known
}()

// NewStemmer returns the stemmer for the language of the words.
func NewStemmer(text []string) *Stemmer {
	best, _ := TongueOf(text)
	return &Stemmer{stem: tongues[best].stem, env: snowballstem.NewEnv(""), known: knownStems[best]}
}

// TongueName is the English name, in lower case, of a tongue that TongueOf returns.
func TongueName(tongue int) string { return tongues[tongue].name }

// TongueOf returns which of the tongues the words are of, and how sure that is:
// the share of words that give it away, less that of English.
func TongueOf(text []string) (best int, sure float64) {
	text = text[:min(len(text), 2000)]
	counts := make([]int, len(tongues))
	for _, w := range text {
		for of := tonguesOf[w]; of != 0; of &= of - 1 {
			counts[bits.TrailingZeros32(of)]++
		}
	}
	most := 0
	for i, n := range counts {
		if n > most {
			best, most = i, n
		}
	}
	return best, float64(most-counts[0]) / float64(max(1, len(text)))
}

// longestStemmed is the longest word that is stemmed; longer ones are names.
const longestStemmed = 40

// Of returns the stem of a word in lower case.
func (s *Stemmer) Of(word string) string {
	if n := len(word); n <= 2 || n > longestStemmed {
		return word
	}
	if st, ok := s.known.Get(word); ok {
		return st
	}
	if strings.IndexFunc(word, NotLetter) >= 0 {
		return word
	}
	s.env.SetCurrent(word)
	s.stem(s.env)
	st := s.env.Current()
	s.known.Add(strings.Clone(word), strings.Clone(st)) // a part of a text would keep all of it
	return st
}

// NotLetter reports whether a rune is no part of a word.
func NotLetter(r rune) bool { return !unicode.IsLetter(r) && r != '\'' }

// Unspaced reports whether a letter is of a script that is written without
// spaces between words.
func Unspaced(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

// appendPairs appends the pairs of neighbouring letters of a run without
// spaces: where there are no spaces, these stand for the words.
func appendPairs(all []string, run string) []string {
	_, width := utf8.DecodeRuneInString(run)
	if width == len(run) {
		return append(all, run)
	}
	for start := 0; start < len(run); {
		_, first := utf8.DecodeRuneInString(run[start:])
		if start+first >= len(run) {
			break
		}
		_, second := utf8.DecodeRuneInString(run[start+first:])
		all = append(all, run[start:start+first+second])
		start += first
	}
	return all
}
