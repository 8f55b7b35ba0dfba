package lex

import "strings"

// Identifiers returns up to n names of code, all when n is negative.
func Identifiers(text string, n int) []string {
	var all []string
	for i := 0; i < len(text) && len(all) != n; i++ {
		if !NameByte(text[i]) || IsDigit(text[i]) {
			continue
		}
		end := nameEnd(text, i+1)
		all, i = append(all, text[i:end]), end
	}
	return all
}

// IsIdentifier reports whether a text is a name of code and nothing else.
func IsIdentifier(text string) bool {
	return text != "" && !IsDigit(text[0]) && nameEnd(text, 0) == len(text)
}

// nameEnd is where a name ends that has begun before.
func nameEnd(text string, i int) int {
	for i < len(text) && NameByte(text[i]) {
		i++
	}
	return i
}

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
