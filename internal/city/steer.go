package city

import "unicode"

// Steers reports whether r tells whatever shows a text what to do: a control
// character, which a terminal obeys, or one that turns the direction of all that
// follows it, our own words included. Line breaks and tabs are text.
func Steers(r rune) bool {
	switch {
	case r == '\n', r == '\t':
		return false
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069: // embeddings, overrides, isolates
		return true
	default:
		return unicode.IsControl(r)
	}
}
