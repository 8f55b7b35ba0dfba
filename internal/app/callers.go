package app

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"aicity.dev/aicity/internal/city"
)

const (
	// bodyGrace is how long a request's body may take, however small it is.
	bodyGrace = 20 * time.Second
	// bodyRate is how many more bytes buy it a second more: a slow line is
	// served, a caller who drips bytes to hold a connection is not.
	bodyRate = 16 << 10
	// restGrace is how long the rest of a body that nobody wants may take, and
	// restBytes how much of it there may be.
	restGrace = 2 * time.Second
	restBytes = 32 << 20
	// answerGrace is how long a caller may take nothing of what it is sent. What
	// waits for it holds a command, a file of a sandbox, or a subscription.
	answerGrace = 30 * time.Second
	// answerPiece is what a caller must take within that grace.
	answerPiece = 64 << 10
)

// Graces are how long the city waits for a caller; 0 is the default.
type Graces struct {
	Body   time.Duration // that a request's body may take, however small it is; 20 s
	Answer time.Duration // in which a caller must take some of its answer; 30 s
}

// timedCallers gives every body a time to arrive in, and every answer a time to be
// taken. What comes too late is os.ErrDeadlineExceeded for the reader; a caller who
// stays and takes nothing has left, for the writer and for the request's context.
func timedCallers(next http.Handler, graces Graces) http.Handler {
	graces.Body, graces.Answer = cmp.Or(graces.Body, bodyGrace), cmp.Or(graces.Answer, answerGrace)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		answer := &timedAnswer{ResponseWriter: w, control: control, grace: graces.Answer}
		defer answer.extend() // the server sends the rest after this
		if r.Body == nil || r.Body == http.NoBody {
			next.ServeHTTP(answer, r)
			return
		}
		body := &timedBody{ReadCloser: r.Body, control: control, grace: graces.Body, began: city.SystemClock{}.Now()}
		drop := r.ContentLength <= restBytes && r.Header.Get("Expect") == ""
		body.extend()
		// The server looks at its own request's body to know whether the connection
		// can be used again, so that one stays as it is.
		r = r.WithContext(r.Context())
		r.Body = body
		defer func() { body.leave(drop) }()
		next.ServeHTTP(answer, r)
	})
}

// timedBody moves the connection's read deadline as the body comes in.
type timedBody struct {
	io.ReadCloser
	control *http.ResponseController
	grace   time.Duration
	began   time.Time
	arrived int64
	ended   atomic.Bool
}

// extend sets the deadline that what has arrived allows. A server that knows no
// deadlines, as in some tests, has none to set.
func (b *timedBody) extend() {
	_ = b.control.SetReadDeadline(b.began.Add(b.grace + time.Duration(b.arrived)*time.Second/bodyRate))
}

// Read reads on. Once all is there the deadline goes: it would otherwise end a
// request that works for long, as if its caller had left.
func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.arrived += int64(n)
	switch {
	case err == nil:
		b.extend()
	case errors.Is(err, io.EOF):
		b.ended.Store(true)
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}

// Close closes nothing: the server does, once the rest was dropped.
func (b *timedBody) Close() error { return nil }

// leave drops the rest of a body that nobody wanted, within bounds: a client that
// sends all before it reads would see a broken connection instead of the refusal.
// Of one that is too large, or waits to be asked for its body, nothing is read.
func (b *timedBody) leave(drop bool) {
	if b.ended.Load() {
		return
	}
	err := b.control.SetReadDeadline(city.SystemClock{}.Now().Add(min(b.grace, restGrace)))
	if err != nil || !drop { // without a deadline it could take for ever
		return
	}
	if _, err := io.CopyN(io.Discard, b.ReadCloser, restBytes); errors.Is(err, io.EOF) {
		_ = b.control.SetReadDeadline(time.Time{})
	}
}

// timedAnswer moves the connection's write deadline as the answer goes out; the
// server takes it away before it reads the next request. Where there are no
// deadlines there is none to set.
type timedAnswer struct {
	http.ResponseWriter
	control  *http.ResponseController
	grace    time.Duration
	extended time.Time
}

// extend gives what is written next its time. Small writes come in swarms, and
// share a deadline.
func (a *timedAnswer) extend() {
	now := city.SystemClock{}.Now()
	if now.Sub(a.extended) < a.grace/16 {
		return
	}
	a.extended = now
	_ = a.control.SetWriteDeadline(now.Add(a.grace))
}

// Write writes in pieces: a slow line may take long for all of a large answer, but
// not for a part of it.
func (a *timedAnswer) Write(p []byte) (n int, err error) {
	for {
		piece := p[n:min(n+answerPiece, len(p))]
		a.extend()
		written, err := a.ResponseWriter.Write(piece)
		if n += written; err != nil || n == len(p) {
			return n, err
		}
	}
}

// Flush implements [http.Flusher].
func (a *timedAnswer) Flush() { _ = a.FlushError() } // the next write and the request's context tell

// FlushError is Flush for [http.ResponseController].
func (a *timedAnswer) FlushError() error {
	a.extend()
	return a.control.Flush()
}

// Unwrap lets http.ResponseController reach deadlines.
func (a *timedAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
