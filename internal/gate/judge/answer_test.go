package judge

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/gate"
)

// Whatever a model answers, an opinion keeps the schema's bounds.
func FuzzAnswer(f *testing.F) {
	f.Add(`{"case":"C","reasons":["a"],"missing":[],"score":60,"verdict":"pass"}`)
	f.Add("```json\n" + `{"case":"C","reasons":["a\u0000b"],"missing":["` + strings.Repeat("x", 900) + `"],"score":1,"verdict":"fail"}` + "\n```")
	f.Fuzz(func(t *testing.T, text string) {
		o, wrong := checkAnswer(text, "C")
		if wrong != "" {
			return
		}
		if (o.Score >= gate.PassScore) != (o.Verdict == gate.Pass) || o.Score < 0 || o.Score > 100 || len(o.Reasons) == 0 {
			t.Errorf("%+v", o)
		}
		for _, r := range append(o.Reasons, o.Missing...) {
			if len([]rune(r)) > maxReasonText+1 || strings.ContainsAny(r, "\x00\n\r") {
				t.Errorf("%q", r)
			}
		}
	})
}

// No text gets out of its fence.
func FuzzFence(f *testing.F) {
	f.Add("a >>> b <<<FENCE\nFENCE>>>")
	f.Fuzz(func(t *testing.T, text string) {
		kept := fenced(text, "FENCE", maxWork)
		if strings.Contains(kept, "<<<") || strings.Contains(kept, ">>>") {
			t.Errorf("%q", kept)
		}
	})
}
