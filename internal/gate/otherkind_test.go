package gate

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/kind"
	"aicity.dev/aicity/internal/gate/repository"
)

// What reads like another kind of work than the one that was ordered is doubted,
// unless the request asks for that in other words than its category.
func TestKindAsAsked(t *testing.T) {
	t.Parallel()
	if n := len(kind.Work().Words) + traits*steps; len(kind.Work().Weights) != n {
		t.Fatalf("%d lists of weights for %d words and steps of traits", len(kind.Work().Weights), n)
	}
	workflow := "## Pipeline\n\n```yaml\nname: ci\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: npm test\n```\n\n" +
		"The workflow runs the tests on each push and pull request; the old job is removed. Commit it as `.github/workflows/ci.yml`, then protect the branch."
	fix := "Cause: lib/a.js:3 drops the error, so the callback is called twice.\n\n```diff\n--- a/lib/a.js\n+++ b/lib/a.js\n@@ -3 +3 @@\n-  done()\n+  done(err)\n```\n\nThe fix passes it on; the test fails before and passes after."
	for _, tt := range []struct {
		category        city.Category
		request, result string
		doubted         bool
	}{
		{city.DevOps, "Replace our Travis setup by a GitHub Actions workflow.", workflow, false},
		{city.Security, "Audit lib/a.js for what an attacker can do.", workflow, true},
		{city.BugFix, "The callback of lib/a.js is called twice when it fails. Fix it.", fix, false},
		{city.DataAnalysis, "How many of our calls fail, by month? Give us a table.", fix, true},
		{city.General, "nothing", "", false},
		{"", "of no category", fix, false},
		{city.Security, "请审计 lib/a.js，攻击者能做什么？", "高：lib/a.js:3 的 `done` 不检查来源，攻击者可以伪造请求头来绕过限制。建议先验证签名。", false},
	} {
		v := look(Input{
			Request: Request{Category: tt.category, Description: tt.request}, Deliverable: Deliverable{Result: tt.result},
			Repo: &repository.Repo{Files: []repository.File{{Path: "lib/a.js", Lines: 10}}},
		})
		s := v.kindAsAsked(v.makeup())
		if s.points > 0 || (s.points < kindReason) != tt.doubted || tt.doubted != strings.HasPrefix(s.reason, "it reads like work of ") {
			t.Errorf("%s for %q: %+v", tt.category, tt.request, s)
		}
	}
}
