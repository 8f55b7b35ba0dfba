package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// hang is a host that never answers; asked is closed at its first request.
func hang(t *testing.T, asked chan struct{}) string {
	t.Helper()
	var once sync.Once
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		once.Do(func() { close(asked) })
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	return server.URL
}
