package crash

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	aicity "aicity.dev/aicity/sdk/go"
)

// tree is a work tree of a few dozen files.
func tree() map[string]string {
	files := map[string]string{"main.go": "package main\n"}
	for i := range 40 {
		files[fmt.Sprintf("pkg%d/file%d.go", i%5, i)] = fmt.Sprintf("package pkg%d\n%s", i%5, strings.Repeat("// line\n", 100+i))
	}
	return files
}

// source is where the code of the nth task comes from: it is written in the order,
// cloned from a repository, or unpacked from an archive, in turn.
func source(t *testing.T, buyer *aicity.Client, n int) (kind string, input aicity.TaskInput) {
	t.Helper()
	switch n % 3 {
	case 0:
		return "code as text", aicity.TaskInput{Code: "package main\n"}
	case 1:
		return "a repository", aicity.TaskInput{Repo: repository(t)}
	default:
		archive, err := buyer.Tasks.UploadArchive(t.Context(), packed(t))
		if err != nil {
			t.Fatal(err)
		}
		return "an archive", aicity.TaskInput{ArchiveID: archive.ID}
	}
}

// repository serves the tree as a git repository over smart HTTP.
func repository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_HTTP_EXPORT_ALL=1", "GIT_PROJECT_ROOT=" + dir,
		"GIT_AUTHOR_NAME=T", "GIT_AUTHOR_EMAIL=t@example.com", "GIT_COMMITTER_NAME=T", "GIT_COMMITTER_EMAIL=t@example.com",
	}
	repo := filepath.Join(dir, "code")
	for name, content := range tree() {
		path := filepath.Join(repo, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	git := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "git", args...)
		cmd.Dir, cmd.Env = repo, env
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	git("init", "-q", "-b", "main")
	git("add", "-A")
	git("commit", "-qm", "m")
	server := httptest.NewServer(&cgi.Handler{Path: filepath.Join(git("--exec-path"), "git-http-backend"), Env: env, Stderr: io.Discard})
	t.Cleanup(server.Close)
	return server.URL + "/code"
}

// packed is the tree as a tar.gz.
func packed(t *testing.T) []byte {
	t.Helper()
	var content bytes.Buffer
	z := gzip.NewWriter(&content)
	w := tar.NewWriter(z)
	for name, text := range tree() {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return content.Bytes()
}
