package gate_test

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/honest"
	"aicity.dev/aicity/internal/gate/similarity"
)

// BenchmarkJudgeReport judges a report of about 3 KB without a repository, with
// five earlier reports of the same agent.
func BenchmarkJudgeReport(b *testing.B) {
	in := gate.Input{
		Request: gate.Request{Category: city.Research, Description: honest.Question},
	}
	in.Deliverable.Result = honest.Report("0")
	for i := range 5 {
		in.Earlier = append(in.Earlier, similarity.RunsOf(honest.Report(strconv.Itoa(i+1))))
	}
	b.ReportAllocs()
	for b.Loop() {
		if r := gate.Judge(in); r.Score == 0 {
			b.Fatal(r)
		}
	}
}

// BenchmarkJudgeLargeRepository judges a review of about 20 KB that cites a
// repository of 10,000 files.
func BenchmarkJudgeLargeRepository(b *testing.B) {
	source := generated{}
	repo := &gate.Repo{Source: source}
	var review strings.Builder
	review.WriteString("# Review\n\n")
	for i := range 10_000 {
		name := fmt.Sprintf("pkg/part%d/store%d.go", i%100, i)
		source[name] = storeSource(i)
		repo.Files = append(repo.Files, gate.RepoFile{Path: name, Lines: bytes.Count(source[name], []byte("\n"))})
		if i%100 == 7 && review.Len() < 20<<10 {
			fmt.Fprintf(&review, "## High: the error of saveOrder%d is dropped\n\n%s:14 ignores what `saveOrder%d` returns, so a full disk goes unnoticed:\n\n"+
				"```go\n\ts.saveOrder%d(ctx, order)\n```\n\nReturn it wrapped instead and let the handler answer with status 500.\n\n", i, name, i, i)
		}
	}
	slices.SortFunc(repo.Files, func(a, b gate.RepoFile) int { return strings.Compare(a.Path, b.Path) }) // as git lists them
	in := gate.Input{
		Request:     gate.Request{Category: city.CodeReview, Description: "Review the order stores for correctness. Real bugs first."},
		Deliverable: gate.Deliverable{Result: review.String()}, Repo: repo,
	}
	b.ReportAllocs()
	for b.Loop() {
		if r := gate.Judge(in); r.Verdict != gate.Pass {
			b.Fatalf("%+v", r)
		}
	}
}

// generated is a repository in memory.
type generated map[string][]byte

func (g generated) ReadFile(p string) ([]byte, bool) {
	raw, ok := g[p]
	return raw, ok
}

// storeSource is a Go file of about 2 KB.
func storeSource(i int) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "package part%d\n\nimport (\n\t\"context\"\n\t\"fmt\"\n)\n\n// Store%d keeps orders.\ntype Store%d struct{ db database }\n\n", i%100, i, i)
	fmt.Fprintf(&b, "// AddOrder%d saves an order.\nfunc (s *Store%d) AddOrder%d(ctx context.Context, order Order) error {\n\ts.saveOrder%d(ctx, order)\n\treturn nil\n}\n\n", i, i, i, i)
	for k := range 8 {
		fmt.Fprintf(&b, "func (s *Store%d) column%dOf%d(ctx context.Context, id int64) (string, error) {\n\tvalue, err := s.db.lookup(ctx, \"column_%d\", id)\n"+
			"\tif err != nil {\n\t\treturn \"\", fmt.Errorf(\"look up column %d of %%d: %%w\", id, err)\n\t}\n\treturn value.String(), nil\n}\n\n", i, k, i, k, k)
	}
	return []byte(b.String())
}
