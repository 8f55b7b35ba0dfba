package httpapi

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// lines takes what is written, and breaks after a number of writes.
type lines struct {
	got  strings.Builder
	left int
}

func (l *lines) Write(p []byte) (int, error) {
	if l.left--; l.left < 0 {
		return 0, errors.New("the connection is gone")
	}
	return l.got.Write(p)
}

// A command that prints nothing keeps its stream alive by comments, which are no
// events; when nobody reads them, the command is left.
func TestQuietStream(t *testing.T) {
	t.Parallel()
	w, left := &lines{left: 3}, 0
	f := &frames{w: w, leave: func() { left++ }}
	f.send("start", map[string]string{"execId": "exc_1"})
	ticks, quiet, ended := make(chan time.Time), make(chan struct{}), make(chan struct{})
	go func() { defer close(ended); f.beat(ticks, quiet) }()
	for range 4 {
		ticks <- time.Time{}
	}
	close(quiet)
	<-ended
	const beat = ": the command runs\n\n"
	if want := "event: start\ndata: {\"execId\":\"exc_1\"}\n\n" + beat + beat; w.got.String() != want || left != 1 {
		t.Errorf("got %q, left %d times; want %q, once", w.got.String(), left, want)
	}
}
