// Command attacker tries to get out of a sandbox, in one way for each name it
// is called with, and prints what came of it: the name of the error that the
// kernel answers, or "done" when it had its will. It is linked statically and
// runs inside the sandbox.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"

	"golang.org/x/sys/unix"
)

// attempt is one way; its words are what the test adds to the name. A nil
// error means that it worked.
type attempt func(words []string) error

func attempts() map[string]attempt {
	all := map[string]attempt{}
	for _, some := range []map[string]attempt{network(), files(), kernel(), bombs(), processes()} {
		maps.Copy(all, some)
	}
	return all
}

func main() {
	try, known := attempts()[os.Args[1]]
	if !known {
		fmt.Println("no such attempt")
		os.Exit(2)
	}
	fmt.Println(name(try(os.Args[2:])))
}

// name is an error as the test compares it.
func name(err error) string {
	var errno unix.Errno
	switch {
	case err == nil:
		return "done"
	case errors.As(err, &errno):
		return unix.ErrnoName(errno)
	case errors.Is(err, fs.ErrNotExist):
		return "ENOENT"
	default:
		return err.Error()
	}
}

// errnoOf is the error of a bare system call.
func errnoOf(errno unix.Errno) error {
	if errno == 0 {
		return nil
	}
	return errno
}

// call is a bare system call.
func call(number uintptr, args ...uintptr) (uintptr, error) {
	var a [6]uintptr
	copy(a[:], args)
	result, _, errno := unix.Syscall6(number, a[0], a[1], a[2], a[3], a[4], a[5])
	return result, errnoOf(errno)
}
