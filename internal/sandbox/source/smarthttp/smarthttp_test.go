package smarthttp

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// repository makes one with a branch, a tag and two commits, and returns the
// folder it is in and the ids of main, of the commit before it and of the tag.
func repository(t *testing.T) (dir, main, before, tag string) {
	t.Helper()
	dir = t.TempDir()
	git := func(args ...string) string {
		cmd := exec.Command("git", args...)
		cmd.Dir = filepath.Join(dir, "app")
		cmd.Env = []string{
			"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
			"GIT_AUTHOR_NAME=T", "GIT_AUTHOR_EMAIL=t@example.com", "GIT_COMMITTER_NAME=T", "GIT_COMMITTER_EMAIL=t@example.com",
		}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	if err := os.Mkdir(filepath.Join(dir, "app"), 0o755); err != nil {
		t.Fatal(err)
	}
	git("init", "-q", "-b", "main")
	git("commit", "-q", "--allow-empty", "-m", "first")
	git("tag", "-a", "v1", "-m", "tag")
	git("commit", "-q", "--allow-empty", "-m", "second")
	return dir, git("rev-parse", "main"), git("rev-parse", "main~1"), git("rev-parse", "v1")
}

// host serves a folder of repositories; it knows versions up to newest.
func host(t *testing.T, dir string, newest int, over func(http.Handler) *httptest.Server) *httptest.Server {
	t.Helper()
	out, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		t.Fatal(err)
	}
	backend := &cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(string(out)), "git-http-backend"), Stderr: io.Discard, InheritEnv: []string{"PATH"},
		Env: []string{
			"HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_PROJECT_ROOT=" + dir, "GIT_HTTP_EXPORT_ALL=1",
			"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=uploadpack.allowAnySHA1InWant", "GIT_CONFIG_VALUE_0=true",
		},
	}
	server := over(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if newest < 2 {
			r.Header.Del("Git-Protocol")
		}
		if newest == 1 {
			r.Header.Set("Git-Protocol", "version=1")
		}
		backend.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server
}

// names are what is asked for, as a ref called main would be.
var names = []string{"HEAD", "refs/heads/main", "refs/tags/v1", "refs/heads/nope"}

// Every version of the protocol, and encryption, give the same.
func TestVersions(t *testing.T) {
	t.Parallel()
	dir, main, before, tag := repository(t)
	for name, server := range map[string]*httptest.Server{
		"version 0": host(t, dir, 0, httptest.NewServer), "version 1": host(t, dir, 1, httptest.NewServer),
		"version 2": host(t, dir, 2, httptest.NewServer), "encrypted": host(t, dir, 2, httptest.NewTLSServer),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := Open(t.Context(), Access{URL: server.URL + "/app", PlainHTTP: true, Transport: server.Client().Transport}, names)
			if err != nil {
				t.Fatal(err)
			}
			refs, err := r.List(t.Context(), names)
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]string{"HEAD": main, "refs/heads/main": main, "refs/tags/v1": tag}
			if fmt.Sprint(refs.Objects) != fmt.Sprint(want) || !refs.Any {
				t.Errorf("got %v, want %v", refs, want)
			}
			for object, cut := range map[string]string{main: main, before: before, tag: before} {
				var pack bytes.Buffer
				shallow, err := r.Fetch(t.Context(), object, &pack)
				if err != nil || !bytes.HasPrefix(pack.Bytes(), []byte("PACK")) {
					t.Errorf("fetch %s: %d bytes, %v", object, pack.Len(), err)
				}
				if strings.Join(shallow, " ") != cut {
					t.Errorf("fetch %s: cut off at %v, want %q", object, shallow, cut)
				}
			}
			for _, object := range []string{strings.Repeat("a", 40), strings.Repeat("a", 64)} {
				if _, err := r.Fetch(t.Context(), object, io.Discard); !errors.Is(err, ErrNoObject) {
					t.Errorf("an object that is not there: %v", err)
				}
			}
			full := errors.New("full")
			if _, err := r.Fetch(t.Context(), main, failing{full}); !errors.Is(err, full) {
				t.Errorf("a writer that fails: %v", err)
			}
			if refs, err := r.List(t.Context(), []string{"refs/heads/nope"}); err != nil || !refs.Any {
				t.Errorf("a ref that is not there: %v, %v", refs, err)
			}
		})
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// script is a host that answers with what it is given, whatever is asked.
func script(t *testing.T, info, result string) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, body := "advertisement", info
		if r.Method == http.MethodPost {
			kind, body = "result", result
		}
		w.Header().Set("Content-Type", "application/x-git-upload-pack-"+kind)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return server
}

