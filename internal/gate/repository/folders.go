package repository

import (
	"slices"
	"strings"
)

// HasFolder reports whether a folder has a file.
func (x *Index) HasFolder(dir string) bool {
	if !strings.Contains(dir, "/") {
		x.readRoots()
		return x.roots[dir]
	}
	has, known := x.folders[dir]
	if !known {
		has = slices.ContainsFunc(x.listed(), func(f File) bool { return strings.HasPrefix(f.Path, dir+"/") })
		x.folders[dir] = has
	}
	return has
}

// HasCommand reports whether a word is the name of a program in cmd/.
func (x *Index) HasCommand(word string) bool {
	x.readRoots()
	return x.roots["cmd/"+word]
}

// readRoots lists the folders once, for each word of a request may be asked for.
func (x *Index) readRoots() {
	if x.roots != nil {
		return
	}
	x.roots = map[string]bool{}
	last := ""
	for _, f := range x.listed() {
		root, rest, deeper := strings.Cut(f.Path, "/")
		if !deeper || root == last && root != "cmd" {
			continue
		}
		last = root
		if x.roots[root] = true; root == "cmd" {
			if program, _, deeper := strings.Cut(rest, "/"); deeper {
				x.roots["cmd/"+program] = true
			}
		}
	}
}
