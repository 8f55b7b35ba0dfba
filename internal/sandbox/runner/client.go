package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// ErrEnded means that the runner, and the sandbox with it, is no more.
var ErrEnded = errors.New("the sandbox's runner has ended")

const (
	// writeTimeout is how long the runner may leave what it is told unread. It
	// reads at all times, so one that does not is out of order.
	writeTimeout = 10 * time.Second
	// killTimeout is how long it may take to end a command.
	killTimeout = 5 * time.Second
	// answerLimit bounds the payload of a frame from the runner.
	answerLimit = chunk
)

// Client starts commands in one sandbox. Its methods may be called at the same
// time.
type Client struct {
	in  *os.File // to the runner
	out *os.File // from it

	ready chan struct{} // closed by its first word
	done  chan struct{} // closed when it has ended
	end   sync.Once
	err   error // why; read after done

	write  sync.Mutex
	buffer []byte // guarded by write

	mu      sync.Mutex
	last    uint32           // guarded by mu
	running map[uint32]*call // guarded by mu
}

// NewClient speaks with the runner whose standard input and output these are
// the other ends of. Close must be called.
func NewClient(in, out *os.File) *Client {
	c := &Client{in: in, out: out, ready: make(chan struct{}), done: make(chan struct{}), running: map[uint32]*call{}}
	go c.listen()
	return c
}

// Ready waits until commands can be started. Errors: ErrEnded.
func (c *Client) Ready(ctx context.Context) error {
	select {
	case <-c.ready:
		return nil
	case <-c.done:
		return c.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Done is closed when the runner has ended.
func (c *Client) Done() <-chan struct{} { return c.done }

// Err says why it has ended; call it after Done.
func (c *Client) Err() error { return c.err }

// Close ends the conversation, and with it the runner.
func (c *Client) Close() {
	c.fail(ErrEnded)
}

// fail ends everything, with the reason the first to call it gives.
func (c *Client) fail(err error) {
	c.end.Do(func() {
		c.err = err
		close(c.done)
		_ = c.in.Close()
		_ = c.out.Close()
	})
}

// listen takes what the runner says until it ends or says what it may not.
func (c *Client) listen() {
	frames := newFrameReader(c.out, answerLimit)
	for {
		f, err := frames.next()
		if err == nil {
			err = c.take(f)
		}
		switch {
		case err == nil:
			continue
		case errors.Is(err, errProtocol):
			err = fmt.Errorf("%w: %w", ErrEnded, err)
		default:
			err = ErrEnded
		}
		c.fail(err)
		return
	}
}

func (c *Client) take(f frame) error {
	if f.kind == kindReady {
		select {
		case <-c.ready:
			return fmt.Errorf("%w: ready twice", errProtocol)
		default:
			close(c.ready)
			return nil
		}
	}
	c.mu.Lock()
	call := c.running[f.id]
	if f.kind == kindExit {
		delete(c.running, f.id)
	}
	c.mu.Unlock()
	if call == nil {
		return fmt.Errorf("%w: of a command that does not run", errProtocol)
	}
	return call.take(f)
}

// send tells the runner something.
func (c *Client) send(k kind, id uint32, payload []byte) error {
	c.write.Lock()
	defer c.write.Unlock()
	c.buffer = appendFrame(c.buffer[:0], k, id, payload)
	err := c.in.SetWriteDeadline(time.Now().Add(writeTimeout)) //nolint:forbidigo // a deadline of the operating system
	if err == nil {
		_, err = c.in.Write(c.buffer)
	}
	if err != nil {
		c.fail(fmt.Errorf("%w: %w", ErrEnded, err))
		return c.err
	}
	return nil
}

// Run runs a command until it ends or stop is closed, which ends all that it
// started. Its output is written by the caller's goroutine while it runs. An
// error of stdin ends it early; one of stdout or stderr ends the command.
// Errors: ErrEnded.
func (c *Client) Run(cmd Command, stdin io.Reader, stdout, stderr io.Writer, stop <-chan struct{}) (code int, err error) {
	cmd.Input = stdin != nil
	encoded, err := json.Marshal(cmd)
	if err != nil {
		return 0, fmt.Errorf("encode command: %w", err)
	}
	if len(encoded) > maxPayload {
		return 0, errors.New("the command is too long")
	}
	call := newCall()
	c.mu.Lock()
	c.last++
	id := c.last
	c.running[id] = call
	c.mu.Unlock()
	if err := c.send(kindStart, id, encoded); err != nil {
		return 0, err
	}
	if stdin != nil {
		ended := make(chan struct{})
		defer func() { <-ended }()
		go func() {
			defer close(ended)
			c.feed(id, call, stdin)
		}()
	}
	defer call.over()
	return c.follow(id, call, stdout, stderr, stop)
}

// follow passes output on until the command has ended.
func (c *Client) follow(id uint32, call *call, stdout, stderr io.Writer, stop <-chan struct{}) (int, error) {
	var late <-chan time.Time
	kill := func() error {
		timer := time.NewTimer(killTimeout)
		late, stop = timer.C, nil
		return c.send(kindKill, id, nil)
	}
	for {
		select {
		case <-call.some:
		case <-stop:
			if err := kill(); err != nil {
				return 0, err
			}
			continue
		case <-late:
			c.fail(fmt.Errorf("%w: it does not end a command", ErrEnded))
			return 0, c.err
		case <-c.done:
			return 0, c.err
		}
		chunks, code, ended := call.collect()
		taken, err := passOn(chunks, stdout, stderr)
		if err != nil {
			stdout, stderr = nil, nil // nobody takes more
			if late == nil {
				if err := kill(); err != nil {
					return 0, err
				}
			}
		}
		if ended {
			return code, nil
		}
		call.granted(taken)
		if err := c.send(kindCredit, id, number(uint32(taken))); err != nil { //nolint:gosec // bounded by the window
			return 0, err
		}
	}
}

// passOn writes chunks of output, each to where it belongs, up to the first that is
// not taken. It returns what they cost in all.
func passOn(chunks []output, stdout, stderr io.Writer) (taken int, err error) {
	for _, p := range chunks {
		to := stdout
		if p.kind == kindStderr {
			to = stderr
		}
		taken += cost(p.bytes)
		if to != nil && err == nil {
			_, err = to.Write(p.bytes)
		}
	}
	return taken, err
}

// feed passes standard input to the command, no faster than it is taken.
func (c *Client) feed(id uint32, call *call, stdin io.Reader) {
	buffer := make([]byte, chunk)
	for {
		n, err := stdin.Read(buffer)
		if n > 0 && (!call.room(cost(buffer[:n]), c.done) || c.send(kindInput, id, buffer[:n]) != nil) {
			return
		}
		if err != nil {
			_ = c.send(kindInput, id, nil)
			return
		}
	}
}
