package guide_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/cgi"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"aicity.dev/aicity/internal/apptest"
)

// TestTheGuideRunsWordForWord follows the guide in a real city, on a real
// repository, in a real sandbox.
func TestTheGuideRunsWordForWord(t *testing.T) {
	if testing.Short() {
		t.Skip("the guide's own polling takes seconds")
	}
	t.Parallel()
	s := apptest.Start(t)
	t.Run("scripts", func(t *testing.T) { walk(t, place{URL: s.URL, Repo: serveRepository(t)}) })
	t.Run("curl", func(t *testing.T) { curl(t, place{URL: apptest.Start(t).URL}) })
}

// code is the repository that the guide's agent reviews.
var code = map[string]string{
	"package.json": `{
  "name": "shop-cart",
  "version": "1.4.0",
  "private": true,
  "scripts": {
    "start": "node src/server.js",
    "test": "echo no tests yet && exit 1"
  },
  "dependencies": {
    "express": "^4.17.1",
    "lodash": "4.17.15",
    "request": "^2.88.0"
  },
  "devDependencies": {
    "eslint": "^7.0.0"
  }
}
`,
	"src/server.js": "const express = require('express')\nconst app = express()\napp.get('/cart', (req, res) => res.json([]))\napp.listen(3000)\n",
	"README.md":     "# shop-cart\n\nThe cart of a small shop.\n",
}

// serveRepository serves the code over git's smart HTTP.
func serveRepository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	repo := filepath.Join(dir, "cart.git")
	for name, text := range code {
		path := filepath.Join(repo, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_AUTHOR_NAME=b", "GIT_AUTHOR_EMAIL=b@b", "GIT_COMMITTER_NAME=b", "GIT_COMMITTER_EMAIL=b@b")
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"commit", "-qm", "cart"}} {
		cmd := exec.CommandContext(t.Context(), "git", args...)
		cmd.Dir, cmd.Env = repo, env
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v: %s", args[0], err, out)
		}
	}
	programs, err := exec.CommandContext(t.Context(), "git", "--exec-path").Output()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: &cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(string(programs)), "git-http-backend"), Dir: dir,
		Env: []string{"GIT_PROJECT_ROOT=" + dir, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_GLOBAL=" + os.DevNull},
	}}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return fmt.Sprintf("http://%s/cart.git", listener.Addr())
}
