package gvisor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// reap ends what a killed server left behind: every process that works with our
// state folder, also a runsc that was still starting a sandbox nobody knows, the
// cgroups with our mark, and probes' folders. It does so once, before anything
// is started. What runsc has noted of sandboxes stays for List.
func (b *Backend) reap(ctx context.Context) error {
	var err error
	b.reaped.Do(func() { err = b.reapNow(ctx) })
	return err
}

func (b *Backend) reapNow(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, destroyTimeout)
	defer cancel()
	if err := killAll(ctx, b.processes); err != nil {
		return err
	}
	if err := removeCgroup(ctx, "aicity-*"+b.mark()); err != nil {
		return err
	}
	// Nobody listens or waits there any more.
	if err := errors.Join(b.removeState("runsc-*.sock"), b.removeState("*.lock")); err != nil {
		return err
	}
	probes, err := filepath.Glob(filepath.Join(b.opts.Dir, "probe-*"))
	for _, dir := range probes {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	return err
}

// removeState removes what runsc left in its state folder under such names: it
// forgets its sockets and locks when it or a sandbox is killed.
func (b *Backend) removeState(pattern string) error {
	files, err := filepath.Glob(filepath.Join(b.stateDir(), pattern))
	for _, file := range files {
		err = errors.Join(err, os.RemoveAll(file))
	}
	return err
}

// killAll kills processes until there are none: one that is starting others is
// found again by them.
func killAll(ctx context.Context, processes func() ([]int, error)) error {
	retry := time.NewTicker(5 * time.Millisecond)
	defer retry.Stop()
	for {
		pids, err := processes()
		if err != nil || len(pids) == 0 {
			return err
		}
		for _, pid := range pids {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("processes %v do not end", pids)
		case <-retry.C:
		}
	}
}

// processes are the host's processes that were told of our state folder, as
// runsc and all that it starts are. One that has ended already has no words.
func (b *Backend) processes() ([]int, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	word := []byte("--root=" + b.stateDir())
	var pids []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		words, err := os.ReadFile(filepath.Join("/proc", entry.Name(), "cmdline"))
		if err != nil {
			continue // it has ended
		}
		if slices.ContainsFunc(bytes.Split(words, []byte{0}), func(w []byte) bool { return bytes.Equal(w, word) }) {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// processesOf are those of them that were told of a sandbox.
func (b *Backend) processesOf(id string) ([]int, error) {
	all, err := b.processes()
	if err != nil {
		return nil, err
	}
	var its []int
	for _, pid := range all {
		words, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
		if err == nil && bytes.Contains(words, []byte("\x00"+id+"\x00")) {
			its = append(its, pid)
		}
	}
	return its, nil
}

// torn reports whether what runsc has noted of a sandbox is not whole: it was
// killed while it wrote that, and cannot read it any more.
func (b *Backend) torn(id string) bool {
	notes, _ := filepath.Glob(filepath.Join(b.stateDir(), id+"_sandbox:*.state")) // the pattern is right
	for _, note := range notes {
		if text, err := os.ReadFile(note); err == nil && !json.Valid(text) { //nolint:gosec // a file of ours
			return true
		}
	}
	return false
}
