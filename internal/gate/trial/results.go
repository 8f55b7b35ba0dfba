package trial

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// maxTests bounds the results that are read from one output.
const maxTests = 20_000

// line is a form in which a test runner tells one result.
type line struct {
	re         *regexp.Regexp
	name, says int             // groups
	passed     map[string]bool // what it says → whether it passed; others are no result
}

// forms are tried on each line, the first that fits counts.
var forms = []line{
	// TAP: ok 1 - adds · not ok 2 - divides # SKIP
	{regexp.MustCompile(`^\s*(ok|not ok)\s+\d+\s+-?\s*(.+?)(?:\s+#\s*(?:time|duration).*)?$`), 2, 1, map[string]bool{"ok": true, "not ok": false}},
	// unittest: test_adds (tests.test_sum.Sum.test_adds) ... ok
	{regexp.MustCompile(`^(test\w+(?: \([\w.]+\))?).*\.\.\. (ok|FAIL|ERROR)$`), 1, 2, map[string]bool{"ok": true, "FAIL": false, "ERROR": false}},
	// pytest -rA: PASSED tests/test_sum.py::test_adds
	{regexp.MustCompile(`^(PASSED|FAILED|ERROR) (\S+::\S+)(?: - .*)?$`), 2, 1, map[string]bool{"PASSED": true, "FAILED": false, "ERROR": false}},
	// cargo: test sum::adds ... ok
	{regexp.MustCompile(`^test (\S+)(?: - should panic)? \.\.\. (ok|FAILED)$`), 1, 2, map[string]bool{"ok": true, "FAILED": false}},
	// go test -v: --- PASS: TestAdds (0.00s)
	{regexp.MustCompile(`^--- (PASS|FAIL): (\S+)`), 2, 1, map[string]bool{"PASS": true, "FAIL": false}},
	// spec reporters: ✔ adds (1 ms)
	{regexp.MustCompile(`^\s*([✔✓√✖✕×])\s+(.+?)(?:\s+\(?\d+(?:\.\d+)?\s*m?s\)?)?$`), 2, 1, map[string]bool{"✔": true, "✓": true, "√": true, "✖": false, "✕": false, "×": false}},
}

// parseLines reads results from the output of any runner. A name that comes
// twice has passed when it passed both times.
func parseLines(output string) map[string]bool {
	tests := map[string]bool{}
	for l := range strings.SplitSeq(output, "\n") {
		l = strings.TrimSuffix(l, "\r")
		if len(l) > 1_000 || len(tests) >= maxTests {
			continue
		}
		for _, f := range forms {
			m := f.re.FindStringSubmatch(l)
			if m == nil {
				continue
			}
			note(tests, strings.TrimSpace(m[f.name]), f.passed[m[f.says]])
			break
		}
	}
	return tests
}

func note(tests map[string]bool, name string, passed bool) {
	if before, known := tests[name]; known {
		passed = passed && before
	}
	tests[name] = passed
}

// goEvent is a line of go test -json.
type goEvent struct {
	Action, Package, Test, Output string
}

func goEvents(output string, fn func(goEvent)) {
	for l := range strings.SplitSeq(output, "\n") {
		var e goEvent
		if strings.HasPrefix(l, "{") && json.Unmarshal([]byte(l), &e) == nil {
			fn(e)
		} else if l != "" {
			fn(goEvent{Action: "output", Output: l + "\n"})
		}
	}
}

// parseGo reads the results of tests, not of their parts.
func parseGo(output string) map[string]bool {
	tests := map[string]bool{}
	goEvents(output, func(e goEvent) {
		if e.Test == "" || strings.Contains(e.Test, "/") || len(tests) >= maxTests {
			return
		}
		if e.Action == "pass" || e.Action == "fail" {
			note(tests, e.Package+"."+e.Test, e.Action == "pass")
		}
	})
	return tests
}

// readGo is the output of go test -json as go test prints it.
func readGo(output string) string {
	var b strings.Builder
	goEvents(output, func(e goEvent) {
		quiet := strings.HasPrefix(e.Output, "=== ") || strings.HasPrefix(e.Output, "--- PASS")
		if (e.Action == "output" || e.Action == "build-output") && !quiet {
			b.WriteString(e.Output)
		}
	})
	return b.String()
}

// compare writes down which tests the patch made pass, added or broke.
func (t *trial) compare() {
	before, after := t.before, t.after
	if len(after.tests) == 0 {
		t.compareExits()
		return
	}
	var gone []string
	for name, passed := range before.tests {
		now, there := after.tests[name]
		switch {
		case !there && passed:
			gone = append(gone, name)
		case there && passed && !now:
			t.found.Broken = append(t.found.Broken, name)
		case there && !passed && now:
			t.found.Fixed = append(t.found.Fixed, name)
		}
	}
	for name, passed := range after.tests {
		if _, known := before.tests[name]; known {
			continue
		}
		if passed {
			t.found.NewTests = append(t.found.NewTests, name)
		} else {
			t.found.Broken = append(t.found.Broken, name)
		}
	}
	// Tests may be renamed, but not be fewer than before.
	slices.Sort(gone)
	if more := len(gone) - len(t.found.NewTests); more > 0 {
		t.found.Broken = append(t.found.Broken, gone[:more]...)
	}
	slices.Sort(t.found.Fixed)
	slices.Sort(t.found.NewTests)
	slices.Sort(t.found.Broken)
}

// wholeCommand stands for the tests of an output that names none.
const wholeCommand = "the test command as a whole"

func (t *trial) compareExits() {
	switch before, after := t.before.Outcome, t.after.Outcome; {
	case before != "failed" && len(t.before.tests) > 0 && after == "failed", before == "ok" && after == "failed":
		t.found.Broken = []string{wholeCommand}
	case before == "failed" && after == "ok":
		t.found.Fixed = []string{wholeCommand}
	}
}
