package source

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Write puts code given as text into one file of dest, named after the language
// it looks like, and records it as the baseline.
func (f *Fetcher) Write(ctx context.Context, code string, dest Dest) (Baseline, error) {
	name := FileName(code)
	if err := os.WriteFile(filepath.Join(dest.Tree, name), []byte(code), 0o644); err != nil { //nolint:gosec // the sandbox's user reads it
		return Baseline{}, fmt.Errorf("write code: %w", err)
	}
	return f.begin(ctx, dest, name, code)
}

// Empty records an empty tree as the baseline, for tasks without code.
func (f *Fetcher) Empty(ctx context.Context, dest Dest) (Baseline, error) {
	return f.begin(ctx, dest, "", "")
}

// begin records a tree of one file, or of none, as the baseline.
func (f *Fetcher) begin(ctx context.Context, dest Dest, name, content string) (Baseline, error) {
	commit, err := dest.record(name, content)
	if err != nil {
		return Baseline{}, fmt.Errorf("record code: %w", err)
	}
	var paths []string
	if name != "" {
		paths = []string{name}
	}
	return f.finish(ctx, dest, commit, "main", paths)
}

// languages tells a language by what its files hardly lack; the first that fits wins.
var languages = []struct {
	extension string
	looks     *regexp.Regexp
}{
	{"sh", regexp.MustCompile(`\A#!.*\b(ba|z|da)?sh\b`)},
	{"py", regexp.MustCompile(`\A#!.*\bpython`)},
	{"js", regexp.MustCompile(`\A#!.*\bnode\b`)},
	{"rb", regexp.MustCompile(`\A#!.*\bruby\b`)},
	{"php", regexp.MustCompile(`\A\s*<\?php`)},
	{"html", regexp.MustCompile(`(?i)\A\s*<(!doctype html|html)`)},
	{"xml", regexp.MustCompile(`\A\s*<\?xml`)},
	{"json", regexp.MustCompile(`\A\s*[\[{]\s*("[^"\n]*"\s*:|[\[{"\d])`)},
	{"go", regexp.MustCompile(`(?m)^package \w+\s*$`)},
	{"java", regexp.MustCompile(`(?m)^\s*(package [\w.]+;|import java\.|public (final |abstract )?(class|interface|enum|record) )`)},
	{"cs", regexp.MustCompile(`(?m)^\s*(using System|namespace [\w.]+)`)},
	{"rs", regexp.MustCompile(`(?m)^\s*(pub )?(fn \w+.*[{]$|use (std|crate)::|impl\b.*[{]$)`)},
	{"cpp", regexp.MustCompile(`(?m)^\s*(#include <(iostream|vector|string|memory|map)>|using namespace std|template ?<)`)},
	{"c", regexp.MustCompile(`(?m)^\s*#include [<"]`)},
	{"kt", regexp.MustCompile(`(?m)^\s*(fun \w+\(|data class |import kotlin)`)},
	{"swift", regexp.MustCompile(`(?m)^\s*(import (Foundation|SwiftUI|UIKit)|func \w+\(.*\) (->|throws))`)},
	{"ts", regexp.MustCompile(`(?m)^\s*(export )?(interface \w+|type \w+ =|enum \w+)|[(,] ?\w+\??: (string|number|boolean)\b|\b(const|let|function) \w+[^=\n]*: (string|number|boolean|void|Promise<|\w+\[\])`)},
	{"py", regexp.MustCompile(`(?m)^\s*(def \w+\(.*\).*:\s*$|class \w+.*:\s*$|from [\w.]+ import |import \w+\s*$|if __name__ ==)`)},
	{"rb", regexp.MustCompile(`(?m)^\s*(require ['"]|def \w+.*\n(.*\n)*?\s*end\b|module [A-Z])`)},
	{"js", regexp.MustCompile(`(?m)\b(const|let|var) \w+ = |\bfunction\b.*\(|=> ?[{(]|\brequire\(['"]|^\s*import .* from ['"]`)},
	{"sql", regexp.MustCompile(`(?mi)^\s*(select\b.+\bfrom|insert into|create (table|index|view)|update \w+ set|delete from)\b`)},
	{"css", regexp.MustCompile(`(?m)^[.#@:\w][^{;\n]*\{\s*$`)},
	{"yaml", regexp.MustCompile(`\A(---\n|\w[\w-]*:(\s|$))`)},
	{"md", regexp.MustCompile("(?m)^(#{1,6} |```)")},
}

// sniffedCode bounds what is looked at.
const sniffedCode = 16 << 10

// FileName names a file for code of which only the text is known: "main.go",
// "main.txt" when nothing fits.
func FileName(code string) string {
	head := strings.TrimPrefix(code[:min(len(code), sniffedCode)], "\ufeff")
	for _, language := range languages {
		if language.looks.MatchString(head) {
			return "main." + language.extension
		}
	}
	return "main.txt"
}
