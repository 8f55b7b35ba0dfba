package image_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/sandbox/image"
)

// builder puts a program of the name mmdebstrap first in PATH, alone.
func builder(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	if script != "" {
		if err := os.WriteFile(filepath.Join(dir, "mmdebstrap"), []byte("#!/bin/sh\n"+script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "newuidmap"), []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
}

// Not parallel: it sets the environment.
func TestBuildSaysWhatIsWrong(t *testing.T) {
	for name, test := range map[string]struct {
		script string
		recipe image.Recipe
		want   string
	}{
		"no mmdebstrap": {"", image.Recipe{}, "sudo apt-get install -y mmdebstrap"},
		"it fails":      {"echo 'E: no such suite' >&2; exit 25", image.Recipe{}, "run mmdebstrap: exit status 25"},
		"cut off":       {"printf 'usr/'; exit 3", image.Recipe{}, "run mmdebstrap: exit status 3"},
		"no package":    {"exit 0", image.Recipe{Packages: []string{"git", "--setup-hook=x"}}, "no name of a Debian package"},
		"no suite":      {"exit 0", image.Recipe{Suite: "-x"}, "no name of a Debian release"},
		"no mirror":     {"exit 0", image.Recipe{Mirror: "copy:///etc"}, "no mirror"},
	} {
		t.Run(name, func(t *testing.T) {
			builder(t, test.script)
			s := newStore(t)
			test.recipe.Limits, test.recipe.Said = image.DefaultLimits(), &strings.Builder{}
			if _, err := s.Build(t.Context(), "one", test.recipe); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q in it", err, test.want)
			}
			if left, _ := filepath.Glob(filepath.Join(s.Dir, "*")); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

// What mmdebstrap writes becomes the image, and it is told what was asked.
func TestBuildUnpacks(t *testing.T) {
	tree := write(t, false, minimal()...)
	cat, err := exec.LookPath("cat")
	if err != nil {
		t.Fatal(err)
	}
	builder(t, `echo "$@" >&2; `+cat+` "`+tree+`"`)
	var said strings.Builder
	s := newStore(t)
	made, err := s.Build(t.Context(), "one", image.Recipe{
		Suite: "trixie", Mirror: "http://mirror.example/debian", Packages: []string{"git", "lib1g"}, Limits: image.DefaultLimits(), Said: &said,
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := "--include=git,lib1g -- trixie - http://mirror.example/debian"; !strings.Contains(said.String(), want) {
		t.Errorf("it was told %q, want %q in it", said.String(), want)
	}
	if found, err := s.Verify(t.Context(), "one"); err != nil || found.Source != "Debian trixie: git lib1g" || found.Tree != made.Tree {
		t.Errorf("got %+v, %v", found, err)
	}
}

// A real one, of the smallest set.
func TestBuild(t *testing.T) {
	mirror := os.Getenv("AICITY_TEST_MIRROR")
	if mirror == "" {
		t.Skip("AICITY_TEST_MIRROR names no Debian mirror")
	}
	s := newStore(t)
	_, err := s.Build(t.Context(), "small", image.Recipe{Mirror: mirror, Packages: []string{"curl"}, Limits: image.DefaultLimits(), Said: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.Verify(t.Context(), "small")
	if err != nil || len(found.LeftOut) == 0 {
		t.Errorf("got %+v, %v; want curl left out", found, err)
	}
}
