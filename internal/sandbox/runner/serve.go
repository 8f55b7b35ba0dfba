package runner

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
)

// server is the runner while it serves.
type server struct {
	user User

	out   sync.Mutex // one frame at a time
	pipe  io.Writer
	frame []byte // guarded by out

	mu      sync.Mutex
	running map[uint32]*execution // by number; guarded by mu
	reaper  *reaper

	null  int               // nothing to read
	path  string            // the runner's own PATH
	found map[string]string // programs by their names; only the reader of frames looks them up
}

// Serve runs commands until in ends. All that runs ends with the process that
// called it, when that is the sandbox's first.
func Serve(in io.Reader, out io.Writer, user User) error {
	runtime.LockOSThread() // the thread that starts commands, and is protected
	defer runtime.UnlockOSThread()
	if err := protect(); err != nil {
		return fmt.Errorf("protect the runner: %w", err)
	}
	ignoreChildren()
	null, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	defer func() { _ = null.Close() }()
	s := &server{
		user: user, pipe: out, running: map[uint32]*execution{}, reaper: newReaper(),
		null: int(null.Fd()), path: os.Getenv("PATH"), found: map[string]string{}, //nolint:forbidigo // the server gave it its environment
	}
	go s.reaper.run()
	if err := s.send(kindReady, 0, nil); err != nil {
		return err
	}
	frames := newFrameReader(in, maxPayload)
	for {
		f, err := frames.next()
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
	s.mu.Lock()
	e := s.running[f.id]
	s.mu.Unlock()
	if e == nil {
		return nil // it has ended meanwhile
	}
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
		e.credit.add(int(n))
	default:
		return fmt.Errorf("%w: a frame of kind %q", errProtocol, f.kind)
	}
	return nil
}

// send writes a frame. When the host no longer reads there is nothing to live for.
func (s *server) send(k kind, id uint32, payload []byte) error {
	s.out.Lock()
	defer s.out.Unlock()
	s.frame = appendFrame(s.frame[:0], k, id, payload)
	if _, err := s.pipe.Write(s.frame); err != nil {
		return fmt.Errorf("answer the host: %w", err)
	}
	return nil
}

func (s *server) must(err error) {
	if err != nil {
		os.Exit(1)
	}
}

// begin starts a command, and follows it in the background.
func (s *server) begin(id uint32, c Command) {
	e := newExecution(s, id, c)
	if code, err := e.start(); err != nil {
		e.sendOutput(kindStderr, []byte(err.Error()+"\n"))
		s.end(id, code)
		return
	}
	s.mu.Lock()
	s.running[id] = e
	s.mu.Unlock()
	go e.follow()
}

// end tells that nothing of a command runs any more.
func (s *server) end(id uint32, code int) {
	s.mu.Lock()
	delete(s.running, id)
	s.mu.Unlock()
	s.must(s.send(kindExit, id, number(uint32(code)))) //nolint:gosec // an exit code
}

// credit is how much output may still be sent; taking it waits.
type credit struct {
	mu   sync.Mutex
	more *sync.Cond
	left int
}

func newCredit(n int) *credit {
	c := &credit{left: n}
	c.more = sync.NewCond(&c.mu)
	return c
}

func (c *credit) add(n int) {
	c.mu.Lock()
	c.left += n
	c.mu.Unlock()
	c.more.Broadcast()
}

// take waits until something may be sent and takes n, more than there is if
// need be: the window is larger than a frame.
func (c *credit) take(n int) {
	c.mu.Lock()
	for c.left < n {
		c.more.Wait()
	}
	c.left -= n
	c.mu.Unlock()
}

// queue is standard input that waits to be written, bounded by the client's window.
type queue struct {
	mu     sync.Mutex
	more   *sync.Cond
	chunks [][]byte
	ended  bool
}

func newQueue() *queue {
	q := &queue{}
	q.more = sync.NewCond(&q.mu)
	return q
}

// put adds a copy of p; nothing is the end.
func (q *queue) put(p []byte) {
	q.mu.Lock()
	if len(p) == 0 {
		q.ended = true
	} else {
		q.chunks = append(q.chunks, append([]byte(nil), p...))
	}
	q.mu.Unlock()
	q.more.Broadcast()
}

// take waits for the next chunk; nil is the end.
func (q *queue) take() []byte {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.chunks) == 0 && !q.ended {
		q.more.Wait()
	}
	if len(q.chunks) == 0 {
		return nil
	}
	first := q.chunks[0]
	q.chunks = q.chunks[1:]
	return first
}
