package workspace

import (
	"os"
	"path/filepath"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
)

func TestMakeMoveDelete(t *testing.T) {
	t.Parallel()
	const repo = RepoDir + "/"
	mkdir := func(path string) func(Dir) error {
		return func(w Dir) error { _, err := w.MakeFolder(path); return err }
	}
	move := func(from, to string, overwrite bool) func(Dir) error {
		return func(w Dir) error { _, err := w.Move(from, to, overwrite); return err }
	}
	remove := func(path string, recursive bool) func(Dir) error {
		return func(w Dir) error { _, err := w.Remove(t.Context(), path, recursive); return err }
	}
	for name, test := range map[string]struct {
		do    func(Dir) error
		code  city.Code
		there string // below the repository, afterwards
		gone  string
	}{
		"mkdir":                       {mkdir(repo + "x/y/z"), "", "x/y/z", ""},
		"mkdir again":                 {mkdir(repo + "dir"), "", "dir", ""},
		"mkdir over a file":           {mkdir(repo + "a.txt"), city.CodeNotADirectory, "a.txt", ""},
		"mkdir below a file":          {mkdir(repo + "a.txt/x"), city.CodeNotADirectory, "a.txt", ""},
		"mkdir through a link out":    {mkdir(repo + "up/x"), city.CodePathNotAllowed, "up", ""},
		"mkdir outside":               {mkdir("/etc/x"), city.CodePathNotAllowed, "", ""},
		"move":                        {move(repo+"a.txt", repo+"n/e/w.txt", false), "", "n/e/w.txt", "a.txt"},
		"move a folder":               {move(repo+"dir", repo+"other", false), "", "other/b.bin", "dir"},
		"move a link":                 {move(repo+"out", repo+"still", false), "", "still", "out"},
		"move a pipe":                 {move(repo+"pipe", repo+"p", false), "", "p", "pipe"},
		"move onto a file":            {move(repo+"a.txt", repo+"dir/b.bin", false), city.CodeFileExists, "a.txt", ""},
		"move onto a file, overwrite": {move(repo+"a.txt", repo+"dir/b.bin", true), "", "dir/b.bin", "a.txt"},
		"move onto a folder":          {move(repo+"a.txt", repo+"dir", true), city.CodeFileExists, "a.txt", ""},
		"move into itself":            {move(repo+"dir", repo+"dir/in", false), city.CodePathNotAllowed, "dir/b.bin", ""},
		"move onto itself":            {move(repo+"a.txt", repo+"a.txt", false), "", "a.txt", ""},
		"move nothing":                {move(repo+"nope", repo+"x", false), city.CodeFileNotFound, "", "x"},
		"move out":                    {move(repo+"a.txt", "/etc/x", false), city.CodePathNotAllowed, "a.txt", ""},
		"move through a link out":     {move(repo+"a.txt", repo+"up/x", false), city.CodePathNotAllowed, "a.txt", ""},
		"move from outside":           {move(repo+"up/outside", repo+"x", false), city.CodePathNotAllowed, "", "x"},
		"move home":                   {move(Home, repo+"x", false), city.CodePathNotAllowed, "", "x"},
		"delete":                      {remove(repo+"a.txt", false), "", "", "a.txt"},
		"delete a link":               {remove(repo+"dirlink", true), "", "dir/b.bin", "dirlink"},
		"delete a pipe":               {remove(repo+"pipe", false), "", "", "pipe"},
		"delete a full folder":        {remove(repo+"dir", false), city.CodeDirectoryNotEmpty, "dir/b.bin", ""},
		"delete recursively":          {remove(repo+"dir", true), "", "", "dir"},
		"delete the repository":       {remove(RepoDir, true), "", "", "a.txt"},
		"delete nothing":              {remove(repo+"nope", true), city.CodeFileNotFound, "", ""},
		"delete home":                 {remove(Home, true), city.CodePathNotAllowed, "a.txt", ""},
		"delete outside":              {remove(repo+"up/outside", true), city.CodePathNotAllowed, "", ""},
	} {
		w := hostile(t)
		citytest.WantCode(t, name, test.do(w), test.code)
		if test.there != "" {
			if _, err := os.Lstat(filepath.Join(w.dir, "repo", test.there)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if test.gone != "" {
			if _, err := os.Lstat(filepath.Join(w.dir, "repo", test.gone)); err == nil {
				t.Errorf("%s: %s is there", name, test.gone)
			}
		}
		if content, err := os.ReadFile(filepath.Join(filepath.Dir(w.dir), "outside")); err != nil || string(content) != "secret" {
			t.Errorf("%s reached outside: %q, %v", name, content, err)
		}
	}
}
