// Package demorepo is the source tree that the demo submits as a buyer's
// repository: a small service in Go, JavaScript and Python, realistic and with
// realistic faults. It has no author but us and its secrets are made up.
//
// The files are stored with the suffix .txt, so that no tool takes them for
// part of this project.
package demorepo

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed all:tree
var tree embed.FS

const suffix = ".txt"

// Files returns the tree: slash-separated paths relative to its root, and
// what the files hold.
func Files() map[string][]byte {
	files := map[string][]byte{}
	// The tree is embedded at build time, so reading it cannot fail.
	_ = fs.WalkDir(tree, "tree", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		raw, err := tree.ReadFile(p)
		files[strings.TrimSuffix(strings.TrimPrefix(p, "tree/"), suffix)] = raw
		return err
	})
	return files
}
