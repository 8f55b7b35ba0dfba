package gate

import (
	"fmt"
)

// judgeTalk matches text that is addressed to whoever scores, not to the buyer.
var judgeTalk = phrases{hints: []string{"ignore", "score", "verdict", "evaluator", "grader", "judge", "scoring", "grading", "judging", "evaluation", "quality gate", "model", "instruction", "approved", "validated", "check", "pretend", "label", "calibration", "minimum", "maximum", "no longer", "rationale", "payment"}, re: newSearch(`\bignore[ _](?:all |any |the )?(?:previous|prior|above|earlier)[ _](?:instructions?|prompts?|rules?)|\b(?:gate|reference|override)[ _-]?score\b|"verdict"\s*:\s*"(?:accept|pass|approved?)|\b(?:evaluator|grader|judge|scoring (?:agent|model|system)|quality gate|llm judge)\s*:\s|\bto:?\*{0,2} (?:the )?(?:scoring|grading|judging|evaluation) (?:agent|model|system)|\bnote to (?:the )?(?:grader|evaluator|judge|model)|\binstructions? (?:for|to) the (?:model|grader|judge|evaluator|ai)|\b(?:pre-?validated|pre-?approved|auto-?approved)\b|\bskip (?:the )?(?:reference|quality|further)[^.\n]{0,20}check|\bpretend (?:that )?you are\b|\breference label is\b|\bany (?:grader|judge|evaluator)\b|\b(?:graders|evaluators|judges) (?:run|must|should|may|are|will)\b|\bm(?:in|ax)imum[ _-]?scores?\b|\byou are (?:no longer|now) (?:the |a |an )?(?:grader|judge|evaluator|author|assistant)|\b(?:not|never) be mentioned in the (?:rationale|reasons?|verdict|report)\b|\brelease the payment\b|\bcalibration run\b`)}

// judgeHint matches what an honest report may contain once, such as a rating
// of its own, but not again and again.
var judgeHint = phrases{hints: []string{"score", "grade", "rating", "full marks", "rubric", "policy", "system", "assistant"}, re: newSearch(`\b(?:final|overall|expected)[ _-]?score["']?\s*[:=]\s*["']?\d|"score"\s*:\s*(?:[6-9]\d|100)|\b(?:award|assign|give|return|reply with|answer with)\b[^.\n]{0,40}\b(?:score|grade|rating|full marks)\b|\b(?:rubric|scoring policy|grading policy)\b|^\s*(?:system|assistant)\s*:\s|\bgrade\s*:\s*\d|\bscore (?:this|the (?:text|answer|deliverable|submission))\b`)}

// addressedToJudge takes the verdict when the deliverable talks to the gate or
// hides what it says. A request about prompts and judging may get such text as
// its answer, but not hidden.
func addressedToJudge(v *view) (Signal, bool) {
	s := Signal{Name: "addressed to the judge", Reason: "The text speaks to the buyer."}
	h := findHidden(v.doc)
	talk, hints := 0, 0
	if !aboutJudging.MatchString(v.in.Request.Description) {
		for _, d := range append([]*document{v.doc}, h.texts...) {
			for _, r := range remarks(d, maxSpoken) {
				if r.hint {
					hints++
				} else {
					talk++
				}
				if len(s.Evidence) < 5 {
					s.Evidence = append(s.Evidence, shorten(r.text, 80))
				}
			}
		}
	}
	s.Evidence = append(s.Evidence, h.found...)
	switch {
	case talk >= 2, talk == 1 && hints > 0, talk+hints > 0 && len(h.found) > 0, h.invisible:
		s.Points, s.Cap = -costInjection, capAt(capInjection)
	case talk == 1, hints > 2, len(h.found) > 0:
		s.Points = -costHidden
	default:
		s.Evidence = nil
		return s, true
	}
	s.Reason = fmt.Sprintf("%d passages are written for the judge instead of the buyer, %d are hidden.", talk+hints, len(h.found))
	s.advice = "Write for the buyer, in plain sight. Text addressed to the judge or hidden is cut and counted against you."
	return s, true
}

// maxSpoken is how many lines to who scores are counted; more change nothing.
const maxSpoken = 10

var aboutJudging = newSearch(`(?i)\bprompts?\b|\bllms?\b|jailbreak|\bgrad(?:er|ing)|\bscor(?:e|ing)|\brubric|\bjudg`)
