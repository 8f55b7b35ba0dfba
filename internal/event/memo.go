package event

import (
	"sync"
	"time"

	"aicity.dev/aicity/internal/city"
)

// Memo remembers answers that hold until their topic wakes, and no longer than
// ttl, should a wake of another node be lost. It is for reads that are asked
// much more often than their answer changes.
type Memo[V any] struct {
	clock city.Clock
	ttl   time.Duration

	mu sync.Mutex
	// All below is guarded by mu.
	answers map[string]remembered[V]
	keys    map[string]map[string]struct{} // those that depend on a topic
	loads   map[*Load[V]]struct{}
}

type remembered[V any] struct {
	value V
	until time.Time
}

// maxRemembered bounds the answers of a memo; a full one starts anew.
const maxRemembered = 50_000

// NewMemo returns a memo that listens to the log's wakes.
func NewMemo[V any](l *Log, ttl time.Duration) *Memo[V] {
	m := &Memo[V]{clock: l.db.Clock(), ttl: ttl, answers: map[string]remembered[V]{}, keys: map[string]map[string]struct{}{}, loads: map[*Load[V]]struct{}{}}
	l.hub.watch(m)
	return m
}

// Look returns what is remembered for key.
func (m *Memo[V]) Look(key string) (V, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a, ok := m.answers[key]
	if !ok || !m.clock.Now().Before(a.until) {
		var none V
		return none, false
	}
	return a.value, true
}

// Load is a read that is under way: begun before the database is asked, so that
// an answer is not kept when its topic wakes meanwhile.
type Load[V any] struct {
	memo *Memo[V]
	// woken and all are guarded by memo.mu.
	woken map[string]struct{}
	all   bool
}

// Begin notes that a read begins. The load must be ended.
func (m *Memo[V]) Begin() *Load[V] {
	l := &Load[V]{memo: m, woken: map[string]struct{}{}}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.loads[l] = struct{}{}
	return l
}

// Keep remembers the answer for key until topic wakes.
func (l *Load[V]) Keep(key, topic string, value V) {
	m := l.memo
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, woken := l.woken[topic]; woken || l.all {
		return
	}
	if len(m.answers) >= maxRemembered {
		clear(m.answers)
		clear(m.keys)
	}
	m.answers[key] = remembered[V]{value, m.clock.Now().Add(m.ttl)}
	if m.keys[topic] == nil {
		m.keys[topic] = map[string]struct{}{}
	}
	m.keys[topic][key] = struct{}{}
}

// End forgets the load.
func (l *Load[V]) End() {
	l.memo.mu.Lock()
	defer l.memo.mu.Unlock()
	delete(l.memo.loads, l)
}

func (m *Memo[V]) woke(topic string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for l := range m.loads {
		l.woken[topic] = struct{}{}
	}
	for key := range m.keys[topic] {
		delete(m.answers, key)
	}
	delete(m.keys, topic)
}

func (m *Memo[V]) wokeAll() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for l := range m.loads {
		l.all = true
	}
	clear(m.answers)
	clear(m.keys)
}
