package image_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox/image"
)

func newStore(t *testing.T) image.Store {
	t.Helper()
	return image.Store{Dir: filepath.Join(t.TempDir(), image.Folder), Clock: city.SystemClock{}}
}

// member is a member of a tar.
type member struct {
	tar.Header
	content string
}

func file(name, content string, mode int64) member {
	return member{tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode}, content}
}

func link(name, target string) member {
	return member{tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777}, ""}
}

func hard(name, target string) member {
	return member{tar.Header{Typeflag: tar.TypeLink, Name: name, Linkname: target}, ""}
}

func folder(name string, mode int64) member {
	return member{tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: mode}, ""}
}

func special(kind byte, name string) member {
	return member{tar.Header{Typeflag: kind, Name: name, Mode: 0o666, Devmajor: 1, Devminor: 3}, ""}
}

// minimal are the members that make a tar an image.
func minimal() []member {
	return []member{folder("usr/bin", 0o755), link("bin", "usr/bin"), file("usr/bin/busybox", "many", 0o755), link("usr/bin/sh", "/bin/busybox")}
}

// write makes a tar file of members.
func write(t *testing.T, zipped bool, members ...member) string {
	t.Helper()
	var buffer bytes.Buffer
	w := tar.NewWriter(&buffer)
	for _, m := range members {
		m.Size = int64(len(m.content))
		if err := w.WriteHeader(&m.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(m.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	content := buffer.Bytes()
	if zipped {
		var compressed bytes.Buffer
		z := gzip.NewWriter(&compressed)
		_, err := z.Write(content)
		if err := errors.Join(err, z.Close()); err != nil {
			t.Fatal(err)
		}
		content = compressed.Bytes()
	}
	name := filepath.Join(t.TempDir(), "image.tar")
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func importAll(t *testing.T, s image.Store, files ...string) (image.Image, error) {
	t.Helper()
	return s.Import(t.Context(), "one", files, image.Limits{Bytes: 1 << 20, Files: 200}, nil)
}

func TestImport(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	members := append(minimal(),
		link("var/run", "/run"), folder("run", 0o777), file("var/run/made", "through an absolute link", 0o644),
		file("usr/bin/su", "becomes root", 0o4755), file("usr/bin/wall", "group", 0o2777), folder("tmp", 0o1777),
		special(tar.TypeChar, "dev/null"), special(tar.TypeFifo, "dev/pipe"), hard("dev/also", "dev/null"),
		file("a", "first", 0o644), file("a", "second", 0o600), hard("b", "a"), folder("closed", 0o000), file("closed/x", "x", 0o000),
		link("usr/bin/wget", "busybox"), file("usr/bin/nc.openbsd", "netcat", 0o755), link("usr/bin/nc", "/etc/alternatives/nc"),
		link("etc/alternatives/nc", "/bin/nc.openbsd"), file("opt/tools/renamed", "netcat", 0o755), hard("usr/bin/ping", "usr/bin/busybox"),
		file("etc/passwd", "root:x:0:0::/root:/bin/sh\nuser:x:1:1::/:/bin/evil\n", 0o644), link("etc/resolv.conf", "/etc/shadow"),
		file("etc/hostname", "build-machine-17", 0o644), file("etc/apt/sources.list", "deb http://mirror.internal", 0o644),
		file(`lib/units/dev-disk\x2d.slice`, "systemd's own way of naming", 0o644),
	)
	made, err := importAll(t, s, write(t, true, members...))
	if err != nil {
		t.Fatal(err)
	}
	left := []string{"opt/tools/renamed", "usr/bin/nc", "usr/bin/nc.openbsd", "usr/bin/ping", "usr/bin/wget"}
	if diff := cmp.Diff(left, made.LeftOut); diff != "" {
		t.Errorf("left out (-want +got):\n%s", diff)
	}
	root, err := s.Root("one")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"run/made": "through an absolute link", "a": "second", "b": "second", "closed/x": "x", "usr/bin/busybox": "many",
		"etc/passwd": "root:x:0:0::/root:/bin/sh\nuser:x:61000:61000:user:/home/user:/bin/sh\n", "etc/resolv.conf": "", "etc/hostname": "sandbox\n",
		`lib/units/dev-disk\x2d.slice`: "systemd's own way of naming",
	} {
		if got, err := os.ReadFile(filepath.Join(root, name)); err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v; want %q", name, got, err, want)
		}
	}
	for name, want := range map[string]fs.FileMode{
		"usr/bin/su": 0o755, "usr/bin/wall": 0o755, "tmp": fs.ModeDir | 0o755, "home/user": fs.ModeDir | 0o755, "closed": fs.ModeDir | 0o700,
		"etc/hostname": 0o644, "run/baseline": fs.ModeDir | 0o755,
	} {
		if info, err := os.Lstat(filepath.Join(root, name)); err != nil || info.Mode() != want {
			t.Errorf("%s: got %v, %v; want %v", name, info.Mode(), err, want)
		}
	}
	for _, name := range []string{"dev/null", "dev/pipe", "dev/also", "etc/apt/sources.list"} {
		if _, err := os.Lstat(filepath.Join(root, name)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is there: %v", name, err)
		}
	}
	if _, err := s.Verify(t.Context(), "one"); err != nil {
		t.Errorf("as it was made: %v", err)
	}
	if _, err := importAll(t, s, write(t, false, minimal()...)); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("a second of the same name: %v", err)
	}
}

// What a hostile tar names never leaves the tree, and a refused one leaves nothing.
func TestImportRefuses(t *testing.T) {
	t.Parallel()
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.MkdirAll(outside, 0o755); err != nil {
		t.Fatal(err)
	}
	many := make([]member, 0, 300)
	for i := range 300 {
		many = append(many, file("n/"+strings.Repeat("x", i%9)+string(rune('a'+i%26)), "", 0o644))
	}
	for name, test := range map[string]struct {
		members []member
		want    string
	}{
		"absolute name":         {[]member{file("/etc/cron.d/x", "x", 0o644)}, "not a relative path"},
		"name that leads out":   {[]member{file("a/../../x", "x", 0o644)}, "leads out"},
		"terminal escape":       {[]member{file("a\x1b]0;owned\a", "x", 0o644)}, "not a usable name"},
		"hard link out":         {[]member{hard("x", "../../../etc/passwd")}, "leads out"},
		"hard link to nothing":  {[]member{hard("x", "etc/shadow")}, "no file before it"},
		"hard link to a folder": {[]member{hard("x", "usr/bin")}, "no file before it"},
		"link loop":             {[]member{link("l", "m"), link("m", "l"), file("l/x", "x", 0o644)}, "too many levels"},
		"folder that is a file": {[]member{file("f", "x", 0o644), file("f/x", "x", 0o644)}, "not a directory"},
		"too large":             {[]member{file("big", strings.Repeat("x", 1<<20+1), 0o644)}, "more than 1 MiB"},
		"too many":              {many, "more than 200 files"},
		"mount point moved":     {[]member{link("home", outside)}, "is no folder"},
		"etc moved":             {[]member{link("etc", outside)}, "is no folder"},
		"unknown kind":          {[]member{special('Z', "z")}, "of a kind"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			_, err := importAll(t, s, write(t, false, append(minimal(), test.members...)...))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q in it", err, test.want)
			}
			if left, err := os.ReadDir(s.Dir); err != nil || len(left) > 0 {
				t.Errorf("left: %v, %v", left, err)
			}
		})
	}
	if left, err := os.ReadDir(outside); err != nil || len(left) > 0 {
		t.Errorf("outside: %v, %v", left, err)
	}
}

