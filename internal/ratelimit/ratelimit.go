// Package ratelimit bounds how often a caller may ask: a token bucket for each
// caller, kept in memory, each node for itself.
package ratelimit

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"aicity.dev/aicity/internal/city"
)

// Limiter has a bucket for each key.
type Limiter struct {
	clock     city.Clock
	perSecond rate.Limit
	burst     int

	mu sync.Mutex
	// buckets and swept are guarded by mu.
	buckets map[string]*bucket
	swept   time.Time
}

type bucket struct {
	limiter *rate.Limiter
	used    time.Time
}

// New returns a limiter that allows perSecond calls a second for each key, and
// burst at once.
func New(clock city.Clock, perSecond float64, burst int) *Limiter {
	return &Limiter{clock: clock, perSecond: rate.Limit(perSecond), burst: burst, buckets: map[string]*bucket{}}
}

// State is what a caller has left.
type State struct {
	Allowed    bool
	Limit      int           // calls at once
	Remaining  int           // calls left now
	RetryAfter time.Duration // until the next call is allowed, when none is left
}

// Allow takes one call of key's bucket.
func (l *Limiter) Allow(key string) State {
	now := l.clock.Now()
	b := l.bucket(key, now)
	state := State{Allowed: b.AllowN(now, 1), Limit: l.burst}
	state.Remaining = max(0, int(b.TokensAt(now)))
	if missing := 1 - b.TokensAt(now); missing > 0 {
		state.RetryAfter = time.Duration(missing / float64(l.perSecond) * float64(time.Second))
	}
	return state
}

// sweepEvery is how often buckets that have filled up again are dropped: a new
// bucket would be the same.
const sweepEvery = time.Minute

func (l *Limiter) bucket(key string, now time.Time) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.swept) > sweepEvery {
		l.swept = now
		full := time.Duration(float64(l.burst) / float64(l.perSecond) * float64(time.Second))
		for k, b := range l.buckets {
			if now.Sub(b.used) > full {
				delete(l.buckets, k)
			}
		}
	}
	b, ok := l.buckets[key]
	if !ok {
		b = &bucket{limiter: rate.NewLimiter(l.perSecond, l.burst)}
		l.buckets[key] = b
	}
	b.used = now
	return b.limiter
}
