package eval

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"

	"aicity.dev/aicity/internal/gate"
)

// Tree returns a folder as the gate sees a task's repository. Git's own folder
// is left out.
func Tree(dir string) (*gate.Repo, error) {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, err
	}
	repo := &gate.Repo{Source: source(dir)}
	err = filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			if e.Name() == ".git" {
				return filepath.SkipDir
			}
			return nil
		}
		if !e.Type().IsRegular() {
			return nil
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		lines, err := countLines(p)
		repo.Files = append(repo.Files, gate.RepoFile{Path: filepath.ToSlash(rel), Lines: lines})
		return err
	})
	return repo, err
}

// countLines counts the lines of a text, 0 for what is no text.
func countLines(file string) (int, error) {
	raw, err := os.ReadFile(file) //nolint:gosec // below the folder that the caller names
	if err != nil || bytes.IndexByte(raw[:min(len(raw), 8000)], 0) >= 0 {
		return 0, err
	}
	lines := bytes.Count(raw, []byte("\n"))
	if len(raw) > 0 && raw[len(raw)-1] != '\n' {
		lines++
	}
	return lines, nil
}

// source reads the files of a folder.
type source string

func (s source) ReadFile(name string) ([]byte, bool) {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return nil, false
	}
	raw, err := os.ReadFile(filepath.Join(string(s), filepath.FromSlash(name)))
	return raw, err == nil
}
