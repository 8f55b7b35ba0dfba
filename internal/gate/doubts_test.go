package gate

import (
	"testing"

	"aicity.dev/aicity/internal/gate/grounding"
)

// A signal that goes by how a text looks is a doubt where the text is held up, and a
// proof where it is not.
func TestOnlyDoubts(t *testing.T) {
	t.Parallel()
	signal := onlyDoubts(func(*view) (Signal, bool) {
		return Signal{Name: "copied source", Points: -40, Cap: new(capCopied), Reason: "Copied."}, true
	})
	for _, tt := range []struct {
		anchored, located int
		points            float64
		most              int
	}{
		{0, 0, -40, capCopied},
		{3, 3, -40, capCopied},
		{4, 20, -40, capCopied}, // just a few of many
		{4, 10, -mostDoubt, BorderlineScore},
	} {
		v := &view{Reading: &grounding.Reading{}}
		v.Ground.Anchored, v.Ground.Located = tt.anchored, tt.located
		if s, _ := signal(v); s.Points != tt.points || *s.Cap != tt.most {
			t.Errorf("%d of %d hold: %.0f, at most %d", tt.anchored, tt.located, s.Points, *s.Cap)
		}
	}
}
