package attack

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"aicity.dev/aicity/internal/sandbox"
	aicity "aicity.dev/aicity/sdk/go"
)

func replacedHome(t *testing.T, s *scene) {
	for _, script := range []string{"mv /home/user /home/other", "rmdir /home/user", "mv -T /tmp /home/user", "ln -sfn / /home/user 2>&1; test -L /home/user", "umount /home/user", "mount --move /home/user /tmp"} {
		result, err := s.exec(t, aicity.Exec{Command: script, Cwd: "/"})
		if err != nil || result.ExitCode == 0 {
			t.Errorf("%s: %+v, %v", script, result, err)
		}
	}
	s.stillWorks(t)
}

func replacedRepository(script string) func(*testing.T, *scene) {
	return func(t *testing.T, s *scene) {
		if result, err := s.exec(t, aicity.Exec{Command: "mv /home/user/repo /home/user/was && " + script, Cwd: "/home/user"}); err != nil || result.ExitCode != 0 {
			t.Fatalf("%+v, %v", result, err)
		}
		base := "/api/v1/tasks/" + s.task + "/sandbox/files"
		for _, path := range []string{base + "?recursive=true&path=/home/user/repo", base + "/search?q=root&path=/home/user/repo", base + "/read?path=/home/user/repo/etc/passwd", base + "/stat?path=/home/user/repo"} {
			raw := s.call(t, http.MethodGet, path, "")
			if !json.Valid([]byte(raw)) || strings.Contains(raw, "passwd\"") || strings.Contains(raw, "/bin/sh") {
				t.Errorf("%s: got %.300s", path, raw)
			}
		}
		patch, _, err := s.App.Sandboxes.Patch(t.Context(), s.task)
		if err != nil || strings.Count("\n"+string(patch), "\ndiff --git ") != 1 || !strings.Contains(string(patch), "\ndeleted file mode") {
			t.Errorf("the patch does not say that everything is gone: %.300s, %v", patch, err)
		}
		if result, err := s.exec(t, aicity.Exec{Command: "echo works", Cwd: "/home/user"}); err != nil || result.Stdout != "works\n" {
			t.Errorf("afterwards: %+v, %v", result, err)
		}
	}
}

