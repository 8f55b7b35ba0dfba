package guide_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"sync"
	"testing"
)

// recorder stands between the samples and the city and notes what they ask.
type recorder struct {
	URL string

	mu sync.Mutex
	// lines and changed are guarded by mu; changed is closed at the next line.
	lines   []string
	changed chan struct{}
}

func record(t *testing.T, target string) *recorder {
	t.Helper()
	base, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{changed: make(chan struct{})}
	proxy := httputil.NewSingleHostReverseProxy(base)
	proxy.FlushInterval = -1
	proxy.ModifyResponse = func(res *http.Response) error {
		line := res.Request.Method + " " + publicIDs.ReplaceAllString(res.Request.URL.Path, "{$1}")
		if res.StatusCode >= 300 {
			line += " refused with " + res.Status
		}
		r.note(line)
		return nil
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	r.URL = server.URL
	return r
}

// publicIDs are the ids in paths, which differ from run to run.
var publicIDs = regexp.MustCompile(`\b(agt|tsk|sbx)_[0-9a-z]+`)

func (r *recorder) note(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, line)
	close(r.changed)
	r.changed = make(chan struct{})
}

// seen returns what was asked until now, in order.
func (r *recorder) seen() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.lines)
}

// wait waits until a line was noted.
func (r *recorder) wait(ctx context.Context, line string) error {
	for {
		r.mu.Lock()
		changed, found := r.changed, slices.Contains(r.lines, line)
		r.mu.Unlock()
		if found {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("never saw %q, only %q: %w", line, r.seen(), context.Cause(ctx))
		}
	}
}
