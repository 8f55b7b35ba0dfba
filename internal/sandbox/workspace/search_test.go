package workspace

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
)

// planted is a workspace with these files below its repository.
func planted(t testing.TB, files map[string]string) Dir {
	t.Helper()
	w := Dir{dir: t.TempDir()}
	for name, content := range files {
		full := filepath.Join(w.dir, "repo", name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(full), 0o755), os.WriteFile(full, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func searched(t testing.TB, w Dir, o SearchOptions) []string {
	t.Helper()
	if o.Path == "" {
		o.Path = RepoDir
	}
	result, err := w.Search(t.Context(), o)
	if err != nil {
		t.Fatalf("%+v: %v", o, err)
	}
	found := []string{}
	for _, m := range result.Matches {
		found = append(found, fmt.Sprintf("%s:%d:%d:%s", strings.TrimPrefix(m.Path, RepoDir+"/"), m.Line, m.Column, m.Text))
	}
	return found
}

func TestSearch(t *testing.T) {
	t.Parallel()
	w := planted(t, map[string]string{
		"main.go":               "package main\n\nfunc main() {\r\n\tneedle()\n}\n\n// a needle and a needle",
		"src/app.ts":            "const needle = 1\n",
		"src/deep/er/app.tsx":   "let x\nNeedle\n",
		"src/style.css":         "needle\n",
		".hidden/x.txt":         "needle\n",
		".env":                  "needle\n",
		".git/config":           "needle\n",
		"blob.bin":              "needle\x00\n",
		".gitignore":            "*.log\n/build/\n!keep.log\n# needle\nnode_modules\n",
		"a.log":                 "needle\n",
		"keep.log":              "needle\n",
		"build/out.txt":         "needle\n",
		"src/build/in.txt":      "needle\n",
		"src/.gitignore":        "gen.*\n",
		"src/gen.go":            "needle\n",
		"gen.go":                "needle\n",
		"node_modules/m/i.js":   "needle\n",
		"spaces and ü/\"q\".md": "needle\n",
		"none.txt":              "nothing here\n",
	})
	all := []string{
		"gen.go:1:1:needle", "keep.log:1:1:needle", "main.go:4:2:\tneedle()", "main.go:7:6:// a needle and a needle",
		"spaces and ü/\"q\".md:1:1:needle", "src/app.ts:1:7:const needle = 1", "src/build/in.txt:1:1:needle", "src/style.css:1:1:needle",
	}
	with := func(more ...string) []string { return append([]string{}, more...) }
	for _, test := range []struct {
		name string
		o    SearchOptions
		want []string
	}{
		{"plain", SearchOptions{Query: "needle"}, all},
		{"expression", SearchOptions{Query: `^\s*needle\(\)$`}, with("main.go:4:1:\tneedle()")},
		{"end of line, with a carriage return", SearchOptions{Query: `\{$`}, with("main.go:3:13:func main() {")},
		{"no match beyond a line", SearchOptions{Query: `main\s+func`}, with()},
		{"negated classes stay in the line", SearchOptions{Query: `package[^x]*func`}, with()},
		{"ignoring case", SearchOptions{Query: "NEEDLE", IgnoreCase: true, Globs: []string{"*.tsx"}}, with("src/deep/er/app.tsx:2:1:Needle")},
		{"literal", SearchOptions{Query: "needle()", Literal: true}, with("main.go:4:2:\tneedle()")},
		{"glob", SearchOptions{Query: "needle", Globs: []string{"*.{ts,css}"}}, with("src/app.ts:1:7:const needle = 1", "src/style.css:1:1:needle")},
		{"glob with a path", SearchOptions{Query: "needle", Globs: []string{"src/*.ts"}}, with("src/app.ts:1:7:const needle = 1")},
		{"globs below any folder", SearchOptions{Query: "(?i)needle", Globs: []string{"src/**/*.tsx"}}, with("src/deep/er/app.tsx:2:1:Needle")},
		{"excluding globs", SearchOptions{Query: "needle", Globs: []string{"!src/", "!*.go"}}, with("keep.log:1:1:needle", "spaces and ü/\"q\".md:1:1:needle")},
		{"the later glob holds", SearchOptions{Query: "needle", Globs: []string{"*.go", "!gen.go"}}, with("main.go:4:2:\tneedle()", "main.go:7:6:// a needle and a needle")},
		{"a folder", SearchOptions{Query: "needle", Path: RepoDir + "/src/build"}, with("src/build/in.txt:1:1:needle")},
		{"rules of the folders above", SearchOptions{Query: "needle", Path: RepoDir + "/src", Globs: []string{"*.go"}}, with()},
		{"a file by name", SearchOptions{Query: "needle", Path: RepoDir + "/a.log"}, with("a.log:1:1:needle")},
		{"limit", SearchOptions{Query: "needle", Limit: 2}, all[:2]},
		{"hidden", SearchOptions{Query: "needle", Hidden: true, Globs: []string{".*", ".hidden/**"}}, with(".env:1:1:needle", ".gitignore:4:3:# needle", ".hidden/x.txt:1:1:needle")},
		{"ignored", SearchOptions{Query: "needle", Ignored: true, Globs: []string{"*.log", "*.js"}}, with("a.log:1:1:needle", "keep.log:1:1:needle", "node_modules/m/i.js:1:1:needle")},
		{"binary", SearchOptions{Query: "needle", Binary: true, Globs: []string{"*.bin"}}, with("blob.bin:1:1:needle\x00")},
	} {
		if diff := cmp.Diff(test.want, searched(t, w, test.o)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	result, err := w.Search(t.Context(), SearchOptions{Path: RepoDir, Query: "needle", Limit: 2})
	if err != nil || result.Truncated != "matches" || result.Files == 0 || result.Bytes == 0 {
		t.Errorf("limit: got %+v, %v", result, err)
	}
}

func TestSearchBadInput(t *testing.T) {
	t.Parallel()
	w := planted(t, map[string]string{"a.txt": "a\n"})
	for _, test := range []struct {
		o    SearchOptions
		want city.Code
	}{
		{SearchOptions{Query: ""}, city.CodeValidation},
		{SearchOptions{Query: "("}, city.CodeValidation},
		{SearchOptions{Query: "(?=a)"}, city.CodeValidation},
		{SearchOptions{Query: strings.Repeat("a", maxQuery+1)}, city.CodeValidation},
		{SearchOptions{Query: strings.Repeat("(a{1000}){1000}", 9)}, city.CodeValidation},
		{SearchOptions{Query: "a", Globs: []string{"[a"}}, city.CodeValidation},
		{SearchOptions{Query: "a", Globs: []string{"!"}}, city.CodeValidation},
		{SearchOptions{Query: "a", Globs: []string{strings.Repeat("{,a}", 9)}}, city.CodeValidation},
		{SearchOptions{Query: "a", Globs: make([]string, maxGlobs+1)}, city.CodeValidation},
		{SearchOptions{Query: "a", Path: "/etc"}, city.CodePathNotAllowed},
		{SearchOptions{Query: "a", Path: RepoDir + "/none"}, city.CodeFileNotFound},
	} {
		if test.o.Path == "" {
			test.o.Path = RepoDir
		}
		_, err := w.Search(t.Context(), test.o)
		citytest.WantCode(t, fmt.Sprintf("%.80v", test.o), err, test.want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Search(ctx, SearchOptions{Path: RepoDir, Query: "a"}); !errors.Is(err, context.Canceled) {
		t.Errorf("ended context: got %v", err)
	}
}

// A search of a hostile workspace follows no link and waits for nothing.
func TestSearchOfAHostileWorkspace(t *testing.T) {
	t.Parallel()
	w := hostile(t)
	if diff := cmp.Diff([]string{"a.txt:1:1:hello"}, searched(t, w, SearchOptions{Query: "secret|root|hello", Hidden: true, Ignored: true, Binary: true})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for path, want := range map[string]city.Code{
		"pipe": city.CodeNotAFile, "socket": city.CodeNotAFile, "out": city.CodePathNotAllowed, "up": city.CodePathNotAllowed,
		"device": city.CodePathNotAllowed, "self": city.CodePathNotAllowed, "in": "", "dirlink": "",
	} {
		_, err := w.Search(t.Context(), SearchOptions{Path: RepoDir + "/" + path, Query: "x"})
		citytest.WantCode(t, path, err, want)
	}
}

// Lines without end, folders without end and rules without end are bounded.
func TestSearchBounds(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("d/", maxNesting+5)
	w := planted(t, map[string]string{
		"long.txt":                         strings.Repeat("x", 3_000) + "needle" + strings.Repeat("y", 3_000),
		deep + "lost.txt":                  "needle\n",
		"many/.gitignore":                  strings.Repeat("a*b*c*d*e*f*g*h*\n", 50_000),
		"many/" + strings.Repeat("a", 200): "needle\n",
		"big":                              "",
	})
	if err := os.Truncate(filepath.Join(w.dir, "repo/big"), maxSearchFile+1); err != nil {
		t.Fatal(err)
	}
	result, err := w.Search(t.Context(), SearchOptions{Path: RepoDir, Query: "needle"})
	if err != nil || len(result.Matches) != 2 || result.TooLarge != 1 || result.Truncated != "depth" {
		t.Fatalf("got %+v, %v", result, err)
	}
	if m := result.Matches[0]; m.Column != 3_001 || len(m.Text) > maxMatchText+6 || !strings.Contains(m.Text, "xneedley") {
		t.Errorf("long line: got %+v", m)
	}
}

// An expression that takes minutes for a megabyte ends with who asked.
func TestSearchEnds(t *testing.T) {
	t.Parallel()
	w := planted(t, map[string]string{"line": strings.Repeat("a", maxSearchFile), "lines": strings.Repeat(strings.Repeat("a", 100)+"\n", maxSearchFile/101)})
	for _, name := range []string{"line", "lines"} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		_, err := w.Search(ctx, SearchOptions{Path: RepoDir + "/" + name, Query: `(\pL?){1000}\b\B`})
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// Pieces, however small, find what the whole has.
func TestSearchInPieces(t *testing.T) {
	t.Parallel()
	content := strings.Repeat("one needle\nnone\n\n"+strings.Repeat("é", 300)+"needle and needle\n", 20) + "needle"
	for _, expression := range []string{"needle", "^needle$", "é{3}n", "e$", "^$", `\bn`, "(?i)NEEDLE and"} {
		var found [2]SearchResult
		for i, piece := range []int{len(content) + 1, 16} {
			s, err := newSearcher(SearchOptions{Query: expression})
			if err != nil {
				t.Fatal(err)
			}
			s.ctx, s.line.piece = t.Context(), piece
			if err := s.lines([]byte(content), "f"); err != nil {
				t.Fatal(err)
			}
			found[i] = s.found
		}
		if diff := cmp.Diff(found[0], found[1]); diff != "" || len(found[0].Matches) == 0 {
			t.Errorf("%s: (-whole +pieces):\n%s", expression, diff)
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	files := map[string]string{}
	for i := range 2_000 {
		files[fmt.Sprintf("pkg%d/file%d.go", i%50, i)] = strings.Repeat("func something(a, b int) error { return nil }\n", 100)
	}
	files["pkg0/hit.go"] = "the needle\n"
	w := planted(b, files)
	for b.Loop() {
		if got := searched(b, w, SearchOptions{Query: `need(le|s)\b`}); len(got) != 1 {
			b.Fatal(got)
		}
	}
}
