package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cgi"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// repository is what is served as one.
type repository struct {
	name  string
	files int
	bytes int // of each file
}

// dir is where its work tree is.
func (r repository) dir(in string) string { return filepath.Join(in, r.name) }

// make writes a work tree that compresses like text, and commits it.
func (r repository) make(ctx context.Context, in string) error {
	dir := r.dir(in)
	random := rand.New(rand.NewPCG(1, uint64(r.files))) //nolint:gosec // content needs no secrecy
	for i := range r.files {
		folder := filepath.Join(dir, fmt.Sprintf("pkg%d", i/100))
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return err
		}
		line := fmt.Sprintf("line of file %d, %x\n", i, random.Uint64())
		text := strings.Repeat(line, r.bytes/len(line)+1)[:r.bytes]
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("file%d.txt", i)), []byte(text), 0o600); err != nil {
			return err
		}
	}
	env := append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=b", "GIT_AUTHOR_EMAIL=b@b", "GIT_COMMITTER_NAME=b", "GIT_COMMITTER_EMAIL=b@b")
	// A commit would leave git packing behind it, beside what is measured.
	for _, args := range [][]string{{"init", "-q"}, {"config", "gc.auto", "0"}, {"add", "."}, {"commit", "-qm", "all"}} {
		cmd := exec.CommandContext(ctx, "git", args...) //nolint:gosec // fixed arguments
		cmd.Dir, cmd.Env = dir, env
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("git %s: %w: %s", args[0], err, out)
		}
	}
	return nil
}

// serveRepositories serves what is in dir over git's smart HTTP.
func serveRepositories(ctx context.Context, dir string) (base string, stop func(), err error) {
	path, err := exec.CommandContext(ctx, "git", "--exec-path").Output()
	if err != nil {
		return "", nil, err
	}
	handler := &cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(string(path)), "git-http-backend"), Dir: dir,
		Env: []string{"GIT_PROJECT_ROOT=" + dir, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_GLOBAL=/dev/null"},
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	return "http://" + listener.Addr().String() + "/", func() { _ = server.Close(); <-done }, nil
}
