package inspect

// maxBrackets is how deep brackets may nest in a file that is parsed. Parsers
// recurse; a hostile file of brackets would exhaust the stack, and that ends a
// Go process. No code that people write comes near.
const maxBrackets = 250

// TooDeep reports whether a source nests deeper than anything people write.
func TooDeep(text []byte) bool {
	depth := 0
	for _, b := range text {
		switch b {
		case '(', '[', '{':
			if depth++; depth > maxBrackets {
				return true
			}
		case ')', ']', '}':
			depth = max(0, depth-1)
		}
	}
	return false
}
