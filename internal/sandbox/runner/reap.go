package runner

import (
	"errors"
	"runtime"
	"sync"
	"syscall"
	"unsafe"
)

// reaper buries every child of the runner: commands, and orphans that fell to
// it as the sandbox's first process.
type reaper struct {
	mu      sync.Mutex // held while a process starts, so that none ends unknown
	waiting map[int]chan int
	born    chan struct{} // says that there is a child again
}

func newReaper() *reaper { return &reaper{waiting: map[int]chan int{}, born: make(chan struct{}, 1)} }

// start starts a process; its exit code comes over the channel.
func (r *reaper) start(path string, argv []string, attr *syscall.ProcAttr) (pid int, exited <-chan int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	pid, err = syscall.ForkExec(path, argv, attr) //nolint:gosec // running programs is what it is for
	if err != nil {
		return 0, nil, err
	}
	ended := make(chan int, 1)
	r.waiting[pid] = ended
	select {
	case r.born <- struct{}{}:
	default:
	}
	return pid, ended, nil
}

// run never ends. It waits without burying first, since burying needs the lock
// and waiting must not hold it.
func (r *reaper) run() {
	runtime.LockOSThread()
	for {
		if err := awaitChild(); errors.Is(err, syscall.ECHILD) {
			<-r.born
			continue
		}
		for r.bury() {
		}
	}
}

// bury buries a child that has ended and reports whether there was one.
func (r *reaper) bury() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	var status syscall.WaitStatus
	pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
	if err != nil || pid <= 0 {
		return false
	}
	if ended := r.waiting[pid]; ended != nil && (status.Exited() || status.Signaled()) {
		delete(r.waiting, pid)
		code := status.ExitStatus()
		if status.Signaled() {
			code = 128 + int(status.Signal())
		}
		ended <- code
	}
	return true
}

// childless reports whether no process of any command is left.
func (r *reaper) childless() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return errors.Is(waitid(syscall.WNOHANG), syscall.ECHILD)
}

// awaitChild waits until a child has ended.
func awaitChild() error { return waitid(0) }

func waitid(options uintptr) error {
	const all, exited, noWait = 0, 4, 0x1000000
	var info [128]byte
	for {
		_, _, errno := syscall.Syscall6(syscall.SYS_WAITID, all, 0, uintptr(unsafe.Pointer(&info)), exited|noWait|options, 0, 0) //nolint:gosec // the kernel's interface
		switch errno {
		case 0:
			return nil
		case syscall.EINTR:
		default:
			return errno
		}
	}
}
