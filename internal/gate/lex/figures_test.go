package lex

import (
	"math/rand/v2"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// TestScansAreTheirExpressions holds what is figureTexts by hand against the
// expression that it stands for.
func TestScansAreTheirExpressions(t *testing.T) {
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
		{"figures", func(s string) any { return Figures(s, 3) }, all(`\d+(?:[.,]\d+)?(?:\s?(?:%|ms|s|kB|KB|MB|GB|x|€|\$|USD))?`, 3)},
		{"properNames", func(s string) any { return ProperNames(s, 3) }, all(`[a-z,;:] ([A-Z][A-Za-z0-9]{2,})`, 3)},
		{"identifiers", func(s string) any { return Identifiers(s, 3) }, all(`([A-Za-z_$][A-Za-z0-9_$]*)`, 3)},
		{"withoutLines", func(s string) any { return WithoutLines(s) }, func(s string) any { return citedLines.ReplaceAllString(s, "$1") }},
		{"all properNames", func(s string) any { return ProperNames(s, -1) }, all(`[a-z,;:] ([A-Z][A-Za-z0-9]{2,})`, -1)},
	}
	for _, text := range figureTexts() {
		for _, c := range scans {
			if got, want := c.scan(text), c.spec(text); !reflect.DeepEqual(got, want) {
				t.Fatalf("%s of %q:\n got %q\nwant %q", c.name, text, got, want)
			}
		}
	}
}

var citedLines = regexp.MustCompile(`([A-Za-z]):\d+(?:-\d+)?`)

// figureTexts are texts that come near to what is scanned for.
func figureTexts() []string {
	pieces := []string{
		" ", "  ", "\t", "\n", "-", "1", "12", "1234", ".", ")", ",", "a", "word", "Word", "WAL", "X1", "SQLite", "x", "%", "ms", "s", "kB", "GB", "€", "$", "USD",
		"3.5", "1,000", "é", "\xff", "中", ":", ";", "`", "_", "$",
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
