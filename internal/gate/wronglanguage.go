package gate

import (
	"fmt"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/city"
)

// wrongLanguage takes points for code in a language that neither the
// repository nor the request knows.
func wrongLanguage(v *view) (Signal, bool) {
	s := Signal{Name: "language of the code", Reason: "The code is in a language of the repository or the request."}
	if v.index == nil || len(v.index.langs) == 0 || !v.want.code {
		return s, false
	}
	fits, foreign := 0, map[string]int{}
	total := 0
	for _, b := range v.doc.blocks {
		lang := languageOf[b.lang]
		if lang == "" {
			continue
		}
		total += len(b.lines)
		if v.index.langs[lang] > 0 || v.requestNames(lang) {
			fits += len(b.lines)
			continue
		}
		foreign[b.lang] += len(b.lines)
	}
	if total < 5 || fits*3 >= total || v.in.Request.Category == city.DevOps || len(v.in.Patch) > 0 {
		return s, true
	}
	var names []string
	for name := range foreign {
		names = append(names, name)
	}
	slices.Sort(names)
	s.Points, s.Cap = -costMissingAsk, capAt(capLanguage)
	s.Reason = fmt.Sprintf("The code is %s; the repository has none and the request does not ask for it.", strings.Join(names, ", "))
	s.advice = "Write the code in the language of the repository."
	return s, true
}

func (v *view) requestNames(lang string) bool {
	for _, w := range words(requestText(v.in.Request)) {
		if languageOf[w] == lang && len(w) > 1 {
			return true
		}
	}
	return false
}
