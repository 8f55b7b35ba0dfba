package ratelimit_test

import (
	"net/http"
	"testing"

	"aicity.dev/aicity/internal/ratelimit"
)

func TestClientIP(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, remote, forwarded string
		trusted                 bool
		want                    string
	}{
		{"the peer", "192.0.2.1:5000", "", false, "192.0.2.1"},
		{"the peer over IPv6", "[2001:db8::1]:5000", "", false, "2001:db8::1"},
		{"a header of the client's own", "192.0.2.1:5000", "198.51.100.7", false, "192.0.2.1"},
		{"behind a proxy", "192.0.2.1:5000", "198.51.100.7", true, "198.51.100.7"},
		{"what the proxy wrote last", "192.0.2.1:5000", "6.6.6.6, 198.51.100.7", true, "198.51.100.7"},
		{"a proxy that says nothing", "192.0.2.1:5000", "", true, "192.0.2.1"},
	} {
		r := &http.Request{RemoteAddr: c.remote, Header: http.Header{}}
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := ratelimit.ClientIP(r, c.trusted); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
