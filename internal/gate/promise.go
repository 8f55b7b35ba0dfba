package gate

import (
	"fmt"
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

// promised matches a sentence that says what its writer is going to do, in the
// languages that have a form for it.
var promised = pattern.New(`(?i)\b(?:i|we)(?:'ll| will| shall| am going to| are going to| plan to| intend to)\b` +
	`|\bwill (?:then |also )?be (?:stud|analy|examin|review|compar|evaluat|assess|weigh|draft|compil|prepar|document|design|propos|select|deliver|investigat|collect|implement|describ|written|put together)` +
	`|\b(?:ich|wir) werden?\b|\bwerden? (?:ich|wir)\b|\bwerden [^.]{0,60}(?:geprüft|analysiert|untersucht|erstellt|bewertet|verglichen|erarbeitet|dokumentiert|zusammengestellt|entworfen|beschrieben)` +
	`|\bje vais\b|\bnous allons\b|\bnous \w+erons\b|\bje \w+erai\b|\bser(?:a|ont) (?:analysé|étudié|évalué|rédigé|comparé|préparé|documenté|conçu)` +
	`|\bvoy a\b|\bvamos a\b|\bse (?:analizará|evaluará|estudiará|comparará|documentará|revisará|preparará|diseñará)|aremos\b|\bvou \w+r\b|\biremos\b|\bser(?:á|ão) (?:analisad|avaliad|estudad|comparad|documentad|preparad|elaborad)` +
	`|\b(?:analizzerò|esaminerò|valuterò|preparerò|confronterò|eremo)\b|\bik zal\b|\b(?:we|wij) zullen\b|\bzal ik\b|\bzullen we\b` +
	`|я буду|мы будем|буд(?:ет|ут) (?:проанализ|изуч|подготов|оцен|рассмотр|описан)` +
	`|我(?:们|們)?(?:将|將|会|會|计划|打算|準備)` +
	`|(?:整理|検討|調査|分析|評価|作成|比較|確認|設計|文書化|測定|反映|洗い出)し(?:ていき|て参り)?ます|まとめ(?:ていき)?ます|着手いたします|お渡しします|を進めます|進めたいと`)

// planned matches requests whose product is itself a plan.
var planned = regexp.MustCompile(`(?i)\b(?:plan|planning|roadmap|steps|schedule|migrat\w+|procedure|runbook|checklist|ablauf|vorgehen|étapes|pasos|passos)\b|計画|手順|步骤|план`)

// Promises count when there are so many, and when they are so much of what is
// said.
const (
	manyPromises  = 3
	promisedShare = 0.3
)

// promises takes the verdict when a text says what will be done, and little of
// it is done.
func promises(v *view) (Signal, bool) {
	s := Signal{Name: "promises", Reason: "The work is done, not announced."}
	n, budget := 0, document.PhraseBudget
	promised := promised.In(v.Doc.Low)
	for i, l := range v.Doc.Lines[:v.Doc.Written] {
		if budget -= len(l.Text); budget < 0 {
			break
		}
		if l.Code || !promised.May(v.Doc.Lower[i]) {
			continue
		}
		for _, sentence := range lex.Sentences(l.Text) {
			if promised.MatchString(sentence) {
				if n++; n <= 4 {
					s.Evidence = append(s.Evidence, lex.Shorten(strings.TrimSpace(sentence), 90))
				}
			}
		}
	}
	work := v.Ground.Quoted + v.Ground.Anchored/2 + v.Doc.CodeLines()/3
	if n < manyPromises || work*2 >= n || float64(n) < promisedShare*float64(max(v.prose.all, 1)) || planned.MatchString(v.in.Request.Description) {
		s.Evidence = nil
		return s, true
	}
	s.Cap = new(capPromises)
	s.Reason = fmt.Sprintf("%d sentences say what will be done; little of it is.", n)
	s.advice = "Deliver what you announce: a plan of the work is not the work."
	return s, true
}
