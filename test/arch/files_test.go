package arch

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"testing"
)

// maxLines is how long a Go or templ file may be.
const maxLines = 500

// longFiles may be longer than maxLines, for the reason given.
var longFiles = map[string]string{}

func TestFilesAreShort(t *testing.T) {
	t.Parallel()
	for _, name := range files(t) {
		ext := path.Ext(name)
		if ext != ".go" && ext != ".templ" || strings.HasSuffix(name, "_templ.go") || isTestdata(name) {
			continue
		}
		lines := bytes.Count(read(t, name), []byte("\n"))
		_, excused := longFiles[name]
		switch {
		case lines > maxLines && !excused:
			t.Errorf("%s has %d lines: split it, or give the reason in longFiles", name, lines)
		case lines <= maxLines && excused:
			t.Errorf("%s has only %d lines: drop it from longFiles", name, lines)
		}
	}
	for name := range longFiles {
		if !slices.Contains(files(t), name) {
			t.Errorf("%s is gone: drop it from longFiles", name)
		}
	}
}

func TestPackagesHaveComments(t *testing.T) {
	t.Parallel()
	documented := make(map[string]bool) // by directory
	for _, file := range goFiles(t) {
		if strings.HasSuffix(file.pkg, "_test") {
			continue // tests of a package from outside
		}
		documented[file.dir] = documented[file.dir] || file.doc
	}
	for dir, ok := range documented {
		if !ok {
			t.Errorf("%s has no package comment", dir)
		}
	}
}

// The table is spelt in pieces, so that this file passes its own test.
var unwanted = map[string]string{
	"/wo" + "rk/":             "a path of one machine",
	"/ro" + "ot/":             "a path of one machine",
	"proxy.gol" + "ang.org":   "where modules come from is the builder's setting",
	"registry.np" + "mjs.org": "where packages come from is the builder's setting",
	"deb.deb" + "ian.org":     "where packages come from is the builder's setting",
	"helper " + "session":     "the project speaks as itself",
}

func TestNoUnwantedText(t *testing.T) {
	t.Parallel()
	for _, name := range files(t) {
		content := read(t, name)
		if !isText(content) || strings.HasPrefix(name, "internal/gate/eval/testdata/repos/") {
			continue // what others published says what it says
		}
		for text, reason := range unwanted {
			for i, line := range bytes.Split(content, []byte("\n")) {
				if bytes.Contains(line, []byte(text)) {
					t.Errorf("%s:%d contains %q: %s", name, i+1, text, reason)
				}
			}
		}
	}
}

func TestMigrationsInBothDialects(t *testing.T) {
	t.Parallel()
	const folder = "internal/store/migrations"
	byDialect := map[string][]string{"sqlite": nil, "postgres": nil}
	for _, name := range files(t) {
		dialect := path.Base(path.Dir(name))
		if path.Dir(path.Dir(name)) != folder || path.Ext(name) != ".sql" {
			continue
		}
		if _, ok := byDialect[dialect]; !ok {
			t.Errorf("%s belongs to no dialect", name)
			continue
		}
		byDialect[dialect] = append(byDialect[dialect], path.Base(name))
	}
	if len(byDialect["sqlite"]) == 0 {
		t.Fatalf("no migrations in %s", folder)
	}
	for dialect, other := range map[string]string{"sqlite": "postgres", "postgres": "sqlite"} {
		for _, name := range byDialect[dialect] {
			if !slices.Contains(byDialect[other], name) {
				t.Errorf("migration %s is missing for %s", name, other)
			}
		}
	}
}
