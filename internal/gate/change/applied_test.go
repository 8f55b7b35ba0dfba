package change

import "testing"

// A block stays as many lines, whatever its first header is indented by.
func FuzzOutdented(f *testing.F) {
	f.Add("    code", "  --- a/x\n  +++ b/x")
	f.Fuzz(func(t *testing.T, one, other string) {
		if got := outdented([]string{one, other}); len(got) != 2 {
			t.Errorf("%q", got)
		}
	})
}
