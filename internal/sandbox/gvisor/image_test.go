package gvisor_test

import (
	"archive/tar"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/image"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
)

// containerOf writes the file system of a container that has the programs and
// what they are linked to, under the names they have here.
func containerOf(t *testing.T, programs map[string]string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "container.tar")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(f)
	add := func(name, source string) {
		content, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		header := tar.Header{Typeflag: tar.TypeReg, Name: strings.TrimPrefix(name, "/"), Mode: 0o4755, Size: int64(len(content))}
		if err := w.WriteHeader(&header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	for name, program := range programs {
		path, err := exec.LookPath(program)
		if err != nil {
			t.Fatal(err)
		}
		add(name, path)
		libraries, _ := exec.Command("ldd", path).Output() // fails for what is linked statically
		for field := range strings.FieldsSeq(string(libraries)) {
			if strings.HasPrefix(field, "/") {
				add(field, field)
			}
		}
	}
	if err := errors.Join(w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	return name
}

// An imported container is the root of sandboxes, the same for the root that
// is a folder: what it has runs, what the host has is not there, network tools
// are gone.
func TestImage(t *testing.T) {
	t.Parallel()
	store := image.Store{Dir: filepath.Join(t.TempDir(), image.Folder), Clock: city.SystemClock{}}
	exported := containerOf(t, map[string]string{
		"bin/sh": "sh", "bin/cat": "cat", "bin/ls": "ls", "usr/bin/true": "true", "bin/sleep": "sleep", "bin/id": "id", "bin/env": "env",
		"usr/bin/grep": "grep", "usr/bin/head": "head", "usr/bin/curl": "head", "usr/bin/nc": "head", "usr/bin/touch": "touch",
	})
	if _, err := store.Import(t.Context(), "small", []string{exported}, image.DefaultLimits(), nil); err != nil {
		t.Fatal(err)
	}
	root, err := store.Root("small")
	if err != nil {
		t.Fatal(err)
	}
	s := startOn(t, root, sandbox.Limits{})
	for script, want := range map[string]string{
		"cat /etc/hostname":                              "sandbox\n",
		"cat /etc/passwd":                                "user:x:61000:61000:user:/home/user:/bin/sh\n",
		"touch /x 2>/dev/null || echo read-only":         "read-only\n",
		"touch x && ls":                                  "x\n",
		"ls /usr/bin":                                    "grep\ntouch\ntrue\n", // head and curl were one, and went together
		"ls /usr/lib/python3 2>/dev/null || echo none":   "none\n",
		"command -v nc curl || echo none":                "none\n",
		"grep -c . /proc/self/environ >/dev/null; id -u": "61000\n",
	} {
		if _, got := s.shell(t, script); got != want {
			t.Errorf("%s: got %q, want %q", script, got, want)
		}
	}
	if _, err := store.Verify(t.Context(), "small"); err != nil {
		t.Errorf("after a sandbox has run on it: %v", err)
	}
}

// A folder that was given as the root has its network tools hidden, also those
// behind a link and copies under another name.
func TestToolsHiddenInAnyRoot(t *testing.T) {
	t.Parallel()
	store := image.Store{Dir: filepath.Join(t.TempDir(), image.Folder), Clock: city.SystemClock{}}
	exported := containerOf(t, map[string]string{"bin/sh": "sh", "bin/cat": "cat", "bin/sleep": "sleep", "bin/true": "true"})
	if _, err := store.Import(t.Context(), "small", []string{exported}, image.DefaultLimits(), nil); err != nil {
		t.Fatal(err)
	}
	root, err := store.Root("small")
	if err != nil {
		t.Fatal(err)
	}
	tool, err := os.ReadFile(filepath.Join(root, "bin/cat"))
	if err != nil {
		t.Fatal(err)
	}
	tool = append(tool, 0) // no longer cat
	for _, name := range []string{"bin/wget", "bin/renamed", "bin/net-cat"} {
		if err := os.WriteFile(filepath.Join(root, name), tool, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/bin/net-cat", filepath.Join(root, "bin/nc")); err != nil {
		t.Fatal(err)
	}
	s := startOn(t, root, sandbox.Limits{})
	for _, name := range []string{"/bin/wget", "/bin/renamed", "/bin/net-cat", "/bin/nc"} {
		exit, out := s.shell(t, "cat "+name+"; "+name+" /etc/hostname")
		if exit.Code != 126 || strings.Contains(out, "sandbox\n") || strings.Contains(out, "ELF") {
			t.Errorf("%s: got %+v, %q", name, exit, out)
		}
	}
}

// startOn is start with a root of its own.
func startOn(t *testing.T, root string, limits sandbox.Limits) started {
	t.Helper()
	return startWith(t, sandboxtest.BackendOn(t, root), limits)
}
