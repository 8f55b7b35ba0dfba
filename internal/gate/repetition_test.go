package gate

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/grounding"
)

// The values of a table stand in many of its rows, and are no padding; sentences in
// cells are.
func TestRepetitionInTables(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, row string
		repeats   bool
	}{
		{"figures", "| 1.4.2, 1.4.9, 1.5.0, 1.5.1 | 2.0.0 |\n", false},
		{"values", "| yes | no | yes | yes | no | no | yes | no |\n", false},
		{"sentences", "| the value is checked before it is stored | the value is checked before it is stored |\n", true},
		{"text", "The value is checked before it is stored, as yes or no.\n\n", true},
	} {
		v := &view{Reading: &grounding.Reading{Doc: document.Parse("# What is taken\n\n" + strings.Repeat(tt.row, 40))}}
		if s, _ := repetition(v); (s.Points < 0) != tt.repeats {
			t.Errorf("%s: %+v", tt.name, s)
		}
	}
}
