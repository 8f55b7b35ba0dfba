package arch_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	letters = regexp.MustCompile(`[^\p{L}\p{N}\- ]`)
)

// A link from one document to another leads to a file that is there, and to a
// heading that it has.
func TestLinksOfDocumentsLeadSomewhere(t *testing.T) {
	t.Parallel()
	found, root := 0, filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "testdata" || entry.Name() == ".git") {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".md" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, match := range link.FindAllStringSubmatch(string(text), -1) {
			to, part, _ := strings.Cut(match[1], "#")
			if strings.Contains(to, ":") || strings.HasPrefix(to, "/") {
				continue // another site, or a page of the city
			}
			target := path
			if to != "" {
				target = filepath.Join(filepath.Dir(path), to)
			}
			found++
			if !leads(target, part) {
				t.Errorf("%s: %s leads nowhere", path, match[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found == 0 {
		t.Error("no document has a link")
	}
}

// leads reports whether a file exists and, unless part is "", has a heading
// that is linked to as part.
func leads(path, part string) bool {
	if part == "" {
		_, err := os.Stat(path)
		return err == nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	for _, match := range heading.FindAllStringSubmatch(string(text), -1) {
		if strings.ReplaceAll(letters.ReplaceAllString(strings.ToLower(match[1]), ""), " ", "-") == part {
			return true
		}
	}
	return false
}
