package runner

import (
	"errors"
	"sync"
	"syscall"
	"unsafe"
)

// reaper buries every child of the runner: commands, and orphans that fell to
// it as the sandbox's first process. Who waits for a command buries it himself;
// orphans are looked for while a command takes long, and when one has ended.
type reaper struct {
	mu     sync.Mutex  // held while a process starts, so that none ends unknown
	ended  map[int]int // exit codes of commands that were buried by others; guarded by mu
	known  map[int]bool
	wanted chan struct{} // says that children are to be waited for
}

func newReaper() *reaper {
	return &reaper{ended: map[int]int{}, known: map[int]bool{}, wanted: make(chan struct{}, 1)}
}

// start starts a command; wait must be called.
func (r *reaper) start(p *program) (pid, pidfd int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if pid, pidfd, err = p.start(); err == nil {
		r.known[pid] = true
	}
	return pid, pidfd, err
}

// wait waits until a command has ended, and returns its exit code.
func (r *reaper) wait(pid int) int {
	for {
		r.mu.Lock()
		code, ended := r.ended[pid]
		delete(r.ended, pid)
		r.mu.Unlock()
		if ended {
			return code
		}
		var status syscall.WaitStatus
		if got, err := rawWait(pid, &status, 0); err == nil && got == pid {
			r.mu.Lock()
			defer r.mu.Unlock()
			delete(r.known, pid)
			return exitCode(status)
		}
	}
}

func exitCode(status syscall.WaitStatus) int {
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}

// watch has children buried as they end, from now on while there are any.
func (r *reaper) watch() {
	select {
	case r.wanted <- struct{}{}:
	default:
	}
}

// run never ends. It waits without burying first, since burying needs the lock
// and waiting must not hold it.
func (r *reaper) run() {
	for range r.wanted {
		for awaitChild() == nil {
			r.buryAll()
		}
	}
}

// buryAll buries the children that have ended, and reports whether that were all.
func (r *reaper) buryAll() (childless bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		var status syscall.WaitStatus
		pid, err := rawWait(-1, &status, syscall.WNOHANG)
		switch {
		case errors.Is(err, syscall.ECHILD):
			return true
		case err != nil || pid <= 0:
			return false
		}
		if r.known[pid] {
			delete(r.known, pid)
			r.ended[pid] = exitCode(status)
		}
	}
}

// awaitChild waits until a child has ended.
func awaitChild() error {
	const all, exited, noWait = 0, 4, 0x1000000
	var info [128]byte
	for {
		_, _, errno := syscall.Syscall6(syscall.SYS_WAITID, all, 0, uintptr(unsafe.Pointer(&info)), exited|noWait, 0, 0) //nolint:gosec // the kernel's interface
		switch errno {
		case 0:
			return nil
		case syscall.EINTR:
		default:
			return errno
		}
	}
}
