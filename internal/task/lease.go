package task

import (
	"context"
	"errors"
	"fmt"
	"time"

	"aicity.dev/aicity/internal/store"
)

// A verdict that takes long is worked on under a lease. Whoever holds it renews
// it; when it runs out, the holder is dead and the job takes over.
const (
	leaseTime  = 30 * time.Second
	leaseRenew = 10 * time.Second
)

// takeLease takes the lease of a task, unless another holder lives; then it
// returns until when that one is believed.
func takeLease(ctx context.Context, tx store.Tx, taskID, holder string) (taken bool, until time.Time, err error) {
	n, err := tx.Exec(ctx, `INSERT INTO task_examinations (task_id, holder, until) VALUES ($1, $2, $3)
		ON CONFLICT (task_id) DO UPDATE SET holder = excluded.holder, until = excluded.until WHERE task_examinations.until < $4`,
		taskID, holder, store.Micros(tx.Now().Add(leaseTime)), store.Micros(tx.Now()))
	if err != nil {
		return false, until, fmt.Errorf("take lease: %w", err)
	}
	if n > 0 {
		return true, until, nil
	}
	var at int64
	if err := tx.QueryRow(ctx, `SELECT until FROM task_examinations WHERE task_id = $1`, taskID).Scan(&at); err != nil {
		return false, until, fmt.Errorf("read lease: %w", err)
	}
	return false, store.FromMicros(at), nil
}

// renewLease moves the end of a lease; false when another has it now.
func (s *Service) renewLease(ctx context.Context, taskID, holder string, by time.Duration) (held bool, err error) {
	err = s.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE task_examinations SET until = $3 WHERE task_id = $1 AND holder = $2`,
			taskID, holder, store.Micros(tx.Now().Add(by)))
		held = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("renew lease: %w", err)
	}
	return held, nil
}

func dropLease(ctx context.Context, tx store.Tx, taskID string) error {
	return tx.Queue(ctx, "drop lease", `DELETE FROM task_examinations WHERE task_id = $1`, taskID)
}

// errLeaseLost ends work that another has taken over.
var errLeaseLost = errors.New("another run works on the verdict")

// underLease runs f while the lease is renewed. A lease that is lost ends f; one
// whose holder stops without a verdict is given up at once.
func (s *Service) underLease(ctx context.Context, taskID, holder string, f func(ctx context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		tick := time.NewTicker(leaseRenew)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if held, err := s.renewLease(ctx, taskID, holder, leaseTime); err == nil && !held {
				cancel(errLeaseLost)
			}
		}
	}()
	err := f(ctx)
	if lost := context.Cause(ctx); err != nil && lost != nil {
		err = lost
	}
	cancel(nil)
	<-renewed
	if err != nil && !errors.Is(err, errLeaseLost) {
		_, giveUp := s.renewLease(context.WithoutCancel(ctx), taskID, holder, -time.Second)
		err = errors.Join(err, giveUp)
	}
	return err
}
