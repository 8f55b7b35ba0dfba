package runner

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
)

// peer is the sandbox's end of a conversation, as a test plays it.
type peer struct {
	t   *testing.T
	in  *frameReader
	out *os.File
}

// talk returns a client and the other end of its conversation.
func talk(t *testing.T) (*Client, *peer) {
	t.Helper()
	theirs, ours, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	from, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c := NewClient(ours, from)
	t.Cleanup(func() {
		c.Close()
		<-c.Done()
		closeAll(theirs, out)
	})
	return c, &peer{t: t, in: newFrameReader(theirs, maxPayload), out: out}
}

func (p *peer) say(k kind, id uint32, payload []byte) { p.raw(appendFrame(nil, k, id, payload)) }

func (p *peer) raw(bytes []byte) {
	// The client hangs up on what it does not like.
	_, _ = p.out.Write(bytes)
}

// hear returns the next frame of a kind and passes over credit.
func (p *peer) hear(k kind) frame {
	p.t.Helper()
	for {
		f, err := p.in.next()
		if err != nil {
			p.t.Fatalf("waiting for %q: %v", k, err)
		}
		if f.kind == k {
			return f
		}
		if f.kind != kindCredit {
			p.t.Fatalf("got %q, want %q", f.kind, k)
		}
	}
}

// outcome is how a command ended for the client.
type outcome struct {
	code           int
	err            error
	stdout, stderr bytes.Buffer
}

func run(c *Client, cmd Command, stdin io.Reader, stop <-chan struct{}) <-chan *outcome {
	done := make(chan *outcome, 1)
	go func() {
		o := &outcome{}
		o.code, o.err = c.Run(cmd, stdin, &o.stdout, &o.stderr, stop)
		done <- o
	}()
	return done
}

func TestRun(t *testing.T) {
	t.Parallel()
	c, p := talk(t)
	p.say(kindReady, 0, nil)
	if err := c.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	done := run(c, Command{Argv: []string{"a", "b"}, Dir: "/", Env: []string{"A=1"}}, strings.NewReader("in"), nil)
	start := p.hear(kindStart)
	var got Command
	if err := json.Unmarshal(start.payload, &got); err != nil || len(got.Argv) != 2 || got.Dir != "/" || !got.Input {
		t.Fatalf("got %+v, %v", got, err)
	}
	id := start.id
	if text := string(p.hear(kindInput).payload); text != "in" {
		t.Errorf("input: got %q", text)
	}
	if end := p.hear(kindInput); len(end.payload) != 0 {
		t.Errorf("end of input: got %q", end.payload)
	}
	p.say(kindCredit, id, number(uint32(cost([]byte("in")))))
	p.say(kindStdout, id, []byte("out"))
	p.say(kindStderr, id, []byte("err"))
	p.say(kindStdout, id, []byte("put"))
	p.say(kindExit, id, number(7))
	if o := <-done; o.err != nil || o.code != 7 || o.stdout.String() != "output" || o.stderr.String() != "err" {
		t.Errorf("got %d, %v, %q, %q", o.code, o.err, o.stdout.String(), o.stderr.String())
	}
}

