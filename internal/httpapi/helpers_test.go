package httpapi_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/store"
	aicity "aicity.dev/aicity/sdk/go"
)

// gitHost serves repositories over git's smart HTTP protocol, as a real host
// does, so that the city clones them the way it clones any other.
type gitHost struct {
	root  string
	login string // "user:password" that every request must carry; "" lets everybody in
	url   string
	stop  func()
}

// newGitHost listens at a free port of a loopback address.
func newGitHost(t *testing.T, address, login string) *gitHost {
	t.Helper()
	h := &gitHost{root: t.TempDir(), login: login}
	backend := filepath.Join(strings.TrimSpace(gitRun(t, h.root, "--exec-path")), "git-http-backend")
	programs := &cgi.Handler{
		Path: backend, Dir: h.root, Env: append(gitEnv(h.root), "GIT_PROJECT_ROOT="+h.root, "GIT_HTTP_EXPORT_ALL=1"), Stderr: io.Discard,
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); h.login != "" && user+":"+password != h.login {
			http.Error(w, "who is there?", http.StatusUnauthorized)
			return
		}
		programs.ServeHTTP(w, r)
	}))
	_ = server.Listener.Close()
	server.Listener = listener
	server.Start()
	h.url, h.stop = server.URL, server.Close
	t.Cleanup(server.Close)
	return h
}

func gitEnv(home string) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "LC_ALL=C",
		"GIT_AUTHOR_NAME=Buyer", "GIT_AUTHOR_EMAIL=buyer@people.example", "GIT_COMMITTER_NAME=Buyer", "GIT_COMMITTER_EMAIL=buyer@people.example",
	}
}

// gitRun runs git in dir and returns what it prints.
func gitRun(t *testing.T, dir string, args ...string) string {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir, cmd.Env, cmd.Stderr = dir, gitEnv(dir), &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %s: %v: %s", strings.Join(args, " "), err, &stderr)
	}
	return string(out)
}

// add makes a repository with one commit on a branch and returns its URL.
func (h *gitHost) add(t *testing.T, name, branch string, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(h.root, name)
	for file, content := range files {
		target := filepath.Join(dir, filepath.FromSlash(file))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(target, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	gitRun(t, dir, "init", "--quiet", "--initial-branch="+branch)
	gitRun(t, dir, "add", "--all", "--force")
	gitRun(t, dir, "commit", "--quiet", "--message=Import")
	return h.url + "/" + name
}

// member is a file of an archive.
type member struct{ name, content string }

func members(files map[string]string) []member {
	var all []member
	for _, name := range slices.Sorted(maps.Keys(files)) {
		all = append(all, member{name, files[name]})
	}
	return all
}

func tarGz(t *testing.T, files ...member) []byte {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	archive := tar.NewWriter(zipped)
	for _, f := range files {
		header := tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.content)), Typeflag: tar.TypeReg}
		if err := archive.WriteHeader(&header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(archive, f.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// wire keeps every byte that comes back over it.
type wire struct {
	mu  sync.Mutex
	got []*received
}

// received is one answer: its head and its body as far as it was read.
type received struct {
	what string
	text bytes.Buffer
}

// RoundTrip notes the answer's head, and its body while the caller reads it.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	got := &received{what: r.Method + " " + r.URL.Path}
	_ = res.Header.Write(&got.text)
	w.mu.Lock()
	w.got = append(w.got, got)
	w.mu.Unlock()
	res.Body = struct {
		io.Reader
		io.Closer
	}{io.TeeReader(res.Body, got), res.Body}
	return res, nil
}

// Write adds a part of the body.
func (r *received) Write(p []byte) (int, error) { return r.text.Write(p) }

// tells fails the test for every secret that came over the wire.
func (w *wire) tells(t *testing.T, secrets map[string]string) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.got) == 0 {
		t.Error("nothing was received")
	}
	for _, got := range w.got {
		findSecrets(t, got.what, got.text.String(), secrets)
	}
}

