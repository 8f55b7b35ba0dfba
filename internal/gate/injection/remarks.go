package injection

import (
	"regexp"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/pattern"
)

// judgeTalk matches, in lower case, text that is addressed to whoever scores, not to
// the buyer: nothing that work on code has to say.
var judgeTalk = document.Phrases{Pattern: pattern.Any(
	// What the judge was told is to be forgotten.
	`\bignore[ _](?:all |any |the )?(?:previous|prior|above|earlier)[ _](?:instructions?|prompts?|rules?)`,
	`\b(?:ignore|disregard|drop) (?:all |any |the |your )*(?:(?:earlier|previous|prior|other) (?:criteria|rubrics?|standards|guidelines)|rubrics?)\b`,
	`\b(?:ignore|disregard|drop) (?:all |any |the |your )*(?:criteria|standards|guidelines) (?:given )?above\b`,
	`\bskip (?:the )?(?:reference|quality|further)[^.\n]{0,20}check`,
	`\bend of (?:the )?(?:material|deliverable|submission)\b[^a-z]*$|\bend of (?:the )?(?:material|deliverable|submission)\. `,
	`\bnext part of the prompt\b`,
	// It is somebody else now.
	`\bpretend (?:that )?you are\b`,
	`\byou are (?:no longer|now) (?:the |a |an )?(?:grader|judge|evaluator|author|assistant)`,
	`\byou have already (?:checked|judged|scored|graded|verified|approved) (?:this|the) (?:work|text|deliverable|submission)\b`,
	// Who is spoken to.
	`\bnote to (?:the )?(?:grader|evaluator|judge|model)`,
	`\bto:?\*{0,2} (?:the )?(?:scoring|grading|judging) (?:agent|model|system)`,
	`^\W*(?:note )?(?:to|for):? (?:the )?(?:assessing|assessment|reviewing|rating|evaluation|automated(?: \w+)?) (?:system|model|agent|ai|pipeline|service|tool)\s*[:,]`,
	`\binstructions? (?:for|to) the (?:grader|judge|evaluator)`,
	`\b(?:llm judge|quality gate|scoring (?:agent|model|system))\s*:\s`,
	// What it is to answer.
	`\b(?:gate|reference|override)[ _-]?score\b`,
	`"verdict"\s*:\s*"(?:accept|pass|approved?)`,
	`\banswer (?:with )?(?:the )?verdict\b`,
	`\breference label is\b`,
	`\b(?:not|never) be mentioned in the (?:rationale|reasons?|verdict|report)\b`,
	`\brelease the payment\b`,
	`\b(?:record|return|report|rate|grade|mark|log) (?:the|this|your) (?:verdict|submission|deliverable|work) as (?:a )?(?:pass(?:ed|ing)?|approved|accepted)\b`,
	`\bplease (?:record|return|report|rate|grade|mark|log) (?:the|this|it|your)(?: (?:result|item|outcome))? as (?:a )?(?:pass(?:ed|ing)?|approved|accepted)\b`,
	`"(?:status|review)"\s*:\s*"pre-?(?:verified|approved|checked)"`,
)}

// judgeHint matches, in lower case, what an honest report may contain once, such as a
// rating of its own, but not again and again.
var judgeHint = document.Phrases{Pattern: pattern.Any(
	`\b(?:final|overall|expected)[ _-]?score["']?\s*[:=]\s*["']?\d`,
	`"score"\s*:\s*(?:[6-9]\d|100)`,
	`\b(?:award|assign|give|return|reply with|answer with)\b[^.\n]{0,40}\b(?:score|grade|rating|full marks)\b`,
	`\b(?:rubric|scoring policy|grading policy)\b`,
	`\bgrade\s*:\s*\d`,
	`\bscore (?:this|the (?:text|answer|deliverable|submission))\b`,
	`\b(?:evaluator|grader|judge)\s*:\s`,
	`\bany (?:grader|judge|evaluator)\b`,
	`\b(?:graders|evaluators|judges) (?:run|must|should|may|are|will)\b`,
	`\binstructions? (?:for|to) the (?:model|ai)\b`,
	`\bto:?\*{0,2} (?:the )?evaluation (?:agent|model|system)`,
	`\b(?:to|for):? (?:the )?(?:assessing|assessment|reviewing|rating|automated(?: \w+)?) (?:system|model|agent|ai)\b`,
	`\b(?:pre-?validated|pre-?approved|auto-?approved)\b`,
	`\b(?:record|return|report|rate|grade|mark|log) (?:the|this|it|your)(?: (?:result|item|outcome))? as (?:a )?(?:pass(?:ed|ing)?|approved|accepted)\b`,
	`\b(?:ignore|disregard) (?:all |any |the |your )*(?:criteria|standards|guidelines) (?:on|for|about)\b`,
	// That the work is to be taken.
	`\bthis (?:work|deliverable) (?:deserves acceptance|deserves to be accepted|(?:has|is|ought) to be accepted|(?:must|should) be accepted)\b`,
	`\b(?:this|the) (?:work|deliverable) is complete and (?:has to|must) be accepted\b`,
	`\baccept this (?:work|deliverable)(?:[.;,:!]|$| in full| as it is)`,
	`\bthe work is complete\b[^.\n]{0,40}\baccept it\b`,
	`\bdecide in (?:its|my|our) favou?r\b`,
	`\bquestions? in (?:its|my|our) favou?r\b`,
	`\bcalibration run\b`,
	`\bnew instructions?\b`,
)}

