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

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "aicity-runner:", err)
		os.Exit(1)
	}
}

// run takes the user and group that commands run as.
func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: aicity-runner UID GID; it is started by the server inside a sandbox")
	}
	uid, err := strconv.ParseUint(args[0], 10, 32)
	if err != nil {
		return err
	}
	gid, err := strconv.ParseUint(args[1], 10, 32)
	if err != nil {
		return err
	}
	return runner.Serve(runner.User{UID: uint32(uid), GID: uint32(gid)})
}