// A runner that has been taken over can end its sandbox, no more.
func TestHostileRunner(t *testing.T) {
	t.Parallel()
	piece := bytes.Repeat([]byte("x"), chunk)
	for name, attack := range map[string]func(p *peer, id uint32){
		"a frame longer than may be":      func(p *peer, id uint32) { p.raw([]byte{0xff, 0xff, 0xff, 0xff, 'O', 0, 0, 0, byte(id)}) },
		"output of a stranger":            func(p *peer, id uint32) { p.say(kindStdout, id+1, []byte("x")) },
		"the end of a stranger":           func(p *peer, id uint32) { p.say(kindExit, id+1, number(0)) },
		"an end without a code":           func(p *peer, id uint32) { p.say(kindExit, id, nil) },
		"a code that none is":             func(p *peer, id uint32) { p.say(kindExit, id, number(1<<31)) },
		"an unknown kind":                 func(p *peer, id uint32) { p.say('?', id, nil) },
		"a kind that only hosts may send": func(p *peer, id uint32) { p.say(kindStart, id, []byte("{}")) },
		"ready twice":                     func(p *peer, _ uint32) { p.say(kindReady, 0, nil) },
		"more credit than was given":      func(p *peer, id uint32) { p.say(kindCredit, id, number(window+1)) },
		"credit that wraps around":        func(p *peer, id uint32) { p.say(kindCredit, id, number(0xffffffff)) },
		"half a frame":                    func(p *peer, id uint32) { p.raw([]byte{0, 0}); _ = p.out.Close() },
		"a flood of output": func(p *peer, id uint32) {
			for range 2 * window / chunk {
				p.say(kindStdout, id, piece)
			}
		},
		"a flood of empty frames": func(p *peer, id uint32) {
			p.raw(bytes.Repeat(appendFrame(nil, kindStdout, id, nil), 2*window/frameCost))
		},
		"silence": func(p *peer, _ uint32) { _ = p.out.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, p := talk(t)
			p.say(kindReady, 0, nil)
			// Nobody takes the output, so that a flood is one.
			blocked := &blockedWriter{free: make(chan struct{})}
			done := make(chan error, 1)
			go func() {
				_, err := c.Run(Command{Argv: []string{"a"}, Dir: "/"}, nil, blocked, blocked, nil)
				done <- err
			}()
			id := p.hear(kindStart).id
			attack(p, id)
			<-c.Done()
			close(blocked.free)
			if err := <-done; !errors.Is(err, ErrEnded) {
				t.Errorf("got %v, want ErrEnded", err)
			}
			if _, err := c.Run(Command{Argv: []string{"a"}}, nil, nil, nil, nil); !errors.Is(err, ErrEnded) {
				t.Errorf("the next command: got %v, want ErrEnded", err)
			}
		})
	}
}

// blockedWriter takes nothing until it is freed.
type blockedWriter struct{ free chan struct{} }

func (w *blockedWriter) Write(p []byte) (int, error) {
	<-w.free
	return len(p), nil
}

func TestStopKills(t *testing.T) {
	t.Parallel()
	c, p := talk(t)
	p.say(kindReady, 0, nil)
	stop := make(chan struct{})
	done := run(c, Command{Argv: []string{"a"}}, nil, stop)
	id := p.hear(kindStart).id
	close(stop)
	p.hear(kindKill)
	p.say(kindExit, id, number(137))
	if o := <-done; o.err != nil || o.code != 137 {
		t.Errorf("got %d, %v", o.code, o.err)
	}
}

// A writer that fails ends the command.
func TestFailingWriterKills(t *testing.T) {
	t.Parallel()
	c, p := talk(t)
	p.say(kindReady, 0, nil)
	done := make(chan int, 1)
	go func() {
		code, _ := c.Run(Command{Argv: []string{"a"}}, nil, failing{}, failing{}, nil)
		done <- code
	}()
	id := p.hear(kindStart).id
	p.say(kindStdout, id, []byte("x"))
	p.hear(kindKill)
	p.say(kindExit, id, number(137))
	if code := <-done; code != 137 {
		t.Errorf("got %d", code)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// FuzzFrames feeds the client's reader with anything at all.
func FuzzFrames(f *testing.F) {
	f.Add(appendFrame(nil, kindStdout, 1, []byte("x")))
	f.Add([]byte{0, 0, 0, 5, 'O', 0, 0, 0, 1, 'x'})
	f.Fuzz(func(t *testing.T, raw []byte) {
		frames := newFrameReader(bytes.NewReader(raw), answerLimit)
		for {
			got, err := frames.next()
			if err != nil {
				return
			}
			if len(got.payload) > answerLimit {
				t.Fatalf("a payload of %d bytes", len(got.payload))
			}
		}
	})
}

func closeAll(files ...*os.File) {
	for _, f := range files {
		_ = f.Close()
	}
}