// who scores, and what is asked of them. Each alone is harmless; together in
// one sentence they are not for the buyer.
var (
	scorer = pattern.Any(
		`(?i)\b(?:judge|grader|evaluator|assessor|scorer|rater|reviewing model|reviewing agent|language model|llm|quality gate|assistant|reviewer that)\b`,
		`(?i)\b(?:ai (?:assessor|reviewer|judge|evaluator)|automat(?:ed|ic) (?:review|judge|grader|assessment))\b`,
		`(?i)\b(?:whoever (?:or whatever )?(?:rates|scores|grades|judges|reviews|decides)|(?:who|person who) (?:decides on|judges|rates|grades) this|model that (?:reads|reviews|evaluates|scores|grades|judges))\b`,
		`(?i)\b(?:bewerter|gutachter|prüfmodell|wer dies (?:bewertet|prüft)|correcteur|evaluador|juez|calificador|quien (?:valore|evalúe|califique)|avaliador|juiz|valutatore|valuator|beoordelaar|bedömaren?|hodnotitel|oceniający|değerlendiren|người chấm)\b`,
		`évaluateur|оценщик|оценщ|проверяющ|评审|评分|评判|裁判|评估者|審査|採点|評価者|判定する方|심사자|평가자|채점자|المقيّم|المقيم|मूल्यांकनकर्ता`,
	)
	plea = pattern.Any(
		`(?i)\b(?:scores?|rate|rating|grade|verdict|full marks|highest|maximum|mark (?:every|all|each|it)|pass|passed|approved?|accept|accepted|confirm|verified|points out of)\b`,
		`(?i)\b(?:ignore|disregard|do not (?:inspect|consider|check|mention)|skip)\b`,
		`(?i)\b(?:bewert\w+|punkt\w*|bestanden|note|notez|accepte\w*|puntuaci\w+|puntos|aprueba\w*|aprobad\w+|ignor\w+|nota|aprov\w+|voto|hoogste|negeren|poäng|bortse|punktów|zignorować|puan|görmezden|von hundert|sobre cien)\b|điểm`,
		`оценк|оценит|балл|принят|满分|通过|高分|分数|一百分|忽略|合格|満点|百点|無視|bodů|만점|무시|الدرجة|تجاهل|अंक|अनदेखा`,
	)
	// chat matches how a turn of a conversation begins, turn what marks one for a model.
	chat = regexp.MustCompile(`(?im)^\s*(?:\*{0,2})(?:human|assistant|system|user)(?:\*{0,2})\s*:\s`)
	turn = regexp.MustCompile(`(?i)<\|?/?(?:system|im_start|im_end|assistant|user)\|?>|\[/?INST\]`)
	told = regexp.MustCompile("(?i)[\"`]?\\b(?:verdict|final_?score|overall_?score|score|rating)[\"`]?\\s*(?:[:=]|(?:is |be )?set to)\\s*[\"`]?(?:pass|accept|approved|[6-9]\\d\\b|100\\b)")
)

// Marks of chats and of verdicts, one of which every such line has.
var (
	chatMarks = []string{"human", "assistant", "system", "user", "im_start", "im_end", "inst]"}
	toldMarks = []string{"score", "verdict", "rating"}
)

// Remark is something that a text says to who scores.
type Remark struct {
	in   document.Line
	Text string
	Hint bool // an honest report may say so once
}

// Remarks lists what a document says to who scores; of whole lines that do, at
// most so many.
func Remarks(d *document.Document, most int) []Remark {
	var all []Remark
	judgeTalk.Find(d, func(l document.Line, match string) { all = append(all, Remark{l, match, false}) })
	judgeHint.Find(d, func(l document.Line, match string) { all = append(all, Remark{l, match, true}) })
	return append(all, spokenTo(d, most)...)
}

// spokenTo lists the passages that speak to who scores. A line that begins as a turn
// of a conversation, or that tells a score, may be one of a document's lists; one that
// does both is neither.
func spokenTo(d *document.Document, most int) []Remark {
	chats, tolds, scorers, pleas := d.Low.Held(chatMarks), d.Low.Held(toldMarks), d.Low.Held(scorer.Marks()), d.Low.Held(plea.Marks())
	if len(chats)+len(tolds) == 0 && (len(scorers) == 0 || len(pleas) == 0) {
		return nil
	}
	var all []Remark
	budget := document.PhraseBudget
	for i, l := range d.Lines {
		if budget -= len(l.Text); budget < 0 || len(all) >= most {
			break
		}
		low := d.Lower[i]
		begins := pattern.HoldsAny(low, chats) && !l.Code && chat.MatchString(l.Text)
		tells := pattern.HoldsAny(low, tolds) && told.MatchString(l.Text)
		pleads := pattern.HoldsAny(low, pleas) && plea.Regexp().MatchString(l.Text)
		speaks := pattern.HoldsAny(low, chats) && !l.Code && turn.MatchString(l.Text) ||
			pleads && pattern.HoldsAny(low, scorers) && scorer.Regexp().MatchString(l.Text)
		if speaks || begins || tells {
			all = append(all, Remark{l, l.Text, !speaks && !(begins && (tells || pleads))})
		}
	}
	return all
}
