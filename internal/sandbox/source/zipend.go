package source

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// A zip ends in a record that says where its directory is, with another one in
// front of it when that is far away.
const (
	zipEndSize    = 22
	zipEndMost    = zipEndSize + 1<<16 - 1 // with a comment
	zip64FindSize = 20
	zip64EndSize  = 56
	zipMemberSize = 46 // of an entry of the directory, without its name
)

// tooManyMembers reports whether a zip has more than most members. The reader
// keeps all of its directory in memory, so that they are counted before. What
// is no zip is left to the reader.
func tooManyMembers(a Archive, most int) bool {
	tail := make([]byte, min(a.Size, zipEndMost+zip64FindSize))
	if _, err := a.Content.ReadAt(tail, a.Size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return false
	}
	for at := bytes.LastIndex(tail, []byte("PK\x05\x06")); at >= 0; at = bytes.LastIndex(tail[:at], []byte("PK\x05\x06")) {
		if len(tail)-at < zipEndSize {
			continue
		}
		end := a.Size - int64(len(tail)-at)
		size, offset := int64(binary.LittleEndian.Uint32(tail[at+12:])), int64(binary.LittleEndian.Uint32(tail[at+16:]))
		if at >= zip64FindSize && bytes.HasPrefix(tail[at-zip64FindSize:], []byte("PK\x06\x07")) {
			if record, ok := zip64End(a, int64(binary.LittleEndian.Uint64(tail[at-zip64FindSize+8:]))); ok { //nolint:gosec // checked where it is used
				end, size, offset = record.at, record.size, record.offset
			}
		}
		// With something in front of the zip, all offsets are too small.
		if countMembers(a, offset, most) > most || countMembers(a, end-size, most) > most {
			return true
		}
	}
	return false
}

type zipEnd struct{ at, size, offset int64 }

func zip64End(a Archive, at int64) (zipEnd, bool) {
	record := make([]byte, zip64EndSize)
	if at < 0 || at > a.Size-zip64EndSize {
		return zipEnd{}, false
	}
	if _, err := a.Content.ReadAt(record, at); err != nil || !bytes.HasPrefix(record, []byte("PK\x06\x06")) {
		return zipEnd{}, false
	}
	//nolint:gosec // checked where they are used
	return zipEnd{at, int64(binary.LittleEndian.Uint64(record[40:])), int64(binary.LittleEndian.Uint64(record[48:]))}, true
}

// countMembers counts the directory's entries from an offset on, to one more
// than most.
func countMembers(a Archive, from int64, most int) int {
	if from < 0 || from >= a.Size {
		return 0
	}
	directory := bufio.NewReader(io.NewSectionReader(a.Content, from, a.Size-from))
	for count := 0; ; count++ {
		header := make([]byte, zipMemberSize)
		if _, err := io.ReadFull(directory, header); err != nil || count > most || !bytes.HasPrefix(header, []byte("PK\x01\x02")) {
			return count
		}
		rest := 0
		for _, field := range []int{28, 30, 32} { // name, extra, comment
			rest += int(binary.LittleEndian.Uint16(header[field:]))
		}
		if _, err := directory.Discard(rest); err != nil {
			return count
		}
	}
}