// message is packets of lines; "0000" and "0001" stand for themselves.
func message(lines ...string) string {
	var m request
	for _, line := range lines {
		if line == "0000" || line == "0001" {
			m.WriteString(line)
			continue
		}
		m.line("%s", line)
	}
	return m.String()
}

func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	id := strings.Repeat("a", 40)
	two := message("version 2", "agent=x", "0000")
	for name, test := range map[string]struct {
		info, result string
		open, fetch  error
	}{
		"nothing":                 {"", "", ErrHost, nil},
		"no packet":               {"zzzz", "", ErrHost, nil},
		"a length of three":       {"0003", "", ErrHost, nil},
		"a length beyond all":     {"ffff", "", ErrHost, nil},
		"cut off":                 {"0040version 2\n", "", ErrHost, nil},
		"no end of what it can":   {message("version 2") + strings.Repeat(message("x"), maxAble+1), "", ErrHost, nil},
		"a reason":                {message("ERR go away from https://secret.example"), "", ErrHost, nil},
		"no repository":           {message("ERR Repository not found."), "", ErrNotFound, nil},
		"an answer without pack":  {two, message("shallow-info", "0000"), nil, ErrHost},
		"endless shallow":         {two, message("shallow-info") + strings.Repeat(message("shallow "+id), maxShallow+1), nil, ErrHost},
		"a shallow that is none":  {two, message("shallow-info", "shallow ../../config", "0001", "packfile"), nil, ErrHost},
		"a pack cut off":          {two, message("packfile") + "0020\x01PACK", nil, ErrHost},
		"a pack without an end":   {two, message("packfile") + "0009\x01PACK", nil, ErrHost},
		"a packet without a band": {two, message("packfile") + "0004", nil, ErrHost},
		"a band of errors":        {two, message("packfile") + "000b\x03broken", nil, ErrHost},
		"not our ref":             {two, message("ERR upload-pack: not our ref " + id), nil, ErrNoObject},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := script(t, test.info, test.result)
			r, err := Open(t.Context(), Access{URL: server.URL + "/x", PlainHTTP: true, Transport: server.Client().Transport}, names)
			if !errors.Is(err, test.open) {
				t.Fatalf("open: got %v, want %v", err, test.open)
			}
			if err == nil {
				_, err = r.Fetch(t.Context(), id, io.Discard)
				if !errors.Is(err, test.fetch) {
					t.Errorf("fetch: got %v, want %v", err, test.fetch)
				}
			}
			if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), server.Listener.Addr().String()) {
				t.Errorf("the error tells too much: %v", err)
			}
		})
	}
}

