package document

import "testing"

// A change in lines without a fence and without a header is one; a list is none.
func TestBareChange(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		diff       bool
	}{
		{"one line for another", "Off by one:\n\n-    if (n >= max) {\n+    if (n > max) {\n\nThat is all.", true},
		{"a tab", "-\tif n >= max {\n-\t\treturn nil\n+\tif n > max {\n", true},
		{"not indented", "Here:\n\n-return a;\n+return b;\n", true},
		{"words go with the code", "-see below\n-    if (n >= max) {\n+    if (n > max) {\n", true},
		{"nothing comes", "-    if (n >= max) {\n\nThat goes.", false},
		{"a list", "- if (n >= max) it fails\n+ if (n > max) it does not\n", false},
		{"an indented list", "-   the limit\n+   the number of keys\n", false},
		{"figures", "-1 is wrong\n+1 is right\n", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			diff := false
			for _, b := range Parse(tt.text).Blocks {
				diff = diff || b.Diff
			}
			if diff != tt.diff {
				t.Errorf("a diff: %v, want %v", diff, tt.diff)
			}
		})
	}
}
