package web

import "io"

// printable passes on a page without the control characters that a terminal
// would obey: what people write can hold them, and pages are also read with
// curl and from logs. HTML needs none but the three that end or indent lines.
type printable struct {
	w       io.Writer
	pending bool // the last byte was the first of what may be a control character of two bytes
}

// leadC1 is the first byte of U+0080 to U+00BF in UTF-8; the lower half of them
// are control characters.
const leadC1 = 0xc2

func (p *printable) Write(chunk []byte) (int, error) {
	clean := make([]byte, 0, len(chunk)+1)
	for _, b := range chunk {
		if p.pending {
			p.pending = false
			if b >= 0x80 && b < 0xa0 {
				continue
			}
			clean = append(clean, leadC1)
		}
		switch {
		case b == leadC1:
			p.pending = true
		case b < ' ' && b != '\n' && b != '\t' && b != '\r', b == 0x7f:
		default:
			clean = append(clean, b)
		}
	}
	if _, err := p.w.Write(clean); err != nil {
		return 0, err
	}
	return len(chunk), nil
}
