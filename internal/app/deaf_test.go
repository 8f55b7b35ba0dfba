package app

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"aicity.dev/aicity/internal/city"
)

// A caller who stays and takes nothing is waited for no longer than the grace, in a
// stream, in one large answer and in many small ones; one who reads gets all, and
// its connection serves on.
func TestDeafCallersAreLeft(t *testing.T) {
	t.Parallel()
	const large = 8 << 20 // more than what lies between the two takes
	ended := make(chan error, 1)
	answers := http.NewServeMux()
	answers.HandleFunc("/stream", func(w http.ResponseWriter, r *http.Request) {
		var err error
		for sent := 0; err == nil && sent < large; sent += 1 << 10 {
			_, err = w.Write(make([]byte, 1<<10))
			w.(http.Flusher).Flush()
		}
		ended <- err
	})
	answers.HandleFunc("/large", func(w http.ResponseWriter, r *http.Request) {
		_, err := w.Write(make([]byte, large))
		ended <- err
	})
	answers.HandleFunc("/small", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "small") })
	serve := func(grace time.Duration) *httptest.Server {
		server := httptest.NewServer(timedCallers(answers, Graces{Answer: grace}))
		t.Cleanup(server.Close)
		return server
	}
	hurried, patient := serve(50*time.Millisecond), serve(time.Minute)
	for _, path := range []string{"/stream", "/large"} {
		conn := dial(t, hurried)
		if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: city\r\n\r\n", path); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; err == nil {
			t.Errorf("%s: a caller that reads nothing was waited for", path)
		}
		for range 2 {
			answer, err := patient.Client().Get(patient.URL + path)
			if err != nil {
				t.Fatal(err)
			}
			n, err := io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
			if err != nil || n != large || <-ended != nil {
				t.Errorf("%s: %d bytes, %v", path, n, err)
			}
		}
	}
	// It asks on and on: the city hangs up, and its asking fails.
	conn := dial(t, hurried)
	var err error
	for err == nil {
		_, err = io.WriteString(conn, "GET /small HTTP/1.1\r\nHost: city\r\n\r\n")
	}
	if timeout, is := err.(net.Error); is && timeout.Timeout() { //nolint:errorlint // as the connection returns it
		t.Error("who only asks is never left")
	}
}

// dial connects to a server; the test fails rather than hangs.
func dial(t *testing.T, server *httptest.Server) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(city.SystemClock{}.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return conn
}
