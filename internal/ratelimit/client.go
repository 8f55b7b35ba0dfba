package ratelimit

import (
	"net"
	"net/http"
	"strings"
)

// ClientIP is the address that limits apply to: the peer's, or behind a proxy of
// the operator's the one that the proxy wrote last into X-Forwarded-For.
func ClientIP(r *http.Request, trustedProxy bool) string {
	if forwarded := r.Header.Get("X-Forwarded-For"); trustedProxy && forwarded != "" {
		return strings.TrimSpace(forwarded[strings.LastIndex(forwarded, ",")+1:])
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
