package source

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"code.dny.dev/ssrf"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/sandbox/source/smarthttp"
)

// public is a network that takes one address for public, so that there is a
// first host that can redirect.
func public(address string) *network {
	n := newNetwork(false, 1<<20)
	safe := ssrf.New().Safe
	n.dialer.Control = func(kind, dialled string, c syscall.RawConn) error {
		if dialled == address {
			return nil
		}
		return safe(kind, dialled, c)
	}
	return n
}

// A host that may be asked leads to none that may not, whatever it answers.
func TestRedirectToAPrivateAddress(t *testing.T) {
	t.Parallel()
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the private host was reached") }))
	t.Cleanup(inside.Close)
	for _, target := range []string{
		inside.URL, "http://localhost:80", "http://169.254.169.254", "http://[::1]:443", "http://[::ffff:10.0.0.1]", "https://10.0.0.1", "http://0.0.0.0:80",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == method {
					http.Redirect(w, r, target+r.URL.RequestURI(), http.StatusTemporaryRedirect)
					return
				}
				answer(w, "advertisement", "000eversion 2\n0000")
			}))
			n := public(host.Listener.Addr().String())
			r, err := smarthttp.Open(t.Context(), smarthttp.Access{URL: host.URL + "/app", PlainHTTP: true, Transport: n.transport}, []string{"HEAD"})
			if err == nil {
				_, err = r.List(t.Context(), []string{"HEAD"})
			}
			want := map[string]city.Code{http.MethodGet: city.CodeRepoNotAllowed, http.MethodPost: city.CodeRepoUnreachable}[method]
			if got := city.CodeOf((&origin{net: n}).explain(t.Context(), err)); err == nil || got != want {
				t.Errorf("%s to %s: got %v, want %s", method, target, err, want)
			}
			n.close()
			host.Close()
		}
	}
}

func answer(w http.ResponseWriter, kind, body string) {
	w.Header().Set("Content-Type", "application/x-git-upload-pack-"+kind)
	_, _ = io.WriteString(w, body)
}

// endless is a host whose answer to one question has no end.
func endless(t *testing.T, what string) string {
	t.Helper()
	object := strings.Repeat("a", 40)
	packet := func(payload string) string { return fmt.Sprintf("%04x%s", len(payload)+4, payload) }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		question, _ := io.ReadAll(r.Body)
		kind, begin, more := "advertisement", "", ""
		switch {
		case r.Method == http.MethodGet && what == "abilities":
			begin, more = packet("version 2\n"), packet("a=b\n")
		case r.Method == http.MethodGet && what == "old refs":
			begin, more = packet(object+" HEAD\x00shallow side-band-64k\n"), packet(object+" refs/heads/x\n")
		case r.Method == http.MethodGet:
			answer(w, kind, packet("version 2\n")+"0000")
			return
		case strings.Contains(string(question), "command=ls-refs") && what == "refs":
			kind, more = "result", packet(object+" HEAD\n")
		case strings.Contains(string(question), "command=ls-refs"):
			answer(w, "result", packet(object+" HEAD\n")+"0000")
			return
		case what == "progress":
			kind, begin, more = "result", packet("packfile\n"), packet("\x02Counting objects")
		case what == "nothing":
			kind, begin, more = "result", packet("packfile\n"), packet("\x01")
		case what == "pack":
			kind, begin, more = "result", packet("packfile\n"), packet("\x01"+strings.Repeat("PACK", 1000))
		default:
			kind, begin, more = "result", packet("shallow-info\n"), packet("shallow "+object+"\n")
		}
		answer(w, kind, begin)
		more = strings.Repeat(more, 200)
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, more); err != nil {
				return
			}
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// An answer without end costs no more than what may be transferred.
func TestEndlessAnswers(t *testing.T) {
	t.Parallel()
	for what, want := range map[string]city.Code{
		"abilities": city.CodeRepoUnreachable, "old refs": city.CodeRepoTooLarge, "refs": city.CodeRepoTooLarge, "progress": city.CodeRepoTooLarge,
		"nothing": city.CodeRepoTooLarge, "pack": city.CodeRepoTooLarge, "shallow": city.CodeRepoUnreachable,
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			f := private()
			f.Limits.Transfer = 4 << 20
			if _, err := f.Clone(t.Context(), Repo{URL: endless(t, what) + "/x"}, newDest(t)); city.CodeOf(err) != want {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}

// A host that goes silent in the middle ends with the time there is for it.
func TestSilentHost(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer(w, "advertisement", "000eversion 2\n")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	f := private()
	f.Limits.Time = 300 * time.Millisecond
	if _, err := f.Clone(t.Context(), Repo{URL: server.URL + "/x"}, newDest(t)); city.CodeOf(err) != city.CodeRepoUnreachable {
		t.Errorf("got %v, want REPO_UNREACHABLE", err)
	}
}
