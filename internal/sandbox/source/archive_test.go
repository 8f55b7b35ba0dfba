package source

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/city"
)

// member of an archive to be made.
type member struct {
	name, content string
	mode          int64
	kind          byte // tar.TypeReg when 0
	link          string
}

func tarGz(t testing.TB, members ...member) Archive {
	t.Helper()
	var b bytes.Buffer
	gz := gzip.NewWriter(&b)
	w := tar.NewWriter(gz)
	for _, m := range members {
		h := &tar.Header{Name: m.name, Size: int64(len(m.content)), Mode: m.mode, Typeflag: m.kind, Linkname: m.link}
		if h.Mode == 0 {
			h.Mode = 0o644
		}
		if h.Typeflag == 0 {
			h.Typeflag = tar.TypeReg
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(m.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := gz.Close(); err != nil {
		t.Fatal(err)
	}
	return archiveOf(b.Bytes())
}

func zipped(t testing.TB, members ...member) Archive {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range members {
		h := &zip.FileHeader{Name: m.name, Method: zip.Deflate}
		mode := fs.FileMode(0o644)
		content := m.content
		switch m.kind {
		case tar.TypeSymlink:
			mode, content = fs.ModeSymlink|0o777, m.link
		case tar.TypeChar:
			mode = fs.ModeDevice | fs.ModeCharDevice
		case tar.TypeFifo:
			mode = fs.ModeNamedPipe
		}
		h.SetMode(mode | fs.FileMode(m.mode))
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return archiveOf(b.Bytes())
}

func archiveOf(raw []byte) Archive {
	return Archive{Content: bytes.NewReader(raw), Size: int64(len(raw))}
}

func TestUnpack(t *testing.T) {
	t.Parallel()
	members := []member{
		{name: "./app/main.go", content: "package main\n"},
		{name: "app/run.sh", content: "#!/bin/sh\n", mode: 0o755},
		{name: "app/link", kind: tar.TypeSymlink, link: "../app/main.go"},
		{name: "app/.git/config", content: "[core]\n\tfsmonitor = id\n"},
		{name: ".GIT/hooks/post-checkout", content: "x"},
		{name: ".gitignore", content: "ignored.txt\n"},
		{name: "ignored.txt", content: "delivered all the same\n"},
		{name: "nested.zip", content: "PK\x03\x04 is a file like any other"},
	}
	for name, make := range map[string]func(testing.TB, ...member) Archive{"tar.gz": tarGz, "zip": zipped} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := make(t, members...)
			if err := private().CheckArchive(t.Context(), a); err != nil {
				t.Errorf("CheckArchive: %v", err)
			}
			dest := newDest(t)
			b, err := private().Unpack(t.Context(), a, dest)
			if err != nil {
				t.Fatal(err)
			}
			want := []File{
				{Path: ".gitignore", Bytes: 12, Lines: 1, Text: true},
				{Path: "app/main.go", Bytes: 13, Lines: 1, Text: true},
				{Path: "app/run.sh", Bytes: 10, Lines: 1, Text: true},
				{Path: "ignored.txt", Bytes: 23, Lines: 1, Text: true},
				{Path: "nested.zip", Bytes: 29, Lines: 1, Text: true},
			}
			if diff := cmp.Diff(want, b.Files); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
			if info, err := os.Stat(filepath.Join(dest.Tree, "app/run.sh")); err != nil || info.Mode().Perm() != 0o755 {
				t.Errorf("mode: got %v, %v", info.Mode(), err)
			}
			if target, err := os.Readlink(filepath.Join(dest.Tree, "app/link")); err != nil || target != "../app/main.go" {
				t.Errorf("link: got %q, %v", target, err)
			}
			if status := inTree(t, dest, "status", "--short"); status != "" {
				t.Errorf("not clean:\n%s", status)
			}
			kept, err := LoadBaseline(dest.GitDir)
			if diff := cmp.Diff(b, kept); err != nil || diff != "" {
				t.Errorf("kept baseline: %v\n%s", err, diff)
			}
		})
	}
}

func TestUnpackHardLink(t *testing.T) {
	t.Parallel()
	b, err := private().Unpack(t.Context(), tarGz(t, member{name: "a", content: "x"}, member{name: "b", kind: tar.TypeLink, link: "a"}), newDest(t))
	if err != nil || b.Size.Files != 2 {
		t.Errorf("got %+v, %v", b.Size, err)
	}
}

func TestHostileArchives(t *testing.T) {
	t.Parallel()
	symlink := func(name, target string) member { return member{name: name, kind: tar.TypeSymlink, link: target} }
	bomb := strings.Repeat("0", 3<<20)
	var many []member
	for i := range 40 {
		many = append(many, member{name: strings.Repeat("d/", i) + "f"})
	}
	tests := []struct {
		name    string
		members []member
		code    city.Code
		onlyTar bool
	}{
		{name: "absolute", members: []member{{name: "/etc/x"}}, code: city.CodeArchiveInvalid},
		{name: "dots", members: []member{{name: "a/../../x"}}, code: city.CodeArchiveInvalid},
		{name: "backslashes", members: []member{{name: `..\x`}}, code: city.CodeArchiveInvalid},
		{name: "control characters", members: []member{{name: "a\nb"}}, code: city.CodeArchiveInvalid},
		{name: "link to an absolute path", members: []member{symlink("x", "/etc/passwd")}, code: city.CodeArchiveInvalid},
		{name: "link that leads out", members: []member{symlink("a/x", "../../etc/passwd")}, code: city.CodeArchiveInvalid},
		{name: "write through a chain of links", members: []member{symlink("a", "."), symlink("a/b", ".."), {name: "b/x"}}, code: city.CodeArchiveInvalid},
		{name: "file where a folder is", members: []member{{name: "a/b"}, {name: "a"}}, code: city.CodeArchiveInvalid},
		{name: "folder where a file is", members: []member{{name: "a"}, {name: "a/b"}}, code: city.CodeArchiveInvalid},
		{name: "name that is too long", members: []member{{name: strings.Repeat("x", 300)}}, code: city.CodeArchiveInvalid},
		{name: "one name twice", members: []member{{name: "a"}, {name: "./a"}}, code: city.CodeArchiveInvalid},
		{name: "names that differ in case", members: []member{{name: "Readme"}, {name: "README"}}, code: city.CodeArchiveInvalid},
		{name: "folders that differ in case", members: []member{{name: "src/a"}, {name: "Src/b"}}, code: city.CodeArchiveInvalid},
		{name: "names that differ in case beyond ASCII", members: []member{{name: "stra\u00dfe"}, {name: "STRASSE"}}, code: city.CodeArchiveInvalid},
		{name: "names composed in two ways", members: []member{{name: "caf\u00e9"}, {name: "cafe\u0301"}}, code: city.CodeArchiveInvalid},
		{name: "file that replaces a link", members: []member{symlink("a", "b"), {name: "A"}}, code: city.CodeArchiveInvalid},
		{name: "write through a link to a folder", members: []member{{name: "d/x"}, symlink("l", "d"), {name: "l/y"}}, code: city.CodeArchiveInvalid},
		{name: "dot at the end", members: []member{{name: "a./b"}}, code: city.CodeArchiveInvalid},
		{name: ".git with a dot at the end", members: []member{{name: ".git./config"}}, code: city.CodeArchiveInvalid},
		{name: ".git with a space at the end", members: []member{{name: ".git /config"}}, code: city.CodeArchiveInvalid},
		{name: ".git by its short name", members: []member{{name: "GIT~1/config"}}, code: city.CodeArchiveInvalid},
		{name: ".git as a stream", members: []member{{name: ".git::$INDEX_ALLOCATION/config"}}, code: city.CodeArchiveInvalid},
		{name: ".git with an invisible letter", members: []member{{name: ".g\u200cit/config"}}, code: city.CodeArchiveInvalid},
		{name: "name that reads backwards", members: []member{{name: "a\u202etxt.sh"}}, code: city.CodeArchiveInvalid},
		{name: "long name that leads out", members: []member{{name: strings.Repeat("d/", 120) + strings.Repeat("../", 121) + "x"}}, code: city.CodeArchiveInvalid},
		{name: "hard link to a folder", members: []member{{name: "d/x"}, {name: "h", kind: tar.TypeLink, link: "d"}}, code: city.CodeArchiveInvalid, onlyTar: true},
		{name: "hard link to .git", members: []member{{name: "h", kind: tar.TypeLink, link: ".git/config"}}, code: city.CodeArchiveInvalid, onlyTar: true},
		{name: "block device", members: []member{{name: "d", kind: tar.TypeBlock}}, code: city.CodeArchiveInvalid, onlyTar: true},
		{name: "device", members: []member{{name: "d", kind: tar.TypeChar}}, code: city.CodeArchiveInvalid},
		{name: "pipe", members: []member{{name: "p", kind: tar.TypeFifo}}, code: city.CodeArchiveInvalid},
		{name: "hard link out", members: []member{{name: "h", kind: tar.TypeLink, link: "../../etc/passwd"}}, code: city.CodeArchiveInvalid, onlyTar: true},
		{name: "hard link to nothing", members: []member{{name: "h", kind: tar.TypeLink, link: "nope"}}, code: city.CodeArchiveInvalid, onlyTar: true},
		{name: "bomb", members: []member{{name: "bomb", content: bomb}}, code: city.CodeRepoTooLarge},
		{name: "bomb in parts", members: []member{{name: "1", content: bomb[:1<<20]}, {name: "2", content: bomb[:1<<20]}}, code: city.CodeRepoTooLarge},
		{name: "too many files", members: many, code: city.CodeRepoTooLarge},
	}
	for _, test := range tests {
		for format, make := range map[string]func(testing.TB, ...member) Archive{"tar.gz": tarGz, "zip": zipped} {
			if test.onlyTar && format == "zip" {
				continue
			}
			t.Run(test.name+" in "+format, func(t *testing.T) {
				t.Parallel()
				f := private()
				f.Limits.Bytes, f.Limits.Files = 2<<20-1, 32
				if _, err := f.Unpack(t.Context(), make(t, test.members...), newDest(t)); city.CodeOf(err) != test.code {
					t.Errorf("got %v, want %s", err, test.code)
				}
			})
		}
	}
}

// Long names compress well: what is remembered of them is bounded.
func TestNamesThatFillTheMemory(t *testing.T) {
	t.Parallel()
	var members []member
	for i := range 6000 { // 4000 bytes each, twice: 48 MB
		members = append(members, member{name: fmt.Sprintf("%05d", i) + strings.Repeat("x", 3995)})
	}
	a := tarGz(t, members...)
	if a.Size > 1<<20 {
		t.Fatalf("%d bytes: the test means a small archive", a.Size)
	}
	err := private().CheckArchive(t.Context(), a)
	if city.CodeOf(err) != city.CodeRepoTooLarge || !strings.Contains(err.Error(), "names in it are more than 32 MiB") {
		t.Errorf("got %v", err)
	}
}

// Deep paths cost what their length says, not its square: the folders that lead
// to a member were looked at again for each.
func BenchmarkDeepNames(b *testing.B) {
	deep := strings.Repeat("a/", 2000)
	var members []member
	for i := range 1000 {
		members = append(members, member{name: deep + strconv.Itoa(i)})
	}
	a := tarGz(b, members...)
	for b.Loop() {
		if err := private().CheckArchive(b.Context(), a); err != nil {
			b.Fatal(err)
		}
	}
}

func TestBrokenArchives(t *testing.T) {
	t.Parallel()
	good, err := readAll(tarGz(t, member{name: "a", content: strings.Repeat("some text ", 1000)}))
	if err != nil {
		t.Fatal(err)
	}
	goodZip, err := readAll(zipped(t, member{name: "a", content: strings.Repeat("some text ", 1000)}))
	if err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Clone(goodZip)
	damaged[45] ^= 0xff
	for name, raw := range map[string][]byte{
		"empty": {}, "text": []byte("hello world"), "half a tar.gz": good[:len(good)/2], "half a zip": goodZip[:len(goodZip)/2],
		"only a header": {0x1f, 0x8b, 8, 0}, "damaged zip": damaged,
	} {
		if _, err := private().Unpack(t.Context(), archiveOf(raw), newDest(t)); city.CodeOf(err) != city.CodeArchiveInvalid {
			t.Errorf("%s: got %v, want ARCHIVE_INVALID", name, err)
		}
		if err := private().CheckArchive(t.Context(), archiveOf(raw)); city.CodeOf(err) != city.CodeArchiveInvalid {
			t.Errorf("%s, checked: got %v, want ARCHIVE_INVALID", name, err)
		}
	}
}

// Folders and links, which have no content to read, pass the check.
func TestCheckFoldersAndLinks(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range []string{"app/", "app/main.go"} {
		if _, err := w.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, a := range map[string]Archive{
		"zip": archiveOf(b.Bytes()), "tar.gz": tarGz(t, member{name: "app/x"}, member{name: "lib", kind: tar.TypeDir}, member{name: "y", kind: tar.TypeLink, link: "app/x"}),
	} {
		if err := private().CheckArchive(t.Context(), a); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func readAll(a Archive) ([]byte, error) {
	raw := make([]byte, a.Size)
	_, err := a.Content.ReadAt(raw, 0)
	return raw, err
}

// Whatever the names and targets, nothing appears outside the tree.
func FuzzArchiveNames(f *testing.F) {
	for _, seed := range [][2]string{
		{"a", "b"}, {"../x", "/etc"}, {"a/../../b", ".."}, {"/abs", "a"}, {`a\..\b`, "./../x"}, {".git/config", "a/.git"}, {"a//b/./c", "a/b/../.."}, {"", ""},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, name, target string) {
		parent := t.TempDir()
		tree := filepath.Join(parent, "tree")
		if err := os.Mkdir(tree, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, entries := range [][]member{
			{{name: name, content: "x"}},
			{{name: "l", kind: tar.TypeSymlink, link: target}, {name: "l/" + name, content: "x"}, {name: "l", content: "y"}},
			{{name: "a", content: "x"}, {name: name, kind: tar.TypeLink, link: target}},
		} {
			var b bytes.Buffer
			gz := gzip.NewWriter(&b)
			w := tar.NewWriter(gz)
			for _, m := range entries {
				h := &tar.Header{Name: m.name, Size: int64(len(m.content)), Mode: 0o644, Typeflag: max(m.kind, tar.TypeReg), Linkname: m.link}
				if w.WriteHeader(h) != nil {
					return
				}
				_, _ = w.Write([]byte(m.content))
			}
			_, _ = w.Close(), gz.Close()
			err := private().extract(t.Context(), archiveOf(b.Bytes()), tree)
			if code := city.CodeOf(err); err != nil && code != city.CodeArchiveInvalid && code != city.CodeRepoTooLarge {
				t.Errorf("%q → %q: %v is no public error", name, target, err)
			}
		}
		if left, err := os.ReadDir(parent); err != nil || len(left) != 1 {
			t.Errorf("%q → %q wrote outside: %v, %v", name, target, left, err)
		}
		if _, err := os.Lstat(filepath.Join(tree, ".git")); err == nil {
			t.Errorf("%q → %q made a .git", name, target)
		}
	})
}
