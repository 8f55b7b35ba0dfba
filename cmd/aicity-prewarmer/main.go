// Command aicity-prewarmer starts the kernel of a sandbox for gVisor, which runs
// it ahead of its own: `aicity-prewarmer PROGRAM ARGV0 ARG…` becomes PROGRAM, with
// a table of descriptors that need not grow, with a garbage collector that lets it
// boot in peace, and without the right to have CPUID trapped. It is of no use elsewhere.
//
// All of it happens before the Go runtime would start: in a process with threads,
// as Go's are, who lets the table grow waits until every processor has switched.
package main

import "os"

// The linker begins there, with -ldflags='-E main.entry'.
var _ = entry

func main() {
	println("aicity-prewarmer: it must be linked with -ldflags='-E main.entry'")
	os.Exit(1)
}
