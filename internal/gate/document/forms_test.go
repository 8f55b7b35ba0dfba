package document

import (
	"math/rand/v2"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// TestFormsAreTheirExpressions holds what is scanned by hand against the
// expression that it stands for.
func TestFormsAreTheirExpressions(t *testing.T) {
	matches := func(expr string) func(string) any {
		re := regexp.MustCompile(expr)
		return func(s string) any { return re.MatchString(s) }
	}
	all := func(expr string, n int) func(string) any {
		re := regexp.MustCompile(expr)
		return func(s string) any {
			var found []string
			for _, m := range re.FindAllStringSubmatch(s, n) {
				found = append(found, strings.Join(m[min(1, len(m)-1):], ""))
			}
			return found
		}
	}
	scans := []struct {
		name       string
		scan, spec func(string) any
	}{
		{"item", func(s string) any { return item(s) }, matches(`^\s*(?:[-*+•]|\d{1,3}[.)])\s+\S`)},
		{"title", func(s string) any { return title(s) && !boldTitle(s) }, func(s string) any { return hashed.MatchString(s) && !boldTitle(s) }},
		{"row", func(s string) any { return row(s) && !cells(s) }, func(s string) any { return barred.MatchString(s) && !cells(s) }},
		{"codeSpans", func(s string) any { return CodeSpans(s) }, all("``([^`\n]{1,400})``|`([^`\n]{1,400})`", -1)},
		{"opensCode", func(s string) any { return opensCode(s) || !bareStart.MatchString(s) }, func(string) any { return true }},
	}
	for _, text := range scanned() {
		for _, c := range scans {
			if got, want := c.scan(text), c.spec(text); !reflect.DeepEqual(got, want) {
				t.Fatalf("%s of %q:\n got %q\nwant %q", c.name, text, got, want)
			}
		}
	}
}

var hashed = regexp.MustCompile(`^\s{0,3}#{1,6}\s+\S`)

var barred = regexp.MustCompile(`^\s*\|.*\|`)

// A table may have its bars only between its cells.
func TestRowsWithoutOuterBars(t *testing.T) {
	for line, want := range map[string]bool{
		"layers | all match | none match": true, "10 | `a` | 2.8": true, "either | or": false,
		"takes `string | number | null`": false, " | a | b": true, "a |  | b": false,
	} {
		if row(line) != want {
			t.Errorf("%q is a row: %v", line, !want)
		}
	}
}

// scanned are texts that come near to what is scanned for.
func scanned() []string {
	pieces := []string{
		" ", "  ", "\t", "\r", "\n", "\f", "-", "*", "**", "•", "+", "1", "12", "1234", ".", ")", ",", "#", "##", "######", "#######", "|", "| a |", "`", "``", "```",
		"a", "word", "Word", "WAL", "X1", "SQLite", "x", "%", "ms", "s", "kB", "GB", "€", "$", "USD", "3.5", "1,000", "é", "\xff", "中", ":", ";",
		strings.Repeat("y", 399), strings.Repeat("é", 401), "def f(a):", "func f() {", "import (", "--- a/b.go", "beforeEach(() => {", "FROM go", "it('x', () => {",
	}
	random := rand.New(rand.NewPCG(1, 2))
	texts := make([]string, 20_000)
	for i := range texts {
		var b strings.Builder
		for range random.IntN(8) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		texts[i] = b.String()
	}
	return texts
}
