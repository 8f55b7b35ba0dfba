package source

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1" //nolint:gosec // it is git's name for objects, and guards nothing here
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
)

// record writes a git directory whose one commit has the given file, or no file
// when its name is "": what `git add` and `git commit` would write. The name has
// no slash in it.
func (d Dest) record(name, content string) (commit string, err error) {
	if err := makeGitDir(d.GitDir); err != nil {
		return "", err
	}
	written, err := os.Stat(d.Tree)
	if err != nil {
		return "", err
	}
	var tree bytes.Buffer
	index := gitIndex{}
	if name != "" {
		blob, err := d.object("blob", []byte(content))
		if err != nil {
			return "", err
		}
		_, _ = fmt.Fprintf(&tree, "100644 %s\x00%s", name, blob)
		index.add(name, blob)
	}
	root, err := d.object("tree", tree.Bytes())
	if err != nil {
		return "", err
	}
	who := fmt.Sprintf("AI City <city@aicity.invalid> %d +0000", written.ModTime().Unix())
	id, err := d.object("commit", fmt.Appendf(nil, "tree %x\nauthor %s\ncommitter %s\n\nCode as delivered\n", root, who, who))
	if err != nil {
		return "", err
	}
	commit = hex.EncodeToString(id[:])
	if err := os.WriteFile(filepath.Join(d.GitDir, "refs/heads/main"), []byte(commit+"\n"), 0o644); err != nil { //nolint:gosec // the sandbox's user reads it
		return "", err
	}
	return commit, os.WriteFile(filepath.Join(d.GitDir, "index"), index.bytes(), 0o644) //nolint:gosec // the sandbox's user reads it
}

// objectID names an object by its content.
type objectID [sha1.Size]byte

// object writes an object of its own file.
func (d Dest) object(kind string, content []byte) (objectID, error) {
	whole := append(fmt.Appendf(nil, "%s %d\x00", kind, len(content)), content...)
	id := objectID(sha1.Sum(whole)) //nolint:gosec // git's name
	name := hex.EncodeToString(id[:])
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	_, _ = z.Write(whole) // into memory
	_ = z.Close()
	path := filepath.Join(d.GitDir, "objects", name[:2], name[2:])
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // the sandbox's user reads it
		return id, err
	}
	return id, os.WriteFile(path, packed.Bytes(), 0o444) //nolint:gosec // the sandbox's user reads it
}

// gitIndex is a git index, version 2, that knows nothing of the files' times and
// sizes: git reads the files when it is first asked what has changed.
type gitIndex struct {
	entries bytes.Buffer
	count   uint32
}

func (x *gitIndex) add(name string, blob objectID) {
	const regular = 0o100644
	var entry bytes.Buffer
	entry.Write(make([]byte, 24)) // two times, device and inode
	_ = binary.Write(&entry, binary.BigEndian, uint32(regular))
	entry.Write(make([]byte, 12)) // user, group, size
	entry.Write(blob[:])
	_ = binary.Write(&entry, binary.BigEndian, uint16(len(name))) //nolint:gosec // a short name of ours
	entry.WriteString(name)
	entry.Write(make([]byte, 8-entry.Len()%8))
	x.entries.Write(entry.Bytes())
	x.count++
}

func (x *gitIndex) bytes() []byte {
	whole := binary.BigEndian.AppendUint32([]byte("DIRC\x00\x00\x00\x02"), x.count)
	whole = append(whole, x.entries.Bytes()...)
	sum := sha1.Sum(whole) //nolint:gosec // git's checksum
	return append(whole, sum[:]...)
}
