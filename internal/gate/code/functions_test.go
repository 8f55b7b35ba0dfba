package code_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/gate/code"
)

// TestFunctions: where each function begins and ends, and whose it is.
func TestFunctions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, ext, source string
		want              []code.Function // nil when it cannot be told
	}{
		{"Go", "go", "package p\n\nfunc A() {\n\tb()\n}\n\nfunc (s *set[T]) b() {}\n", []code.Function{{"A", "", 3, 5}, {"b", "set", 7, 7}}},
		{"Go that is none", "go", "package p\n\nfunc A( {\n", nil},
		{
			"script", "js", "function a(x) {\n  return b(x)\n}\n\nconst b = (x) => {\n  if (x) {\n    return 1\n  }\n}\nexports.c = function () {}\nT.prototype.d = function d (\n  x\n) {\n  x()\n}\nclass K {\n  e(y) {\n    for (;;) {\n    }\n  }\n}\n",
			[]code.Function{{"a", "", 1, 3}, {"b", "", 5, 9}, {"c", "", 10, 10}, {"d", "T", 11, 15}, {"e", "K", 17, 20}},
		},
		{"arrows that are assigned", "js", "exports.a = (x) => {\n  return x\n}\nT.b = async y => {\n  y()\n}\nz = (x) => x\n", []code.Function{{"a", "", 1, 3}, {"b", "T", 4, 6}}},
		{"script whose ends do not show", "js", "function a() {\nreturn `\nx`\n}\n", nil},
		{"Python", "py", "class K:\n    def a(self):\n        return 1\n\n\nasync def b(\n    x,\n):\n    return x\n", []code.Function{{"a", "K", 2, 5}, {"b", "", 6, 10}}},
		{"another language", "rs", "fn a() {}\n", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := code.Functions(tt.ext, tt.source)
			if !ok {
				got = nil
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
