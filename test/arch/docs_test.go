package arch

import (
	"path"
	"regexp"
	"strings"
	"testing"
)

// Whoever operates a city reads in docs/architecture.md how long each table keeps
// what is in it.
func TestEveryTableHasARetention(t *testing.T) {
	t.Parallel()
	_, retention, told := strings.Cut(string(read(t, "docs/architecture.md")), "\n## Retention\n")
	if !told {
		t.Fatal("docs/architecture.md has no section Retention")
	}
	found := 0
	for _, name := range files(t) {
		if path.Dir(name) != "internal/store/migrations/sqlite" {
			continue
		}
		for _, match := range created.FindAllSubmatch(read(t, name), -1) {
			found++
			table := strings.TrimSuffix(string(match[1]), "_new") // written anew, then renamed
			if !strings.Contains(retention, "`"+table+"`") {
				t.Errorf("nothing says how long %s is kept, which %s makes", table, path.Base(name))
			}
		}
	}
	if found == 0 {
		t.Error("no migration makes a table")
	}
}

var created = regexp.MustCompile(`CREATE TABLE (\w+)`)