// Redirects are followed within the host that a login is for, and to nothing but http.
func TestRedirects(t *testing.T) {
	t.Parallel()
	dir, main, _, _ := repository(t)
	git := host(t, dir, 2, httptest.NewServer)
	encrypted := host(t, dir, 2, httptest.NewTLSServer)
	to := func(target string, method string) *httptest.Server {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == method {
				http.Redirect(w, r, target+r.URL.RequestURI(), http.StatusFound)
				return
			}
			git.Config.Handler.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		return server
	}
	loop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.String(), http.StatusFound) }))
	t.Cleanup(loop.Close)
	login := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/login" {
			http.Redirect(w, r, "/login", http.StatusFound)
		}
	}))
	t.Cleanup(login.Close)
	for name, test := range map[string]struct {
		server *httptest.Server
		change func(*Access)
		want   error
	}{
		"to another host":               {to(git.URL, http.MethodGet), nil, nil},
		"to another host, with a login": {to(git.URL, http.MethodGet), func(a *Access) { a.Login = "a:b" }, ErrElsewhere},
		"to plain http":                 {to(git.URL, http.MethodGet), func(a *Access) { a.PlainHTTP = false }, ErrElsewhere},
		"to another protocol":           {to("ftp://127.0.0.1", http.MethodGet), nil, ErrElsewhere},
		"to where a file is":            {to("file:///etc/passwd?", http.MethodGet), nil, ErrElsewhere},
		"of the question for a pack":    {to(git.URL, http.MethodPost), nil, ErrHost},
		"in a circle":                   {loop, nil, ErrHost},
		"to a page to log in at":        {login, nil, ErrNotFound},
		"to an unknown certificate":     {to(encrypted.URL, http.MethodGet), nil, ErrHost},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			access := Access{URL: test.server.URL + "/app", PlainHTTP: true, Transport: &http.Transport{DisableKeepAlives: true}}
			if test.change != nil {
				test.change(&access)
			}
			r, err := Open(t.Context(), access, names)
			if err == nil {
				_, err = r.List(t.Context(), names)
			}
			if err == nil {
				_, err = r.Fetch(t.Context(), main, io.Discard)
			}
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

// What is sent names no page that the client came from, and a login only where it is given.
func TestHeaders(t *testing.T) {
	t.Parallel()
	seen := make(chan http.Header, 1)
	end := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen <- r.Header }))
	t.Cleanup(end.Close)
	start := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, strings.Replace(end.URL, "http://", "http://user:password@", 1)+r.URL.RequestURI(), http.StatusFound)
	}))
	t.Cleanup(start.Close)
	_, err := Open(t.Context(), Access{URL: start.URL + "/secret", PlainHTTP: true, Transport: &http.Transport{DisableKeepAlives: true}}, names)
	if !errors.Is(err, ErrNotGit) {
		t.Fatal(err)
	}
	header := <-seen
	for _, name := range []string{"Referer", "Authorization", "Cookie"} {
		if header.Get(name) != "" {
			t.Errorf("%s: %q", name, header.Get(name))
		}
	}
	if header.Get("Git-Protocol") != "version=2" {
		t.Errorf("Git-Protocol: %q", header.Get("Git-Protocol"))
	}
}

func FuzzAnswers(f *testing.F) {
	id := strings.Repeat("a", 40)
	f.Add(message("# service=git-upload-pack", "0000", "version 2", "ls-refs", "0000"), message("shallow-info", "shallow "+id, "0001", "packfile")+"0009\x01PACK0000")
	f.Add(message("# service=git-upload-pack", "0000", id+" HEAD\x00shallow side-band-64k", "0000"), message("shallow "+id, "0000", "NAK")+"0009\x01PACK0000")
	f.Add(message("version 1", id+" refs/heads/main"), message(id+" HEAD", id+" refs/heads/main", "0000"))
	f.Fuzz(func(t *testing.T, info, result string) {
		// The answers are read from memory: what is tried is the reading.
		r, err := Open(t.Context(), Access{URL: "http://host/x", PlainHTTP: true, Transport: spoken{info, result}}, names)
		if err != nil {
			return
		}
		if refs, err := r.List(t.Context(), names); err == nil {
			for name, object := range refs.Objects {
				if !objectID.MatchString(object) {
					t.Errorf("%q is the object %q", name, object)
				}
			}
		}
		var pack bytes.Buffer
		shallow, err := r.Fetch(t.Context(), id, &pack)
		for _, object := range shallow {
			if !objectID.MatchString(object) {
				t.Errorf("cut off at %q", object)
			}
		}
		if pack.Len() > len(result) || err != nil && shallow != nil {
			t.Errorf("%d bytes of pack from %d, cut off at %v, %v", pack.Len(), len(result), shallow, err)
		}
	})
}

// spoken is a host in memory.
type spoken struct{ info, result string }

func (s spoken) RoundTrip(r *http.Request) (*http.Response, error) {
	kind, body := "advertisement", s.info
	if r.Method == http.MethodPost {
		kind, body = "result", s.result
	}
	return &http.Response{
		StatusCode: http.StatusOK, Request: r, Body: io.NopCloser(strings.NewReader(body)),
		Header: http.Header{"Content-Type": []string{"application/x-git-upload-pack-" + kind}},
	}, nil
}
