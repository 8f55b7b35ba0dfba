// Package testcode reads tests and tells which of them cannot fail, as far as
// that shows without running them: whether what a test checks depends on the
// code that it is to test. A test of which it cannot tell counts as one that can.
package testcode

import "strings"

// Test is one test of a file.
type Test struct {
	Name  string
	Fault Fault
}

// Fault is what is wrong with a test.
type Fault int

// The faults. None is the answer also where nobody can tell.
const (
	None      Fault = iota
	Unchecked       // it checks nothing
	Constant        // it checks what does not depend on the code, or a thing with itself
	Again           // it checks that a call gives what the same call gave just before
	Presence        // it only checks that something is there, or that nothing is thrown
	Swallowed       // what it checks fails unnoticed
	Guarded         // it checks a value only where that is there
	Adrift          // it checks in a promise that nobody waits for
	Skipped
	Apart // it calls none of the code: a copy, a stand-in or something else is tested
)

var faults = map[Fault]string{
	Unchecked: "checks nothing",
	Constant:  "checks constants, or a value against itself",
	Again:     "compares a call with the same call made again",
	Presence:  "only checks that there is a value, or no error",
	Swallowed: "catches what it checks, so that nothing fails",
	Guarded:   "checks a value only where there is one, and passes without it",
	Adrift:    "checks in a promise that nobody waits for",
	Skipped:   "is skipped",
	Apart:     "does not call the code that it is to test",
}

// String says what the fault is, as the end of a sentence about the test.
func (f Fault) String() string { return faults[f] }

// Own reports whether a module is the code under test by its name; one that is
// named by its place always is.
type Own func(module string) bool

// MaxBytes bounds the code that is read.
const MaxBytes = 96 << 10

// Read finds the tests of a file or of a part of one; false when it cannot be
// read. The extension names the language, without a dot. Own may be nil.
func Read(ext, source string, own Own) ([]Test, bool) {
	parse := parsers[strings.ToLower(ext)]
	if parse == nil || len(source) > MaxBytes {
		return nil, false
	}
	t, ok := parse(source, own)
	if !ok {
		return nil, false
	}
	return t.judge(), true
}

var parsers = map[string]func(string, Own) (*tests, bool){
	"go": parseGo, "golang": parseGo,
	"js": parseScript, "mjs": parseScript, "cjs": parseScript, "jsx": parseScript, "javascript": parseScript, "node": parseScript,
	"py": parsePython, "python": parsePython, "python3": parsePython,
	"ts": parseScript, "mts": parseScript, "cts": parseScript, "tsx": parseScript, "typescript": parseScript,
}
