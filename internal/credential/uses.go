package credential

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
)

// Use is the last time a credential was seen.
type Use struct {
	ID string
	At time.Time
}

// flushEvery is how coarse "last used" is: each credential is written at most
// once in it, all of them in one transaction.
const flushEvery = time.Minute

// flushTimeout bounds the last write at shutdown.
const flushTimeout = 5 * time.Second

// Uses collects when credentials were used and writes it now and then, so that
// authentication stays a read.
type Uses struct {
	save func(ctx context.Context, uses []Use) error

	mu sync.Mutex
	// seen is guarded by mu. Only existing credentials get in, which bounds it.
	seen map[string]time.Time
}

// NewUses returns a recorder that writes through save. save gets the uses in
// the order of their ids, so that concurrent nodes lock rows in one order, and
// must never move a time back.
func NewUses(save func(ctx context.Context, uses []Use) error) *Uses {
	return &Uses{save: save, seen: map[string]time.Time{}}
}

// Saw records that the credential with this id was used.
func (u *Uses) Saw(id string, at time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if at.After(u.seen[id]) {
		u.seen[id] = at
	}
}

// Flush writes what was seen since the last time. What cannot be written is
// kept for the next time.
func (u *Uses) Flush(ctx context.Context) error {
	u.mu.Lock()
	seen := u.seen
	u.seen = map[string]time.Time{}
	u.mu.Unlock()
	if len(seen) == 0 {
		return nil
	}
	uses := make([]Use, 0, len(seen))
	for id, at := range seen {
		uses = append(uses, Use{ID: id, At: at})
	}
	slices.SortFunc(uses, func(a, b Use) int { return strings.Compare(a.ID, b.ID) })
	if err := u.save(ctx, uses); err != nil {
		for _, use := range uses {
			u.Saw(use.ID, use.At)
		}
		return err
	}
	return nil
}

// Run flushes every minute until ctx ends, and once more then.
func (u *Uses) Run(ctx context.Context, logger *slog.Logger) {
	ticker := time.NewTicker(flushEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTimeout)
			defer cancel()
			u.flushLogged(last, logger)
			return
		case <-ticker.C:
			u.flushLogged(ctx, logger)
		}
	}
}

func (u *Uses) flushLogged(ctx context.Context, logger *slog.Logger) {
	if err := u.Flush(ctx); err != nil {
		// Nobody waits for this write; it is tried again with the next.
		logger.WarnContext(ctx, "last use of credentials not recorded yet", "error", err)
	}
}
