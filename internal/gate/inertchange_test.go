package gate

import "testing"

// A change that only adds what nothing reads, prints or reaches has no effect; one that
// reads, throws, calls or takes away has, and so has one that prints where that is asked.
func TestInertAddition(t *testing.T) {
	t.Parallel()
	const js = "function add (a, b) {\n  return a + b\n}\n"
	const golang = "func add(a, b int) int {\n\treturn a + b\n}\n"
	const yaml = "jobs:\n  ship:\n    runs-on: linux\n"
	const python = "call(\n    size=1,\n)\n"
	for _, tt := range []struct {
		before, after, request string
		inert                  bool
	}{
		{js, "function add (a, b) {\n  console.debug('checked');\n  return a + b\n}\n", "Fix add.", true},
		{js, "function add (a, b) {\n  const seen = Date.now()\n  // noted\n  return a + b\n}\n", "Fix add.", true},
		{js, "function add (a, b) {\n  if (false) {\n    throw new Error('never')\n  }\n  return a + b\n}\n", "Fix add.", true},
		{js, "function add (a, b) {\n  a = a;\n  return a + b\n}\n", "Fix add.", true},
		{golang, "func add(a, b int) int {\n\t_ = struct{}{}\n\treturn a + b\n}\n", "Fix add.", true},
		{golang, "func add(a, b int) int {\n\tif ready := true; !ready {\n\t\tpanic(\"not ready\")\n\t}\n\treturn a + b\n}\n", "Fix add.", true},
		{js, "function add (a, b) {\n  console.debug('checked');\n  return a + b\n}\n", "Log each call of add.", false},
		{js, "function add (a, b) {\n  a = Number(a)\n  return a + b\n}\n", "Fix add.", false},
		{js, "function add (a, b) {\n  const sum = check(a, b)\n  if (!sum) return 0\n  return a + b\n}\n", "Fix add.", false},
		{js, "function add (a, b) {\n  const b = 0\n  return a + b\n}\n", "Fix add.", false},
		{js, "function add (a, b) {\n  console.debug('checked');\n  return b + a\n}\n", "Fix add.", false},
		{golang, "func add(a, b int) int {\n\tcheck(a)\n\treturn a + b\n}\n", "Fix add.", false},
		{js, "function add (a, b) {\n  { let held = 0; held++; }\n  return a + b\n}\n", "Fix add.", true},
		{js, "function add (a, b) {\n  if (1 > 2) return;\n  return a + b\n}\n", "Fix add.", true},
		{js, "function add (a, b) {\n  switch (0) { case 1: return; }\n  return a + b\n}\n", "Fix add.", true},
		{js, "function add (a, b) {\n  this.x = this.x;\n  return a + b\n}\n", "Fix add.", true},
		{js, "function add (a, b) {\n  return; // later\n  return a + b\n}\n", "Fix add.", false},
		{js, "function add (a, b) {\n  if (a) return;\n  return a + b\n}\n", "Fix add.", false},
		{js, "function add (a, b) {\n  let held = 0; held += a; sum(held);\n  return a + b\n}\n", "Fix add.", false},
		{golang, "func add(a, b int) int {\n\tfor i := 0; i < 3; i++ {\n\t}\n\treturn a + b\n}\n", "Fix add.", true},
		{"const sizes = [\n  [1, 2],\n]\n", "const sizes = [\n  [1, 2],\n  [3, 4],\n]\n", "Fix it.", false},
		{golang, "func add(a, b int) int {\n\tfor {\n\t}\n\treturn a + b\n}\n", "Let it wait.", false},
		{golang, "func add(a, b int) int {\n\tfor {\n\treturn a + b\n\t}\n}\n", "Loop.", false},
		{js, "function add (a, b) {\n  if (1 > 2) {}\n  return;\n  return a + b\n}\n", "Fix add.", false},
		{yaml, "jobs:\n  ship:\n    if: false\n    runs-on: linux\n", "Switch it off.", false},
		{python, "call(\n    size=1,\n    timeout=timeout\n)\n", "Pass it on.", false},
		{js, js, "Fix add.", false},
	} {
		file := "a.js"
		for name, head := range map[string]string{"a.go": golang, "a.yml": yaml, "a.py": python} {
			if tt.before == head {
				file = name
			}
		}
		if got := inertAddition(file, tt.before, tt.after, tt.request); got != tt.inert {
			t.Errorf("%s %q: %v", tt.request, tt.after, got)
		}
	}
}