// A write through a link that was planted before lands inside, wherever it points.
func TestImportLinksLeadInside(t *testing.T) {
	t.Parallel()
	s, outside := newStore(t), t.TempDir()
	up := strings.Repeat("../", 30)
	_, err := importAll(t, s, write(t, false, append(minimal(),
		link("abs", outside), file("abs/x", "1", 0o644), link("rel", up+outside[1:]), file("rel/y", "2", 0o644))...))
	if err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(outside); err != nil || len(left) > 0 {
		t.Errorf("outside: %v, %v", left, err)
	}
	root, err := s.Root("one")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"x", "y"} {
		if _, err := os.Stat(filepath.Join(root, outside, name)); err != nil {
			t.Error(err)
		}
	}
}

func TestImportNoImage(t *testing.T) {
	t.Parallel()
	garbage := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(garbage, bytes.Repeat([]byte("garbage\n"), 200), 0o600); err != nil {
		t.Fatal(err)
	}
	zstd := filepath.Join(t.TempDir(), "z")
	if err := os.WriteFile(zstd, []byte{0x28, 0xb5, 0x2f, 0xfd, 0}, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{garbage: "read tar", zstd: "zstd", write(t, false, file("a", "x", 0o644)): "no /bin/sh", "/nonexistent": "no such file"} {
		if _, err := importAll(t, newStore(t), path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
	for _, name := range []string{"", "../x", "A", ".x", strings.Repeat("a", 65), "a/b"} {
		if _, err := newStore(t).Import(t.Context(), name, nil, image.DefaultLimits(), nil); err == nil {
			t.Errorf("the name %q is taken", name)
		}
	}
}

func TestImportLayers(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	base := write(t, false, append(minimal(), file("d/a", "1", 0o644), file("d/b", "1", 0o644), file("e/a", "1", 0o644))...)
	over := write(t, false, file("d/.wh.a", "", 0o644), file("e/.wh..wh..opq", "", 0o644), file("e/b", "2", 0o644), link("d/b", "/e/b"))
	if _, err := importAll(t, s, base, over); err != nil {
		t.Fatal(err)
	}
	root, err := s.Root("one")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, dir := range []string{"d", "e"} {
		found, err := filepath.Glob(filepath.Join(root, dir, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range found {
			got = append(got, strings.TrimPrefix(name, root))
		}
	}
	if want := []string{"/d/b", "/e/b"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(root string) error
		want   string
	}{
		"content": {func(root string) error {
			return os.WriteFile(filepath.Join(root, "usr/bin/busybox"), []byte("evil"), 0o755)
		}, "/usr/bin/busybox is a file"},
		"mode":     {func(root string) error { return os.Chmod(filepath.Join(root, "usr/bin/busybox"), fs.ModeSetuid|0o755) }, "of mode 4755"},
		"folder":   {func(root string) error { return os.Chmod(filepath.Join(root, "etc"), 0o777) }, "/etc is a folder of mode 0777"},
		"added":    {func(root string) error { return os.WriteFile(filepath.Join(root, "etc/zz"), nil, 0o644) }, "/etc/zz is not in the manifest"},
		"last":     {func(root string) error { return os.WriteFile(filepath.Join(root, "zz"), nil, 0o644) }, "/zz is not in the manifest"},
		"missing":  {func(root string) error { return os.Remove(filepath.Join(root, "etc/hosts")) }, "/etc/hosts is missing"},
		"the last": {func(root string) error { return os.RemoveAll(filepath.Join(root, "var")) }, "/var is missing"},
		"link": {func(root string) error {
			return errors.Join(os.Remove(filepath.Join(root, "bin")), os.Symlink("/tmp", filepath.Join(root, "bin")))
		}, `/bin is a link to "/tmp", the manifest says a link to "usr/bin"`},
		"kind": {func(root string) error { return exec.Command("mkfifo", filepath.Join(root, "etc/pipe")).Run() }, "/etc/pipe is not in the manifest"},
		"manifest": {func(root string) error {
			return os.WriteFile(filepath.Join(root, "../manifest"), []byte("d 0755 \"x\"\n"), 0o644)
		}, "the manifest was changed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			if _, err := importAll(t, s, write(t, false, minimal()...)); err != nil {
				t.Fatal(err)
			}
			root, err := s.Root("one")
			if err != nil {
				t.Fatal(err)
			}
			if err := test.change(root); err != nil {
				t.Fatal(err)
			}
			_, err = s.Verify(t.Context(), "one")
			if _, differs := errors.AsType[*image.DifferenceError](err); !differs || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q in it", err, test.want)
			}
		})
	}
}

// Equal trees have equal hashes, whatever the order of the members.
func TestTreeHash(t *testing.T) {
	t.Parallel()
	one, err := importAll(t, newStore(t), write(t, false, append(minimal(), file("a-b", "1", 0o644), file("a/b", "2", 0o644))...))
	if err != nil {
		t.Fatal(err)
	}
	two, err := importAll(t, newStore(t), write(t, true, append(minimal(), file("a/b", "2", 0o644), file("a-b", "1", 0o644))...))
	if err != nil {
		t.Fatal(err)
	}
	if one.Tree != two.Tree || one.Files != two.Files || one.Bytes != two.Bytes {
		t.Errorf("%+v and %+v", one, two)
	}
}

func TestRootAndList(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if images, err := s.List(); err != nil || len(images) != 0 {
		t.Errorf("List of nothing: %v, %v", images, err)
	}
	for _, value := range []string{"", "/srv/root", "./here"} {
		if got, err := s.Root(value); err != nil || got != value {
			t.Errorf("Root(%q): got %q, %v", value, got, err)
		}
	}
	if _, err := s.Root("one"); err == nil || !strings.Contains(err.Error(), `no image "one"`) {
		t.Errorf("one that is not there: %v", err)
	}
	made, err := importAll(t, s, write(t, false, minimal()...))
	if err != nil {
		t.Fatal(err)
	}
	images, err := s.List()
	if err != nil || len(images) != 1 || images[0].Tree != made.Tree {
		t.Errorf("List: %v, %v", images, err)
	}
}
