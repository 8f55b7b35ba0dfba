//go:build amd64 || arm64

package runner

// vforkSyscall makes a system call that returns twice: in a child that shares
// the memory, and here once the child has called execve or ended.
func vforkSyscall(trap, a1, a2 uintptr) (r1, errno uintptr)
