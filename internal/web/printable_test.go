package web

import (
	"strings"
	"testing"
)

func TestPrintable(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"<p>plain</p>\r\n\t": "<p>plain</p>\r\n\t", "a\x1b]0;owned\x07b\x00\x7f": "a]0;ownedb", "\u009b2Jx": "2Jx", "für ±½ £ 日本 🙂": "für ±½ £ 日本 🙂",
		"\u0085\u00a0": "\u00a0", "Declined: “\u202eno\u2066” by \u200fשלום\u200f": "Declined: “no” by \u200fשלום\u200f", "\u2029\u202f\u2065\u206a": "\u2029\u202f\u2065\u206a",
		"a\xffb": "a\xffb",
	} {
		for size := 1; size <= len(in); size++ { // wherever a write ends
			var out strings.Builder
			p := &printable{w: &out}
			for at := 0; at < len(in); at += size {
				if _, err := p.Write([]byte(in[at:min(at+size, len(in))])); err != nil {
					t.Fatal(err)
				}
			}
			if out.String() != want {
				t.Errorf("%q in pieces of %d: got %q, want %q", in, size, out.String(), want)
			}
		}
	}
}
