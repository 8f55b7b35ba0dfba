package event

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// channel is PostgreSQL's notification channel; the payload is the topic.
const channel = "aicity_events"

// hub wakes the waiting goroutines of this node.
type hub struct {
	mu sync.Mutex
	// topics is guarded by mu.
	topics map[string]map[chan struct{}]struct{}
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
	for c := range h.topics[topic] {
		signal(c)
	}
}

func (h *hub) wakeAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
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

// reconnectPause is how long a lost listener waits before it connects again.
const reconnectPause = time.Second

// Listen relays other nodes' notifications to this node's subscribers until ctx
// ends. On SQLite, which serves one node, it returns at once.
func (l *Log) Listen(ctx context.Context, logger *slog.Logger) {
	if l.db.Pool() == nil {
		return
	}
	for ctx.Err() == nil {
		if err := l.listenOnce(ctx); err != nil && ctx.Err() == nil {
			logger.WarnContext(ctx, "event listener lost, connecting again", "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(reconnectPause):
			}
		}
	}
}

func (l *Log) listenOnce(ctx context.Context) error {
	conn, err := l.db.Pool().Acquire(ctx)
	if err != nil {
		return err
	}
	// A connection that listens must not return to the pool.
	raw := conn.Hijack()
	defer func() { _ = raw.Close(context.WithoutCancel(ctx)) }()
	if _, err := raw.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	// What was notified while nobody listened is found by looking again.
	l.hub.wakeAll()
	for {
		n, err := raw.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		l.hub.wake(n.Payload)
	}
}
