package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

func processes() map[string]attempt {
	return map[string]attempt{
		"trace": func(w []string) error { return unix.PtraceAttach(number(w[0])) },
		"seize": func(w []string) error { return unix.PtraceSeize(number(w[0])) },
		"memory": func(w []string) error {
			local := make([]byte, 64)
			_, err := unix.ProcessVMReadv(number(w[0]), []unix.Iovec{{Base: &local[0], Len: 64}}, []unix.RemoteIovec{{Base: 0x400000, Len: 64}}, 0)
			return err
		},
		"memory-file": func(w []string) error {
			f, err := os.OpenFile("/proc/"+w[0]+"/mem", os.O_RDWR, 0)
			if err != nil {
				return err
			}
			_, err = f.ReadAt(make([]byte, 8), 0x400000)
			return err
		},
		"steal-descriptor": stealDescriptor,
		"signal":           sendSignal,
		"forge":            forge,
		"forge-first":      forgeFirst,
		"deaf":             deaf,
		"hidden-child":     hiddenChild,
		"fileless":         fileless,
	}
}

func number(word string) int {
	n, err := strconv.Atoi(word)
	if err != nil {
		panic(err)
	}
	return n
}

// stealDescriptor takes each descriptor of the first process.
func stealDescriptor([]string) error {
	pidfd, err := unix.PidfdOpen(1, 0)
	if err != nil {
		return err
	}
	for fd := range 16 {
		if _, err = unix.PidfdGetfd(pidfd, fd, 0); err == nil {
			return nil
		}
	}
	return err
}

// sendSignal sends a signal and says what came of it: sent tells little.
func sendSignal(w []string) error {
	if w[0] == "-1" {
		signal.Ignore(syscall.SIGTERM)
	}
	return unix.Kill(number(w[0]), unix.Signal(number(w[1])))
}

// forge writes to every descriptor beyond its own three what a runner might
// take for its own words.
func forge([]string) error {
	wrote := 0
	for fd := 3; fd < 1024; fd++ {
		for _, frame := range frames() {
			if _, err := unix.Write(fd, frame); err == nil {
				wrote++
			}
		}
	}
	fmt.Println(wrote, "frames written")
	return nil
}

// forgeFirst writes the same to what the first process has open, as far as
// /proc lets it.
func forgeFirst([]string) error {
	links, err := filepath.Glob("/proc/1/fd/*")
	if err != nil {
		return err
	}
	wrote := 0
	for _, link := range links {
		f, err := os.OpenFile(link, os.O_WRONLY|unix.O_NONBLOCK, 0)
		if err != nil {
			continue
		}
		for _, frame := range frames() {
			if _, err := f.Write(frame); err == nil {
				wrote++
			}
		}
		_ = f.Close()
	}
	fmt.Println(wrote, "frames written")
	return nil
}

// frames are endings of commands in the shapes that protocols give them.
func frames() [][]byte {
	return [][]byte{
		[]byte(`{"id":1,"type":"exit","exitCode":0}` + "\n"), []byte("\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00"),
		[]byte("\x01\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00"), []byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
	}
}

// deaf ignores every signal that can be ignored and never ends.
func deaf([]string) error {
	signal.Ignore()
	fmt.Println("ready")
	select {}
}

// hiddenChild leaves a child behind that has another session, no environment
// and no output in common with what started it.
func hiddenChild(w []string) error {
	child := exec.Command("/proc/self/exe", "deaf")
	child.Args[0] = w[0]
	child.Env = []string{}
	child.Dir = "/"
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := child.Start(); err != nil {
		return err
	}
	fmt.Println("left behind")
	return errors.Join(child.Process.Release())
}

// fileless copies itself into memory and runs from there.
func fileless(w []string) error {
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		return err
	}
	fd, err := unix.MemfdCreate("x", 0)
	if err != nil {
		return err
	}
	if _, err := unix.Write(fd, self); err != nil {
		return err
	}
	return unix.Exec("/proc/self/fd/"+strconv.Itoa(fd), append([]string{"x"}, w...), nil)
}
