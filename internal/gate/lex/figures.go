package lex

import "strings"

// IsBlank reports whether a byte is one of Blanks.
func IsBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r' }

// IsDigit reports whether a byte is a digit of ASCII.
func IsDigit(c byte) bool { return c >= '0' && c <= '9' }

// Alphanumeric reports whether a byte is a letter or digit of ASCII.
func Alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// Blanks are what \s matches in an expression.
const Blanks = " \t\n\f\r"

// figureUnits stand behind a figure, as they are tried.
var figureUnits = []string{"%", "ms", "s", "kB", "KB", "MB", "GB", "x", "€", "$", "USD"}

// Figures returns up to n numbers with their units.
func Figures(text string, n int) []string {
	var all []string
	for i := 0; i < len(text) && len(all) < n; i++ {
		if !IsDigit(text[i]) {
			continue
		}
		end := digitsEnd(text, i)
		if end+1 < len(text) && (text[end] == '.' || text[end] == ',') && IsDigit(text[end+1]) {
			end = digitsEnd(text, end+1)
		}
		unit := end
		if unit < len(text) && IsBlank(text[unit]) {
			unit++
		}
		for _, u := range figureUnits {
			if strings.HasPrefix(text[unit:], u) {
				end = unit + len(u)
				break
			}
		}
		all = append(all, text[i:end])
		i = end - 1
	}
	return all
}

func digitsEnd(text string, i int) int {
	for i < len(text) && IsDigit(text[i]) {
		i++
	}
	return i
}

// ProperNames returns up to n capitalised words inside a sentence, all when n is
// negative.
func ProperNames(text string, n int) []string {
	var all []string
	from := 0 // behind the last one
	for i := 1; i+3 < len(text) && len(all) != n; i++ {
		if text[i] != ' ' || i <= from || text[i+1] < 'A' || text[i+1] > 'Z' || !goesOn(text[i-1]) {
			continue
		}
		end := i + 2
		for end < len(text) && Alphanumeric(text[end]) {
			end++
		}
		if end-i > 3 {
			all, from, i = append(all, text[i+1:end]), end, end-1
		}
	}
	return all
}

// goesOn reports whether a sentence goes on behind c.
func goesOn(c byte) bool { return c >= 'a' && c <= 'z' || c == ',' || c == ';' || c == ':' }
