package source

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
)

// rawTar is what no writer writes: blocks with their checksum set right.
func rawTar(t testing.TB, blocks ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	gz := gzip.NewWriter(&b)
	for _, block := range append(blocks, make([]byte, 1024)) {
		if _, err := gz.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	if err := gz.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// header is one of the old GNU format.
func header(name string, kind byte, size int64) []byte {
	h := make([]byte, 512)
	copy(h, name)
	copy(h[100:], "0000644\x000000000\x000000000\x00"+fmt.Sprintf("%011o\x00", size)+"00000000000\x00        ")
	h[156] = kind
	copy(h[257:], "ustar  \x00")
	sum := 0
	for _, c := range h {
		sum += int(c)
	}
	copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
	return h
}

// padded fills content up to whole blocks.
func padded(content string) []byte {
	return append([]byte(content), make([]byte, (512-len(content)%512)%512)...)
}

// record is one of a PAX header.
func record(key, value string) string {
	line := " " + key + "=" + value + "\n"
	size := len(line) + 1
	for len(fmt.Sprint(size))+len(line) != size {
		size = len(fmt.Sprint(size)) + len(line)
	}
	return fmt.Sprint(size) + line
}

func TestTarExtensions(t *testing.T) {
	t.Parallel()
	pax := func(records string) [][]byte {
		return [][]byte{header("pax", 'x', int64(len(records))), padded(records)}
	}
	file := [][]byte{header("f", '0', 1), padded("x")}
	for name, blocks := range map[string][][]byte{
		"long name that leads out":       append([][]byte{header("././@LongLink", 'L', 9), padded("../../out")}, file...),
		"long name that is .git":         append([][]byte{header("././@LongLink", 'L', 8), padded(".git./x\x00")}, file...),
		"long link that leads out":       {header("././@LongLink", 'K', 11), padded("../../../..\x00"), header("l", '2', 0)},
		"path that leads out":            append(pax(record("path", "../../out")), file...),
		"path that is absolute":          append(pax(record("path", "/etc/x")), file...),
		"link path that leads out":       append(pax(record("linkpath", "/etc/passwd")), header("l", '2', 0)),
		"size that is negative":          append(pax(record("size", "-5")), file...),
		"record that lies on its length": append([][]byte{header("pax", 'x', 12), padded("99 path=out\n")}, file...),
		"sparse file, old":               {header("s", 'S', 0)},
		"sparse file, 0.1":               append(pax(record("GNU.sparse.numblocks", "0")+record("GNU.sparse.size", "8000000000")+record("GNU.sparse.map", "")), file...),
		"sparse file, 1.0":               append(pax(record("GNU.sparse.major", "1")+record("GNU.sparse.minor", "0")+record("GNU.sparse.realsize", "8000000000")), header("s", '0', 512), padded("0\n")),
		"volume of several":              {header("v", 'M', 0)},
		"header of endless length":       {header("././@LongLink", 'L', 8<<30-1), padded("a")},
		"checksum that is wrong":         {append(header("f", '0', 0)[:511], 1)},
		"one name in two headers":        append(append([][]byte{}, file...), file...),
		"character device":               {header("d", '3', 0)},
		"block device":                   {header("d", '4', 0)},
		"kind that nobody knows":         {header("d", 'Z', 0)},
	} {
		raw := archiveOf(rawTar(t, blocks...))
		if err := private().CheckArchive(t.Context(), raw); city.CodeOf(err) != city.CodeArchiveInvalid {
			t.Errorf("%s: got %v, want ARCHIVE_INVALID", name, err)
		}
	}
	if err := private().CheckArchive(t.Context(), archiveOf(rawTar(t, file...))); err != nil {
		t.Errorf("a plain file: %v", err)
	}
}

func TestRefusalsGiveTheReason(t *testing.T) {
	t.Parallel()
	for want, members := range map[string][]member{
		`"Readme" and "README" differ only in their case`: {{name: "Readme"}, {name: "README"}},
		`"a" is in it twice`:                              {{name: "a"}, {name: "a"}},
		`"a" is a file and a folder`:                      {{name: "a"}, {name: "a/b"}},
		`"git~1" is another name of .git`:                 {{name: "git~1"}},
		`"x." has a part that ends in a dot or a space`:   {{name: "x."}},
		`"/etc/x" is not a relative path`:                 {{name: "/etc/x"}},
	} {
		if err := private().CheckArchive(t.Context(), tarGz(t, members...)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// A million members are refused before a reader keeps them all.
func TestMillionMembers(t *testing.T) {
	t.Parallel()
	const million = 1_000_000
	blocks := make([][]byte, 0, 60_000)
	for i := range 60_000 { // the limit ends it here
		blocks = append(blocks, header(fmt.Sprint(i), '0', 0))
	}
	entry := append([]byte("PK\x01\x02"), make([]byte, zipMemberSize-4)...)
	entry[28] = 1
	directory := bytes.Repeat(append(entry, 'f'), million)
	end := append([]byte("PK\x05\x06"), make([]byte, zipEndSize-4)...)
	end[16] = 4
	zip := bytes.Join([][]byte{[]byte("PK\x03\x04"), directory, end}, nil)
	for name, raw := range map[string][]byte{"tar.gz": rawTar(t, blocks...), "zip": zip} {
		if err := private().CheckArchive(t.Context(), archiveOf(raw)); city.CodeOf(err) != city.CodeRepoTooLarge {
			t.Errorf("%s: got %v, want REPO_TOO_LARGE", name, err)
		}
	}
	if got := countMembers(archiveOf(zip), 4, 50); got != 51 {
		t.Errorf("counted %d, want to stop at one more than 50", got)
	}
}

// Whatever the bytes, the answer is a public one, nothing appears outside the
// tree, and what is checked as good can be unpacked.
func FuzzArchive(f *testing.F) {
	small := member{name: "d/a", content: "some text"}
	for _, a := range []Archive{
		tarGz(f, small, member{name: "l", kind: tar.TypeSymlink, link: "d/a"}, member{name: "h", kind: tar.TypeLink, link: "d/a"}),
		zipped(f, small, member{name: "l", kind: tar.TypeSymlink, link: "d/a"}),
	} {
		raw, err := readAll(a)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw, false)
	}
	long := record("path", "a/b")
	f.Add(bytes.Join([][]byte{header("pax", 'x', int64(len(long))), padded(long), header("f", '0', 1), padded("x")}, nil), true)
	f.Add(bytes.Join([][]byte{header("././@LongLink", 'L', 3), padded("a/b"), header("s", 'S', 0)}, nil), true)
	f.Fuzz(func(t *testing.T, raw []byte, compress bool) {
		if compress { // else nothing gets past the checksum of gzip
			raw = rawTar(t, raw)
		}
		fetcher := private()
		fetcher.Limits.Bytes, fetcher.Limits.Files = 1<<20, 100
		checked := fetcher.CheckArchive(t.Context(), archiveOf(raw))
		parent := t.TempDir()
		tree := filepath.Join(parent, "tree")
		if err := os.Mkdir(tree, 0o755); err != nil {
			t.Fatal(err)
		}
		err := fetcher.extract(t.Context(), archiveOf(raw), tree)
		for _, err := range []error{checked, err} {
			if code := city.CodeOf(err); err != nil && code != city.CodeArchiveInvalid && code != city.CodeRepoTooLarge {
				t.Errorf("%v is no public error", err)
			}
		}
		if checked != nil && err == nil {
			t.Errorf("refused with %v, and unpacked", checked)
		}
		if left, err := os.ReadDir(parent); err != nil || len(left) != 1 {
			t.Errorf("wrote outside: %v, %v", left, err)
		}
	})
}

// A name that is taken is local, and folding it again changes nothing.
func FuzzCleanName(f *testing.F) {
	for _, seed := range []string{"a/b", "../x", "./a//b/.", ".git", "a/.GIT/x", "git~1", ".git:x", "a.", "e\u0301", "\u0130", "\u200b.git"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		clean, keep, err := cleanName(name)
		if err != nil {
			if city.CodeOf(err) != city.CodeArchiveInvalid || keep {
				t.Errorf("%q: %v, kept %v", name, err, keep)
			}
			return
		}
		if keep && (!filepath.IsLocal(clean) || strings.Contains("/"+strings.ToLower(clean)+"/", "/.git/")) {
			t.Errorf("%q became %q", name, clean)
		}
		if again, kept, err := cleanName(clean); keep && (err != nil || !kept || again != clean) {
			t.Errorf("%q became %q, and that %q, %v", name, clean, again, err)
		}
		if once := folded(clean); folded(once) != once {
			t.Errorf("%q folds to %q, and that to %q", clean, once, folded(once))
		}
	})
}
