package gate_test

import (
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// The language that a wish is compared with is not the one that is asked for.
func TestLanguageOfAComparison(t *testing.T) {
	t.Parallel()
	const python = "`sumLines` of lib/orders.js (line 14) gets a sister:\n\n```python\ndef rotate(lines, n):\n    if not lines:\n        return lines\n    n %= len(lines)\n    head = lines[-n:]\n    return head + lines[:-n]\n```\n"
	for request, wrong := range map[string]bool{
		"Add rotate(lines, n) to lib/orders.js, like Python's deque has it.": true,
		"Add rotate(lines, n) next to sumLines, as in Python.":               true,
		"Write a Python version of sumLines in lib/orders.js: rotate it.":    false,
	} {
		report := gate.Judge(gate.Input{Request: gate.Request{Category: city.CodeGeneration, Description: request}, Deliverable: gate.Deliverable{Result: python}, Repo: shop(t)})
		if s := signalOf(report, "language of the code"); s == nil || (s.Cap != nil) != wrong {
			t.Errorf("%s: %+v", request, s)
		}
	}
}
