package image_test

import (
	"os"
	"path/filepath"
	"testing"

	"aicity.dev/aicity/internal/sandbox/image"
)

// A program is there when a sandbox would find it: links lead to where they
// lead inside, and a file that may not be run is none.
func TestLacks(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		make func(t *testing.T, dir string)
		want bool // git is there
	}{
		"nothing":                {func(*testing.T, string) {}, false},
		"a program":              {program("usr/bin/git", 0o755), true},
		"in another folder":      {program("usr/local/bin/git", 0o755), true},
		"a file":                 {program("usr/bin/git", 0o644), false},
		"a folder":               {program("usr/bin/git/x", 0o755), false},
		"a link inside":          {linked("/opt/git", program("opt/git", 0o755)), true},
		"a link to nothing":      {linked("/opt/git", program("opt/gitk", 0o755)), false},
		"a link to outside":      {linked("../../../../../../bin/sh", program("opt/git", 0o755)), false},
		"where nobody looks":     {program("opt/git", 0o755), false},
		"a program of that part": {program("usr/bin/git-shell", 0o755), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			program("bin/bash", 0o755)(t, dir)
			test.make(t, dir)
			lacks := image.Lacks(dir)
			want := []string{"sh", "git"}
			if test.want {
				want = want[:1]
			}
			got := make([]string, len(lacks))
			for i, lack := range lacks {
				got[i] = lack.Program
			}
			if len(got) != len(want) || got[0] != want[0] || got[len(got)-1] != want[len(want)-1] {
				t.Errorf("lacks %v, want %v", got, want)
			}
		})
	}
}

func program(name string, mode os.FileMode) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, nil, mode); err != nil {
			t.Fatal(err)
		}
	}
}

func linked(target string, and func(*testing.T, string)) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		t.Helper()
		and(t, dir)
		if err := os.MkdirAll(filepath.Join(dir, "usr/bin"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, filepath.Join(dir, "usr/bin/git")); err != nil {
			t.Fatal(err)
		}
	}
}
