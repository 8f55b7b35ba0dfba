//go:build !amd64 && !arm64

package runner

import "syscall"

// vforkSyscall is for the processors that gVisor runs on.
func vforkSyscall(_, _, _ uintptr) (r1, errno uintptr) { return 0, uintptr(syscall.ENOSYS) }
