package testcode

import (
	"regexp"
	"strings"
)

// File matches the path of a file of tests.
var File = regexp.MustCompile(`(?i)(?:^|/)(?:tests?|specs?|__tests__)/|_test\.go$|[._-](?:test|spec)\.\w+$|(?:^|/)tests?\.\w+$|(?:^|/)test_[^/]*\.py$|_test\.(?:py|rb)$`)

// mark is something that code has that tests.
type mark struct {
	begins  string
	notPart string // bytes that may not stand before it
	follows *regexp.Regexp
}

// marks are those of the usual languages.
var marks = []mark{
	{"func ", wordBytes, regexp.MustCompile(`^(?:\([^)]*\) )?(?:Test|Benchmark|Fuzz|Example)\w*\(`)},
	{"it", nameBytes, called}, {"test", nameBytes, called}, {"describe", nameBytes, called},
	{"def test_", wordBytes, anything}, {"assert", wordBytes, anything}, {"expect(", wordBytes, anything},
	{"@Test", "", regexp.MustCompile(`^(?:\W|$)`)}, {"#[test]", "", anything},
	{"t.", wordBytes, regexp.MustCompile(`^(?:Run|Error|Fatal|equal|same|ok|deepEqual)`)},
}

const (
	wordBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
	nameBytes = wordBytes + ".$"
)

var (
	called   = regexp.MustCompile(`^(?:\.\w+)?\(`)
	anything = regexp.MustCompile(``)
)

// Marked reports whether code tests something.
func Marked(code string) bool {
	for _, m := range marks {
		if m.in(code) {
			return true
		}
	}
	return false
}

func (m mark) in(code string) bool {
	for from := 0; ; {
		i := strings.Index(code[from:], m.begins)
		if i < 0 {
			return false
		}
		at := from + i
		from = at + len(m.begins)
		if (at == 0 || strings.IndexByte(m.notPart, code[at-1]) < 0) && m.follows.MatchString(code[from:]) {
			return true
		}
	}
}
