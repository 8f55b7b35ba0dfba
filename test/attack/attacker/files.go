package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

func files() map[string]attempt {
	return map[string]attempt{
		"read":       read,
		"write":      write,
		"link":       func(w []string) error { return os.Link(w[0], w[1]) },
		"handle":     handle,
		"chroot":     chroot,
		"pivot":      func([]string) error { return unix.PivotRoot("/home/user", "/home/user") },
		"mount":      func(w []string) error { return unix.Mount(w[0], w[1], w[2], 0, "") },
		"bind":       func(w []string) error { return unix.Mount(w[0], w[1], "", unix.MS_BIND, "") },
		"remount":    func(w []string) error { return unix.Mount("", w[0], "", unix.MS_REMOUNT|unix.MS_BIND, "") },
		"unmount":    func(w []string) error { return unix.Unmount(w[0], unix.MNT_DETACH) },
		"new-mount":  newMount,
		"open-tree":  openTree,
		"mknod":      func(w []string) error { return unix.Mknod(w[0], unix.S_IFBLK|0o666, int(unix.Mkdev(8, 0))) },
		"fd-names":   descriptorNames,
		"namespaces": namespaces,
		"own-mounts": ownMounts,
		"setuid-file": func(w []string) error {
			return errors.Join(os.Chown(w[0], 0, 0), os.Chmod(w[0], os.ModeSetuid|0o755))
		},
	}
}

func read(w []string) error {
	content, err := os.ReadFile(w[0])
	if err != nil {
		return err
	}
	fmt.Printf("%.4096s\n", content)
	return nil
}

func write(w []string) error {
	f, err := os.OpenFile(w[0], os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(w[1])
	return errors.Join(err, f.Close())
}

// handle opens a file by a handle, which asks for no path.
func handle([]string) error {
	h, _, err := unix.NameToHandleAt(unix.AT_FDCWD, "/", 0)
	if err != nil {
		h = unix.NewFileHandle(1, make([]byte, 8)) // the root of most file systems
	}
	fd, err := unix.Open("/", unix.O_RDONLY, 0)
	if err != nil {
		return err
	}
	_, err = unix.OpenByHandleAt(fd, h, unix.O_RDONLY)
	return err
}

// chroot is the old way out: a root below the folder one stands in.
func chroot([]string) error {
	if err := os.MkdirAll("below", 0o755); err != nil {
		return err
	}
	if err := unix.Chroot("below"); err != nil {
		return err
	}
	for range 64 {
		if err := os.Chdir(".."); err != nil {
			return err
		}
	}
	return unix.Chroot(".")
}

func pointer(s string) uintptr {
	p, err := unix.BytePtrFromString(s)
	if err != nil {
		panic(err)
	}
	return uintptr(unsafe.Pointer(p))
}

// newMount uses the mount interface that has replaced mount(2).
func newMount([]string) error {
	_, err := unix.Fsopen("tmpfs", 0)
	return err
}

func openTree([]string) error {
	_, err := unix.OpenTree(unix.AT_FDCWD, "/", unix.OPEN_TREE_CLONE)
	return err
}

// descriptorNames shows what a process has open, and what its links tell.
func descriptorNames(w []string) error {
	links, err := filepath.Glob("/proc/" + w[0] + "/fd/*")
	if err != nil {
		return err
	}
	for _, link := range links {
		target, err := os.Readlink(link)
		if err != nil {
			target = name(err)
		}
		fmt.Println(filepath.Base(link), target)
	}
	return nil
}

// namespaces enters each namespace of the first process.
func namespaces([]string) error {
	runtime.LockOSThread()
	links, err := filepath.Glob("/proc/1/ns/*")
	if err != nil {
		return err
	}
	var all []string
	for _, link := range links {
		fd, err := unix.Open(link, unix.O_RDONLY, 0)
		if err == nil {
			err = unix.Setns(fd, 0)
		}
		all = append(all, name(err))
	}
	return errors.New(strings.Join(all, " "))
}

// ownMounts becomes root of a user namespace of its own and mounts there.
func ownMounts(w []string) error {
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWUSER | unix.CLONE_NEWNS); err != nil {
		return err
	}
	if err := unix.Mount(w[0], "/tmp", w[1], 0, ""); err != nil {
		return err
	}
	return read([]string{filepath.Join("/tmp", w[2])})
}
