package arch_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Whoever operates a city reads in docs/architecture.md how long each table keeps
// what is in it.
func TestEveryTableHasARetention(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, retention, found := strings.Cut(string(doc), "\n## Retention\n")
	if !found {
		t.Fatal("docs/architecture.md has no section Retention")
	}
	files, err := filepath.Glob(filepath.Join("..", "..", "internal", "store", "migrations", "sqlite", "*.sql"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range created.FindAllStringSubmatch(string(text), -1) {
			table := strings.TrimSuffix(match[1], "_new") // written anew, then renamed
			if !strings.Contains(retention, "`"+table+"`") {
				t.Errorf("nothing says how long %s is kept, which %s makes", table, filepath.Base(file))
			}
		}
	}
}

var created = regexp.MustCompile(`CREATE TABLE (\w+)`)
