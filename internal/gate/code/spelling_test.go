package code_test

import (
	"testing"

	"aicity.dev/aicity/internal/gate/code"
)

func TestRespelt(t *testing.T) {
	t.Parallel()
	const before = "module.exports = function (data, opts) {\n  var i, out = '';\n  if (typeof data == 'number') return '' + data;\n  for (i = 0; i < data.length; i++) {\n    var key = data[i];\n    out += opts.cmp(key);\n  }\n  return out;\n}\n"
	for _, tt := range []struct {
		name, after string
		want        bool
	}{
		{"nothing", before, true},
		{"words and names", "module.exports = function (data, opts) {\n  let out = ''; // all of it\n  if (typeof data === 'number') return '' + data\n  for (let index = 0; index < data.length; index++) {\n    const key = data[index]\n    out += opts.cmp(key)\n  }\n  return out\n}\n", true},
		{"a function is taken out", "const one = (opts, key) => opts.cmp(key)\nmodule.exports = function (data, opts) {\n  let out = '';\n  if (typeof data === 'number') return '' + data;\n  for (let i = 0; i < data.length; i++) out += one(opts, data[i]);\n  return out;\n}\n", false},
		{"another property", "module.exports = function (data, opts) {\n  var i, out = '';\n  if (typeof data == 'number') return '' + data;\n  for (i = 0; i < data.length; i++) {\n    var key = data[i];\n    out += opts.compare(key);\n  }\n  return out;\n}\n", false},
		{"another value", "module.exports = function (data, opts) {\n  var i, out = '';\n  if (typeof data == 'number') return '' + data;\n  for (i = 1; i < data.length; i++) {\n    var key = data[i];\n    out += opts.cmp(key);\n  }\n  return out;\n}\n", false},
		{"two names swap", "module.exports = function (data, opts) {\n  var i, out = '';\n  if (typeof data == 'number') return '' + data;\n  for (i = 0; i < data.length; i++) {\n    var key = data[i];\n    key += opts.cmp(out);\n  }\n  return out;\n}\n", false},
		{"it cannot be parsed", "module.exports = function (", false},
	} {
		if got := code.RespeltScript("js", before, tt.after); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
		if got := code.RespeltScript("js", tt.after, before); got != tt.want {
			t.Errorf("%s, back: %v", tt.name, got)
		}
	}
	if code.RespeltScript("rb", before, before) {
		t.Error("no script")
	}
	if code.RespeltScript("js", "a.map(parseInt)\n", "a.map(Number)\n") {
		t.Error("a name that is not the script's own")
	}
}
