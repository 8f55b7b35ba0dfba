package grounding

import (
	"regexp"
	"slices"
	"strings"
)

// wholeFile reports whether a block begins as a file of Go does: it is a file and
// no quote.
func wholeFile(lines []string) bool {
	for _, l := range lines {
		if t := strings.TrimSpace(l); t != "" && !strings.HasPrefix(t, "//") {
			return strings.HasPrefix(t, "package ") && len(strings.Fields(t)) == 2
		}
	}
	return false
}

// isSession reports whether a block is what was typed at a prompt, and what came out.
func isSession(lines []string) bool {
	i := slices.IndexFunc(lines, func(l string) bool { return strings.TrimSpace(l) != "" })
	return i >= 0 && (strings.HasPrefix(strings.TrimSpace(lines[i]), "$ ") || strings.HasPrefix(lines[i], ">>> "))
}

// resultText matches a comment behind a statement that tells what it comes to, as
// examples have it.
var resultText = regexp.MustCompile(`[);\]}\w]\s*(?://|#)\s*(?:=+>|-+>|→|⇒|true\b|false\b|null\b|nil\b|undefined\b|NaN\b|None\b|-?\d|[\[{"'])`)

// errorText matches what a compiler or a program says that fails, errorGoes how that
// goes on.
var (
	errorText = regexp.MustCompile(`^\s*(?:(?:invalid operation|undefined|panic|fatal error|error|\w*Error|(?:reflect|strconv)(?:\.\w+)*): |cannot use \S|Uncaught \w|Traceback \(|\S+:\d+:\d+: )`)
	errorGoes = regexp.MustCompile(`^(?:\s+at\s|\s+File "|\t\S+:\d+|goroutine \d|\S+\(.*\)$)|` + errorText.String())
)

// showsResults reports whether a block is an example of use: it tells what
// calls come to, or what goes wrong.
func showsResults(lines []string) bool {
	if len(lines) == 0 {
		return false
	}
	if errorText.MatchString(lines[0]) && !slices.ContainsFunc(lines[1:], func(l string) bool { return strings.TrimSpace(l) != "" && !errorGoes.MatchString(l) }) {
		return true
	}
	if first, last := lines[0], lastWritten(lines); commentLine.MatchString(last) && exampleCall.MatchString(first) {
		return true // what the call gives stands below it
	}
	for _, l := range lines {
		if (strings.Contains(l, "//") || strings.Contains(l, "#")) && resultText.MatchString(l) {
			return true
		}
	}
	return !slices.ContainsFunc(lines, func(l string) bool { return strings.TrimSpace(l) != "" && !becomesText.MatchString(l) })
}

// becomesText matches a text and what it becomes: 'a b'   ->   'a  b'.
var becomesText = regexp.MustCompile(`^\s*(?:'[^']*'|"[^"]*")\s+(?:=+>|-+>|→|⇒)\s+(?:'|"|-?\d|\[|\{)`)

// commentLine matches a line that is a comment, exampleCall one that begins with a
// call.
var (
	commentLine = regexp.MustCompile(`^\s*(?://|#)`)
	exampleCall = regexp.MustCompile(`^[A-Za-z_$][\w$]*(?:\.\w+)*\(`)
)

// lastWritten is the last line that is not blank.
func lastWritten(lines []string) string {
	for i := len(lines) - 1; i > 0; i-- {
		if strings.TrimSpace(lines[i]) != "" {
			return lines[i]
		}
	}
	return ""
}

// onlyComment reports whether a block is one comment, as texts for documentation
// are proposed: what is said of code is shown by code.
func onlyComment(lines []string) bool {
	text := strings.TrimSpace(strings.Join(lines, "\n"))
	return strings.HasPrefix(text, "/*") && strings.Index(text, "*/") == len(text)-2
}
