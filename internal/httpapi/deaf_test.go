package httpapi

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// A client that stays and reads nothing holds up nobody; one that reads gets all,
// and its connection serves on.
func TestDeafClientsAreLeft(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		grace := time.Minute
		if r.URL.Path == "/deaf" {
			grace = 50 * time.Millisecond
		}
		l, done := listenerOf(w, grace)
		defer done()
		piece := make([]byte, 64<<10)
		var err error
		for i := 0; err == nil && (i < 16 || r.URL.Path == "/deaf"); i++ {
			if _, err = l.Write(piece); err == nil {
				err = l.flush()
			}
		}
		ended <- err
	}))
	defer server.Close()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, "GET /deaf HTTP/1.1\r\nHost: city\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		t.Error("a client that reads nothing was waited for")
	}
	for range 2 {
		answer, err := server.Client().Get(server.URL + "/reads")
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		if err != nil || n != 16*64<<10 || <-ended != nil {
			t.Errorf("%d bytes, %v", n, err)
		}
	}
}
