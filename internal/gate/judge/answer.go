package judge

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"aicity.dev/aicity/internal/gate"
)

// schema is what an answer must look like; checkAnswer holds every answer to
// it, also where a server does not.
const schema = `{
  "type": "object",
  "additionalProperties": false,
  "required": ["case", "reasons", "missing", "score", "verdict"],
  "properties": {
    "case": {"type": "string", "description": "The case number from the instructions"},
    "reasons": {"type": "array", "items": {"type": "string"}, "description": "1 to 6 short reasons, each naming what in the work or the request it rests on"},
    "missing": {"type": "array", "items": {"type": "string"}, "description": "Up to 6 things that were asked for and are not there; empty when nothing is"},
    "score": {"type": "integer", "description": "0 to 100; 50 and more passes"},
    "verdict": {"type": "string", "enum": ["pass", "fail"]}
  }
}`

const (
	maxReasons    = 6
	maxReasonText = 400
)

type verdictAnswer struct {
	Case    *string   `json:"case"`
	Reasons *[]string `json:"reasons"`
	Missing *[]string `json:"missing"`
	Score   *int      `json:"score"`
	Verdict *string   `json:"verdict"`
}

// checkAnswer turns a model's answer into an opinion, or says in one sentence
// why it is none.
func checkAnswer(text, caseID string) (gate.Opinion, string) {
	var a verdictAnswer
	decoder := json.NewDecoder(strings.NewReader(unfenced(text)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&a); err != nil {
		return gate.Opinion{}, "The answer is not the JSON that was asked for."
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return gate.Opinion{}, "The answer says more than the JSON that was asked for."
	}
	switch {
	case a.Case == nil || a.Reasons == nil || a.Missing == nil || a.Score == nil || a.Verdict == nil:
		return gate.Opinion{}, "The answer lacks a field."
	case *a.Case != caseID:
		return gate.Opinion{}, "The answer is not about this case."
	case *a.Verdict != string(gate.Pass) && *a.Verdict != string(gate.Fail):
		return gate.Opinion{}, "The answer has another verdict than pass or fail."
	case *a.Score < 0 || *a.Score > 100:
		return gate.Opinion{}, "The answer's score is not between 0 and 100."
	case (*a.Score >= gate.PassScore) != (*a.Verdict == string(gate.Pass)):
		return gate.Opinion{}, "The answer's score and verdict contradict each other."
	case len(*a.Reasons) == 0 || len(*a.Reasons) > maxReasons || len(*a.Missing) > maxReasons:
		return gate.Opinion{}, "The answer has no reasons, or too many."
	}
	o := gate.Opinion{Verdict: gate.Verdict(*a.Verdict), Score: *a.Score, Reasons: tidyAll(*a.Reasons), Missing: tidyAll(*a.Missing)}
	if len(o.Reasons) == 0 {
		return gate.Opinion{}, "The answer's reasons are empty."
	}
	return o, ""
}

// unfenced drops the markdown fence that models without a schema like to add.
func unfenced(text string) string {
	text = strings.TrimSpace(text)
	if rest, ok := strings.CutPrefix(text, "```"); ok {
		rest = strings.TrimPrefix(rest, "json")
		return strings.TrimSuffix(strings.TrimSpace(rest), "```")
	}
	return text
}

// tidyAll makes the sentences of a model fit to be shown.
func tidyAll(texts []string) []string {
	var all []string
	for _, text := range texts {
		text = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError {
				return ' '
			}
			return r
		}, text)
		text = strings.Join(strings.Fields(text), " ")
		if utf8.RuneCountInString(text) > maxReasonText {
			text = string([]rune(text)[:maxReasonText]) + "…"
		}
		if text != "" {
			all = append(all, text)
		}
	}
	return all
}

// compact is the schema without its blanks, to be read in a prompt.
func compact() string {
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(schema)); err != nil {
		return schema
	}
	return b.String()
}
