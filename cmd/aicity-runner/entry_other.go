//go:build !amd64 && !arm64

package main

// entry is for the processors that gVisor runs on.
func entry() {}
