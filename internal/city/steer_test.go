package city

import "testing"

func TestSteers(t *testing.T) {
	t.Parallel()
	for r, want := range map[rune]bool{
		'a': false, '\n': false, '\t': false, 'ש': false, '\u200d': false, '\u200e': false, '\u200f': false, '\u2029': false, '\u202f': false, '\u2065': false, '\u206a': false,
		'\r': true, '\x1b': true, '\x7f': true, '\u009b': true, '\u202a': true, '\u202e': true, '\u2066': true, '\u2069': true,
	} {
		if got := Steers(r); got != want {
			t.Errorf("%U: %v, want %v", r, got, want)
		}
	}
}
