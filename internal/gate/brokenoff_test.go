package gate_test

import (
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// breakingReview is a review whose end the tests change.
const breakingReview = "Review of press.go.\n\n- `level := depth / 8` (press.go:5) cuts the rest, so a depth below 8 gives 0.\n" +
	"- Without PRESS_RANGE `strings.Split` gives one empty part, and press.go:13 gives 1.\n- The parts are not trimmed: a blank behind the comma is kept.\n\n" +
	"All of that was read in the file as it is.\n\n"

// A text that breaks off is told by what stands at its end, in whatever form; how
// people end their texts is not held against them.
func TestBreaksOff(t *testing.T) {
	t.Parallel()
	const fence = "```"
	repo := &gate.Repo{Files: []gate.RepoFile{{Path: "press.go", Lines: 14}}, Source: memory{"press.go": pressFile}}
	judge := func(end string, patch string) (gate.Signal, int) {
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.CodeReview, Description: "Review press.go, with lines."},
			Deliverable: gate.Deliverable{Result: breakingReview + end}, Repo: repo, Patch: []byte(patch),
		})
		for _, s := range report.Signals {
			if s.Name == "truncation" {
				return s, report.Score
			}
		}
		return gate.Signal{}, report.Score
	}
	for _, end := range []string{
		"The level also depends on the terminal, which", "The level is read once, so that whoever sets it later must", "Points 1 to 3 are about speed.\n\n## 1. Reading\n\nThe range is split.\n\nThe second", "Si falta la variable, el nivel depende de la", "Der Wert kommt aus der Umgebung und", "## 4. What remains", "- The range is read once.\n-", "Patch:", "Use this instead:",
		"The variable is read in `os.Getenv", "The level is read in two places (lines", "The level should be read once, and the parts should be trimmed there", "- The level should be read once.\n- The parts should be", "| level | env | tests | docs |\n|---|---|---|---|\n| 3 | set | pass | yes |\n| 4 |", "| run | level |\n|---:|---:|\n| 1 |", "The level is cut and not rounded, which is why it is usually",
		fence + "diff\n--- a/press.go\n+++ b/press.go\n@@ -5,6 +5,7 @@\n-\tlevel := depth / 8\n+\tlevel := (depth + 7", fence + "go\nfunc level(depth int) int {\n\treturn depth", "--- a/press.go\n+++ b/press.go\n@@ -5",
		fence + "yaml\non: push\njobs:\n  test:\n    steps:\n      - uses: actions/checkout@v4\n      - uses:",
		fence + "yaml\non: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/setup-go@v5\n        with:\n          go-ver", fence + "yaml\non: push\njobs:\n  test:\n    steps:\n      - uses: actions/setup-go@v5\n        wi",
		"The change has 4 steps, step 4 is its roll-out.\n\n## Step 2: the function\n\n" + fence + "go\nfunc level(depth int) (int, error) {\n\tif depth < 0 {\n\t\treturn 0, errors.New(\"the depth is",
	} {
		if s, score := judge(end, ""); s.Cap == nil || score >= gate.PassScore {
			t.Errorf("%q: %d points, %s", end, score, s.Reason)
		}
	}
	for _, end := range []string{
		"", "Points 1 to 3 are about speed.\n\n## 1. Reading\n\nThe range is split.", "## 1. Reading\n\nIt is split, see points 1 to 3 of the request.\n\nDone with Go 1.24", "Tested with Go 1.24.", "Thanks for the clear request", "Best regards\nK.", "No question is too small.\n\nYour press team", "Questions? Ask away!", "The fix is `level := (depth + 7) / 8`", "See press.go:5", "— K.",
		"**Verdict: mend the first, the others can wait.**", "The first one first (the others can wait).", "| place | what |\n|---|---|\n| press.go:5 | cut |\n| press.go:13 | one too many |", "| level | env | tests | docs |\n|---|---|---|---|\n| 3 | set | pass | yes |\n| 4 | set | fail |",
		fence + "go\nfunc level(depth int) int {\n\tif depth < 0 {\n" + fence, fence + "js\nif (/[{]/.test(text)) stop();\n" + fence, fence + "go\nfmt.Print(\"{\") // {\n" + fence,
		fence + "go\nlevel := (depth + 7) / 8\n" + fence, fence + "go\nfunc level(depth int) int {\n\treturn (depth + 7) / 8\n}", "Fix:\n\n    level := (depth + 7) / 8\n", "Done 🙂", "1. Mend the first.\n2. Then the others.",
		fence + "diff\n--- a/press.go\n+++ b/press.go\n@@ -5,9 +5,9 @@\n-\tlevel := depth / 8\n+\tlevel := (depth + 7) / 8\n" + fence, "その他は問題ありません。", "其余没有问题。", "The rest is fine…", "## Verdict\n\nMend the first one.", "> mend the first one.",
		fence + "yaml\non: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: go test ./...", fence + "yaml\non: push\njobs:\n  test:\n    steps:\n      - run: |\n          make\n          make test\n          ./run", fence + "yaml\non:\n  push:\n    branches:\n      - main", "[the file](press.go)", "_Read at v1.2.0._", "Order: 1, 3, 2.",
	} {
		if s, _ := judge(end, ""); s.Points < 0 && s.Cap != nil {
			t.Errorf("%q: %s", end, s.Reason)
		}
	}
	if s, _ := judge("The change is in the patch:", "diff --git a/press.go b/press.go\n--- a/press.go\n+++ b/press.go\n@@ -5 +5 @@\n-\tlevel := depth / 8\n+\tlevel := (depth + 7) / 8\n"); s.Cap != nil {
		t.Errorf("what leads over to a patch: %s", s.Reason)
	}
}
