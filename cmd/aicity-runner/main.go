// What the Go runtime does at its start costs a sandbox milliseconds: it reads
// limits that we give it, and names its mappings.
//
//go:debug containermaxprocs=0
//go:debug updatemaxprocs=0
//go:debug decoratemappings=0

// Command aicity-runner is the first process of every sandbox: it starts
// commands for the server, which speaks with it over its standard input and
// output. It is of no use elsewhere.
package main

import (
	"fmt"
	"os"
	"strconv"

	"aicity.dev/aicity/internal/sandbox/runner"
)

// own is the user and group of the runner, who owns nothing. It is started as that of
// the commands, the one before: where the server is not root gVisor knows no other.
const own = 61_001

// The linker begins there, with -ldflags='-E main.entry'.
var _ = entry

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "aicity-runner:", err)
		os.Exit(1)
	}
}

// run takes the number of the user and group that commands run as.
func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: aicity-runner NUMBER; it is started by the server inside a sandbox")
	}
	number, err := strconv.ParseUint(args[0], 10, 32)
	if err != nil {
		return err
	}
	return runner.Serve(runner.User{UID: uint32(number), GID: uint32(number)})
}
