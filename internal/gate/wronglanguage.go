package gate

import (
	"fmt"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
	"aicity.dev/aicity/internal/gate/syntax"
)

// wrongLanguage takes points for code in a language that neither the
// repository nor the request knows.
func wrongLanguage(v *view) (Signal, bool) {
	s := Signal{Name: "language of the code", Reason: "The code is in a language of the repository or the request."}
	if v.Index == nil || len(v.Index.Langs) == 0 || !v.Want.Code {
		return s, false
	}
	fits, foreign := 0, map[string]int{}
	asked := v.requestLanguages()
	total := 0
	named := map[string]bool{}
	for _, w := range lex.Words(likeOthers.Regexp().ReplaceAllString(v.Request, " ")) {
		if len(w) > 1 {
			named[syntax.LanguageOf[w]] = true
		}
	}
	for _, b := range v.Doc.Blocks {
		lang := syntax.LanguageOf[b.Lang]
		if lang == "" {
			continue
		}
		total += len(b.Lines)
		if asked[lang] || named[lang] || len(asked) == 0 && v.Index.Langs[lang] > 0 {
			fits += len(b.Lines)
			continue
		}
		foreign[b.Lang] += len(b.Lines)
	}
	if total < 5 || fits*3 >= total || v.Want.Config || len(v.in.Patch) > 0 {
		return s, true
	}
	var names []string
	for name := range foreign {
		names = append(names, name)
	}
	slices.Sort(names)
	s.Points, s.Cap = -costMissingAsk, new(capLanguage)
	s.Reason = fmt.Sprintf("The code is %s; the repository has none and the request does not ask for it.", strings.Join(names, ", "))
	s.advice = "Write the code in the language of the repository."
	return s, true
}

// likeOthers matches what a request compares its wish with, which may be in another
// language: "like Python's deque".
var likeOthers = pattern.New(`(?i)\b(?:like|as in|unlike|similar to|known from|equivalent (?:of|to)|the same as|inspired by|à la|wie in|como en|como em|comme en)(?: in| the)? [\p{L}#+]+(?:['’]s)?`)

// requestLanguages are the languages that the request names, itself or by the
// files it is about; none when it leaves that to the repository.
func (v *view) requestLanguages() map[string]bool {
	asked := map[string]bool{}
	for _, w := range v.wished {
		if lang := syntax.LanguageOfFile(w.key); w.kind == wishFile && lang != "" {
			asked[lang] = true
		}
	}
	return asked
}
