package source

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox/source/smarthttp"
)

// remote is a git host that serves a folder of repositories over smart HTTP.
type remote struct {
	*httptest.Server
	dir string
}

// newRemote starts a host; with a token it wants it from everybody.
func newRemote(t *testing.T, token string) remote {
	t.Helper()
	out, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	backend := &cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(string(out)), "git-http-backend"), Stderr: io.Discard,
		Env: append(userEnv(dir), "GIT_PROJECT_ROOT="+dir, "GIT_HTTP_EXPORT_ALL=1"), InheritEnv: []string{"PATH"},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, password, _ := r.BasicAuth(); token != "" && password != token {
			w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if target, ok := strings.CutPrefix(r.URL.Path, "/moved/"); ok {
			http.Redirect(w, r, "/"+target+"?"+r.URL.RawQuery, http.StatusMovedPermanently)
			return
		}
		if strings.HasPrefix(r.URL.Path, "/page/") {
			_, _ = io.WriteString(w, "<html>not git</html>")
			return
		}
		if strings.HasPrefix(r.URL.Path, "/broken/") {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		backend.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return remote{Server: server, dir: dir}
}

func userEnv(home string) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_AUTHOR_NAME=T", "GIT_AUTHOR_EMAIL=t@example.com", "GIT_COMMITTER_NAME=T", "GIT_COMMITTER_EMAIL=t@example.com",
	}
}

