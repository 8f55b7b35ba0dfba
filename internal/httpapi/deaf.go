package httpapi

import (
	"errors"
	"io"
	"net/http"
	"time"

	"aicity.dev/aicity/internal/city"
)

// deafGrace is how long a client may take no byte of what it is sent. What waits
// for it holds a command or a file of a sandbox.
const deafGrace = 30 * time.Second

// listener is a client as a stream writes to it: one that stops reading without
// going away makes the next write fail after some grace.
type listener struct {
	w       io.Writer
	control *http.ResponseController
	grace   time.Duration
}

// listenerOf returns the client behind a response; done must be called at its end,
// because the connection may carry other calls.
func listenerOf(w io.Writer, grace time.Duration) (l *listener, done func()) {
	l = &listener{w: w, grace: grace}
	if response, ok := w.(http.ResponseWriter); ok {
		l.control = http.NewResponseController(response)
	}
	return l, func() {
		if l.control != nil {
			_ = l.control.SetWriteDeadline(time.Time{})
		}
	}
}

// Write implements [io.Writer].
func (l *listener) Write(p []byte) (int, error) {
	if l.control != nil {
		if err := l.control.SetWriteDeadline(city.SystemClock{}.Now().Add(l.grace)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return 0, err
		}
	}
	return l.w.Write(p)
}

// flush sends what was written.
func (l *listener) flush() error {
	if l.control == nil {
		return nil
	}
	if err := l.control.Flush(); !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}
