package gvisor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// adopted are the processes of a sandbox that fall to this process, and that it
// has to bury: runsc detaches them, so they do when we are the first process of
// a container. Else the machine's own first process does it.
func (b *Backend) adopted(id string) ([]int, error) {
	if os.Getpid() != 1 {
		return nil, nil
	}
	return b.processesOf(id)
}

// bury waits for the end of processes that were adopted and have been killed.
func bury(ctx context.Context, pids []int) error {
	retry := time.NewTicker(time.Millisecond)
	defer retry.Stop()
	for _, pid := range pids {
		for {
			ended, err := syscall.Wait4(pid, nil, syscall.WNOHANG, nil)
			if ended == pid || errors.Is(err, syscall.ECHILD) {
				break
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("process %d does not end: %w", pid, ctx.Err())
			case <-retry.C:
			}
		}
	}
	return nil
}
