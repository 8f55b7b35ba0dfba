package gate

import (
	"testing"

	"aicity.dev/aicity/internal/gate/change"
	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/gate/repository"
)

// Two invented quotes fail work that quotes little else; where its change does not fit
// either, less of them does.
func TestMisquotes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		misquoted, fault float64
		fails            bool
	}{
		{2, 0, true}, {1.5, 0, false}, {1.5, 1, true}, {1, 1, false},
	} {
		v := &view{
			Reading: &grounding.Reading{Index: &repository.Index{}, Ground: grounding.Agreement{Quoted: 1, Misquoted: tt.misquoted}},
			changes: func() *change.Applied { return &change.Applied{Fault: tt.fault} },
		}
		if s, _ := misquotes(v); (s.Cap != nil) != tt.fails {
			t.Errorf("%+v: %+v", tt, s)
		}
	}
}
