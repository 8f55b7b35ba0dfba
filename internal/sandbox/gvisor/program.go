package gvisor

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"aicity.dev/aicity/internal/sandbox/volume"
)

// programFolder is where runsc is mounted by itself.
const programFolder = "program"

// placeProgram mounts runsc in a place of its own, from which it is run. The kernel
// gives a sandbox a copy of all mounts, volumes of others among them, locked together
// below the one of the root; runsc leaves that behind, but as long as its processes
// were started from a program on it, it stays with all of them: a volume that is
// removed meanwhile would keep its disk space until every sandbox that has started
// since has ended. Where nothing may be mounted there are no volumes of others either.
func (b *Backend) placeProgram() error {
	if b.runsc != b.found {
		return nil
	}
	folder := filepath.Join(b.opts.Dir, programFolder)
	if err := errors.Join(volume.Unmount(folder), os.MkdirAll(folder, 0o700)); err != nil {
		return err
	}
	point := filepath.Join(folder, "runsc")
	if err := os.WriteFile(point, nil, 0o600); err != nil {
		return err
	}
	if unix.Mount(b.found, point, "", unix.MS_BIND, "") == nil {
		b.runsc = point
	}
	return nil
}

// Close takes away what Probe has mounted. No sandbox may run any more, nor be started
// afterwards.
func (b *Backend) Close() error { return volume.Unmount(filepath.Join(b.opts.Dir, programFolder)) }
