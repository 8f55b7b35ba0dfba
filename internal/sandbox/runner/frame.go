// Package runner is how a server and its sandboxes speak. Serve is the first
// process of a sandbox, which starts commands and ends all that they started;
// Client is its other end, on the host.
//
// Both exchange frames over two pipes: the length of the payload (4 bytes, big
// endian), the kind (1 byte), the number of the command (4 bytes), the payload.
// The client believes nothing: what breaks the protocol ends the sandbox.
package runner

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// kind says what a frame is.
type kind byte

const (
	// From the host.
	kindStart  kind = 'S' // payload: a Command as JSON
	kindInput  kind = 'I' // payload: standard input; none is its end
	kindKill   kind = 'K' // end the command and all that it started
	kindCredit kind = 'C' // payload: how much more output may be sent, 4 bytes; both ways

	// From the sandbox.
	kindReady  kind = 'R' // once, first: commands may come
	kindStdout kind = 'O'
	kindStderr kind = 'E'
	kindExit   kind = 'X' // payload: exit code, 4 bytes; nothing of the command runs any more
)

const (
	headerBytes = 9
	// maxPayload bounds a frame's payload. A start is the largest: what a command may
	// have of words, variables and path takes up to six bytes a character as JSON.
	maxPayload = 1 << 20
	// chunk is the largest payload of input and output.
	chunk = 32 << 10
	// window is how much input, and output, of one command may be under way
	// unread. Each frame counts for its payload and frameCost more, so that many
	// small ones cannot fill the memory either.
	window    = 256 << 10
	frameCost = 64
)

// errProtocol is what the other end did wrong.
var errProtocol = errors.New("protocol broken")

// frame is one message. Its payload is only valid until the next is read.
type frame struct {
	kind    kind
	id      uint32
	payload []byte
}

// frameReader reads frames, with one buffer for their payloads.
type frameReader struct {
	in     *bufio.Reader
	limit  int
	buffer []byte
}

func newFrameReader(in io.Reader, limit int) *frameReader {
	return &frameReader{in: bufio.NewReaderSize(in, chunk+headerBytes), limit: limit}
}

// next reads a frame. It returns io.EOF only between two frames.
func (r *frameReader) next() (frame, error) {
	var header [headerBytes]byte
	if _, err := io.ReadFull(r.in, header[:]); err != nil {
		return frame{}, err
	}
	size := binary.BigEndian.Uint32(header[:4])
	if size > uint32(r.limit) { //nolint:gosec // a constant of ours
		return frame{}, fmt.Errorf("%w: a frame of %d bytes", errProtocol, size)
	}
	if cap(r.buffer) < int(size) {
		r.buffer = make([]byte, size)
	}
	f := frame{kind: kind(header[4]), id: binary.BigEndian.Uint32(header[5:]), payload: r.buffer[:size]}
	if _, err := io.ReadFull(r.in, f.payload); err != nil {
		return frame{}, io.ErrUnexpectedEOF
	}
	return f, nil
}

// appendFrame appends a frame's bytes.
func appendFrame(to []byte, k kind, id uint32, payload []byte) []byte {
	to = binary.BigEndian.AppendUint32(to, uint32(len(payload))) //nolint:gosec // bounded by maxPayload
	to = append(to, byte(k))
	to = binary.BigEndian.AppendUint32(to, id)
	return append(to, payload...)
}

// number is a payload of 4 bytes.
func number(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

func (f frame) number() (uint32, error) {
	if len(f.payload) != 4 {
		return 0, fmt.Errorf("%w: %d bytes where 4 belong", errProtocol, len(f.payload))
	}
	return binary.BigEndian.Uint32(f.payload), nil
}

// cost is what a frame takes of its window.
func cost(payload []byte) int { return len(payload) + frameCost }

// Command is what to run.
type Command struct {
	Argv []string `json:"argv"` // Argv[0] is looked up in the PATH of Env
	Dir  string   `json:"dir"`
	Env  []string `json:"env"`
	// Input says that standard input comes; without it, it is empty.
	Input bool `json:"input,omitempty"`
}

// User is whom commands run as; the runner itself is somebody else.
type User struct{ UID, GID uint32 }
