package sandbox

import (
	"context"
	"errors"
	"time"
)

// stir begins what may change the workspace on behalf of the agent, a command or a
// call; it ends with the context that is returned, and settle must be called.
// Errors: INVALID_STATE while the patch is made.
func (l *live) stir(ctx context.Context) (_ context.Context, settle func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.quiet {
		return nil, nil, errHandingIn()
	}
	ctx, cancel := context.WithCancelCause(ctx)
	l.stirs[ctx] = cancel
	return ctx, func() {
		cancel(nil)
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.stirs, ctx)
		if l.still != nil && len(l.stirs) == 0 {
			close(l.still)
			l.still = nil
		}
	}, nil
}

// hushTimeout is a little more than a runner has to end a command.
const hushTimeout = 6 * time.Second

// hush ends what may change the workspace, and lets nothing begin to until lift is
// called. It reports whether all that was under way has ended in time.
func (l *live) hush(ctx context.Context, limit time.Duration) (still bool, lift func(), err error) {
	select {
	case <-l.hushing:
	case <-ctx.Done():
		return false, nil, ctx.Err()
	}
	late := time.NewTimer(limit)
	defer late.Stop()
	select {
	case <-l.calm():
		still = true
	case <-late.C:
	case <-ctx.Done():
	}
	return still, l.lift, nil
}

// calm begins the quiet, and is closed when all is still.
func (l *live) calm() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.quiet = true
	still := make(chan struct{})
	if len(l.stirs) == 0 {
		close(still)
		return still
	}
	l.still = still
	for _, cancel := range l.stirs {
		cancel(errStopped)
	}
	return still
}

// lift ends the quiet.
func (l *live) lift() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.quiet, l.still = false, nil
	l.hushing <- struct{}{}
}

// wasStopped reports whether a context was ended by a hush or by its owner.
func wasStopped(ctx context.Context) bool { return errors.Is(context.Cause(ctx), errStopped) }
