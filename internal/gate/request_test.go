package gate

import (
	"slices"
	"testing"
)

func TestHeaderName(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"If-None-Match and Access-Control-Allow-Origin, Sec-WebSocket-Key.":             {"If-None-Match", "Access-Control-Allow-Origin", "Sec-WebSocket-Key"},
		"X-Forwarded-For, Content-Security-Policy-Report-Only":                          {"X-Forwarded-For", "Content-Security-Policy-Report-Only"},
		"User-Defined Types, If-Then-Else, Set-Up, Content-Addressable, Cache-Friendly": nil,
	} {
		if got := headerName.FindAllString(text, -1); !slices.Equal(got, want) {
			t.Errorf("%q: %q", text, got)
		}
	}
}
