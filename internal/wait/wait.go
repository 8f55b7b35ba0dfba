// Package wait waits with a bound for what has no way to be told to end.
package wait

import "time"

// Ended is closed when f, which runs on by itself, has returned.
func Ended(f func()) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	return done
}

// For reports whether done was closed in time.
func For(done <-chan struct{}, limit time.Duration) bool {
	late := time.NewTimer(limit)
	defer late.Stop()
	select {
	case <-done:
		return true
	case <-late.C:
		return false
	}
}

// Within reports whether f has returned in time; else it goes on by itself.
func Within(limit time.Duration, f func()) bool { return For(Ended(f), limit) }
