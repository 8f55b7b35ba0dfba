package account

import (
	"net/netip"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"aicity.dev/aicity/internal/city"
)

// limit says how failures under a key slow down further attempts: the first
// are free, then each doubles the pause, up to longest.
type limit struct {
	free    int
	longest time.Duration
}

const (
	// firstPause follows the first failure that is not free.
	firstPause = time.Second
	// forgetAfter is how long a key must stay quiet to start afresh.
	forgetAfter = time.Hour
	// maxKeys bounds memory; the keys unused for longest are forgotten first.
	maxKeys = 50_000
)

// The pause per address is short: it must stop guessing, yet nobody shall be
// able to lock an owner out by failing in their name. The client is trusted less.
var (
	perEmail  = limit{free: 5, longest: time.Minute}
	perClient = limit{free: 30, longest: 15 * time.Minute}
)

// key is something whose failures count together.
type key struct {
	name  string
	limit limit
}

type failures struct {
	count int
	last  time.Time
	until time.Time // no attempt before
}

// attempts remembers failed attempts, in memory: a restart forgives them.
type attempts struct {
	clock city.Clock

	mu sync.Mutex
	// seen is guarded by mu.
	seen *simplelru.LRU[string, failures]
}

func newAttempts(clock city.Clock) (*attempts, error) {
	seen, err := simplelru.NewLRU[string, failures](maxKeys, nil)
	if err != nil {
		return nil, err
	}
	return &attempts{clock: clock, seen: seen}, nil
}

// keysOf names whose failures an attempt counts among.
func keysOf(email, clientIP string) []key {
	var keys []key
	if email != "" {
		keys = append(keys, key{"mail " + email, perEmail})
	}
	if ip, err := netip.ParseAddr(clientIP); err == nil {
		ip = ip.Unmap()
		if ip.Is6() {
			// One subscriber has a whole /64 of addresses.
			if subnet, err := ip.WithZone("").Prefix(64); err == nil {
				ip = subnet.Addr()
			}
		}
		keys = append(keys, key{"ip " + ip.String(), perClient})
	}
	return keys
}

// begin counts an attempt as failed before its outcome is known, so that many
// at once do not slip through. It returns how long to wait instead when one of
// the keys is paused; then nothing is counted.
func (a *attempts) begin(keys []key) (wait time.Duration) {
	now := a.clock.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, k := range keys {
		if f, ok := a.seen.Get(k.name); ok && f.until.After(now) {
			wait = max(wait, f.until.Sub(now))
		}
	}
	if wait > 0 {
		return wait
	}
	for _, k := range keys {
		f, _ := a.seen.Get(k.name)
		if now.Sub(f.last) > forgetAfter {
			f = failures{}
		}
		f.count++
		f.last = now
		if over := f.count - k.limit.free; over > 0 {
			f.until = now.Add(min(firstPause<<min(over-1, 20), k.limit.longest))
		}
		a.seen.Add(k.name, f)
	}
	return 0
}

// succeeded takes back what begin counted. The address starts afresh; the
// client does not, or one account of its own would let it guess on for ever.
func (a *attempts) succeeded(keys []key) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, k := range keys {
		f, ok := a.seen.Get(k.name)
		if !ok {
			continue
		}
		f.count--
		if f.count <= k.limit.free {
			f.until = time.Time{}
		}
		if k.limit == perEmail || f.count <= 0 {
			a.seen.Remove(k.name)
			continue
		}
		a.seen.Add(k.name, f)
	}
}
