package repository

import (
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	t.Parallel()
	x := NewIndex(&Repo{Files: []File{{Path: "lib/http.js"}, {Path: "index.js"}, {Path: "README.md"}, {Path: "a/b/index.js"}}}, nil)
	tests := []struct{ cited, want string }{
		{"lib/http.js", "lib/http.js"},
		{"http.js", "lib/http.js"},
		{"express/lib/http.js", "lib/http.js"},
		{"readme.md", "README.md"},
		{"repo/index.js", "index.js"},
		{"b/index.js", "a/b/index.js"},
		{"src/index.js", ""},
		{"lib/http.ts", ""},
		{"xhttp.js", ""},
	}
	for _, tt := range tests {
		if got, _ := x.Find(tt.cited); got != tt.want {
			t.Errorf("find(%q) = %q, want %q", tt.cited, got, tt.want)
		}
	}
}

// Only the repository tells that a name without an extension, or one that begins with
// a dot, is one of a file; what is said of all files of a kind is none.
func TestPlainFiles(t *testing.T) {
	t.Parallel()
	repo := &Repo{}
	for _, p := range []string{"bin/render", "LICENSE", ".covignore", ".env", ".ab", ".gitignore", "docs/git.1", "lib/a.js", ".github/x.yml", "run"} {
		repo.Files = append(repo.Files, File{Path: p})
	}
	x := NewIndex(repo, nil)
	if got := strings.Join(x.PlainFiles(), " "); got != "bin/render .covignore docs/git.1" {
		t.Errorf("%q", got)
	}
}

// The only file of type declarations goes by how such files end.
func TestSoleTypings(t *testing.T) {
	t.Parallel()
	for want, files := range map[string][]string{
		"src/door.d.ts": {"src/door.js", "src/door.d.ts"},
		"":              {"src/door.d.ts", "src/key.d.ts"},
	} {
		repo := &Repo{}
		for _, f := range files {
			repo.Files = append(repo.Files, File{Path: f})
		}
		if got, _ := NewIndex(repo, nil).Find("d.ts"); got != want {
			t.Errorf("%v: %q", files, got)
		}
	}
}
