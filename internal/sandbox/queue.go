package sandbox

import (
	"slices"
	"time"

	"aicity.dev/aicity/internal/city"
)

const (
	// queueWait is how long a call waits for its turn; then it is told its
	// position, and whoever asks again soon keeps the place.
	queueWait = 20 * time.Second
	// queueKeep is how long a place is kept for somebody who has stopped asking.
	queueKeep = time.Minute
)

// ticket is a task's place in the queue for a sandbox.
type ticket struct {
	taskID string
	asking int       // calls that wait
	left   time.Time // when the last of them stopped waiting
}

// queue is who waits for a sandbox, first come first served; guarded by the
// service's mu.
type queue struct {
	tickets []*ticket
	moved   chan struct{} // closed when somebody's turn may have come
}

func newQueue() queue { return queue{moved: make(chan struct{})} }

// wake lets everybody look whether it is their turn.
func (q *queue) wake() {
	close(q.moved)
	q.moved = make(chan struct{})
}

// join returns the task's place, at the end when it has none. Errors:
// SANDBOX_CAPACITY when there is no room.
func (q *queue) join(taskID string, room, sandboxes int, now time.Time) (*ticket, error) {
	q.tickets = slices.DeleteFunc(q.tickets, func(t *ticket) bool { return t.asking == 0 && now.Sub(t.left) > queueKeep })
	if i := q.index(taskID); i >= 0 {
		return q.tickets[i], nil
	}
	if len(q.tickets) >= room {
		return nil, errCapacity(sandboxes)
	}
	t := &ticket{taskID: taskID}
	q.tickets = append(q.tickets, t)
	return t, nil
}

func (q *queue) index(taskID string) int {
	return slices.IndexFunc(q.tickets, func(t *ticket) bool { return t.taskID == taskID })
}

// first reports whether nobody who asks is ahead of the task.
func (q *queue) first(taskID string) bool {
	for _, t := range q.tickets {
		if t.taskID == taskID {
			return true
		}
		if t.asking > 0 {
			return false
		}
	}
	return true
}

func (q *queue) drop(taskID string) {
	if i := q.index(taskID); i >= 0 {
		q.tickets = slices.Delete(q.tickets, i, i+1)
	}
}

// Condition is how the task's sandbox is at this moment, on this server.
type Condition struct {
	Running  bool      // a command starts at once; else it is started first
	Died     city.Code // why it died the last time, "" when it has not
	DiedAt   time.Time // when it did
	Position int       // in the queue, from 1; 0 when it does not wait
	Length   int       // of the queue
}

// Condition looks at the task's sandbox.
func (s *Service) Condition(taskID string) Condition {
	s.mu.Lock()
	c := Condition{Position: s.queue.index(taskID) + 1, Length: len(s.queue.tickets)}
	l := s.lives[taskID]
	s.mu.Unlock()
	if l == nil {
		return c
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	c.Running, c.Died, c.DiedAt = l.running, l.diedOf, l.diedAt
	return c
}