func closedFolders(t *testing.T, s *scene) {
	s.must(t, "echo changed >> main.go; mkdir -p closed/inner && echo x > closed/inner/file && chmod 000 closed/inner closed; mkdir /home/user/closed && chmod 000 /home/user/closed")
	if got := s.patched(t); !strings.Contains(got, "\n+changed\n") {
		t.Errorf("got %q", got)
	}
	s.must(t, "chmod 000 /home/user/repo /home/user")
	if err := s.agent.Tasks.DestroySandbox(t.Context(), s.task, s.box); err != nil {
		t.Error(err)
	}
	if left, err := filepath.Glob(filepath.Join(s.data, "sandboxes", s.box+"*")); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func oddNames(t *testing.T, s *scene) {
	s.must(t, `long=$(head -c 255 /dev/zero | tr '\0' n); echo needle > "$long"; echo needle > "$(printf 'bad\377')"; echo needle > "$(printf 'line\nbreak')"
		d=$(head -c 200 /dev/zero | tr '\0' d); mkdir -p $d/$d/$d && echo needle > $d/$d/$d/$long`)
	base := "/api/v1/tasks/" + s.task + "/sandbox/files"
	for _, path := range []string{base + "?recursive=true&path=/home/user/repo", base + "/search?q=needle&path=/home/user/repo", base + "/stat?path=" + url.QueryEscape("/home/user/repo/bad\xff"), base + "/search?path=/home/user/repo&q=" + url.QueryEscape("\xff\xfe")} {
		raw := s.call(t, http.MethodGet, path, "")
		clean(t, path, raw)
		if !json.Valid([]byte(raw)) {
			t.Errorf("%s: got %.300s", path, raw)
		}
	}
	if got := s.patched(t); strings.Count(got, "\ndiff --git ")+1 != 4 || strings.Contains(got, "\nbreak") {
		t.Errorf("got %q", got)
	}
}

func oddTimes(t *testing.T, s *scene) {
	s.must(t, "mkdir times && cd times && : > a && : > b && : > c && touch -d @9223372036854775807 a; touch -d @-9223372036854775808 b; touch -d @253402300800 c; true")
	raw := s.call(t, http.MethodGet, "/api/v1/tasks/"+s.task+"/sandbox/files?path=/home/user/repo/times", "")
	var answer struct {
		Data struct {
			Entries []struct{ ModifiedAt time.Time }
		}
	}
	if err := json.Unmarshal([]byte(raw), &answer); err != nil || len(answer.Data.Entries) != 3 {
		t.Errorf("%v: %s", err, raw)
	}
	s.refuses(t, "/home/user/repo/times/none", "FILE_NOT_FOUND")
	if _, _, err := s.App.Sandboxes.Patch(t.Context(), s.task); err != nil {
		t.Error(err)
	}
}

func hardLinks(t *testing.T, s *scene) {
	size := "300_000" // text: too much of it
	if os.Getenv("AICITY_SOAK") != "" {
		size = "30_000_000" // binary: too slow
	}
	s.must(t, `python3 -c "
import os
open('big', 'w').write(('x' * 99 + '\n') * (`+size+` // 100))
os.mkdir('links')
for i in range(10000): os.link('big', 'links/%d' % i)"`)
	raw := s.call(t, http.MethodGet, "/api/v1/tasks/"+s.task+"/sandbox/files/search?q=needle&path=/home/user/repo", "")
	if !json.Valid([]byte(raw)) {
		t.Errorf("got %.300s", raw)
	}
	patch, left, err := s.App.Sandboxes.Patch(t.Context(), s.task)
	if err != nil || len(patch) > sandbox.MaxPatch || left == 0 {
		t.Errorf("a patch of %d bytes, without %d, %v", len(patch), left, err)
	}
	s.stillWorks(t)
}

func mappedHoles(t *testing.T, s *scene) {
	result, err := s.exec(t, aicity.Exec{Argv: []string{"python3", "-c", `
import mmap, os
files = []
for i in range(4):
    f = open("/home/user/hole%d" % i, "w+b")
    f.truncate(200 << 20)
    m = mmap.mmap(f.fileno(), 200 << 20)
    files.append(m)
    for at in range(0, 200 << 20, 4096):
        m[at] = 1
print("all of it")
`}, Timeout: 2 * time.Minute})
	if err != nil {
		wantCode(t, "the command", err, aicity.CodeSandboxOOM, aicity.CodeExecTimeout)
	} else if result.ExitCode == 0 {
		t.Errorf("800 MB fit: %+v", result)
	}
	s.must(t, "rm -f /home/user/hole*")
	s.stillWorks(t)
}

func lockedFile(t *testing.T, s *scene) {
	go func() {
		_, _ = s.agent.Tasks.Exec(context.WithoutCancel(t.Context()), s.task, aicity.Exec{Argv: []string{"python3", "-c", `
import fcntl, time
f = open("/home/user/locked", "w+")
f.write("content"); f.flush()
fcntl.flock(f, fcntl.LOCK_EX)
fcntl.lockf(f, fcntl.LOCK_EX)
try: fcntl.fcntl(f, fcntl.F_SETLEASE, fcntl.F_WRLCK)
except OSError: pass
open("/home/user/held", "w").close()
time.sleep(30)
`}, Timeout: 40 * time.Second})
	}()
	s.until(t, "ls /home/user/held 2>/dev/null")
	if content, code := s.readCode(t, "/home/user/locked"); content != "content" {
		t.Errorf("got %q, %s", content, code)
	}
	if err := s.agent.Tasks.WriteFile(t.Context(), s.task, "/home/user/locked", []byte("new")); err != nil {
		t.Error(err)
	}
}

func attributes(t *testing.T, s *scene) {
	says("refused refused refused", `python3 -c "
import os
open('/home/user/f', 'w').close()
said = []
for name, value in (('security.capability', bytes.fromhex('0100000200ffffff00ffffff0000000000000000')), ('trusted.x', b'1'), ('system.posix_acl_access', b'\x02\0\0\0')):
    try: os.setxattr('/home/user/f', name, value); said.append('set')
    except OSError: said.append('refused')
print(*said)"`)(t, s)
}

func nestedRepository(t *testing.T, s *scene) {
	s.must(t, "echo changed >> main.go; git init -q . 2>/dev/null; mkdir sub && cd sub && git init -q . && echo hidden > file && git -c user.name=a -c user.email=a@b add . && git -c user.name=a -c user.email=a@b commit -qm x; cd .. && rm -rf .git && git init -q . && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m x")
	if got := s.patched(t); !strings.Contains(got, "\n+changed\n") {
		t.Errorf("got %q", got)
	}
}

func patchIntoGit(t *testing.T, s *scene) {
	s.must(t, "mkdir -p .GIT/hooks .git/hooks sub/.git/hooks git~1/hooks && for d in .GIT .git sub/.git git~1; do printf '#!/bin/sh\\ntouch /home/user/owned\\n' > $d/hooks/pre-commit; chmod +x $d/hooks/pre-commit; done")
	patch := s.patched(t)
	if err := s.agent.Tasks.WriteFile(t.Context(), s.task, "/home/user/patch", []byte(patch)); err != nil {
		t.Fatal(err)
	}
	s.sh(t, "rm -rf /home/user/clone; mkdir /home/user/clone && cd /home/user/clone && git init -q . && printf 'package main\\n\\nfunc main() {}\\n' > main.go && git apply /home/user/patch")
	if got := s.sh(t, "cd /home/user/clone; ls -d .git/hooks/pre-commit .GIT sub/.git 'git~1' 2>/dev/null; ls /home/user/owned 2>/dev/null"); got != "" {
		t.Errorf("applied: %q", got)
	}
}

func zipThroughLink(t *testing.T, s *scene) {
	for _, target := range []string{".", "sub", "../.."} {
		content := zipOf(t, zipMember{"sub/keep", 0o644, "x"}, zipMember{"d", os.ModeSymlink | 0o777, target}, zipMember{"d/owned", 0o644, "x"})
		if _, code := s.withArchive(t, content); !refusedCode(code) {
			t.Errorf("%s: got %q", target, code)
		}
	}
}

func emptyMembers(t *testing.T, s *scene) {
	var one, all bytes.Buffer
	z := gzip.NewWriter(&one)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for range 100_000 {
		all.Write(one.Bytes())
	}
	if _, code := s.withArchive(t, all.Bytes()); !refusedCode(code) {
		t.Errorf("got %q", code)
	}
}

type zipMember struct {
	name    string
	mode    os.FileMode
	content string
}

func zipOf(t *testing.T, members ...zipMember) []byte {
	t.Helper()
	var buffer bytes.Buffer
	w := zip.NewWriter(&buffer)
	for _, m := range members {
		h := &zip.FileHeader{Name: m.name}
		h.SetMode(m.mode)
		part, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(part, m.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}
