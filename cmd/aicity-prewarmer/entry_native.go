//go:build amd64 || arm64

package main

// entry is where the process begins, and all that it does.
func entry()
