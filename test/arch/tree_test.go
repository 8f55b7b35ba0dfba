// Package arch keeps the architecture true: which package may import which, how
// large a file may grow, what no file may say.
package arch

import (
	"bytes"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const root = "../.."

// tree lists the files of the project, without what git ignores: those that are
// committed and those that will be.
var tree = sync.OnceValues(func() ([]string, error) {
	out, err := exec.Command("git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return nil, err
	}
	var files []string
	seen := make(map[string]bool)
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		info, err := os.Lstat(filepath.Join(root, name))
		if err != nil || !info.Mode().IsRegular() || seen[name] { // deleted, or a link
			continue
		}
		seen[name] = true
		files = append(files, name)
	}
	return files, nil
})

// files returns the slash-separated paths of the project's files.
func files(t *testing.T) []string {
	t.Helper()
	names, err := tree()
	if err != nil {
		t.Fatalf("list the files of the tree: %v", err)
	}
	if len(names) == 0 {
		t.Fatal("the tree has no files")
	}
	return names
}

// read returns a file's content.
func read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// isText says whether content is text, as git does: no zero byte near its start.
func isText(content []byte) bool {
	return bytes.IndexByte(content[:min(len(content), 8000)], 0) < 0
}

// goFile is what the tests want to know of a Go file.
type goFile struct {
	path, dir string // below the root
	pkg       string
	test      bool
	doc       bool // it has a package comment
	imports   []string
}

// goFiles returns the project's Go files but those in testdata.
func goFiles(t *testing.T) []goFile {
	t.Helper()
	var found []goFile
	for _, name := range files(t) {
		if path.Ext(name) != ".go" || isTestdata(name) {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, read(t, name), parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			t.Errorf("parse %s: %v", name, err)
			continue
		}
		file := goFile{
			path: name,
			dir:  path.Dir(name),
			pkg:  parsed.Name.Name,
			test: strings.HasSuffix(name, "_test.go"),
			doc:  parsed.Doc != nil && strings.TrimSpace(parsed.Doc.Text()) != "",
		}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			file.imports = append(file.imports, imported)
		}
		found = append(found, file)
	}
	return found
}

func isTestdata(name string) bool {
	return strings.Contains("/"+name, "/testdata/")
}
