package eval_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/eval"
	"aicity.dev/aicity/internal/gate/grounding"
)

func TestReadSamplesSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"", "there are no samples"},
		{"{\"id\":\"a\",\"label\":\"good\"}\n{", "line 2 is no sample"},
		{`{"label":"good"}`, "line 1, sample \"\": it has no id"},
		{`{"id":"a","label":"fine"}`, "label is \"fine\""},
		{`{"id":"a","label":"bad","repo":{"kind":"pip","name":"x","version":"1"}}`, "repo.kind is \"pip\""},
		{`{"id":"a","label":"bad","repo":{"kind":"go","name":"x"}}`, "repo.version is missing"},
	}
	for _, tt := range tests {
		if _, err := eval.ReadSamples(strings.NewReader(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("ReadSamples(%q) = %v, want %q", tt.text, err, tt.want)
		}
	}
}

// TestRepositoriesAreNamedSafely: a name of a sample is no way to a folder or
// an option elsewhere.
func TestRepositoriesAreNamedSafely(t *testing.T) {
	t.Parallel()
	l := &eval.Library{Dir: t.TempDir()}
	for _, r := range []eval.Repo{
		{Kind: "npm", Name: "../../etc", Version: "1"}, {Kind: "npm", Name: "--help", Version: "1"},
		{Kind: "npm", Name: "a;b", Version: "1"}, {Kind: "go", Name: "a", Version: "v1/../.."}, {Kind: "npm", Name: "file:x", Version: "1"},
	} {
		if _, err := l.Repository(t.Context(), r); err == nil || !strings.Contains(err.Error(), "published") {
			t.Errorf("%v: %v", r, err)
		}
	}
}

// result is a made-up verdict.
func result(id string, label eval.Label, score int, real, fake []string, found ...gate.Reference) eval.Result {
	r := eval.Result{Sample: eval.Sample{ID: id, Label: label, Kind: string(label), RealRefs: real, FakeRefs: fake}}
	r.Report = gate.Report{Score: score, Verdict: gate.Fail, References: found}
	if score >= gate.PassScore {
		r.Report.Verdict = gate.Pass
	}
	return r
}

func TestTotals(t *testing.T) {
	t.Parallel()
	exists := func(p string) gate.Reference { return gate.Reference{Path: p, Status: grounding.RefExists} }
	missing := func(p string) gate.Reference { return gate.Reference{Path: p, Status: grounding.RefMissing} }
	results := []eval.Result{
		result("g1", eval.Good, 80, []string{"a.go", "b.go"}, nil, exists("a.go"), exists("a.go"), missing("c.go")),
		result("g2", eval.Good, 40, nil, []string{"new.go"}, gate.Reference{Path: "new.go", Status: grounding.RefNewFile}),
		result("b1", eval.Bad, 40, nil, nil), result("b2", eval.Bad, 60, nil, nil),
		result("o1", eval.Borderline, 10, nil, nil),
	}
	got := eval.Total(results)
	if got.AUC != (1+1+0.5+0)/4 {
		t.Errorf("AUC %v", got.AUC)
	}
	// Found: a.go and new.go rightly, c.go wrongly; b.go is not found.
	if got.Precision != 2.0/3 || got.Recall != 2.0/3 {
		t.Errorf("precision %v, recall %v", got.Precision, got.Recall)
	}
	if want := (eval.Share{Passed: 1, Of: 2}); got.Labels[eval.Good] != want || got.Labels[eval.Bad] != want {
		t.Errorf("labels %v", got.Labels)
	}
	var ids []string
	for _, r := range eval.Mistakes(results) {
		ids = append(ids, r.Sample.ID)
	}
	if strings.Join(ids, " ") != "b2 g2" {
		t.Errorf("mistakes %v", ids)
	}
	var out bytes.Buffer
	if err := eval.WriteJSON(&out, results); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	want := `{"id":"g1","label":"good","kind":"good","score":80,"pass":true,"borderline":false,"refs":{"real":["a.go"],"fake":["c.go"]}}`
	if len(lines) != 6 || lines[0] != want {
		t.Errorf("%d lines, the first %s", len(lines), lines[0])
	}
	var last struct{ Totals eval.Totals }
	if err := json.Unmarshal([]byte(lines[5]), &last); err != nil || last.Totals.Samples != 5 {
		t.Errorf("totals %+v, %v", last, err)
	}
}

// TestRunTakesFoldersThatAreThere needs no network: the folder holds the
// repository already.
func TestRunTakesFoldersThatAreThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	repo := filepath.Join(dir, "acme-shop@1.0.0")
	for name, text := range map[string]string{"lib/cart.js": "exports.total = 1\n", ".git/HEAD": "ref\n"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(repo, name)), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(repo, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := eval.Sample{ID: "x", Label: eval.Good, Category: city.CodeReview, Description: "Review cart.js",
		Repo: eval.Repo{Kind: "npm", Name: "@acme/shop", Version: "1.0.0"}, Output: "cart.js:1 and lib/gone.js"}
	results, err := eval.Run(t.Context(), []eval.Sample{s}, &eval.Library{Dir: dir}, city.SystemClock{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := results[0].Real(); len(got) != 1 || got[0] != "lib/cart.js" {
		t.Errorf("real %v", got)
	}
	if got := results[0].Fake(); len(got) != 1 || got[0] != "lib/gone.js" {
		t.Errorf("fake %v", got)
	}
	if files := len(mustTree(t, repo).Files); files != 1 {
		t.Errorf("%d files, want the one outside of .git", files)
	}
}

func mustTree(t *testing.T, dir string) *gate.Repo {
	t.Helper()
	repo, err := eval.Tree(dir)
	if err != nil {
		t.Fatal(err)
	}
	return repo
}
