package sandbox_test

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// The kinds of objects in a pack.
const (
	kindCommit   = 1
	kindTree     = 2
	kindBlob     = 3
	kindTag      = 4
	kindOfsDelta = 6
	kindRefDelta = 7
)

// pack is a pack in the making, with whatever is wrong in it.
type pack struct {
	bytes.Buffer
	count int
	z     *zlib.Writer // making one costs more than using it
}

type objectID [sha1.Size]byte

func idOf(kind int, content string) objectID {
	name := map[int]string{kindCommit: "commit", kindTree: "tree", kindBlob: "blob", kindTag: "tag"}[kind]
	return sha1.Sum([]byte(fmt.Sprintf("%s %d\x00%s", name, len(content), content)))
}

// raw adds an entry as it is: the head says kind and size, then comes what is
// between it and the content, and the content compressed. It returns where it is.
func (p *pack) raw(kind, size int, between []byte, content string) int {
	at := p.Len()
	head := byte(kind<<4 | size&15)
	for size >>= 4; size > 0; size >>= 7 {
		p.WriteByte(head | 0x80)
		head = byte(size & 0x7f)
	}
	p.WriteByte(head)
	p.Write(between)
	if p.z == nil {
		p.z = zlib.NewWriter(p)
	}
	p.z.Reset(p)
	_, _ = io.WriteString(p.z, content)
	_ = p.z.Close()
	p.count++
	return at
}

func (p *pack) add(kind int, content string) objectID {
	p.raw(kind, len(content), nil, content)
	return idOf(kind, content)
}

func treeEntry(mode, name string, id objectID) string {
	return mode + " " + name + "\x00" + string(id[:])
}

// commit adds a commit of a tree of such entries.
func (p *pack) commit(entries ...string) objectID {
	tree := p.add(kindTree, strings.Join(entries, ""))
	return p.add(kindCommit, fmt.Sprintf("tree %x\nauthor A <a@example.com> 1 +0000\ncommitter A <a@example.com> 1 +0000\n\nm\n", tree))
}

// finish is the whole pack, which says that it has so many objects.
func (p *pack) finish(count int) []byte {
	whole := binary.BigEndian.AppendUint32([]byte("PACK\x00\x00\x00\x02"), uint32(count))
	whole = append(whole, p.Bytes()...)
	sum := sha1.Sum(whole)
	return append(whole, sum[:]...)
}

// delta is a delta from one size to another with such instructions.
func delta(from, to int, instructions string) string {
	size := func(n int) string { return string(binary.AppendUvarint(nil, uint64(n))) }
	return size(from) + size(to) + instructions
}

// insert is an instruction to put in a text of at most 127 bytes.
func insert(text string) string { return string(rune(len(text))) + text }

// offset is how an entry says how far before it its base is.
func offset(distance int) []byte {
	encoded := []byte{byte(distance & 0x7f)}
	for distance >>= 7; distance > 0; distance >>= 7 {
		distance--
		encoded = append([]byte{byte(distance&0x7f) | 0x80}, encoded...)
	}
	return encoded
}

// hostOf serves a pack as the repository's one commit.
func hostOf(t *testing.T, head objectID, whole []byte) string {
	t.Helper()
	packet := func(payload string) string { return fmt.Sprintf("%04x%s", len(payload)+4, payload) }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		question, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/x-git-upload-pack-result")
		switch {
		case r.Method == http.MethodGet:
			w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
			_, _ = io.WriteString(w, packet("version 2\n")+"0000")
		case strings.Contains(string(question), "command=ls-refs"):
			_, _ = io.WriteString(w, packet(fmt.Sprintf("%x HEAD\n", head))+"0000")
		default:
			_, _ = io.WriteString(w, packet("packfile\n"))
			for rest := whole; len(rest) > 0; {
				n := min(len(rest), 60_000)
				_, _ = io.WriteString(w, packet("\x01"+string(rest[:n])))
				rest = rest[n:]
			}
			_, _ = io.WriteString(w, "0000")
		}
	}))
	t.Cleanup(server.Close)
	return server.URL + "/x"
}
