package attack

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	aicity "aicity.dev/aicity/sdk/go"
)

// hostileTheme comes with the buyer's code, or with what an agent makes of it.
func hostileTheme() theme {
	return theme{name: "hostile code", attempts: []attempt{
		{"Archive with `../` in a name", "refused whole at the upload: `ARCHIVE_INVALID`", refusedArchive(tar.Header{Name: "../../owned"})},
		{"Archive with an absolute name", "the same", refusedArchive(tar.Header{Name: "/owned"})},
		{"Archive with a link out", "the same", refusedArchive(tar.Header{Name: "l", Typeflag: tar.TypeSymlink, Linkname: "/etc"})},
		{"Archive with a hard link out", "the same", refusedArchive(tar.Header{Name: "l", Typeflag: tar.TypeLink, Linkname: "../../etc/passwd"})},
		{"Archive with a device", "the same", refusedArchive(tar.Header{Name: "disk", Typeflag: tar.TypeBlock, Devmajor: 8})},
		{"Archive with a FIFO", "the same", refusedArchive(tar.Header{Name: "pipe", Typeflag: tar.TypeFifo})},
		{"Archive with terminal escapes in a name", "the same", refusedArchive(tar.Header{Name: "a\x1b[2Jb"})},
		{"Archive that writes through its own link", "the same", refusedArchive(tar.Header{Name: "d", Typeflag: tar.TypeSymlink, Linkname: ".."}, tar.Header{Name: "d/../../owned"})},
		{"Archive of a thousand times its size", "refused at the upload: `REPO_TOO_LARGE`", archiveBomb},
		{"Zip with `..\\` in a name", "the same", zipSlip},
		{"Archive with a `.git` of its own (hooks, fsmonitor, `core.sshCommand`)", "left out; git inside has none of it", archiveWithGit},
		{"Archive with `.GIT` and `.git` as a file", "left out", archiveWithOtherGit},
		{"Set-user-id files in an archive", "the bit is gone", archiveSetuid},
		{"Repository with hooks, filters and attributes that run programs", "nothing runs, on the host or inside", hostileRepository},
		{"Repository with a submodule whose name leads out and whose address is a command", "refused by git's own check, or kept as text: no submodule is ever fetched", hostileSubmodule},
		{"Repository with a link out", "a link inside the sandbox, refused by the API", repositoryLink},
		{"Repository over `ext::`, `ssh:`, `file:`", "`REPO_NOT_ALLOWED`", otherTransports},
		{"Repository with an option for an address or a reference", "refused before git sees it", optionAddress},
		{"Git configuration planted by the agent (fsmonitor, hooks, external diff, filters, textconv)", "the patch is made without it", plantedConfig},
		{"The agent replaces `.git` by a link or a file", "the patch comes from the city's own baseline", replacedGit},
		{"The agent rewrites its objects and index", "the patch comes from the city's own baseline", rewrittenObjects},
		{"The agent hides a change from git (`.gitignore`, assume-unchanged)", "what git knew shows; ignored new files do not", hiddenChange},
	}}
}

// upload saves an archive as the buyer and returns its id, or the code of why not.
func (h *host) upload(t *testing.T, token string, content []byte) (id, code string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.URL+"/api/v1/archives", bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/octet-stream")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var body struct {
		Data  struct{ ID string }
		Error struct{ Code string }
	}
	if err := json.NewDecoder(answer.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	return body.Data.ID, body.Error.Code
}

// withArchive uploads, orders and provisions; code says what was refused.
func (h *host) withArchive(t *testing.T, content []byte) (s *scene, code string) {
	t.Helper()
	s = &scene{host: h, buyer: h.Buyer(t, 10_000), agent: h.Agent(t, "bug_fix")}
	id, code := h.upload(t, s.buyer.Token, content)
	if code != "" {
		return nil, code
	}
	order, err := s.buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{
		TaskType: "bug_fix", MaxBudget: 700, AgentID: s.agent.ID, Input: aicity.TaskInput{Description: "Find out what is wrong with this archive of ours.", ArchiveID: id},
	})
	if err != nil {
		return nil, aicity.ErrorCode(err)
	}
	s.task = order.ID
	box, err := s.agent.Tasks.ProvisionSandbox(t.Context(), s.task)
	if err != nil {
		return nil, aicity.ErrorCode(err)
	}
	s.box = box.SandboxID
	if _, err := s.agent.Tasks.Executing(t.Context(), s.task, s.box); err != nil {
		t.Fatal(err)
	}
	return s, ""
}

