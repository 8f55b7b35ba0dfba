package runner

import (
	"errors"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// drainTime is how long output is still read once nothing of a command runs.
const drainTime = 50 * time.Millisecond

// pipes are the two ends of a command's standard input and outputs. Outputs are
// descriptors that are read when something is there.
type pipes struct {
	stdin          *os.File // ours; nil when there is none
	childIn        *os.File // nil when there is none
	stdout, stderr int      // ours
	theirs         [3]int   // the command's
}

// openPipes opens the pipes of a command; without input it reads from null.
func openPipes(input bool, null int) (_ *pipes, err error) {
	p := &pipes{stdout: -1, stderr: -1, theirs: [3]int{null, -1, -1}}
	defer func() {
		if err != nil {
			p.closeTheirs()
			p.closeOurs()
		}
	}()
	if input {
		if p.childIn, p.stdin, err = os.Pipe(); err != nil {
			return nil, err
		}
		p.theirs[0] = int(p.childIn.Fd())
	}
	if p.stdout, p.theirs[1], err = pipe(); err != nil {
		return nil, err
	}
	p.stderr, p.theirs[2], err = pipe()
	return p, err
}

func pipe() (read, write int, err error) {
	var ends [2]int
	if err := syscall.Pipe2(ends[:], syscall.O_CLOEXEC); err != nil {
		return -1, -1, err
	}
	return ends[0], ends[1], nil
}

func (p *pipes) closeTheirs() {
	if p.childIn != nil {
		_ = p.childIn.Close()
	}
	closeFD(&p.theirs[1])
	closeFD(&p.theirs[2])
}

func (p *pipes) closeOurs() {
	if p.stdin != nil {
		_ = p.stdin.Close()
	}
	closeFD(&p.stdout)
	closeFD(&p.stderr)
}

func closeFD(fd *int) {
	if *fd >= 0 {
		_ = syscall.Close(*fd)
		*fd = -1
	}
}

// poll waits until one of the descriptors is ready, at most so long; negative is
// for ever. It returns how many are.
func poll(fds []unix.PollFd, wait time.Duration) int {
	var most *unix.Timespec
	if wait >= 0 {
		t := unix.NsecToTimespec(int64(wait))
		most = &t
	}
	for {
		n, err := unix.Ppoll(fds, most, nil)
		if !errors.Is(err, unix.EINTR) {
			return n
		}
	}
}

// readSome reads what is there into the buffer; nothing is the end.
func readSome(fd int, buffer []byte) []byte {
	for {
		n, err := syscall.Read(fd, buffer)
		if !errors.Is(err, syscall.EINTR) {
			return buffer[:max(n, 0)]
		}
	}
}
