package lex

import "strings"

// LastName is the last part of a dotted name.
func LastName(name string) string {
	return name[strings.LastIndexAny(name, ".:/")+1:]
}
