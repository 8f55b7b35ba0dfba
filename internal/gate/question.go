package gate

import (
	"aicity.dev/aicity/internal/gate/pattern"
)

// question is a kind of question that shows in how its answer opens.
type question struct {
	asked, opening pattern.Pattern
}

var questions = []question{
	{pattern.Any(
		`(?i)(?:^|[.!:;,?] )(?:any|anything|is|are|does|do|did|can|could|will|would|should|has|have|was|were|ist|`+
			`sind|kann|können|gibt|hat|soll|sollte|darf|est-ce|peut-on|es|está|puede|hay|são|pode|deve|può|`+
			`è)\s(?:[^.!?\n]|\.\S){3,240}[?？]`,
		`(?i)\b(?:whether|ob)\b|[吗嗎か]\s*[?？。]|是否|有没有|ли\b`,
	),
		pattern.Any(
			`(?i)^\W{0,6}(?:(?:short answer|answer|in short|verdict|kurz|kurze antwort|antwort|respuesta|resposta|`+
				`réponse|short)\W{1,4})?(?:yes|no|not|nothing|none|never|neither|nearly|almost|only|partly|partially|`+
				`mostly|usually|it (?:is|does|can|has|depends)|they (?:are|do|can)|there (?:is|are)|safe|unsafe|correct|`+
				`right|wrong|true|false|ja|nein|jein|nur|nicht|kein\w*|teils|oui|non|partiellement|sí|si|ningun\w*|sim|`+
				`não|nada|sì|да|нет|не)(?:[\s,.:;!–—-]|$)`,
			`^\W{0,6}(?:是|不|没|有|可以|能|会|否|はい|いいえ|ない)`,
		)},
	{pattern.Any(
		`(?i)\bhow (?:many|much|long|often|big|large|fast|deep|high)\b`,
		`\bwie (?:viele?|lange|oft|gro(?:ß|ss)|schnell)\b|\bcu[áa]nt[oa]s?\b|\bquant[oa]s?\b|\bcombien\b`,
		`сколько|как долго|多少|多久|几个|いくつ|どれくらい`,
	), pattern.Any(
		`\d`,
		`(?i)\b(?:none|one|two|three|four|five|once|twice|unlimited|unbounded|no limit|keine?|eins?|zwei|drei|`+
			`uno|dos|tres|un|deux|trois)\b`,
	)},
	{pattern.New(`(?i)\bwhere\b|\bwhich (?:line|file|function|place)|\bwo\b|\bd[óo]nde\b|\bonde\b|\boù\b|\bdove\b|где|哪里|哪个|どこ`), pattern.New(`[A-Za-z0-9_/.-]+\.[A-Za-z]{1,5}\W{0,4}(?::|#L|\(|,?\s+(?:line|lines|zeilen?|l[ií]neas?|linhas?|lignes?|строк\w*)\s*)\d`)},
}

// opensAsAsked reports whether the request is a question and the deliverable
// opens with an answer to one of that kind: yes or no, a figure, a place.
func (v *view) opensAsAsked() bool {
	text := v.in.Request.Description
	for _, q := range questions {
		if q.asked.MatchString(text) && q.opening.MatchString(v.head.lower) {
			return true
		}
	}
	return false
}
