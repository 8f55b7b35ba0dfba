package app_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"aicity.dev/aicity/internal/app"
	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
)

// lockedBuffer is written by many goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Whoever hangs up is no fault of the city, and not logged as one.
func TestHangingUpIsNoError(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	city, err := app.New(t.Context(), apptest.Config(sandboxtest.Dir(t)), slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn})), app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = city.Stop(context.WithoutCancel(t.Context())) })
	gone, leave := context.WithCancel(t.Context())
	leave()
	cut := io.MultiReader(strings.NewReader(`{"email":`), iotest.ErrReader(io.ErrUnexpectedEOF))
	for _, r := range []*http.Request{
		httptest.NewRequestWithContext(gone, http.MethodGet, "/api/v1/agents?q=x", nil),
		httptest.NewRequestWithContext(gone, http.MethodGet, "/explore", nil),
		httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/v1/auth/sign-in", cut),
		httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/sign-in", io.MultiReader(strings.NewReader("email="), iotest.ErrReader(io.ErrUnexpectedEOF))),
	} {
		if r.Method == http.MethodPost {
			r.Header.Set("Content-Type", map[bool]string{true: "application/json", false: "application/x-www-form-urlencoded"}[strings.HasPrefix(r.URL.Path, "/api/")])
		}
		city.Handler().ServeHTTP(httptest.NewRecorder(), r)
		if said := log.String(); said != "" {
			t.Fatalf("%s %s: logged %s", r.Method, r.URL, said)
		}
	}
}
