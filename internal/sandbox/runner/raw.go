package runner

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The system calls of a command's way are raw ones. Others tell the Go runtime
// that a thread may be gone for long; its monitor then wakes and looks at the
// clock every 20 µs until all is quiet, which in gVisor is more work than a
// short command makes.

// ignoringEINTR repeats a call that a signal interrupted.
func ignoringEINTR(call func() (uintptr, syscall.Errno)) (int, error) {
	for {
		n, errno := call()
		switch errno {
		case 0:
			return int(n), nil
		case syscall.EINTR:
		default:
			return -1, errno
		}
	}
}

func first(p []byte) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(p)) } //nolint:gosec // the kernel's interface

func rawRead(fd int, p []byte) (int, error) {
	return ignoringEINTR(func() (uintptr, syscall.Errno) {
		n, _, errno := syscall.RawSyscall(syscall.SYS_READ, uintptr(fd), uintptr(first(p)), uintptr(len(p)))
		return n, errno
	})
}

func rawWrite(fd int, p []byte) (int, error) {
	return ignoringEINTR(func() (uintptr, syscall.Errno) {
		n, _, errno := syscall.RawSyscall(syscall.SYS_WRITE, uintptr(fd), uintptr(first(p)), uintptr(len(p)))
		return n, errno
	})
}

func rawClose(fd int) {
	_, _, _ = syscall.RawSyscall(syscall.SYS_CLOSE, uintptr(fd), 0, 0)
}

func rawPipe(ends *[2]int32) error {
	_, _, errno := syscall.RawSyscall(syscall.SYS_PIPE2, uintptr(unsafe.Pointer(ends)), syscall.O_CLOEXEC, 0) //nolint:gosec // the kernel's interface
	if errno != 0 {
		return errno
	}
	return nil
}

// rawWait takes leave of a child that has ended; pid -1 is any.
func rawWait(pid int, status *syscall.WaitStatus, options int) (int, error) {
	return ignoringEINTR(func() (uintptr, syscall.Errno) {
		got, _, errno := syscall.RawSyscall6(syscall.SYS_WAIT4, uintptr(pid), uintptr(unsafe.Pointer(status)), uintptr(options), 0, 0, 0) //nolint:gosec // the kernel's interface
		return got, errno
	})
}

// rawPoll waits until a descriptor is ready, or the time is over. It holds up
// the Go runtime, so it must not be long.
func rawPoll(fds []unix.PollFd, most *unix.Timespec) (int, error) {
	return ignoringEINTR(func() (uintptr, syscall.Errno) {
		n, _, errno := syscall.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(unsafe.SliceData(fds))), uintptr(len(fds)), uintptr(unsafe.Pointer(most)), 0, 0, 0) //nolint:gosec // the kernel's interface
		return n, errno
	})
}
