package runner

import (
	"os"
	"path/filepath"
	"strings"
)

// lookPath finds a program as a shell does. What is found by the runner's own
// PATH is remembered: its folders are in the root, which nobody can write to.
func (s *server) lookPath(name, dir string, env []string) (string, error) {
	if strings.Contains(name, "/") {
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		_, err := os.Stat(name)
		return name, err
	}
	var search string
	for _, variable := range env {
		if value, ok := strings.CutPrefix(variable, "PATH="); ok {
			search = value
		}
	}
	if search != s.path {
		return searchPath(search, name, dir)
	}
	if path, known := s.found[name]; known {
		return path, nil
	}
	path, err := searchPath(search, name, dir)
	if err == nil && len(s.found) < maxFound {
		s.found[name] = path
	}
	return path, err
}

// maxFound bounds how many programs are remembered.
const maxFound = 1_000

func searchPath(search, name, dir string) (string, error) {
	for _, folder := range filepath.SplitList(search) {
		if !filepath.IsAbs(folder) {
			folder = filepath.Join(dir, folder)
		}
		path := filepath.Join(folder, name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return path, nil
		}
	}
	return "", os.ErrNotExist
}
