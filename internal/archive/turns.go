package archive

import (
	"context"
	"sync"

	"aicity.dev/aicity/internal/city"
)

const (
	// checksAtOnce bounds how many uploads are read through at a time: each keeps
	// a processor busy.
	checksAtOnce = 2
	// uploadsAtOnce bounds how many uploads of one owner may be under way: each
	// keeps a file.
	uploadsAtOnce = 8
)

// turns has the owners' uploads checked in turn: one of each owner at a time, a
// few over all, in the order they ask. Whoever sends many waits for themselves.
type turns struct {
	slots chan struct{} // holds one for each check that runs

	mu     sync.Mutex
	owners map[string]*owner
}

// owner is who has uploads under way.
type owner struct {
	turn    chan struct{} // holds one while an upload of theirs is checked, or next
	uploads int
}

func newTurns() *turns {
	return &turns{slots: make(chan struct{}, checksAtOnce), owners: map[string]*owner{}}
}

// enter counts an upload until leave is called. Errors: RATE_LIMITED.
func (t *turns) enter(ownerID string) (o *owner, leave func(), err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	o = t.owners[ownerID]
	if o == nil {
		o = &owner{turn: make(chan struct{}, 1)}
		t.owners[ownerID] = o
	}
	if o.uploads >= uploadsAtOnce {
		return nil, nil, city.Errorf(city.CodeRateLimited, "You have %d uploads under way. Wait until one is done.", o.uploads).WithDetail("retryAfterSeconds", 1)
	}
	o.uploads++
	return o, func() { t.leave(ownerID, o) }, nil
}

func (t *turns) leave(ownerID string, o *owner) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if o.uploads--; o.uploads == 0 {
		delete(t.owners, ownerID)
	}
}

// take waits for the owner's turn and then for one of the city's. The turn lasts
// until done is called.
func (t *turns) take(ctx context.Context, o *owner) (done func(), err error) {
	if err := put(ctx, o.turn); err != nil {
		return nil, err
	}
	if err := put(ctx, t.slots); err != nil {
		<-o.turn
		return nil, err
	}
	return func() { <-t.slots; <-o.turn }, nil
}

func put(ctx context.Context, places chan<- struct{}) error {
	select {
	case places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