// findSecrets fails the test for every secret in a text. Secrets are by what they are.
func findSecrets(t *testing.T, where, text string, secrets map[string]string) {
	t.Helper()
	lower := strings.ToLower(text)
	for what, secret := range secrets {
		if at := strings.Index(lower, strings.ToLower(secret)); at >= 0 {
			t.Errorf("%s tells the %s: …%.200s…", where, what, text[max(0, at-100):])
		}
	}
}

// visitor calls the API without the SDK, as a person or an agent.
type visitor struct {
	*wire
	base, header, secret string
}

func asAgent(s *apptest.Server, w *apptest.Worker) *visitor {
	return &visitor{wire: &wire{}, base: s.URL, header: "X-API-Key", secret: w.Key}
}

func asOwner(s *apptest.Server, p *apptest.Person) *visitor {
	return &visitor{wire: &wire{}, base: s.URL, header: "Authorization", secret: "Bearer " + p.Token}
}

// open makes a call; the caller reads the body and closes it.
func (v *visitor) open(ctx context.Context, method, path, body string, header ...string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, v.base+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set(v.header, v.secret)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return (&http.Client{Transport: v.wire}).Do(r)
}

// reply is an answer of the API, or why none came.
type reply struct {
	status int
	code   string // of an error, "" for a success
	body   []byte
	err    error
}

// try makes a call below /api/v1 and reads the whole answer.
func (v *visitor) try(ctx context.Context, method, path, body string, header ...string) reply {
	res, err := v.open(ctx, method, "/api/v1"+path, body, header...)
	if err != nil {
		return reply{err: err}
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	var envelope struct {
		Error struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	_ = json.Unmarshal(raw, &envelope) // streams and files are no JSON
	return reply{status: res.StatusCode, code: envelope.Error.Code, body: raw, err: err}
}

// call is try for a call that is answered.
func (v *visitor) call(t *testing.T, method, path, body string, header ...string) reply {
	t.Helper()
	got := v.try(t.Context(), method, path, body, header...)
	if got.err != nil {
		t.Fatalf("%s %s: %v", method, path, got.err)
	}
	return got
}

// upload gives an owner's archive to the city and returns its id.
func upload(t *testing.T, s *apptest.Server, buyer *apptest.Person, archive []byte) string {
	t.Helper()
	got := asOwner(s, buyer).call(t, http.MethodPost, "/archives", string(archive), "Content-Type", "application/octet-stream")
	var answer struct{ Data struct{ ID string } }
	if err := json.Unmarshal(got.body, &answer); err != nil || got.status != http.StatusCreated {
		t.Fatalf("upload: %d %s, %v", got.status, got.body, err)
	}
	return answer.Data.ID
}

// uploadUnchecked keeps an archive as if nobody had looked into it when it came.
func uploadUnchecked(t *testing.T, s *apptest.Server, buyer *apptest.Person, archive []byte) string {
	t.Helper()
	id := upload(t, s, buyer, tarGz(t, member{mark("placeholder"), "x"}))
	if err := os.WriteFile(filepath.Join(s.Data, "archives", id), archive, 0o600); err != nil {
		t.Fatal(err)
	}
	err := s.App.DB.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE archives SET size_bytes = $2 WHERE id = $1`, id, len(archive))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// needSandbox skips the test where no sandbox runs, but fails it in CI.
func needSandbox(t *testing.T, s *apptest.Server) {
	t.Helper()
	err := s.App.Sandboxes.Available(t.Context())
	switch {
	case err != nil && os.Getenv("CI") != "":
		t.Fatal(err)
	case err != nil:
		t.Skipf("no sandbox runs here: %v", err)
	}
}

// wantCode fails the test unless err is the city's error of that code.
func wantCode(t *testing.T, what string, err error, code string) {
	t.Helper()
	if got := aicity.ErrorCode(err); got != code {
		t.Errorf("%s: got %v, want %s", what, err, code)
	}
}
