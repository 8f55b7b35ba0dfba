package lex

import (
	"regexp"
	"strings"
	"unicode"
)

// Indent is how many blanks a line begins with.
func Indent(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }

// FunctionHead matches the line that opens a function.
var FunctionHead = regexp.MustCompile(`^(?:func\b.*\{|(?:export )?(?:default )?(?:async )?function\b.*\{|(?:export )?(?:const|let|` +
	`var) [\w$]+ = (?:async )?(?:function\b.*|\(?[^=]*\)? =>) \{|(?:static |async |get |set |public |` +
	`private |protected )*[\w$#]+ ?\([^)]*\)(?:: [\w<>\[\]| ]+)? \{|(?:async )?def \w+\(.*:|(?:pub )?fn \w+.*\{)$`)

// BeyondDotted reports whether a rune makes code more than a name, dotted or not.
func BeyondDotted(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '$'
}

// Decimal reports whether a digit stands before a dot, as in versionText.
func Decimal(text string) bool {
	for i := 1; i < len(text); i++ {
		if text[i] == '.' && text[i-1] >= '0' && text[i-1] <= '9' {
			return true
		}
	}
	return false
}
