package store

import "strings"

// nameless replaces the placeholders $1, $2, … of a query by ? and returns which
// argument each takes. SQLite knows $1 as a name: at each run the driver asks for
// the name of every parameter, and SQLite looks for it among all others. A query
// with placeholders of another kind stays as it is, its order nil.
//
// A bare parameter as LIMIT is one for whose value SQLite plans: each run would
// prepare the statement anew. A sum is not looked into.
func nameless(query string) (text string, order []int) {
	if !strings.Contains(query, "$1") {
		return query, nil
	}
	var b strings.Builder
	for rest := query; rest != ""; {
		switch end := quotedEnd(rest); {
		case end > 0:
			b.WriteString(rest[:end])
			rest = rest[end:]
		case rest[0] == '$':
			n, length := number(rest[1:])
			if n == 0 {
				return query, nil
			}
			parameter := "?"
			if afterLimit(b.String()) {
				parameter = "?+0"
			}
			b.WriteString(parameter)
			order = append(order, n)
			rest = rest[1+length:]
		case rest[0] == '?' || rest[0] == '@' || rest[0] == ':':
			return query, nil
		default:
			b.WriteByte(rest[0])
			rest = rest[1:]
		}
	}
	return b.String(), order
}

func afterLimit(text string) bool {
	return strings.HasSuffix(strings.ToUpper(strings.TrimRight(text, " \n\t")), "LIMIT")
}

// quotedEnd is where the quoted text or comment ends that text begins with, 0
// when it begins with none.
func quotedEnd(text string) int {
	for _, q := range []struct{ opening, closing string }{
		{"'", "'"}, {`"`, `"`}, {"`", "`"}, // a doubled one ends a text and begins the next
		{"--", "\n"}, {"/*", "*/"},
	} {
		if rest, ok := strings.CutPrefix(text, q.opening); ok {
			_, after, _ := strings.Cut(rest, q.closing)
			return len(text) - len(after)
		}
	}
	return 0
}

// number reads the decimal number that text begins with, 0 when there is none.
func number(text string) (n, length int) {
	for length < len(text) && text[length] >= '0' && text[length] <= '9' && n < 1e6 {
		n = 10*n + int(text[length]-'0')
		length++
	}
	return n, length
}
