package event

import "sync"

// hub wakes the waiting goroutines of this node.
type hub struct {
	mu sync.Mutex
	// topics is guarded by mu.
	topics map[string]map[chan struct{}]struct{}
	// watchers hear of every wake before the subscribers do.
	watchers []watcher
}

type watcher interface {
	woke(topic string)
	wokeAll()
}

func (h *hub) watch(w watcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.watchers = append(h.watchers, w)
}

func newHub() *hub { return &hub{topics: map[string]map[chan struct{}]struct{}{}} }

func (h *hub) subscribe(topic string) (<-chan struct{}, func()) {
	// One place is enough: a wake says "look again", however much has happened.
	c := make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.topics[topic] == nil {
		h.topics[topic] = map[chan struct{}]struct{}{}
	}
	h.topics[topic][c] = struct{}{}
	return c, func() { h.unsubscribe(topic, c) }
}

func (h *hub) unsubscribe(topic string, c chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.topics[topic], c)
	if len(h.topics[topic]) == 0 {
		delete(h.topics, topic)
	}
}

func (h *hub) wake(topic string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, w := range h.watchers {
		w.woke(topic)
	}
	for c := range h.topics[topic] {
		signal(c)
	}
}

func (h *hub) wakeAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, w := range h.watchers {
		w.wokeAll()
	}
	for _, subscribers := range h.topics {
		for c := range subscribers {
			signal(c)
		}
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
