package httpapi

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
)

// A panic is an error with a request id; where the answer has begun the connection
// is cut, so that a part does not pass for the whole.
func TestPanics(t *testing.T) {
	t.Parallel()
	s := &server{Config: Config{Logger: slog.New(slog.DiscardHandler), Clock: city.SystemClock{}}}
	for name, c := range map[string]struct {
		before string
		value  any
		cut    bool
	}{
		"before the answer":          {value: "bug"},
		"in the answer":              {before: strings.Repeat("x", 100_000), value: "bug", cut: true},
		"an answer that is given up": {before: strings.Repeat("x", 100_000), value: http.ErrAbortHandler, cut: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			handler := s.withRequestID(s.recovered(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if c.before != "" {
					_, _ = io.WriteString(w, c.before)
				}
				panic(c.value)
			})))
			host := httptest.NewUnstartedServer(handler)
			host.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
			host.Start()
			defer host.Close()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, host.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := host.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = res.Body.Close() }()
			body, err := io.ReadAll(res.Body)
			if c.cut && (err == nil || strings.Contains(string(body), "INTERNAL")) {
				t.Errorf("it seems whole: %d bytes, %v", len(body), err)
			}
			if !c.cut && (err != nil || res.StatusCode != http.StatusInternalServerError || !strings.Contains(string(body), res.Header.Get("X-Request-Id"))) {
				t.Errorf("got %d %s, %v", res.StatusCode, body, err)
			}
		})
	}
}
