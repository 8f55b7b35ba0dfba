package city

import "time"

// Clock tells the time. Everything that depends on time takes one, so that
// tests decide what time it is.
type Clock interface {
	Now() time.Time
}

// SystemClock is the machine's clock, in UTC and microseconds, the precision
// the database keeps.
type SystemClock struct{}

// Now returns the current time.
func (SystemClock) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
