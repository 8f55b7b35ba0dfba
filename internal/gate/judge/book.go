package judge

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// State is how far a call has come.
type State string

// The states of a call.
const (
	Asked    State = "asked"    // it may have been paid; its answer is not here
	Answered State = "answered" // with a usable opinion
	Unusable State = "unusable" // with something else
	Failed   State = "failed"   // without an answer
)

// Call is one call to the model, as it is kept.
type Call struct {
	Number       int
	Model        string
	State        State
	Opinion      gate.Opinion
	Failure      string
	InputTokens  int
	OutputTokens int
	AskedAt      time.Time
	AnsweredAt   *time.Time
}

// ErrSpent says that the budget has no call left.
var ErrSpent = errors.New("the judge's budget is spent")

// Book is where every call is written down, and what the budget is counted by.
type Book interface {
	// Calls lists the calls about a task, in their order.
	Calls(ctx context.Context, taskID string) ([]Call, error)
	// Reserve takes a call from the budget and writes it down, before it is made.
	// Errors: ErrSpent.
	Reserve(ctx context.Context, taskID string, c Call, budget int) (Call, error)
	// Keep writes what came of a call.
	Keep(ctx context.Context, taskID string, c Call) error
}

// Memory is a book that is forgotten with the program, for measuring without a
// city: its budget is for all of its life.
type Memory struct {
	Clock city.Clock

	mu    sync.Mutex
	calls map[string][]Call // guarded by mu
	spent int               // guarded by mu
}

// Calls implements [Book].
func (m *Memory) Calls(_ context.Context, taskID string) ([]Call, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.calls[taskID]), nil
}

// Reserve implements [Book].
func (m *Memory) Reserve(_ context.Context, taskID string, c Call, budget int) (Call, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.spent >= budget {
		return c, ErrSpent
	}
	m.spent++
	c.State, c.AskedAt = Asked, m.Clock.Now()
	if m.calls == nil {
		m.calls = map[string][]Call{}
	}
	m.calls[taskID] = append(m.calls[taskID], c)
	return c, nil
}

// Keep implements [Book].
func (m *Memory) Keep(_ context.Context, taskID string, c Call) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := m.Clock.Now()
	c.AnsweredAt = &at
	for i := range m.calls[taskID] {
		if m.calls[taskID][i].Number == c.Number {
			m.calls[taskID][i] = c
		}
	}
	return nil
}
