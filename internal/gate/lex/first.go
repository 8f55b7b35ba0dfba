package lex

import (
	"strconv"
	"strings"
)

// First returns the first of the texts that is not blank, "" for none.
func First(all ...string) string {
	for _, s := range all {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}

// Number is the number that digits write, 0 for none.
func Number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
