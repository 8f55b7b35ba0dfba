package gvisor

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// meter bounds the memory of a whole sandbox where no cgroup does. All memory
// that programs in it have, their files in /tmp and /dev/shm too, is in one file
// of gVisor's kernel; what the kernel itself has for them is its own. Nothing
// outlives its command, so they are looked at while one runs and at its end.
type meter struct {
	memory string // gVisor's memory file, as a path
	kernel string // what the kernel's own memory is, as a path
	limit  int64  // bytes

	mu       sync.Mutex
	over     bool          // it has ended the sandbox; guarded by mu
	process  int           // a pidfd, -1 when it is closed; guarded by mu
	commands int           // that run; guarded by mu
	stop     chan struct{} // ends the looking when there are none; guarded by mu
}

const (
	// meterEvery is how often is looked while a command runs, and closeEvery when
	// more than three quarters of the memory are in use.
	meterEvery = 20 * time.Millisecond
	closeEvery = 4 * time.Millisecond
	// memoryFile is the file's name in gVisor.
	memoryFile = "/memfd:runsc-memory"
)

// openMeter returns the meter of a sandbox whose kernel is this process.
func openMeter(pid int, limit int64) (*meter, error) {
	process := filepath.Join("/proc", strconv.Itoa(pid))
	files, err := os.ReadDir(filepath.Join(process, "fd"))
	if err != nil {
		return nil, fmt.Errorf("look for the sandbox's memory: %w", err)
	}
	for _, file := range files {
		path := filepath.Join(process, "fd", file.Name())
		if target, err := os.Readlink(path); err != nil || !strings.HasPrefix(target, memoryFile) {
			continue
		}
		handle, err := unix.PidfdOpen(pid, 0)
		if err != nil {
			return nil, fmt.Errorf("open the sandbox's process: %w", err)
		}
		return &meter{process: handle, memory: path, kernel: filepath.Join(process, "statm"), limit: limit}, nil
	}
	return nil, errors.New("look for the sandbox's memory: it has no such file")
}

// close is called when the sandbox is no more. Commands may still be ending.
func (m *meter) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.process >= 0 {
		_ = unix.Close(m.process)
		m.process = -1
	}
}

// end ends the sandbox, unless it was no more: the number of a closed descriptor may
// by then be another process's, and the memory another's.
func (m *meter) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.process >= 0 && unix.PidfdSendSignal(m.process, unix.SIGKILL, nil, 0) == nil {
		m.over = true
	}
}

// ended reports whether it has ended the sandbox: who sees it die by the signal and
// asks, learns so, however soon.
func (m *meter) ended() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.over
}

// used is how much memory the sandbox has, in bytes.
func (m *meter) used() (int64, error) {
	info, err := os.Stat(m.memory)
	if err != nil {
		return 0, err
	}
	status, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, errors.New("no blocks are counted")
	}
	text, err := os.ReadFile(m.kernel)
	if err != nil {
		return 0, err
	}
	const resident, shared = 1, 2
	fields := bytes.Fields(text)
	if len(fields) <= shared {
		return 0, fmt.Errorf("%q is no account of memory", text)
	}
	all, err := strconv.ParseInt(string(fields[resident]), 10, 64)
	if err != nil {
		return 0, err
	}
	files, err := strconv.ParseInt(string(fields[shared]), 10, 64)
	return status.Blocks*512 + (all-files)*int64(os.Getpagesize()), err
}

// check ends the sandbox when it has more than its limit, and says how long it
// may be left alone.
func (m *meter) check() time.Duration {
	used, err := m.used()
	switch {
	case err != nil: // it has ended
		return meterEvery
	case used > m.limit:
		m.end()
		return meterEvery
	case used > m.limit/4*3:
		return closeEvery
	default:
		return meterEvery
	}
}

// enter is called when a command begins, leave when it has ended.
func (m *meter) enter() (leave func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.commands++; m.commands == 1 {
		m.stop = make(chan struct{})
		go m.watch(m.stop)
	}
	return func() {
		m.check()
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.commands--; m.commands == 0 {
			close(m.stop)
		}
	}
}

// watch looks again and again until stop is closed.
func (m *meter) watch(stop <-chan struct{}) {
	again := time.NewTimer(meterEvery)
	defer again.Stop()
	for {
		select {
		case <-stop:
			return
		case <-again.C:
			again.Reset(m.check())
		}
	}
}
