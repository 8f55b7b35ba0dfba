package event

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

// channel is PostgreSQL's notification channel; the payload is the topic.
const channel = "aicity_events"

// relay collects the topics that other nodes have to hear of. They go out in
// one statement for many commits: a NOTIFY inside each transaction would make
// PostgreSQL commit one after the other.
type relay struct {
	mu sync.Mutex
	// topics and running are guarded by mu.
	topics  map[string]struct{}
	running bool
	ready   chan struct{}
}

func newRelay() *relay { return &relay{topics: map[string]struct{}{}, ready: make(chan struct{}, 1)} }

// run says whether somebody takes the topics; without, they are dropped.
func (r *relay) run(on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running = on
	clear(r.topics)
}

func (r *relay) send(topics []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.running {
		return
	}
	for _, topic := range topics {
		r.topics[topic] = struct{}{}
	}
	signal(r.ready)
}

func (r *relay) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	topics := slices.Collect(maps.Keys(r.topics))
	clear(r.topics)
	return topics
}

// relayPause bounds how often the other nodes are told: what happens in it goes
// out together.
const relayPause = 5 * time.Millisecond

// reconnectPause is how long a lost connection waits before the next try.
const reconnectPause = time.Second

// Run exchanges wakes with the other nodes until ctx ends. On SQLite, which
// serves one node, it returns at once.
func (l *Log) Run(ctx context.Context, logger *slog.Logger) {
	if l.db.Pool() == nil {
		return
	}
	l.relay.run(true)
	defer l.relay.run(false)
	var sender sync.WaitGroup
	sender.Go(func() { l.notify(ctx, logger) })
	defer sender.Wait()
	for ctx.Err() == nil {
		if err := l.listen(ctx); err != nil && ctx.Err() == nil {
			logger.WarnContext(ctx, "event listener lost, connecting again", "error", err)
			pause(ctx, reconnectPause)
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// notify tells the other nodes what happened here. What is not told because the
// database is away is not repeated: with it away, no reader gets an answer.
func (l *Log) notify(ctx context.Context, logger *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.relay.ready:
		}
		_, err := l.db.Pool().Exec(ctx, `SELECT pg_notify($1, topic) FROM unnest($2::text[]) AS topic`, channel, l.relay.take())
		if err != nil && ctx.Err() == nil {
			logger.WarnContext(ctx, "other nodes not notified", "error", err)
			pause(ctx, reconnectPause)
		}
		pause(ctx, relayPause)
	}
}

func (l *Log) listen(ctx context.Context) error {
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
