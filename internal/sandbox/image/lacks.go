package image

import (
	"os"
	"path"
	"path/filepath"
)

// Lack is a program that a root file system does not have, and what does not
// work without it.
type Lack struct{ Program, Stops string }

func (l Lack) String() string { return l.Program + ", without which " + l.Stops }

// needed are the programs that the city itself runs in sandboxes.
var needed = []Lack{
	{"sh", "no command and no work on code runs"},
	{"git", "repositories and archives cannot be opened (provisioning answers SANDBOX_UNAVAILABLE), and work is delivered without a patch and without a trial"},
}

// programFolders are where a sandbox looks for programs.
var programFolders = []string{"usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin", "sbin", "bin"}

// Lacks are the programs that the root file system at dir should have and has not.
func Lacks(dir string) []Lack {
	var lacks []Lack
	for _, program := range needed {
		if !has(dir, program.Program) {
			lacks = append(lacks, program)
		}
	}
	return lacks
}

// Lacks are the programs that an image should have and has not.
func (s Store) Lacks(name string) []Lack { return Lacks(filepath.Join(s.Dir, name, treeName)) }

// has reports whether a sandbox on this root finds the program. Links lead to
// where they would lead in the sandbox.
func has(dir, program string) bool {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return false
	}
	defer func() { _ = root.Close() }()
	for _, folder := range programFolders {
		at, err := resolve(root, path.Join(folder, program), false)
		if err != nil {
			continue
		}
		if info, err := root.Lstat(at); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return true
		}
	}
	return false
}
