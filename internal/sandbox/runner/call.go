package runner

import (
	"fmt"
	"sync"
)

// call is a command as the client sees it. What it prints waits here, within
// its window, until it is collected.
type call struct {
	some  chan struct{} // says that there is something to collect
	moved chan struct{} // says that there may be room for input
	ended chan struct{} // closed when nobody waits for it any more

	mu     sync.Mutex
	chunks []output // guarded by mu
	window int      // what the runner may still send; guarded by mu
	input  int      // what it may still be sent; guarded by mu
	exited bool     // guarded by mu
	code   int      // guarded by mu
}

// output is a piece of what a command printed.
type output struct {
	kind  kind
	bytes []byte
}

func newCall() *call {
	return &call{
		some: make(chan struct{}, 1), moved: make(chan struct{}, 1), ended: make(chan struct{}), window: window, input: window,
	}
}

// take keeps what the runner says of the command.
func (c *call) take(f frame) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch f.kind {
	case kindStdout, kindStderr:
		c.window -= cost(f.payload)
		if c.window < 0 {
			return fmt.Errorf("%w: more output than was asked for", errProtocol)
		}
		c.chunks = append(c.chunks, output{f.kind, append([]byte(nil), f.payload...)})
		signal(c.some)
	case kindExit:
		code, err := f.number()
		if err != nil {
			return err
		}
		if code > 255 {
			return fmt.Errorf("%w: exit code %d", errProtocol, code)
		}
		c.exited, c.code = true, int(code)
		signal(c.some)
	case kindCredit:
		n, err := f.number()
		if err != nil {
			return err
		}
		if n > window || c.input+int(n) > window {
			return fmt.Errorf("%w: more input taken than given", errProtocol)
		}
		c.input += int(n)
		signal(c.moved)
	default:
		return fmt.Errorf("%w: a frame of kind %q", errProtocol, f.kind)
	}
	return nil
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// collect returns what has come, and how the command ended if it has.
func (c *call) collect() (chunks []output, code int, ended bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	chunks, c.chunks = c.chunks, nil
	return chunks, c.code, c.exited
}

// granted says that the runner may send more.
func (c *call) granted(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.window += n
}

// room waits until n more may be sent, and takes it; false when the command, or
// the runner, ends first.
func (c *call) room(n int, done <-chan struct{}) bool {
	for {
		c.mu.Lock()
		enough := c.input >= n
		if enough {
			c.input -= n
		}
		c.mu.Unlock()
		if enough {
			return true
		}
		select {
		case <-c.moved:
		case <-c.ended:
			return false
		case <-done:
			return false
		}
	}
}

// over ends waiting for room.
func (c *call) over() { close(c.ended) }