func targz(t *testing.T, headers ...tar.Header) []byte {
	t.Helper()
	var buffer bytes.Buffer
	z := gzip.NewWriter(&buffer)
	w := tar.NewWriter(z)
	for _, h := range append([]tar.Header{{Name: "main.go"}}, headers...) {
		content := ""
		if h.Typeflag == 0 {
			content, h.Typeflag = "package main\n", tar.TypeReg
			if text := h.PAXRecords["content"]; text != "" {
				content, h.PAXRecords = text, nil
			}
		}
		if h.Mode == 0 {
			h.Mode = 0o644
		}
		h.Size = int64(len(content))
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

// text is a file of a hostile archive.
func text(name, content string) tar.Header {
	return tar.Header{Name: name, PAXRecords: map[string]string{"content": content}}
}

func refusedArchive(headers ...tar.Header) func(*testing.T, *scene) {
	return func(t *testing.T, s *scene) {
		if _, code := s.withArchive(t, targz(t, headers...)); !refusedCode(code) {
			t.Errorf("got %q", code)
		}
	}
}

// refusedCode says that an archive was refused to the buyer, when it came.
func refusedCode(code string) bool {
	return code == "ARCHIVE_INVALID" || code == "REPO_TOO_LARGE"
}

func archiveBomb(t *testing.T, s *scene) {
	var buffer bytes.Buffer
	z, err := gzip.NewWriterLevel(&buffer, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	const size = 200 << 20 // four times what a repository may have here
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "zeros", Size: size, Mode: 0o644}); err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(w, zeros{}, size); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if _, code := s.withArchive(t, buffer.Bytes()); !refusedCode(code) {
		t.Errorf("got %q", code)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func zipSlip(t *testing.T, s *scene) {
	for _, name := range []string{`..\..\owned`, "../owned", "/owned", `C:\owned`} {
		var buffer bytes.Buffer
		w := zip.NewWriter(&buffer)
		if _, err := w.Create(name); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if _, code := s.withArchive(t, buffer.Bytes()); !refusedCode(code) {
			t.Errorf("%s: got %q", name, code)
		}
	}
}

const evilConfig = "[core]\n\tfsmonitor = \"touch /home/user/owned /tmp/owned; false\"\n\tsshCommand = touch /home/user/owned\n\thooksPath = hooks\n\tpager = touch /home/user/owned\n" +
	"[diff]\n\texternal = touch /home/user/owned\n[alias]\n\tst = !touch /home/user/owned\n[filter \"x\"]\n\tclean = touch /home/user/owned; cat\n\tsmudge = touch /home/user/owned; cat\n\trequired = true\n" +
	"[diff \"x\"]\n\ttextconv = touch /home/user/owned; cat\n\tcommand = touch /home/user/owned\n"

func archiveWithGit(t *testing.T, s *scene) {
	s, code := s.withArchive(t, targz(t,
		text(".git/config", evilConfig), text(".git/HEAD", "ref: refs/heads/main\n"), tar.Header{Name: ".git/hooks/post-checkout", Mode: 0o755, PAXRecords: map[string]string{"content": "#!/bin/sh\ntouch /home/user/owned\n"}},
		text("sub/.git/config", evilConfig), text(".gitattributes", "* filter=x diff=x\n")))
	if code != "" {
		t.Fatalf("got %q", code)
	}
	got := s.must(t, "git status --short; git log --oneline >/dev/null; git diff; ls -d /home/user/owned sub/.git 2>/dev/null; git config --get-regexp 'core.fsmonitor|filter|alias|diff' || true")
	if got != "" {
		t.Errorf("got %q", got)
	}
}

func archiveWithOtherGit(t *testing.T, s *scene) {
	s, code := s.withArchive(t, targz(t, text(".GIT/config", evilConfig), text("deep/.git", "gitdir: /etc\n"), text("deep/x", "x")))
	if code != "" {
		t.Fatalf("got %q", code)
	}
	if got := s.must(t, "ls -A deep; ls -d .GIT 2>/dev/null; cd deep && git rev-parse --show-toplevel"); got != "x\n/home/user/repo" {
		t.Errorf("got %q", got)
	}
}

func archiveSetuid(t *testing.T, s *scene) {
	s, code := s.withArchive(t, targz(t, tar.Header{Name: "su", Mode: 0o6777, PAXRecords: map[string]string{"content": "#!/bin/sh\n"}}))
	if code != "" {
		t.Fatalf("got %q", code)
	}
	if got := s.must(t, "stat -c %a su"); got != "755" {
		t.Errorf("got mode %s", got)
	}
}

// gitHost serves repositories over smart HTTP; commit makes one of files.
type gitHost struct{ dir, url string }

func newGitHost(t *testing.T) gitHost {
	t.Helper()
	dir := t.TempDir()
	out, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(&cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(string(out)), "git-http-backend"), Stderr: io.Discard,
		Env: []string{"GIT_HTTP_EXPORT_ALL=1", "GIT_PROJECT_ROOT=" + dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "PATH=" + os.Getenv("PATH")},
	})
	t.Cleanup(server.Close)
	return gitHost{dir, server.URL}
}

func (g gitHost) git(t *testing.T, args ...string) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = filepath.Join(g.dir, "repo")
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + g.dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_AUTHOR_NAME=T", "GIT_AUTHOR_EMAIL=t@example.com", "GIT_COMMITTER_NAME=T", "GIT_COMMITTER_EMAIL=t@example.com",
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

// repository makes a repository of files and links (content "-> target").
func (g gitHost) repository(t *testing.T, files map[string]string) string {
	t.Helper()
	for name, content := range files {
		at := filepath.Join(g.dir, "repo", name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, link := strings.CutPrefix(content, "-> "); link {
			err = os.Symlink(target, at)
		} else {
			err = os.WriteFile(at, []byte(content), 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	g.git(t, "init", "-q", "-b", "main")
	g.git(t, "add", "-A")
	g.git(t, "update-index", "--add", "--cacheinfo", "160000,0123456789012345678901234567890123456789,sub")
	g.git(t, "commit", "-qm", "m")
	return g.url + "/repo"
}

func hostileRepository(t *testing.T, s *scene) {
	g := newGitHost(t)
	touch := "#!/bin/sh\ntouch " + s.canary + ".owned /tmp/owned-by-repository /home/user/owned\n"
	s = s.sceneWith(t, aicity.TaskInput{Repo: g.repository(t, map[string]string{
		"main.go": "package main\n", ".githooks/post-checkout": touch, "hooks/post-checkout": touch, ".gitattributes": "* filter=lfs diff=lfs merge=lfs -text\nmain.go ident export-subst\n",
		".lfsconfig": "[lfs]\n\turl = http://127.0.0.1:1/\n", ".gitconfig": evilConfig, "big.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
	})})
	if got := s.must(t, "git status --short; ls -d /home/user/owned 2>/dev/null; git config --get-regexp 'filter|hooks|fsmonitor' || true; ls .git/hooks 2>/dev/null || true"); got != "" {
		t.Errorf("inside: %q", got)
	}
	for _, name := range []string{s.canary + ".owned", "/tmp/owned-by-repository"} {
		if _, err := os.Lstat(name); err == nil {
			t.Errorf("%s was made on the host", name)
		}
	}
}

func hostileSubmodule(t *testing.T, s *scene) {
	for _, module := range []string{
		"[submodule \"../../.git/hooks\"]\n\tpath = sub\n\turl = https://example.com/x\n", "[submodule \"x\"]\n\tpath = sub\n\turl = ext::sh -c touch% /tmp/owned-by-repository\n",
		"[submodule \"x\"]\n\tpath = -sub\n\turl = --upload-pack=touch\n\tupdate = !touch /tmp/owned-by-repository\n",
	} {
		g := newGitHost(t)
		order := s.order(t, aicity.TaskInput{Repo: g.repository(t, map[string]string{"main.go": "package main\n", ".gitmodules": module})})
		if _, err := order.agent.Tasks.ProvisionSandbox(t.Context(), order.task); err != nil {
			wantCode(t, module, err, "REPO_UNREACHABLE")
			continue
		}
		if left, err := os.ReadDir(filepath.Join(s.data, "sandboxes", s.boxOf(t, order.task), "work", "repo", "sub")); err == nil && len(left) > 0 {
			t.Errorf("%q: a submodule was fetched: %v", module, left)
		}
		if err := s.App.Sandboxes.Destroy(t.Context(), order.task); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Lstat("/tmp/owned-by-repository"); err == nil {
		t.Error("a program ran on the host")
	}
}

// boxOf is the sandbox of a task.
func (h *host) boxOf(t *testing.T, task string) string {
	t.Helper()
	box, err := h.App.Sandboxes.Find(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	return box.ID
}

func repositoryLink(t *testing.T, s *scene) {
	g := newGitHost(t)
	s = s.sceneWith(t, aicity.TaskInput{Repo: g.repository(t, map[string]string{"main.go": "package main\n", "out": "-> " + s.secret, "root": "-> /", "up": "-> ../../../../.."})})
	s.refuses(t, "/home/user/repo/out", "PATH_NOT_ALLOWED")
	s.refuses(t, "/home/user/repo/root"+s.secret, "PATH_NOT_ALLOWED")
	s.refuses(t, "/home/user/repo/up"+s.secret, "PATH_NOT_ALLOWED", "FILE_NOT_FOUND")
	if got := s.sh(t, "cat out root"+s.secret+" 2>/dev/null"); got != "" {
		t.Errorf("inside: %q", got)
	}
}

// refusedOrder says that an order with this source is refused, or its
// provisioning is.
func (s *scene) refusedOrder(t *testing.T, input aicity.TaskInput, codes ...string) {
	t.Helper()
	input.Description = "Find out what the parcel service does with a parcel that is lost."
	agent := s.Agent(t, "bug_fix")
	order, err := s.buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{TaskType: "bug_fix", MaxBudget: 700, AgentID: agent.ID, Input: input})
	if err == nil {
		_, err = agent.Tasks.ProvisionSandbox(t.Context(), order.ID)
	}
	wantCode(t, input.Repo+" "+input.Ref, err, codes...)
}

func otherTransports(t *testing.T, s *scene) {
	for _, url := range []string{"ext::sh -c touch% /tmp/owned", "ssh://host/x", "git@host:x", "file:///etc", "/etc", "git://127.0.0.1/x", "ftp://127.0.0.1/x", "http+unix://x", "fd::0"} {
		s.refusedOrder(t, aicity.TaskInput{Repo: url}, "REPO_NOT_ALLOWED", aicity.CodeValidation)
	}
}

func optionAddress(t *testing.T, s *scene) {
	for _, url := range []string{"--upload-pack=touch /tmp/owned", "-oProxyCommand=touch /tmp/owned", "http://-oProxyCommand=touch/x"} {
		s.refusedOrder(t, aicity.TaskInput{Repo: url}, "REPO_NOT_ALLOWED", aicity.CodeValidation, "REPO_UNREACHABLE")
	}
	g := newGitHost(t)
	url := g.repository(t, map[string]string{"main.go": "package main\n"})
	for _, ref := range []string{"--upload-pack=touch /tmp/owned", "-x", "a b", "a..b", "refs/heads/../../x", "\x1b[2J"} {
		s.refusedOrder(t, aicity.TaskInput{Repo: url, Ref: ref}, "REF_NOT_FOUND", aicity.CodeValidation, "REPO_REF_NOT_FOUND", "REPO_UNREACHABLE")
	}
}

// patched is the task's patch, made now.
func (s *scene) patched(t *testing.T) string {
	t.Helper()
	patch, _, err := s.App.Sandboxes.Patch(t.Context(), s.task)
	if err != nil {
		t.Fatal(err)
	}
	return string(patch)
}

func plantedConfig(t *testing.T, s *scene) {
	if err := s.agent.Tasks.WriteFile(t.Context(), s.task, "/home/user/repo/.git/config", []byte(evilConfig)); err != nil {
		t.Fatal(err)
	}
	s.must(t, `cp .git/config /home/user/.gitconfig; mkdir -p /home/user/.config/git .git/hooks .git/info; cp .git/config /home/user/.config/git/config
		printf '* filter=x diff=x\n' | tee .gitattributes .git/info/attributes > /home/user/.config/git/attributes; printf '*\n' > /home/user/.config/git/ignore
		printf '#!/bin/sh\ntouch /home/user/owned\n' > .git/hooks/post-index-change; chmod +x .git/hooks/*; rm -f /home/user/owned; echo changed >> main.go`)
	if got := s.patched(t); !strings.Contains(got, "\n+changed\n") {
		t.Errorf("got %q", got)
	}
	if got := s.sh(t, "ls /home/user/owned /tmp/owned 2>/dev/null"); got != "" {
		t.Errorf("ran: %q", got)
	}
}

func replacedGit(t *testing.T, s *scene) {
	for _, with := range []string{"ln -s /etc .git", "echo 'gitdir: /run/baseline' > .git", "mkfifo .git", "mkdir .git && echo x > .git/HEAD"} {
		s.must(t, "rm -rf .git; "+with+"; echo '// changed' >> main.go")
		if got := s.patched(t); !strings.Contains(got, "\n+// changed\n") || strings.Contains(got, "gitdir") {
			t.Errorf("%s: got %q", with, got)
		}
	}
}

func rewrittenObjects(t *testing.T, s *scene) {
	s.must(t, "echo '// changed' >> main.go; git add -A; git commit -qm mine; git reset -q --hard HEAD; rm -rf .git/objects/* .git/index; git init -q; echo junk > .git/index")
	if got := s.patched(t); !strings.Contains(got, "\n+// changed\n") {
		t.Errorf("got %q", got)
	}
}

func hiddenChange(t *testing.T, s *scene) {
	s.must(t, "git update-index --assume-unchanged main.go; git update-index --skip-worktree main.go; echo '*' > .gitignore; echo main.go >> .git/info/exclude; echo '// changed' >> main.go; echo new > new.txt; touch -d @1 main.go")
	if got := s.patched(t); !strings.Contains(got, "\n+// changed\n") {
		t.Errorf("got %q", got)
	}
}
