package app

import (
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
)

// timedBodies gives every body a time to arrive in. What comes too late is
// os.ErrDeadlineExceeded for the reader.
func timedBodies(next http.Handler, grace time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == nil || r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		body := &timedBody{ReadCloser: r.Body, control: http.NewResponseController(w), grace: grace, began: city.SystemClock{}.Now()}
		body.extend()
		// The server looks at its own request's body to know whether the connection
		// can be used again, so that one stays as it is.
		r = r.WithContext(r.Context())
		r.Body = body
		defer body.leave()
		next.ServeHTTP(w, r)
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

// leave bounds how long the server waits for the rest of a body that nobody
// wanted, which it reads so that the connection can be used again.
func (b *timedBody) leave() {
	if !b.ended.Load() {
		_ = b.control.SetReadDeadline(city.SystemClock{}.Now().Add(b.grace))
	}
}
