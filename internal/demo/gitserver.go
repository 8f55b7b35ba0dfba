package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/cgi"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// gitServer serves one repository over git's smart HTTP protocol, as a real
// host does, so that the city clones it the way it clones any other.
type gitServer struct {
	URL    string
	server *http.Server
	done   chan error
}

// gitEnv keeps the user's own git configuration out of the demo's repository.
func gitEnv(dir string) []string {
	return []string{
		"PATH=" + execPath(), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_AUTHOR_NAME=Demo Buyer", "GIT_AUTHOR_EMAIL=buyer@demo.invalid",
		"GIT_COMMITTER_NAME=Demo Buyer", "GIT_COMMITTER_EMAIL=buyer@demo.invalid",
	}
}

// execPath is where programs are found: what git itself was found by.
func execPath() string {
	git, err := exec.LookPath("git")
	if err != nil {
		return "/usr/local/bin:/usr/bin:/bin"
	}
	return filepath.Dir(git) + ":/usr/local/bin:/usr/bin:/bin"
}

// makeRepository writes files into a new repository below dir and commits them.
func makeRepository(ctx context.Context, dir string, files map[string][]byte) (string, error) {
	repo := filepath.Join(dir, "parcel-service.git")
	for name, content := range files {
		path := filepath.Join(repo, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return "", fmt.Errorf("make repository: %w", err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return "", fmt.Errorf("make repository: %w", err)
		}
	}
	for _, args := range [][]string{
		{"init", "--quiet", "--initial-branch=main"}, {"add", "--all", "--force"},
		{"commit", "--quiet", "--message=Import the parcel service"},
	} {
		cmd := exec.CommandContext(ctx, "git", args...) //nolint:gosec // fixed arguments
		cmd.Dir, cmd.Env = repo, gitEnv(dir)
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(string(out)))
		}
	}
	return repo, nil
}

// serveRepository starts a server for the repository on a free loopback port.
func serveRepository(ctx context.Context, repo string) (*gitServer, error) {
	out, err := exec.CommandContext(ctx, "git", "--exec-path").Output()
	if err != nil {
		return nil, fmt.Errorf("find git's programs: %w", err)
	}
	backend := filepath.Join(strings.TrimSpace(string(out)), "git-http-backend")
	if _, err := os.Stat(backend); err != nil {
		return nil, fmt.Errorf("find git-http-backend: %w", err)
	}
	parent := filepath.Dir(repo)
	handler := &cgi.Handler{Path: backend, Dir: parent, Env: append(gitEnv(parent), "GIT_PROJECT_ROOT="+parent, "GIT_HTTP_EXPORT_ALL=1")}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for git: %w", err)
	}
	g := &gitServer{
		URL:    fmt.Sprintf("http://%s/%s", listener.Addr(), filepath.Base(repo)),
		server: &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second},
		done:   make(chan error, 1),
	}
	go func() { g.done <- g.server.Serve(listener) }()
	return g, nil
}

// Close stops the server and waits for it.
func (g *gitServer) Close() error {
	err := g.server.Close()
	if served := <-g.done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
