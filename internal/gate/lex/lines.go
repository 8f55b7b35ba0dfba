package lex

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Pack removes white space, so that quotes survive re-indentation.
func Pack(line string) string {
	return string(AppendPacked(make([]byte, 0, len(line)), line))
}

// AppendPacked is pack for a buffer that is used again.
func AppendPacked(packed []byte, line string) []byte {
	start := len(packed)
	for _, c := range []byte(line) {
		if c >= utf8.RuneSelf {
			return append(packed[:start], strings.Map(dropBlank, line)...)
		}
		if dropBlank(rune(c)) >= 0 {
			packed = append(packed, c)
		}
	}
	return packed
}

func dropBlank(r rune) rune {
	if r == ' ' || r == '\t' || r == '\r' || r == '\n' {
		return -1
	}
	return r
}

// Meaningful reports whether a line of code says more than a bracket.
func Meaningful(line string) bool {
	n := 0
	for _, r := range line {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n >= 3
}

// Loose drops what people leave out when they quote on one line.
var Loose = strings.NewReplacer(";", "", "{", "", "}", "", "(", "", ")", "", ",", "", `"`, "", "'", "", "`", "")
