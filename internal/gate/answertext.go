package gate

import (
	"math"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"aicity.dev/aicity/internal/gate/lex"
)

// answerText is a text as wishes are looked up in it.
type answerText struct {
	lower    string          // in lower case, with the paths it cites
	said     map[string]bool // the words of that
	stems    map[string]bool // and their stems
	touched  []string        // files of the repository that are cited or patched
	parts    map[string]bool // the stems of the words that its names of code are made of
	concerns uint32          // what it is about, a bit for each of concerns
	shares   []float64       // what it tells in percent
}

func (a *answerText) read(stem *lex.Stemmer) {
	said := lex.AppendWords(make([]string, 0, len(a.lower)/lex.AverageWord), a.lower)
	a.stems, a.said = make(map[string]bool, len(said)/2), make(map[string]bool, len(said)/2)
	for _, w := range said {
		if !a.said[w] {
			a.said[w] = true
			a.stems[stem.Of(w)] = true
		}
	}
	a.shares = sharesIn(a.lower)
}

// takes reports whether a text takes a wish up.
func (a *answerText) takes(w wish) bool {
	switch w.kind {
	case wishFile:
		if dir, ok := strings.CutSuffix(w.key, "/"); ok {
			return slices.ContainsFunc(a.touched, func(p string) bool { return strings.HasPrefix(p, dir+"/") }) || strings.Contains(a.lower, strings.ToLower(dir)+"/")
		}
		return slices.Contains(a.touched, w.key) || strings.Contains(a.lower, strings.ToLower(path.Base(w.key)))
	case wishLiteral:
		if figure := leadingFigure(w.key); len(figure) > 2 && strings.Contains(a.lower, figure) {
			return true // "1.050KB" comes back as 1.050
		}
		if head, value, ok := strings.Cut(w.key, "="); ok && len(head) > 1 && value != "" && strings.Contains(a.lower, head+"=") {
			return true // of "TZ=Europe/Berlin" what is set comes back
		}
		if strings.Trim(w.key, "0123456789") == "" {
			return a.said[w.key]
		}
		if code := statusCode(w.key); code != "" && a.said[code] {
			return true // "Internal Server Error" comes back as 500
		}
		return strings.Contains(a.lower, w.key) || a.mostOf(w.key) || a.namesOf(w.key) || strings.HasSuffix(w.key, "%") && a.percent(strings.TrimSuffix(w.key, "%"))
	case wishName:
		if strings.Contains(a.lower, w.key) {
			return true
		}
		if one, other, pair := strings.Cut(w.key, "/"); pair && a.said[one] && a.said[other] {
			return true // "first/else" are two words of the code
		}
		last := lex.LastName(w.key)
		return len(last) > 2 && last != w.key && a.said[last] && (!lex.StopWords[last] && !ordinary[last] || a.asCode(last))
	}
	return a.stems[w.key]
}

// percent reports whether a share comes back, maybe more exactly than it was told: 95%
// as 94.9 %.
func (a *answerText) percent(told string) bool {
	want, err := strconv.ParseFloat(strings.ReplaceAll(told, ",", "."), 64)
	return err == nil && slices.ContainsFunc(a.shares, func(said float64) bool { return math.Abs(said-want) <= 0.5 })
}

// maxShares bounds the shares of a text that are looked at, longestShare their bytes.
const (
	maxShares    = 200
	longestShare = 9
)

// sharesIn are the figures before the first percent signs of a text.
func sharesIn(text string) []float64 {
	var all []float64
	for len(all) < maxShares {
		before, behind, found := strings.Cut(text, "%")
		if !found {
			break
		}
		text = behind
		before = strings.TrimRight(before[max(0, len(before)-longestShare):], " ")
		digits := before[len(strings.TrimRight(before, "0123456789.,")):]
		if said, err := strconv.ParseFloat(strings.ReplaceAll(digits, ",", "."), 64); err == nil {
			all = append(all, said)
		}
	}
	return all
}

// statusCode is the code of HTTP that is called as a text in lower case is, or ends so,
// "" for none.
func statusCode(called string) string {
	if !strings.Contains(called, " ") {
		return ""
	}
	for code := http.StatusBadRequest; code <= http.StatusNetworkAuthenticationRequired; code++ {
		if name := strings.ToLower(http.StatusText(code)); name == called || strings.HasSuffix(name, " "+called) {
			return strconv.Itoa(code)
		}
	}
	return ""
}

// asCode reports whether a word that sentences have, too, comes back as a name of code.
func (a *answerText) asCode(word string) bool {
	for _, form := range []string{word + "(", "." + word, "`" + word, "#" + word} {
		if strings.Contains(a.lower, form) {
			return true
		}
	}
	return false
}

// mostOf reports whether most words of a quoted sentence come back.
func (a *answerText) mostOf(literal string) bool {
	n, there := 0, 0
	for _, w := range lex.Words(literal) {
		if lex.Telling(w) {
			n++
			if a.said[w] {
				there++
			}
		}
	}
	return n > 1 && there*10 >= n*6
}

// namesOf reports whether a quoted sentence has names of code and all of them come back.
func (a *answerText) namesOf(literal string) bool {
	names := underscored.FindAllString(literal, maxShownNames)
	return strings.Contains(literal, " ") && len(names) > 0 && !slices.ContainsFunc(names, func(n string) bool { return !strings.Contains(a.lower, n) })
}

// underscored matches a name that no sentence has as a word.
var underscored = regexp.MustCompile(`\b\w*_\w+\b`)

// maxShownNames bounds the names that are looked at in one quoted sentence.
const maxShownNames = 8

// leadingFigure is the number that a literal begins with.
func leadingFigure(s string) string {
	return strings.TrimRight(s[:len(s)-len(strings.TrimLeft(s, "0123456789."))], ".")
}

// touches tells how far names of code in the text have a word of the wish as a part,
// or a word of the text is a part of the name wished for: 1 for a part that tells,
// 0 for one that many names of the repository have, or where another part of a name that
// the repository uses does not come, -1 for none.
func (v *view) touches(a *answerText, w wish) float64 {
	if w.kind == wishWord && a.parts[w.key] {
		return 1
	}
	if w.kind != wishName {
		return -1
	}
	most, missing, whole := -1.0, false, strings.ToLower(w.function())
	for _, p := range append(lex.NameParts(lex.LastName(w.text)), whole) {
		if len(p) < lex.MinName || lex.CommonNames[p] {
			continue
		}
		if st := v.stem.Of(p); a.parts[st] || a.stems[st] {
			most = max(most, min(1, math.Floor(v.rarity(p)/commonPart)))
		} else if p != whole {
			missing = true
		}
	}
	if missing && most > 0 && v.Index.UsesOf(lex.LastName(w.key)) > 0 {
		most = 0
	}
	return most
}
