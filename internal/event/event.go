// Package event is the outbox: what happened, written in the transaction that
// made it so, and read in order by live streams and webhooks.
package event

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/store"
)

// Event is one thing that happened. Seq orders the events of one subject.
type Event struct {
	Seq     int64
	ID      string // evt_…
	Subject string // the id of the task, agent or owner it happened to
	Type    Type
	Data    json.RawMessage
	At      time.Time
}

// Log appends and reads events, and wakes those who wait for them.
type Log struct {
	db  *store.DB
	hub *hub
	// relay tells the other nodes.
	relay *relay
}

// New returns the event log of db.
func New(db *store.DB) *Log { return &Log{db: db, hub: newHub(), relay: newRelay()} }

// Append writes an event for subject and, once tx is durable, wakes the
// subscribers of subject and of the further topics. Data is encoded as JSON; it
// must hold nothing that a later reader of the subject may not see.
func (l *Log) Append(_ context.Context, tx store.Tx, subject string, kind Type, data any, topics ...string) error {
	encoded, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("encode event %s: %w", kind, err)
	}
	l.Wake(tx, append(topics, subject)...)
	tx.Collect(`events (id, subject, type, data, created_at)`,
		city.NewID(city.PrefixEvent), subject, string(kind), string(encoded), store.Micros(tx.Now()))
	return nil
}

// Wake wakes the subscribers of topics once tx is durable: this node's at once,
// those of the others a moment later. A node that dies in between leaves them
// to their own timers, which every reader of a topic has.
func (l *Log) Wake(tx store.Tx, topics ...string) {
	tx.AfterCommit(func() {
		for _, topic := range topics {
			l.hub.wake(topic)
		}
		l.relay.send(topics)
	})
}

// List returns up to limit events of subject after seq, oldest first.
func (l *Log) List(ctx context.Context, q store.Querier, subject string, after int64, limit int) ([]Event, error) {
	events, err := store.All(ctx, q, scan, `SELECT seq, id, subject, type, data, created_at FROM events
		WHERE subject = $1 AND seq > $2 ORDER BY seq LIMIT $3`, subject, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list events: %w", err)
	}
	return events, nil
}

func scan(row store.Row) (Event, error) {
	var e Event
	var data string
	var at int64
	err := row.Scan(&e.Seq, &e.ID, &e.Subject, &e.Type, &data, &at)
	e.Data, e.At = json.RawMessage(data), store.FromMicros(at)
	return e, err
}

// Subscribe returns a channel that receives whenever something may have
// happened to topic, until cancel is called. Subscribe first, then read: what
// happens in between is not missed. A wake carries no data and may be spurious.
func (l *Log) Subscribe(topic string) (wake <-chan struct{}, cancel func()) {
	return l.hub.subscribe(topic)
}

// Follow calls look at once, then whenever something may have happened to topic and
// at least once every interval, until look says that it has seen enough or ctx ends.
func (l *Log) Follow(ctx context.Context, topic string, interval time.Duration, look func() (enough bool)) {
	wake, cancel := l.Subscribe(topic)
	defer cancel()
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for !look() {
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-ticker.C:
		}
	}
}

// ParseSeq reads the number of the event behind which a stream is to go on, 0 where none is
// given; field is what the caller calls it.
func ParseSeq(field, value string) (int64, error) {
	if value == "" {
		return 0, nil
	}
	seq, err := strconv.ParseUint(value, 10, 63)
	if err != nil {
		return 0, city.InvalidField(field, "not the number of an event of this stream")
	}
	return int64(seq), nil
}
