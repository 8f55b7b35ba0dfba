package arch

import (
	"path"
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
	there := map[string]bool{}
	for _, name := range files(t) {
		for ; name != "."; name = path.Dir(name) {
			there[name] = true
		}
	}
	found := 0
	for _, name := range files(t) {
		if path.Ext(name) != ".md" || isTestdata(name) {
			continue
		}
		for _, match := range link.FindAllStringSubmatch(string(read(t, name)), -1) {
			to, part, _ := strings.Cut(match[1], "#")
			if strings.Contains(to, ":") || strings.HasPrefix(to, "/") {
				continue // another site, or a page of the city
			}
			target := name
			if to != "" {
				target = path.Join(path.Dir(name), to)
			}
			found++
			if !there[target] || part != "" && !hasHeading(read(t, target), part) {
				t.Errorf("%s: %s leads nowhere", name, match[1])
			}
		}
	}
	if found == 0 {
		t.Error("no document has a link")
	}
}

// hasHeading reports whether a document has a heading that is linked to as part.
func hasHeading(text []byte, part string) bool {
	for _, match := range heading.FindAllSubmatch(text, -1) {
		title := strings.ToLower(string(match[1]))
		if strings.ReplaceAll(letters.ReplaceAllString(title, ""), " ", "-") == part {
			return true
		}
	}
	return false
}
