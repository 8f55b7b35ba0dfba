package gvisor

import (
	"errors"
	"io"
	"os"

	"aicity.dev/aicity/internal/sandbox/runner"
)

// box is a sandbox that runs: the conversation with its runner, which ends when
// the sandbox does, since nobody else holds the other end.
type box struct {
	*runner.Client
	complaints *tail
	heard      chan struct{} // closed when no more complaints come
	errors     *os.File
	adopted    []int  // processes that are ours to bury
	meter      *meter // of its memory; nil where a cgroup bounds it, or nothing does
}

// conversation is the pipes of a sandbox before it runs.
type conversation struct {
	stdin, stdout, stderr *os.File // runsc's
	in, out, errors       *os.File // ours
}

func openConversation() (_ *conversation, err error) {
	c := &conversation{}
	defer func() {
		if err != nil {
			c.closeTheirs()
			closeAll(c.in, c.out, c.errors)
		}
	}()
	if c.stdin, c.in, err = os.Pipe(); err != nil {
		return nil, err
	}
	if c.out, c.stdout, err = os.Pipe(); err != nil {
		return nil, err
	}
	c.errors, c.stderr, err = os.Pipe()
	return c, err
}

// handOver lets runsc's ends go, which the sandbox now holds alone.
func (c *conversation) handOver() *box {
	c.closeTheirs()
	b := &box{Client: runner.NewClient(c.in, c.out), complaints: &tail{}, heard: make(chan struct{}), errors: c.errors}
	go func() {
		defer close(b.heard)
		_, _ = io.Copy(b.complaints, b.errors)
	}()
	return b
}

func (c *conversation) closeTheirs() { closeAll(c.stdin, c.stdout, c.stderr) }

// close ends the conversation, and with it the runner.
func (b *box) close() {
	b.Close()
	_ = b.errors.Close()
	<-b.heard
	if b.meter != nil {
		b.meter.close()
	}
}

// said is the last that runsc or the runner complained about.
func (b *box) said() string { return b.complaints.String() }

func closeAll(files ...*os.File) {
	for _, f := range files {
		if f != nil {
			_ = f.Close()
		}
	}
}

// add keeps a sandbox that runs.
func (b *Backend) add(id string, started *box) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.boxes[id] = started
}

// find is the sandbox that runs, nil when there is none.
func (b *Backend) find(id string) *box {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.boxes[id]
}

// forget ends the conversation with a sandbox that is to be destroyed, and
// returns the processes that are ours to bury.
func (b *Backend) forget(id string) []int {
	b.mu.Lock()
	forgotten := b.boxes[id]
	delete(b.boxes, id)
	b.mu.Unlock()
	if forgotten == nil {
		return nil
	}
	forgotten.close()
	return forgotten.adopted
}

// Done implements sandbox.Backend.
func (b *Backend) Done(id string) <-chan struct{} {
	if running := b.find(id); running != nil {
		return running.Client.Done()
	}
	return closed
}

// closed is a channel that is closed.
var closed = func() <-chan struct{} { c := make(chan struct{}); close(c); return c }()

var errNoRunner = errors.New("it was not started by this server")
