package source

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is written without git is what git itself would have written.
func TestRecordIsGit(t *testing.T) {
	t.Parallel()
	code := "package main\n\nfunc main() {}\n"
	for name, test := range map[string]struct {
		fetch func(Dest) (Baseline, error)
		files string
	}{
		"code":    {func(d Dest) (Baseline, error) { return private().Write(t.Context(), code, d) }, "main.go"},
		"nothing": {func(d Dest) (Baseline, error) { return private().Empty(t.Context(), d) }, ""},
	} {
		d := newDest(t)
		b, err := test.fetch(d)
		if err != nil {
			t.Fatal(err)
		}
		if out := inTree(t, d, "fsck", "--strict", "--no-dangling"); strings.Contains(out, "error") {
			t.Errorf("%s: fsck: %s", name, out)
		}
		if got := inTree(t, d, "status", "--short"); got != "" {
			t.Errorf("%s: not clean: %s", name, got)
		}
		if got := inTree(t, d, "ls-files", "--cached"); got != test.files {
			t.Errorf("%s: index has %q, want %q", name, got, test.files)
		}
		if got := inTree(t, d, "log", "--format=%H %s %an"); got != b.Commit+" Code as delivered AI City" {
			t.Errorf("%s: log: %q", name, got)
		}
		if test.files == "" {
			continue
		}
		// git gives the same tree and the same index the same names.
		tree := inTree(t, d, "rev-parse", "HEAD^{tree}")
		inTree(t, d, "rm", "--quiet", "--cached", "main.go")
		inTree(t, d, "add", "main.go")
		if got := inTree(t, d, "write-tree"); got != tree {
			t.Errorf("%s: git makes the tree %s of it, we %s", name, got, tree)
		}
		if err := os.WriteFile(filepath.Join(d.Tree, "main.go"), []byte(strings.ToUpper(code)), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := inTree(t, d, "diff", "--stat", "HEAD"); !strings.Contains(got, "main.go") {
			t.Errorf("%s: a change of the same length is not seen: %q", name, got)
		}
	}
}
