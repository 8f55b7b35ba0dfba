package citation

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

type cited struct {
	Path      string
	Line, End int
}

func TestCitesIn(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want []cited
	}{
		{"see lib/view.js for it", []cited{{"lib/view.js", 0, 0}}},
		{"`a/b.go:12`", []cited{{"a/b.go", 12, 0}}},
		{"a/b.go:12-15, c.py:3–4", []cited{{"a/b.go", 12, 15}, {"c.py", 3, 4}}},
		{"a.go#L7-L9", []cited{{"a.go", 7, 9}}},
		{"a.go:7:3 is a column", []cited{{"a.go", 7, 3}}},
		{"a.go(31)", []cited{{"a.go", 31, 0}}},
		{"lib/x.js (lines 188 to 205)", []cited{{"lib/x.js", 0, 0}, {"", 188, 205}}},
		{"x.js, lines 117 to 127, 243 to 253", []cited{{"x.js", 0, 0}, {"", 117, 127}, {"", 243, 253}}},
		{"linhas 848 a 851", []cited{{"", 848, 851}}},
		{"Zeile 31", []cited{{"", 31, 0}}},
		{"lines 77, 82 and 85", []cited{{"", 77, 0}, {"", 82, 0}, {"", 85, 0}}},
		{"lines 931 and 936", []cited{{"", 931, 0}, {"", 936, 0}}},
		{"Lines 100 %, branches", nil},
		{"online 12 people", nil},
		{"Node.js, Vue.js and Next.js", nil},
		{"res.json(body) and app.get('x')", nil},
		{"https://example.com/lib/a.js and git://h/b.go", nil},
		{"e.g. this, i.e. that, version 1.2.5, etc.", nil},
		{".travis.yml, .gitignore and Dockerfile", []cited{{".travis.yml", 0, 0}, {".gitignore", 0, 0}, {"Dockerfile", 0, 0}}},
		{"all *.js files, lib/*.go", nil},
		{"the files lib-*-test.js", nil},
		{"strips .html, and .d.ts files", nil},
		{"/%5Cevil.com/index.html", nil},
		{"/home/user/repo/package.json", []cited{{"/home/user/repo/package.json", 0, 0}}},
		{"The end of index.js.", []cited{{"index.js", 0, 0}}},
		{"**lib/a.js:3** is bold", []cited{{"lib/a.js", 3, 0}}},
		{"第 8 行", []cited{{"", 8, 0}}},
		{"第 37–40 行", []cited{{"", 37, 40}}},
		{"version7.go 23 行目、66〜71 行目", []cited{{"version7.go", 0, 0}, {"", 23, 0}, {"", 66, 71}}},
		{"3 行のコード", nil},
		{"a.py 12번째 줄", []cited{{"a.py", 0, 0}, {"", 12, 0}}},
		{"строка 59, строки 64 до 76", []cited{{"", 59, 0}, {"", 64, 76}}},
	}
	for _, tt := range tests {
		var got []cited
		for _, c := range In(tt.text) {
			got = append(got, cited{c.Path, c.Line, c.End})
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("citesIn(%q) (-want +got):\n%s", tt.text, diff)
		}
	}
}

// FuzzCitesIn: positions stay inside the text and paths are parts of it.
func FuzzCitesIn(f *testing.F) {
	for _, s := range []string{"lib/a.js:3-4", "lines 1, 2 to 3 and 4 %", "a.go#L1(2)", "`'x.js'`", "é.go:9999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range In(text) {
			if c.Start < 0 || c.Fin > len(text) || c.Start > c.Fin {
				t.Fatalf("%+v outside of %d bytes", c, len(text))
			}
			if c.Line < 0 || c.End < 0 || c.Path == "" && c.Line == 0 && c.End == 0 && c.Text == "" {
				t.Fatalf("%+v", c)
			}
		}
	})
}

// A path from the root of a checkout is one of the repository, other absolute ones are not.
func TestClean(t *testing.T) {
	t.Parallel()
	for p, want := range map[string]string{
		"/home/user/repo/lib/a.js": "lib/a.js", "home/user/repo/lib/a.js": "lib/a.js", "/workspace/lib/a.js": "lib/a.js", "./lib/a.js": "lib/a.js",
		"/etc/hosts": "etc/hosts", "user/repo/store.go": "user/repo/store.go", "lib/a.js": "lib/a.js",
	} {
		if got := Clean(p); got != want {
			t.Errorf("%s: %s, want %s", p, got, want)
		}
	}
	if !Checkout("/code/a.go") || Checkout("code/a.go") || Checkout("/etc/a.go") {
		t.Error("a checkout is not told")
	}
}

// An address of mail is no file, and a source map is one in a folder.
func TestIsFile(t *testing.T) {
	t.Parallel()
	for p, want := range map[string]bool{
		"a@b.c": false, "joe@mail.example.md": false, "@scope/pkg": false, "dist/axios.map": true, "axios.min.js.map": true, "array.map": false,
		"../dist/axios.map": true, "R.filter/R.map": false, "docs/logo@2x.svg": true, "lib/a.js": true, ".gitignore": true, ".html": false,
	} {
		if got := IsFile(p); got != want {
			t.Errorf("%s: %v", p, got)
		}
	}
}
