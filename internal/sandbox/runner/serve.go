package runner

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// server is the runner while it serves. One goroutine does all of it: in gVisor
// a thread that wakes another costs more than most of what there is to do. It
// waits for everything at once, and for nothing else.
type server struct {
	user User

	in     int // from the host
	frames *frameReader
	out    int // to the host
	frame  []byte

	began time.Time
	now   time.Duration // since it began, when it last looked

	running []*execution
	reaper  *reaper
	fds     []unix.PollFd // of in, then of what runs
	spare   *pipes        // for the next command, nil when there are none
	buffer  []byte        // for what commands print

	path  string            // the runner's own PATH
	found map[string]string // programs by their names
}

// Serve runs commands for whoever holds the other ends of standard input and
// output until input ends. All that runs ends with the process that called it,
// when that is the sandbox's first.
func Serve(user User) error {
	if uint32(syscall.Getuid()) == user.UID || uint32(syscall.Getgid()) == user.GID { //nolint:gosec // the kernel's numbers
		return errors.New("the runner must be another user than the commands")
	}
	if err := protect(); err != nil {
		return fmt.Errorf("protect the runner: %w", err)
	}
	ignoreChildren()
	s := &server{
		user: user, reaper: newReaper(), buffer: make([]byte, chunk), found: map[string]string{},
		began: time.Now(),        //nolint:forbidigo // deadlines of the operating system
		path:  os.Getenv("PATH"), //nolint:forbidigo // the server gave it its environment
	}
	if err := s.takePipes(); err != nil {
		return fmt.Errorf("take over the host's pipes: %w", err)
	}
	go s.reaper.run()
	if err := s.send(kindReady, 0, nil); err != nil {
		return err
	}
	return s.loop()
}

// takePipes moves the host's pipes out of the way: what a command is to find
// at 0 without an input is there before it starts, and no command sees them.
func (s *server) takePipes() (err error) {
	const above = 3
	if s.in, err = unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, above); err != nil {
		return err
	}
	if s.out, err = unix.FcntlInt(1, unix.F_DUPFD_CLOEXEC, above); err != nil {
		return err
	}
	null, err := syscall.Open(os.DevNull, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(syscall.Dup3(null, 0, 0), syscall.Dup3(null, 1, syscall.O_CLOEXEC), syscall.Close(null), syscall.SetNonblock(s.in, true)); err != nil {
		return err
	}
	host, err := os.NewFile(uintptr(s.in), "host").SyscallConn()
	s.frames = newFrameReader(waiting{host}, maxPayload)
	return err
}

// waiting reads what the host says. It waits as the Go runtime does, which
// wakes no other thread.
type waiting struct{ syscall.RawConn }

func (w waiting) Read(p []byte) (n int, err error) {
	waited := w.RawConn.Read(func(fd uintptr) bool {
		n, err = rawRead(int(fd), p)
		return !errors.Is(err, syscall.EAGAIN)
	})
	switch {
	case waited != nil:
		return 0, waited
	case err != nil:
		return 0, err
	case n == 0:
		return 0, io.EOF
	default:
		return n, nil
	}
}

// loop serves until the host has nothing more to say.
func (s *server) loop() error {
	for {
		asked := true
		if len(s.running) > 0 {
			asked = s.await()
		} else {
			s.prepare()
		}
		if !asked {
			continue
		}
		// What was read with it is there too.
		for more := true; more; more = s.frames.in.Buffered() > 0 {
			f, err := s.frames.next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err == nil {
				err = s.handle(f)
			}
			if err != nil {
				return err
			}
		}
	}
}

// prepare makes what the next command needs, while nobody waits for it.
func (s *server) prepare() {
	if s.spare == nil {
		s.spare, _ = openPipes() // else it is the command that fails
	}
}

// look looks at the clock.
func (s *server) look() { s.now = time.Since(s.began) } //nolint:forbidigo // deadlines of the operating system

// await waits until something can be done for a command and does it, or until
// the host says something, which it reports.
func (s *server) await() (asked bool) {
	s.fds = append(s.fds[:0], unix.PollFd{Fd: int32(s.in), Events: unix.POLLIN}) //nolint:gosec // a descriptor
	until := never
	for _, e := range s.running {
		s.fds = e.interests(s.fds)
		until = min(until, e.wakeAt())
	}
	wait := time.Duration(-1)
	if until < never {
		wait = max(0, until-s.now)
	}
	poll(s.fds, wait)
	s.look()
	at := 1
	for _, e := range s.running {
		at += e.serve(s.fds[at:])
	}
	s.running = slices.DeleteFunc(s.running, func(e *execution) bool { return e.gone })
	return s.fds[0].Revents != 0
}

// handle acts on a frame without waiting for anything but the start of a command.
func (s *server) handle(f frame) error {
	if f.kind == kindStart {
		var c Command
		if err := json.Unmarshal(f.payload, &c); err != nil {
			return fmt.Errorf("decode command: %w", err)
		}
		s.begin(f.id, c)
		return nil
	}
	i := slices.IndexFunc(s.running, func(e *execution) bool { return e.id == f.id })
	if i < 0 {
		return nil // it has ended meanwhile
	}
	e := s.running[i]
	switch f.kind {
	case kindInput:
		e.input.put(f.payload)
	case kindKill:
		e.kill()
	case kindCredit:
		n, err := f.number()
		if err != nil {
			return err
		}
		e.credit += int(n)
	default:
		return fmt.Errorf("%w: a frame of kind %q", errProtocol, f.kind)
	}
	return nil
}

// send writes a frame. When the host no longer reads there is nothing to live for.
func (s *server) send(k kind, id uint32, payload []byte) error {
	s.frame = appendFrame(s.frame[:0], k, id, payload)
	for rest := s.frame; len(rest) > 0; {
		n, err := rawWrite(s.out, rest)
		if err != nil {
			return fmt.Errorf("answer the host: %w", err)
		}
		rest = rest[n:]
	}
	return nil
}

func (s *server) must(err error) {
	if err != nil {
		os.Exit(1)
	}
}

// begin starts a command.
func (s *server) begin(id uint32, c Command) {
	e := &execution{server: s, id: id, command: c, credit: window, pidfd: -1}
	if code, err := e.start(); err != nil {
		s.must(s.send(kindStderr, id, []byte(err.Error()+"\n")))
		s.must(s.send(kindExit, id, number(uint32(code)))) //nolint:gosec // an exit code
		return
	}
	s.running = append(s.running, e)
}
