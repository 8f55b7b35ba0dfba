package lex

import "strings"

// WithoutLines takes the lines of citations out of a text, ":12-15" behind a letter:
// they are no figures.
func WithoutLines(text string) string {
	var kept strings.Builder
	from := 0 // what is kept is written up to here
	for i := 1; i+1 < len(text); i++ {
		if text[i] != ':' || !IsDigit(text[i+1]) || !letter(text[i-1]) {
			continue
		}
		end := digitsEnd(text, i+1)
		if end+1 < len(text) && text[end] == '-' && IsDigit(text[end+1]) {
			end = digitsEnd(text, end+1)
		}
		kept.WriteString(text[from:i])
		from, i = end, end-1
	}
	if from == 0 {
		return text
	}
	return kept.String() + text[from:]
}

// letter reports whether a byte is a letter of ASCII.
func letter(c byte) bool { return Alphanumeric(c) && !IsDigit(c) }