// git runs git in a repository of the host.
func (r remote) git(t *testing.T, repo string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = filepath.Join(r.dir, repo), userEnv(r.dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// repository makes a repository with one commit of files on main.
func (r remote) repository(t *testing.T, name string, files map[string]string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(r.dir, name), 0o755); err != nil {
		t.Fatal(err)
	}
	r.git(t, name, "init", "--quiet", "--initial-branch=main")
	r.commit(t, name, files)
}

func (r remote) commit(t *testing.T, name string, files map[string]string) string {
	t.Helper()
	for file, content := range files {
		p := filepath.Join(r.dir, name, file)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if target, ok := strings.CutPrefix(content, "-> "); ok {
			if err := os.Symlink(target, p); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.WriteFile(p, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r.git(t, name, "add", "--all", "--force")
	r.git(t, name, "commit", "--quiet", "--allow-empty", "--message=m")
	return r.git(t, name, "rev-parse", "HEAD")
}

func newDest(t *testing.T) Dest {
	t.Helper()
	d := Dest{Tree: t.TempDir(), GitDir: t.TempDir(), Delivered: filepath.Join(t.TempDir(), "delivered")}
	d.Objects = filepath.Join(d.GitDir, "objects")
	return d
}

// inTree runs git in a fetched tree, as an agent would.
func inTree(t *testing.T, d Dest, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = d.Tree, userEnv(d.Tree)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func private() *Fetcher {
	return &Fetcher{Limits: DefaultLimits(), AllowPrivate: true, Workshop: openBare}
}

func TestCloneRefs(t *testing.T) {
	t.Parallel()
	host := newRemote(t, "")
	host.repository(t, "app", map[string]string{"a.txt": "first\n"})
	first := host.git(t, "app", "rev-parse", "HEAD")
	host.git(t, "app", "tag", "-a", "v1", "-m", "tag")
	host.git(t, "app", "checkout", "--quiet", "-b", "feature/x")
	branch := host.commit(t, "app", map[string]string{"a.txt": "branch\n"})
	host.git(t, "app", "checkout", "--quiet", "main")
	main := host.commit(t, "app", map[string]string{"a.txt": "second\n"})
	for _, test := range []struct{ name, ref, commit, content, branch string }{
		{"default branch", "", main, "second\n", "main"},
		{"branch", "feature/x", branch, "branch\n", "feature/x"},
		{"annotated tag", "v1", first, "first\n", "v1"},
		{"full ref", "refs/heads/main", main, "second\n", "main"},
		{"commit", first, first, "first\n", "main"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			repo := Repo{URL: host.URL + "/app", Ref: test.ref}
			if err := private().Probe(t.Context(), repo); err != nil {
				t.Errorf("Probe: %v", err)
			}
			dest := newDest(t)
			b, err := private().Clone(t.Context(), repo, dest)
			if err != nil {
				t.Fatal(err)
			}
			content, err := os.ReadFile(filepath.Join(dest.Tree, "a.txt"))
			if err != nil || string(content) != test.content || b.Commit != test.commit {
				t.Errorf("got %q at %s, %v; want %q at %s", content, b.Commit, err, test.content, test.commit)
			}
			if status := inTree(t, dest, "status", "--short"); status != "" {
				t.Errorf("not clean:\n%s", status)
			}
			if got := inTree(t, dest, "branch", "--show-current"); got != test.branch {
				t.Errorf("branch: got %q, want %q", got, test.branch)
			}
			if err := os.WriteFile(filepath.Join(dest.Tree, "a.txt"), []byte("changed\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			if diff := inTree(t, dest, "diff"); !strings.Contains(diff, "+changed") {
				t.Errorf("git diff: got %q", diff)
			}
			inTree(t, dest, "commit", "-qam", "work")
		})
	}
}

// No byte of what is kept names the remote or the token.
func TestCloneKeepsNoSecret(t *testing.T) {
	t.Parallel()
	const token = "s3cr3t-token"
	host := newRemote(t, token)
	host.repository(t, "private-app", map[string]string{"a.txt": "x\n"})
	dest := newDest(t)
	repo := Repo{URL: host.URL + "/private-app", Token: token}
	if _, err := private().Clone(t.Context(), repo, dest); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{dest.Tree, dest.GitDir} {
		err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			content, err := os.ReadFile(path)
			for _, secret := range []string{token, "private-app", host.Listener.Addr().String()} {
				if strings.Contains(string(content), secret) {
					t.Errorf("%s holds %q", path, secret)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, wrong := range []string{"", "wrong-token"} {
		repo.Token = wrong
		_, err := private().Clone(t.Context(), repo, newDest(t))
		if city.CodeOf(err) != city.CodeRepoPrivate {
			t.Errorf("with token %q: got %v, want REPO_PRIVATE", wrong, err)
		}
		for _, secret := range []string{"private-app", host.Listener.Addr().String(), "wrong-token"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error names %q: %v", secret, err)
			}
		}
	}
}

func TestFetchErrors(t *testing.T) {
	t.Parallel()
	host := newRemote(t, "")
	host.repository(t, "app", map[string]string{"a.txt": "x\n"})
	host.repository(t, "big", map[string]string{"a.bin": strings.Repeat("0123456789abcdef", 1<<16), "b.txt": "x", "c/d.txt": "x"})
	if err := os.MkdirAll(filepath.Join(host.dir, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	host.git(t, "empty", "init", "--quiet", "--initial-branch=main")
	host.git(t, "app", "update-server-info")
	dumb := httptest.NewServer(http.FileServer(http.Dir(host.dir)))
	t.Cleanup(dumb.Close)
	closed := httptest.NewServer(nil)
	closed.Close()
	never := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(never.Close)
	for _, test := range []struct {
		name      string
		url, ref  string
		limit     func(*Limits)
		code      city.Code
		onlyClone bool // the probe does not notice
	}{
		{name: "no repository", url: host.URL + "/nope", code: city.CodeRepoNotFound},
		{name: "a web page", url: host.URL + "/page/x", code: city.CodeRepoEmpty},
		{name: "dumb HTTP", url: dumb.URL + "/app/.git", code: city.CodeRepoNotAllowed},
		{name: "a broken host", url: host.URL + "/broken/x", code: city.CodeRepoUnreachable},
		{name: "nobody listens", url: closed.URL + "/x", code: city.CodeRepoUnreachable},
		{name: "no such name", url: "http://nope.invalid/x", code: city.CodeRepoUnreachable},
		{name: "no answer", url: never.URL + "/x", limit: func(l *Limits) { l.Time = 500 * time.Millisecond }, code: city.CodeRepoUnreachable},
		{name: "no branch", url: host.URL + "/app", ref: "nope", code: city.CodeRefNotFound},
		{name: "no commit", url: host.URL + "/app", ref: strings.Repeat("a", 40), code: city.CodeRefNotFound, onlyClone: true},
		{name: "an option as ref", url: host.URL + "/app", ref: "--upload-pack=touch /tmp/x", code: city.CodeRefNotFound},
		{name: "an empty repository", url: host.URL + "/empty", code: city.CodeRepoEmpty},
		{name: "too many bytes", url: host.URL + "/big", limit: func(l *Limits) { l.Bytes = 1 << 20 }, code: city.CodeRepoTooLarge, onlyClone: true},
		{name: "too many files", url: host.URL + "/big", limit: func(l *Limits) { l.Files = 3 }, code: city.CodeRepoTooLarge, onlyClone: true},
		{name: "too much to transfer", url: host.URL + "/big", limit: func(l *Limits) { l.Transfer = 1500 }, code: city.CodeRepoTooLarge, onlyClone: true},
		{name: "ssh", url: "ssh://git@example.com/x", code: city.CodeRepoNotAllowed},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := private()
			if test.limit != nil {
				test.limit(&f.Limits)
			}
			repo := Repo{URL: test.url, Ref: test.ref}
			if _, err := f.Clone(t.Context(), repo, newDest(t)); city.CodeOf(err) != test.code {
				t.Errorf("Clone: got %v, want %s", err, test.code)
			}
			err := f.Probe(t.Context(), repo)
			if want := test.code; city.CodeOf(err) != want && !test.onlyClone {
				t.Errorf("Probe: got %v, want %s", err, want)
			}
		})
	}
}

func TestFetchEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	never := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	t.Cleanup(never.Close)
	if _, err := private().Clone(ctx, Repo{URL: never.URL + "/x"}, newDest(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func TestCloneFollowsAMove(t *testing.T) {
	t.Parallel()
	host := newRemote(t, "")
	host.repository(t, "app", map[string]string{"a.txt": "x\n"})
	if _, err := private().Clone(t.Context(), Repo{URL: host.URL + "/moved/app"}, newDest(t)); err != nil {
		t.Error(err)
	}
}

// A token goes to the host it was given for and to no other.
func TestTokenStaysWithItsHost(t *testing.T) {
	t.Parallel()
	reached := make(chan string, 8)
	thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { reached <- r.Header.Get("Authorization") }))
	t.Cleanup(thief.Close)
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, thief.URL+r.URL.RequestURI(), http.StatusFound)
	}))
	t.Cleanup(host.Close)
	err := private().Probe(t.Context(), Repo{URL: host.URL + "/app", Token: "secret"})
	if city.CodeOf(err) != city.CodeRepoNotAllowed {
		t.Errorf("got %v, want REPO_NOT_ALLOWED", err)
	}
	if len(reached) > 0 {
		t.Errorf("the other host was asked, with %q", <-reached)
	}
}

// The checkout runs nothing and follows nothing that the repository brings.
func TestCloneHostileRepository(t *testing.T) {
	t.Parallel()
	host := newRemote(t, "")
	host.repository(t, "evil", map[string]string{
		".gitattributes":          "*.txt filter=lfs diff=evil merge=evil -text\n*.utf working-tree-encoding=UTF-16\n",
		".lfsconfig":              "[lfs]\n\turl = http://127.0.0.1:1/\n",
		".gitmodules":             "[submodule \"m\"]\n\tpath = m\n\turl = http://127.0.0.1:1/x\n",
		"big.txt":                 "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
		"out":                     "-> /etc/passwd",
		"up":                      "-> ../../../../etc/passwd",
		"in":                      "-> big.txt",
		".githooks/post-checkout": "#!/bin/sh\ntouch /tmp/owned\n",
	})
	host.git(t, "evil", "update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("1", 40)+",m")
	host.git(t, "evil", "commit", "-qm", "submodule")
	dest := newDest(t)
	b, err := private().Clone(t.Context(), Repo{URL: host.URL + "/evil"}, dest)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, f := range b.Files {
		paths = append(paths, f.Path)
	}
	want := []string{".gitattributes", ".githooks/post-checkout", ".gitmodules", ".lfsconfig", "big.txt"}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if target, err := os.Readlink(filepath.Join(dest.Tree, "out")); err != nil || target != "/etc/passwd" {
		t.Errorf("links stay links: got %q, %v", target, err)
	}
	if content, err := os.ReadFile(filepath.Join(dest.Tree, "big.txt")); err != nil || !strings.HasPrefix(string(content), "version https://git-lfs") {
		t.Errorf("LFS pointers stay pointers: got %q, %v", content, err)
	}
}

// Without the permission no way leads to a private address: not a URL, and not
// a public one that redirects or resolves there.
func TestNetworkRefusesPrivateAddresses(t *testing.T) {
	t.Parallel()
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the private host was reached") }))
	t.Cleanup(inside.Close)
	for _, address := range []string{
		strings.TrimPrefix(inside.URL, "http://"), "localhost:80", "[::1]:443", "[::ffff:127.0.0.1]:443", "169.254.169.254:80", "10.0.0.1:443", "[fd00::1]:443",
	} {
		n := newNetwork(false, 1<<20)
		if _, err := n.dial(t.Context(), "tcp", address); err == nil || !n.refused.Load() {
			t.Errorf("%s: got %v, refused %v", address, err, n.refused.Load())
		}
		n = newNetwork(false, 1<<20)
		_, err := smarthttp.Open(t.Context(), smarthttp.Access{URL: "http://" + address + "/x", PlainHTTP: true, Transport: n.transport}, []string{"HEAD"})
		if err := (&origin{net: n}).explain(t.Context(), err); city.CodeOf(err) != city.CodeRepoNotAllowed {
			t.Errorf("%s: got %v, want REPO_NOT_ALLOWED", address, err)
		}
		n.close()
	}
}

// A name that the file system cannot hold is refused before anything is written.
func TestCloneLongNames(t *testing.T) {
	t.Parallel()
	host := newRemote(t, "")
	for name, test := range map[string]struct {
		path string
		ok   bool
	}{
		"file":     {"a/" + strings.Repeat("x", 255), true},
		"longfile": {"a/" + strings.Repeat("x", 256), false},
		"folder":   {strings.Repeat("x", 256) + "/a", false},
		"path":     {strings.Repeat("x/", 2050) + "a", false},
	} {
		host.repository(t, name, map[string]string{"base.txt": "content"})
		object := strings.TrimSpace(host.git(t, name, "rev-parse", "HEAD:base.txt"))
		host.git(t, name, "update-index", "--add", "--cacheinfo", "100644,"+object+","+test.path)
		host.git(t, name, "commit", "-qm", "grow")
		_, err := private().Clone(t.Context(), Repo{URL: host.URL + "/" + name}, newDest(t))
		if test.ok && err != nil || !test.ok && city.CodeOf(err) != city.CodeRepoTooLarge {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What git says of a buyer's files may be logged, their names may not.
func TestComplaintsNameNoFile(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"error: unable to create file secret/a.go: No space left on device": "…No space left on device",
		"error: invalid path 'secret/a.go'\nfatal: out of memory":           "…invalid path …\n…out of memory",
		"fatal: secret: b: File name too long":                              "…File name too long",
	} {
		if got := withoutNames(said); got != want {
			t.Errorf("%q becomes %q, want %q", said, got, want)
		}
	}
}
