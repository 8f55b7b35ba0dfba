package gate

import (
	"math"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/gate/kind"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// traits is how many traits tell what kind of work a deliverable is, and steps
// how many values one can have.
const (
	traits = 9
	steps  = kind.Steps
)

// traitCode is the place of code among the traits.
const traitCode = 0

// Makeup is what a deliverable consists of: for each trait its step, from none
// to much. Work of one category has much the same makeup whoever did it.
type Makeup [traits]uint8

// makeupCounts is how often honest work of one category has each makeup.
type makeupCounts [traits][steps]uint16

// trait is one of the things that a makeup tells. What the request itself names
// is expected: that it is there is never held against the work.
type trait struct {
	name  string
	named pattern.Pattern
	words bool    // what explains, plans or answers a question can do without it
	made  bool    // what is asked to make something has it
	least float64 // what it can say against work
}

// excused reports whether a trait that the work has, or has not, is what the
// request makes one expect: words is that it asks for words, made that something
// is to be made.
func (t trait) excused(step uint8, request string, words, made bool) bool {
	if step == 0 {
		return words && t.words
	}
	return made && t.made || t.named.MatchString(request)
}

// asksWords matches requests whose answer is words, whatever their category.
var asksWords = pattern.Any(
	`(?i)\b(?:explain\w*|why|plan|propos\w*|suggest\w*|ideas?|options?|opinion|what can go|overview|`+
		`in plain words|erklär\w*|warum|explica\w*|explique\w*|por qu[eéê]|pourquoi|plain text|answer)\b`,
	`почему|объясн|说明|解释|为什么`,
)

var traitsOf = [traits]trait{
	{"code", pattern.New(`(?i)\b(?:code|snippets?|examples?|show|print|script|regex|beispiel\w*|ejemplos?|exemples?|exemplos?)\b|代码|例`), true, true, otherKind},
	{"tests", asksTests, true, false, otherKind},
	{"lines with figures", asksFigures, false, false, otherStyle},
	{"changed lines", pattern.New(`(?i)\b(?:patch\w*|diff|fix\w*|correct\w*|corrig\w*|korrig\w*|beheb\w*|change|replac\w*|arregl\w*)\b|修复|修正|исправ`), true, true, otherKind},
	{"a table", pattern.New(`(?i)\b(?:tables?|tabelle|tabla|tabela|tableau|compar\w*|list\w*)\b|表`), false, false, otherStyle},
	{"places in the code", pattern.New(`(?i)\b(?:lines?|where|file|places?|cite|references?|zeilen\w*|fundstellen|l[ií]neas?|linhas?|lignes?)\b|строк|行`), false, false, otherStyle},
	{"figures of time", asksFigures, false, false, otherStyle},
	{"severities", asksFindings, false, false, otherKind},
	{"configuration", asksConfig, true, false, otherKind},
}

// What a trait can say against work: that it is another kind of work, or only
// that most people would put it in another way.
const (
	otherKind  = -3.0
	otherStyle = -0.6
)

// asksFigures matches requests for something to be counted or measured.
var asksFigures = pattern.Any(
	`(?i)\b(?:measur\w*|benchmark\w*|how (?:many|much|long|often|fast|big|large)|numbers?|figures?|count\w*|`+
		`calculat\w*|coverage|prove|proof|show that it works|performance|bursts?|load|slow\w*|hundreds?|thousands?|`+
		`cost\w*|limits?|speed|time\w*|wie (?:viele?|lange)|cu[áa]nt\w*|quant\w*|combien|grenzwerte)\b`,
	`сколько|多少|概率`,
)

// makeup tells what the deliverable consists of.
func (v *view) makeup() Makeup {
	code, tests, config, change := v.codeByKind()
	prose := v.Doc.WordCount()
	part := func(n int) float64 { return float64(n) / float64(1+code) }
	figures, times, rows := 0, 0, 0
	budget := grounding.NamesBudget
	for _, l := range v.Doc.Lines {
		if budget -= len(l.Text); budget < 0 {
			break
		}
		if l.Code {
			continue
		}
		if document.TableRow.Matches(l.Text) {
			rows++
		}
		if strings.ContainsAny(l.Text, "0123456789") {
			if lex.HasFigure(lex.WithoutLines(l.Text)) {
				figures++
			}
			times += timesIn(l.Text, steps*2)
		}
	}
	return Makeup{
		step(float64(6*code)/float64(1+6*code+prose), 0.01, 0.35, 0.65),
		step(part(tests), 0.01, 0.5),
		step(float64(figures), 1, 4, 9),
		step(float64(change), 1, 10),
		step(float64(rows), 3),
		step(100*float64(max(v.Ground.Located, v.Ground.Facts))/float64(30+prose), 0.5, 2.5, 6),
		step(float64(times), 1, 5),
		step(float64(v.ranked()), 3),
		step(part(config), 0.01, 0.4),
	}
}

// step is how many of the bounds a value reaches.
func step(value float64, bounds ...float64) uint8 {
	n := uint8(0)
	for _, b := range bounds {
		if value >= b {
			n++
		}
	}
	return n
}

// makeupOdds is, for each category, trait and step, the logarithm of how much
// oftener work of the category has it than other work.
var makeupOdds = func() map[city.Category]*[traits][steps]float64 {
	const doubt = 6 // as many more samples of a category, made like those of all
	odds := make(map[city.Category]*[traits][steps]float64, len(honestMakeup))
	for t := range traits {
		var all [steps]float64
		sum := 0.0
		for s := range steps {
			all[s] = 0.5
			for _, counts := range honestMakeup {
				all[s] += float64(counts[t][s])
			}
			sum += all[s]
		}
		for c, counts := range honestMakeup {
			if odds[c] == nil {
				odds[c] = new([traits][steps]float64)
			}
			own := 0.0
			for s := range steps {
				own += float64(counts[t][s])
			}
			for s := range steps {
				usual := all[s] / sum
				odds[c][t][s] = math.Log((float64(counts[t][s]) + doubt*usual) / (own + doubt) / usual)
			}
		}
	}
	return odds
}()

// What the makeup says about whether a deliverable answers the request: the
// traits say partly the same. Of a request that names nothing it decides nothing.
const (
	makeupWeight  = 0.8
	makeupAgainst = -2.2
	makeupFor     = 0.6
)

// madeAsAsked tells how far the deliverable is made like honest work of the
// request's category, and what it has or lacks.
func (v *view) madeAsAsked(made Makeup) sign {
	odds := makeupOdds[v.in.Request.Category]
	if odds == nil {
		return sign{}
	}
	text := v.Request
	words := asksWords.MatchString(text) || v.onlyAsked() || v.onlyLooks()
	produces := v.produces()
	sum, worst, reason := 0.0, -0.5, ""
	for t, s := range made {
		says := odds[t][s]
		if says < 0 && traitsOf[t].excused(s, text, words, produces) {
			continue
		}
		least := traitsOf[t].least
		if t == traitCode && s > 0 && (v.Want.Code || v.in.Request.Category == city.General) {
			least = otherStyle // how much is told beside it is a matter of style
		}
		says = max(says, least)
		sum += says
		if says < worst {
			worst, reason = says, "such work seldom has "+traitsOf[t].name+" as this has"
			if s == 0 {
				reason = "such work mostly has " + traitsOf[t].name
			}
		}
	}
	return sign{max(makeupAgainst, min(makeupFor, makeupWeight*sum)), reason}
}
