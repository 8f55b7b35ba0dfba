package testcode

import "regexp"

// File matches the path of a file of tests.
var File = regexp.MustCompile(`(?i)(?:^|/)(?:tests?|specs?|__tests__)/|_test\.go$|[._-](?:test|spec)\.\w+$|(?:^|/)tests?\.\w+$|(?:^|/)test_[^/]*\.py$|_test\.(?:py|rb)$`)

// Mark matches what code has that tests, in the usual languages.
var Mark = regexp.MustCompile(`(?m)\bfunc (?:\([^)]*\) )?(?:Test|Benchmark|Fuzz|Example)\w*\(|(?:^|[^.\w$])(?:it|test|describe)(?:\.\w+)?\(|\bdef test_|\bassert\w*\b|\bexpect\(|@Test\b|#\[test\]|\bt\.(?:Run|Error|Fatal|equal|same|ok|deepEqual)`)
