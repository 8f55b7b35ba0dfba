package main

import "syscall"

// gVisor has a processor that can trap CPUID do so in a sandbox, and answers what the
// processor would have. A program asks some 70 times before its first line, each
// time by way of gVisor's kernel, and the trap is set and taken back at every switch
// between a thread of the sandbox and another. A gVisor that is refused the trap does
// without, as it does on a processor that has none.

// archSetCPUID is what of arch_prctl asks for the trap.
const archSetCPUID = 0x1012

const (
	load   = syscall.BPF_LD | syscall.BPF_W | syscall.BPF_ABS
	equals = syscall.BPF_JMP | syscall.BPF_JEQ | syscall.BPF_K
	answer = syscall.BPF_RET | syscall.BPF_K

	// In seccomp's own form.
	number, firstArgument = 0, 16
	fail, allow           = 0x0005_0000, 0x7fff_0000
)

// withoutTrap refuses arch_prctl(ARCH_SET_CPUID, …) and nothing else.
var withoutTrap = [...]syscall.SockFilter{
	{Code: load, K: number},
	{Code: equals, K: syscall.SYS_ARCH_PRCTL, Jf: 3},
	{Code: load, K: firstArgument},
	{Code: equals, K: archSetCPUID, Jf: 1},
	{Code: answer, K: fail | uint32(syscall.EPERM)},
	{Code: answer, K: allow},
}

// filter is what entry lays down, before anything of Go runs: all of it is constant.
var filter = syscall.SockFprog{Len: uint16(len(withoutTrap)), Filter: &withoutTrap[0]}

var _ = filter
