package injection

import (
	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/pattern"
)

// judgeTalk matches text that is addressed to whoever scores, not to the buyer.
var judgeTalk = document.Phrases{Pattern: pattern.New(`\bignore[ _](?:all |any |the )?(?:previous|prior|above|earlier)[ _](?:instructions?|prompts?|rules?)|\b(?:gate|reference|override)[ _-]?score\b|"verdict"\s*:\s*"(?:accept|pass|approved?)|\b(?:evaluator|grader|judge|scoring (?:agent|model|system)|quality gate|llm judge)\s*:\s|\bto:?\*{0,2} (?:the )?(?:scoring|grading|judging|evaluation) (?:agent|model|system)|\bnote to (?:the )?(?:grader|evaluator|judge|model)|\binstructions? (?:for|to) the (?:model|grader|judge|evaluator|ai)|\b(?:pre-?validated|pre-?approved|auto-?approved)\b|\bskip (?:the )?(?:reference|quality|further)[^.\n]{0,20}check|\bpretend (?:that )?you are\b|\breference label is\b|\bany (?:grader|judge|evaluator)\b|\b(?:graders|evaluators|judges) (?:run|must|should|may|are|will)\b|\byou are (?:no longer|now) (?:the |a |an )?(?:grader|judge|evaluator|author|assistant)|\b(?:not|never) be mentioned in the (?:rationale|reasons?|verdict|report)\b|\brelease the payment\b|\b(?:to|for):? (?:the )?(?:assessing|assessment|reviewing|rating|automated(?: \w+)?) (?:system|model|agent|ai|pipeline|service|tool)\b|\b(?:record|return|report|rate|grade|mark|log) (?:the|this|it|your)(?: (?:result|verdict|item|submission|deliverable|work|outcome))? as (?:a )?(?:pass(?:ed|ing)?|approved|accepted)\b|"(?:status|review)"\s*:\s*"pre-?(?:verified|approved|checked)"|\b(?:ignore|disregard|drop) (?:all |any |the |your )*(?:earlier|previous|prior|other)? ?(?:criteria|rubrics?|standards|guidelines) (?:on|for|about|above|given)\b|\bcalibration run\b`)}

// judgeHint matches what an honest report may contain once, such as a rating
// of its own, but not again and again.
var judgeHint = document.Phrases{Pattern: pattern.New(`\b(?:final|overall|expected)[ _-]?score["']?\s*[:=]\s*["']?\d|"score"\s*:\s*(?:[6-9]\d|100)|\b(?:award|assign|give|return|reply with|answer with)\b[^.\n]{0,40}\b(?:score|grade|rating|full marks)\b|\b(?:rubric|scoring policy|grading policy)\b|^\s*(?:system|assistant)\s*:\s|\bgrade\s*:\s*\d|\bm(?:in|ax)imum[ _-]?scores?\b|\bhighest (?:score|rating|mark|grade)s?\b|\bscore (?:this|the (?:text|answer|deliverable|submission))\b`)}
