package web

import (
	"io"
	"slices"
	"unicode/utf8"

	"aicity.dev/aicity/internal/city"
)

// printable passes on a page without the characters that steer what shows it:
// what people write can hold them, and pages are also read with curl and from
// logs. HTML needs none but those that end or indent lines.
type printable struct {
	w    io.Writer
	rest []byte // the beginning of a character
}

func (p *printable) Write(chunk []byte) (int, error) {
	text := slices.Concat(p.rest, chunk)
	clean := make([]byte, 0, len(text))
	for utf8.FullRune(text) {
		r, size := utf8.DecodeRune(text)
		if r == '\r' || !city.Steers(r) {
			clean = append(clean, text[:size]...)
		}
		text = text[size:]
	}
	p.rest = text
	if _, err := p.w.Write(clean); err != nil {
		return 0, err
	}
	return len(chunk), nil
}
