package sandbox_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// hang is a host that never answers; asked is closed at its first request.
func hang(t *testing.T, asked chan struct{}) string {
	t.Helper()
	var once sync.Once
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		once.Do(func() { close(asked) })
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// smallRepository serves a git repository of a few dozen files over smart HTTP.
func smallRepository(t testing.TB) string {
	t.Helper()
	url, _ := repository(t, 40)
	return url
}

// repository serves a git repository of so many files over smart HTTP; commit
// adds another file to it.
func repository(t testing.TB, files int) (url string, commit func(name, content string)) {
	t.Helper()
	dir := t.TempDir()
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_HTTP_EXPORT_ALL=1", "GIT_PROJECT_ROOT=" + dir,
		"GIT_AUTHOR_NAME=T", "GIT_AUTHOR_EMAIL=t@example.com", "GIT_COMMITTER_NAME=T", "GIT_COMMITTER_EMAIL=t@example.com",
	}
	repo := filepath.Join(dir, "small")
	for i := range files {
		name := filepath.Join(repo, fmt.Sprintf("pkg%d/file%d.go", i%5, i))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(fmt.Sprintf("package pkg%d\n%s", i%5, strings.Repeat("// line\n", 100+i))), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", args...)
		cmd.Dir, cmd.Env = repo, env
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	git("init", "-q", "-b", "main")
	git("add", "-A")
	git("commit", "-qm", "m")
	out, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(&cgi.Handler{Path: filepath.Join(strings.TrimSpace(string(out)), "git-http-backend"), Env: env, Stderr: io.Discard})
	t.Cleanup(server.Close)
	return server.URL + "/small", func(name, content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(repo, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		git("add", "-A")
		git("commit", "-qm", "more")
	}
}
