package runner

import (
	"fmt"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A command is started by hand and not by syscall.ForkExec: in gVisor every
// system call counts, and that makes a hundred more, most of them to lay down
// the Go runtime's signal handlers one by one and to tell of errors by a pipe.

// program is what is to be started.
type program struct {
	path      string
	argv, env []string
	dir       string
	files     [3]int // those that are not where they belong, above 2
	user      User
	group     uint32 // a supplementary group beside the user's
}

// step is what of a start went wrong.
type step int32

const (
	stepNone step = iota
	stepUser
	stepDir
	stepFiles
	stepExec
)

// startError says why a program could not be started.
type startError struct {
	step  step
	errno syscall.Errno
}

func (e *startError) Error() string { return e.errno.Error() }
func (e *startError) Unwrap() error { return e.errno }

// start starts it as a session of its own, and returns its number and a
// descriptor that is readable when it has ended. The caller's thread gives its
// capabilities to the program's first steps.
func (p *program) start() (pid, pidfd int, err error) {
	c, err := p.child()
	if err != nil {
		return 0, 0, err
	}
	fd := int32(-1)
	args := cloneArgs{
		flags:      unix.CLONE_VM | unix.CLONE_VFORK | unix.CLONE_PIDFD | unix.CLONE_CLEAR_SIGHAND,
		pidfd:      uint64(uintptr(unsafe.Pointer(&fd))), //nolint:gosec // the kernel's interface
		exitSignal: uint64(syscall.SIGCHLD),
	}
	// A signal would run a handler of ours in the child.
	blocked := ^uint64(0)
	var before uint64
	setMask(&blocked, &before)
	number, errno := forkExec(&args, c)
	setMask(&before, nil)
	runtime.KeepAlive(c)
	if errno != 0 {
		return 0, 0, fmt.Errorf("clone: %w", syscall.Errno(errno))
	}
	pid, pidfd = int(number), int(fd)
	if c.failed != stepNone {
		_, _ = rawWait(pid, nil, 0)
		rawClose(pidfd)
		return 0, 0, &startError{c.failed, c.errno}
	}
	return pid, pidfd, nil
}

// cloneArgs are the arguments of clone3.
type cloneArgs struct {
	flags, pidfd, childTID, parentTID, exitSignal, stack, stackSize, tls uint64
}

// child is what the child needs, in the form that the kernel takes. It has the
// parent's memory: nothing may be allocated, locked or grown there.
type child struct {
	path, dir *byte
	argv, env []*byte
	files     [3]int
	uid, gid  uintptr
	groups    [2]uint32
	unblocked uint64 // signals that are blocked: none

	failed step
	errno  syscall.Errno
}

func (p *program) child() (c *child, err error) {
	c = &child{
		files: p.files, uid: uintptr(p.user.UID), gid: uintptr(p.user.GID), groups: [2]uint32{p.user.GID, p.group},
	}
	if c.path, err = syscall.BytePtrFromString(p.path); err != nil {
		return nil, err
	}
	if c.dir, err = syscall.BytePtrFromString(p.dir); err != nil {
		return nil, err
	}
	if c.argv, err = syscall.SlicePtrFromStrings(p.argv); err != nil {
		return nil, err
	}
	c.env, err = syscall.SlicePtrFromStrings(p.env)
	return c, err
}

// forkExec returns in the parent only. The child works in this very frame, which
// the parent does not touch again.
//
//go:noinline
//go:norace
//go:nosplit
func forkExec(args *cloneArgs, c *child) (pid, errno uintptr) {
	pid, errno = vforkSyscall(unix.SYS_CLONE3, uintptr(unsafe.Pointer(args)), unsafe.Sizeof(*args)) //nolint:gosec // the kernel's interface
	if errno != 0 || pid != 0 {
		return pid, errno
	}
	c.failed = stepUser
	if _, _, c.errno = syscall.RawSyscall(syscall.SYS_SETSID, 0, 0, 0); c.errno != 0 {
		goto failed
	}
	if _, _, c.errno = syscall.RawSyscall(syscall.SYS_SETGROUPS, 2, uintptr(unsafe.Pointer(&c.groups)), 0); c.errno != 0 { //nolint:gosec // the kernel's interface
		goto failed
	}
	if _, _, c.errno = syscall.RawSyscall(syscall.SYS_SETGID, c.gid, 0, 0); c.errno != 0 {
		goto failed
	}
	if _, _, c.errno = syscall.RawSyscall(syscall.SYS_SETUID, c.uid, 0, 0); c.errno != 0 {
		goto failed
	}
	c.failed = stepDir
	if _, _, c.errno = syscall.RawSyscall(syscall.SYS_CHDIR, uintptr(unsafe.Pointer(c.dir)), 0, 0); c.errno != 0 { //nolint:gosec // the kernel's interface
		goto failed
	}
	c.failed = stepFiles
	for i := range c.files {
		if c.files[i] == i {
			continue
		}
		if _, _, c.errno = syscall.RawSyscall(syscall.SYS_DUP3, uintptr(c.files[i]), uintptr(i), 0); c.errno != 0 {
			goto failed
		}
	}
	c.failed = stepExec
	_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, unix.SIG_SETMASK, uintptr(unsafe.Pointer(&c.unblocked)), 0, 8, 0, 0) //nolint:gosec // the kernel's interface
	c.failed = stepNone                                                                                                            // what the parent sees when execve succeeds
	_, _, c.errno = syscall.RawSyscall(syscall.SYS_EXECVE, uintptr(unsafe.Pointer(c.path)),                                        //nolint:gosec // the kernel's interface
		uintptr(unsafe.Pointer(&c.argv[0])), uintptr(unsafe.Pointer(&c.env[0]))) //nolint:gosec // the kernel's interface
	c.failed = stepExec
failed:
	for {
		_, _, _ = syscall.RawSyscall(syscall.SYS_EXIT, 253, 0, 0)
	}
}

// setMask sets the signals that this thread does not take for now.
func setMask(mask, before *uint64) {
	_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, unix.SIG_SETMASK,
		uintptr(unsafe.Pointer(mask)), uintptr(unsafe.Pointer(before)), 8, 0, 0) //nolint:gosec // the kernel's interface
}
