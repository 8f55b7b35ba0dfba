package gate

import (
	"encoding/json"
	"testing"

	"aicity.dev/aicity/internal/gate/repository"
)

// Blocks of code are read whatever they hold.
func FuzzBlocks(f *testing.F) {
	f.Add("    code\n    ...\n", "  --- a/x\n  +++ b/x")
	f.Fuzz(func(_ *testing.T, one, other string) {
		lines := []string{one, other}
		elided(lines)
	})
}

// Findings that a deliverable writes as JSON come with their fields, or stay text.
func FuzzFindings(f *testing.F) {
	for _, text := range []string{`[{"file":"a.go","line":"4","claim":"x"}]`, `{"findings":[{"path":"a","message":"b"}]}`, "x\n```json\n[{\"file\":\"a\",\"claim\":\"b\",\"line\":1e999}]\n```\ny", "[[[[", `{"findings":null}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		found, _, rest := writtenFindings(text)
		if len(rest) > len(text) && len(found) == 0 {
			t.Errorf("%q grew to %q", text, rest)
		}
		if _, err := json.Marshal(found); err != nil {
			t.Error(err)
		}
		renderFindings(found)
	})
}

// Requests, criteria and statements are read whatever they say.
func FuzzRequest(f *testing.F) {
	f.Add("Add `--json` to cmd/list.go; it must print \"ok\".", "prints ok; exits 0", "The flag `--json` prints ok. It exits 0.", "cmd/**/*.go")
	f.Add("第3行を直す", "no [brackets", "第3行を直した。", "{a,b}/[c-")
	f.Fuzz(func(t *testing.T, request, criterion, answer, glob string) {
		r := Judge(Input{
			Request:     Request{Description: request, Criteria: []string{criterion}, Paths: []string{glob}},
			Deliverable: Deliverable{Result: answer},
			Patch:       []byte("--- a/" + criterion + "\n+++ b/" + answer + "\n@@ -1 +1 @@\n-a\n+b\n"),
			Repo:        &repository.Repo{Files: []repository.File{{Path: "cmd/list.go", Lines: 3}}},
		})
		if r.Score < 0 || r.Score > 100 {
			t.Errorf("score %d", r.Score)
		}
	})
}
