package lex

import "strings"

// LastName is the last part of a dotted name.
func LastName(name string) string {
	return name[strings.LastIndexAny(name, ".:/")+1:]
}

// HasName reports whether text has a name that is not part of a longer one.
func HasName(text, name string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return false
		}
		start := from + i
		end := start + len(name)
		if (start == 0 || !NameByte(text[start-1])) && (end == len(text) || !NameByte(text[end])) {
			return true
		}
		from = start + 1
	}
}

// NameByte reports whether a byte may stand in a name of code.
func NameByte(c byte) bool { return Alphanumeric(c) || c == '_' || c == '$' }
