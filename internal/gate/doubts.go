package gate

import "math"

// mostDoubt is what a signal can take that is only a doubt.
const mostDoubt = 20.0

// onlyDoubts makes of a signal that goes by how a text looks a doubt where the text
// is held up by the code: it costs less then and leaves the verdict to a judge.
// Copies, templates and padding cite no lines that hold what they say of them.
func onlyDoubts(signal func(*view) (Signal, bool)) func(*view) (Signal, bool) {
	return func(v *view) (Signal, bool) {
		s, ok := signal(v)
		if !ok || !v.heldUp() {
			return s, ok
		}
		s.Points = math.Max(s.Points, -mostDoubt)
		if s.Cap != nil && *s.Cap < PassScore {
			s.Cap = new(BorderlineScore)
			s.Reason += " The lines that it cites hold what it says, so this alone fails nothing."
		}
		return s, ok
	}
}

// enoughHeld is how many cited lines must hold what is said there.
const enoughHeld = 4

// heldUp reports whether lines that the deliverable cites hold what it says of them,
// and not just a few of many.
func (v *view) heldUp() bool {
	return v.Ground.Anchored >= enoughHeld && 5*v.Ground.Anchored >= 2*v.Ground.Located
}
