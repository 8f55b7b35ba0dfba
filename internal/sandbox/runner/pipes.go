package runner

import (
	"errors"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// pipes are a command's two outputs. Both ends stay open here until nothing of
// the command runs, so that nobody has to wait for their end.
type pipes struct {
	stdout, stderr     int // to read from
	theirOut, theirErr int
}

func openPipes() (_ *pipes, err error) {
	p := &pipes{-1, -1, -1, -1}
	if p.stdout, p.theirOut, err = pipe(); err != nil {
		return nil, err
	}
	if p.stderr, p.theirErr, err = pipe(); err != nil {
		p.close()
		return nil, err
	}
	// Who opens such a pipe anew may take what was there when we looked.
	if err = errors.Join(unix.SetNonblock(p.stdout, true), unix.SetNonblock(p.stderr, true)); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func pipe() (read, write int, err error) {
	var ends [2]int32
	if err := rawPipe(&ends); err != nil {
		return -1, -1, err
	}
	return int(ends[0]), int(ends[1]), nil
}

func (p *pipes) close() {
	for _, fd := range []*int{&p.stdout, &p.stderr, &p.theirOut, &p.theirErr} {
		closeFD(fd)
	}
}

func closeFD(fd *int) {
	if *fd >= 0 {
		rawClose(*fd)
		*fd = -1
	}
}

// input is a command's standard input: what waits to be taken, bounded by the
// client's window. The zero value is none.
type input struct {
	fd     int // to write to; 0 when there is none, or nobody reads it
	chunks [][]byte
	done   int  // bytes of the first chunk that are written
	ended  bool // no more chunks come
}

// open returns the command's end.
func (i *input) open() (theirs int, err error) {
	theirs, i.fd, err = pipe()
	if err == nil {
		err = unix.SetNonblock(i.fd, true)
	}
	return theirs, err
}

// put adds a copy of p; nothing is the end.
func (i *input) put(p []byte) {
	switch {
	case i.fd == 0:
	case len(p) > 0:
		i.chunks = append(i.chunks, append([]byte(nil), p...))
	default:
		if i.ended = true; len(i.chunks) == 0 {
			i.close()
		}
	}
}

func (i *input) pending() bool { return i.fd > 0 && len(i.chunks) > 0 }

// write writes what the command takes now, and returns what that counts for.
func (i *input) write() (taken int) {
	for len(i.chunks) > 0 {
		n, err := rawWrite(i.fd, i.chunks[0][i.done:])
		switch {
		case errors.Is(err, syscall.EAGAIN):
			return taken
		case err != nil: // nobody reads it any more
			i.close()
			return taken
		}
		if i.done += n; i.done < len(i.chunks[0]) {
			continue
		}
		taken += cost(i.chunks[0])
		i.chunks, i.done = i.chunks[1:], 0
	}
	if i.ended {
		i.close()
	}
	return taken
}

func (i *input) close() {
	if i.fd > 0 {
		rawClose(i.fd)
	}
	i.fd, i.chunks = 0, nil
}

// longPoll is from when on a wait is worth that the Go runtime knows of it.
const longPoll = watchAfter + time.Millisecond

// poll waits until one of the descriptors is ready, at most so long; negative is
// for ever. It returns how many are.
func poll(fds []unix.PollFd, wait time.Duration) int {
	if wait >= 0 && wait < longPoll {
		most := unix.NsecToTimespec(int64(wait))
		n, _ := rawPoll(fds, &most)
		return n
	}
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

// readSome reads what is there into the buffer, which may be nothing.
func readSome(fd int, buffer []byte) []byte {
	n, _ := rawRead(fd, buffer)
	return buffer[:max(n, 0)]
}
