package repository

import "testing"

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
