package runner

import (
	"errors"
	"os"
	"syscall"
	"time"
	"unsafe"
)

// drainTime is how long output is still read once nothing of a command runs.
const drainTime = 50 * time.Millisecond

// pipes are the two ends of a command's standard input and outputs.
type pipes struct {
	stdin, stdout, stderr     *os.File // ours; stdin is nil when there is none
	childIn, childOut, child2 *os.File
}

func openPipes(input bool) (_ *pipes, err error) {
	p := &pipes{}
	defer func() {
		if err != nil {
			p.closeOurs()
			p.closeTheirs()
		}
	}()
	if input {
		p.childIn, p.stdin, err = os.Pipe()
	} else {
		p.childIn, err = os.Open(os.DevNull)
	}
	if err != nil {
		return nil, err
	}
	if p.stdout, p.childOut, err = os.Pipe(); err != nil {
		return nil, err
	}
	if p.stderr, p.child2, err = os.Pipe(); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *pipes) theirs() []uintptr {
	return []uintptr{p.childIn.Fd(), p.childOut.Fd(), p.child2.Fd()}
}

func (p *pipes) closeTheirs() { closeAll(p.childIn, p.childOut, p.child2) }
func (p *pipes) closeOurs()   { closeAll(p.stdin, p.stdout, p.stderr) }

func closeAll(files ...*os.File) {
	for _, f := range files {
		if f != nil {
			_ = f.Close()
		}
	}
}

// drain ends reading the outputs soon, and input at once.
func (p *pipes) drain() {
	for _, f := range []*os.File{p.stdout, p.stderr} {
		if err := f.SetReadDeadline(soon()); err != nil && !errors.Is(err, os.ErrClosed) {
			_ = f.Close()
		}
	}
	if p.stdin != nil {
		_ = p.stdin.Close()
	}
}

// soon is the deadline of what should take no time.
func soon() time.Time {
	return time.Now().Add(drainTime) //nolint:forbidigo // a deadline of the operating system
}

// readable reports whether a read would return at once with something.
func readable(fd int) bool {
	var count int32
	const fionread = 0x541B
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), fionread, uintptr(unsafe.Pointer(&count))) //nolint:gosec // the kernel's interface
	return errno == 0 && count > 0
}
