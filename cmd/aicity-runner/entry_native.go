//go:build amd64 || arm64

package main

// entry is where the process begins: it becomes user and group own, and goes on as
// any Go program does.
//
// It is that early since the Go runtime looks at /proc/self as it starts, and
// gVisor's /proc remembers of the descriptors' folder whose it was when it was first
// looked at.
func entry()
