package ratelimit_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"aicity.dev/aicity/internal/ratelimit"
)

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestAllow(t *testing.T) {
	t.Parallel()
	c := &clock{now: time.Unix(1000, 0)}
	l := ratelimit.New(c, 2, 3)
	for i := range 3 {
		if s := l.Allow("a"); !s.Allowed || s.Remaining != 2-i || s.Limit != 3 || (s.RetryAfter > 0) != (i == 2) {
			t.Errorf("call %d: %+v", i, s)
		}
	}
	if s := l.Allow("a"); s.Allowed || s.RetryAfter <= 0 || s.RetryAfter > 500*time.Millisecond {
		t.Errorf("over the limit: %+v", s)
	}
	if s := l.Allow("b"); !s.Allowed {
		t.Error("one caller's calls count for another")
	}
	c.advance(500 * time.Millisecond)
	if s := l.Allow("a"); !s.Allowed {
		t.Errorf("after waiting: %+v", s)
	}
}

func TestForgetsTheIdle(t *testing.T) {
	t.Parallel()
	c := &clock{now: time.Unix(1000, 0)}
	l := ratelimit.New(c, 1, 1)
	for i := range 100 {
		l.Allow(fmt.Sprint(i))
	}
	c.advance(2 * time.Minute)
	if !l.Allow("0").Allowed {
		t.Error("still limited after two minutes")
	}
	if n := ratelimit.Buckets(l); n != 1 {
		t.Errorf("%d buckets are kept", n)
	}
}
