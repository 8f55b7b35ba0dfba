package task

import "time"

// seldom says when to log what fails again and again: at once, then after pauses
// that double. After a spell without a failure it begins anew.
type seldom struct {
	last, next time.Time // of the failures, of what is logged
	pause      time.Duration
}

const (
	seldomFirst = time.Second
	seldomMost  = 10 * time.Minute
	seldomSpell = time.Minute
)

// again reports whether a failure at now is logged.
func (s *seldom) again(now time.Time) bool {
	if now.Sub(s.last) > seldomSpell {
		*s = seldom{pause: seldomFirst}
	}
	s.last = now
	if now.Before(s.next) {
		return false
	}
	s.next, s.pause = now.Add(s.pause), min(2*s.pause, seldomMost)
	return true
}
