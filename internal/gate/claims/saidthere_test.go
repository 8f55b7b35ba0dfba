package claims

import "testing"

// What is told to be done leaves a trace where it is done; what is ordered, denied or
// supposed does not.
func TestTraceless(t *testing.T) {
	t.Parallel()
	const near = "func divide(left, right float64) float64 {\n\treturn left / right\n}\n"
	for sentence, want := range map[string]string{
		"dividestage checks the right operand for zero and returns an error.": "a test for zero",
		"each pattern is stored in a package-level map and never removed.":    "a map",
		"it tests whether the divisor is zero.":                               "a test for zero",
		"evaluate in a worker thread.":                                        "",
		"divide should check the right operand for zero.":                     "",
		"nobody checks the operand for zero.":                                 "",
		"the divisor is stored in the second operand.":                        "",
	} {
		got := ""
		if d := traceless(sentence, "stage.go", near); d != nil {
			got = d.name
		}
		if got != want {
			t.Errorf("%q: %q, want %q", sentence, got, want)
		}
	}
	for file, code := range map[string]string{
		"stage.go": near + "if right == 0 {", "stage.js": "if (!list.length) return", "stage.ts": "return count ? total : 0", "stage.py": "if not n:",
	} {
		if d := traceless("divide checks the operand for zero.", file, code); d != nil {
			t.Errorf("%s: %s is there", file, d.name)
		}
	}
	if d := traceless("each handler is kept in a map.", "stage.js", "this.handlers = {}"); d != nil {
		t.Errorf("%s is there", d.name)
	}
}
