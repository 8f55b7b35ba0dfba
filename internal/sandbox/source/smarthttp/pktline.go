package smarthttp

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxPacket bounds a packet with its length, in bytes, as git does.
const maxPacket = 65520

// packet is what a packet is, beside its payload.
type packet int

const (
	data        packet = iota
	flush              // the end of a message
	delimiter          // the end of a section of one
	responseEnd        // the end of an answer without state
)

// errPacket is an answer that is not made of packets.
var errPacket = errors.New("not a packet")

// packets reads git's pkt-lines: four hexadecimal digits of length, then a payload.
type packets struct {
	r      *bufio.Reader
	buffer []byte
}

func newPackets(r io.Reader) *packets {
	return &packets{r: bufio.NewReaderSize(r, 64<<10), buffer: make([]byte, maxPacket)}
}

// next returns the next packet. The payload is good until the next call.
// Errors: io.EOF where a packet would begin.
func (p *packets) next() (packet, []byte, error) {
	head := p.buffer[:4]
	if _, err := io.ReadFull(p.r, head); err != nil {
		return 0, nil, err
	}
	length := 0
	for _, digit := range head {
		value, ok := hexDigit(digit)
		if !ok {
			return 0, nil, fmt.Errorf("%w: its length is no number", errPacket)
		}
		length = length<<4 | value
	}
	switch {
	case length < 3:
		return []packet{flush, delimiter, responseEnd}[length], nil, nil
	case length == 3 || length > maxPacket:
		return 0, nil, fmt.Errorf("%w: its length is %d", errPacket, length)
	}
	payload := p.buffer[:length-4]
	if _, err := io.ReadFull(p.r, payload); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return 0, nil, err
	}
	return data, payload, nil
}

// line returns the next packet as text without its line feed. What the host
// gives as its reason for not answering is an error.
func (p *packets) line() (packet, string, error) {
	kind, payload, err := p.next()
	text := strings.TrimSuffix(string(payload), "\n")
	if reason, told := strings.CutPrefix(text, "ERR "); err == nil && told {
		err = refusal(reason)
	}
	return kind, text, err
}

func hexDigit(b byte) (int, bool) {
	switch {
	case b >= '0' && b <= '9':
		return int(b - '0'), true
	case b >= 'a' && b <= 'f':
		return int(b-'a') + 10, true
	case b >= 'A' && b <= 'F':
		return int(b-'A') + 10, true
	default:
		return 0, false
	}
}

// request is a message in the making.
type request struct{ strings.Builder }

func (r *request) line(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	_, _ = fmt.Fprintf(r, "%04x%s\n", len(text)+5, text)
}

func (r *request) flush()     { r.WriteString("0000") }
func (r *request) delimiter() { r.WriteString("0001") }
