package httpapi_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/archive"
)

// unread fails the test when somebody reads it.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, io.EOF
}

// Who may not call is refused before the body is read, however large it is.
func TestStrangersUploadNothing(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	owner := s.SignUp(t, "owner")
	for _, c := range []struct{ name, method, path, header, value string }{
		{"nobody's archive", post, "/archives", "", ""},
		{"an archive with a wrong key", post, "/archives", "X-API-Key", "ac_live_wrong"},
		{"nobody's file", put, "/tasks/tsk_1/sandbox/files/write", "", ""},
		{"an owner's file", put, "/tasks/tsk_1/sandbox/files/write", "Authorization", "Bearer " + owner.Token},
		{"nobody's order", post, "/tasks", "", ""},
		{"nobody's order with a key for its answer", post, "/tasks", "Idempotency-Key", "k"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), c.method, "/api/v1"+c.path, unread{t})
		r.ContentLength = 64 << 20
		if c.header != "" {
			r.Header.Set(c.header, c.value)
		}
		w := httptest.NewRecorder()
		s.App.Handler().ServeHTTP(w, r)
		want := http.StatusForbidden
		if c.header != "Authorization" {
			want = http.StatusUnauthorized
		}
		if w.Code != want {
			t.Errorf("%s: %d %s, want %d", c.name, w.Code, w.Body, want)
		}
	}
}

// What happens in a sandbox is an agent's to repeat: its answers, which may be
// large and hold the buyer's code, are not kept under an Idempotency-Key.
func TestSandboxAnswersAreNotKept(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	agent := s.Agent(t, "research")
	kept := func() (n int) {
		t.Helper()
		if err := s.App.DB.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM idempotency_keys WHERE caller = $1`, agent.ID).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	caller := asAgent(s, agent)
	const task = "/tasks/tsk_06h0hyvkhxtf5f6tmsavhjd81m"
	for _, c := range []struct{ method, path, body string }{
		{post, "/sandbox/provision", ""}, {post, "/sandbox/exec", `{"command":"true"}`}, {put, "/sandbox/files/write", `{"path":"/home/user/x","content":"x"}`},
		{del, "/sandbox/sbx_1", ""},
	} {
		if got := caller.call(t, c.method, task+c.path, c.body, "Idempotency-Key", "key of "+c.path); got.status != http.StatusNotFound {
			t.Errorf("%s: %d %s", c.path, got.status, got.body)
		}
		if n := kept(); n != 0 {
			t.Fatalf("%s: %d answers kept", c.path, n)
		}
	}
	caller.call(t, post, task+"/decline", "", "Idempotency-Key", "k")
	if n := kept(); n != 1 {
		t.Errorf("%d answers kept, want that of the decline", n)
	}
}

// endless is a body that never ends and counts what was taken of it.
type endless struct{ read int64 }

func (e *endless) Read(p []byte) (int, error) {
	clear(p)
	if e.read == 0 {
		copy(p, "\x1f\x8b\x08\x00") // looks like a gzip
	}
	e.read += int64(len(p))
	return len(p), nil
}

// A body that is too large is refused by what it says of itself, unread, and
// one that says nothing is read up to the limit and no further; with and without
// a key for the answer.
func TestBodiesOverTheLimit(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	owner, agent := s.SignUp(t, "owner"), s.Agent(t, "research")
	for _, c := range []struct {
		name, method, path, header, value string
		limit                             int64
		says                              string
	}{
		{"an archive", post, "/archives", "Authorization", "Bearer " + owner.Token, archive.MaxBytes, "at most 50 MiB"},
		{"an order", post, "/tasks", "Authorization", "Bearer " + owner.Token, 2 << 20, "at most 2 MiB"},
		{"a file", put, "/tasks/tsk_1/sandbox/files/write", "X-API-Key", agent.Key, 16 << 20, "at most 16 MiB"},
	} {
		for _, key := range []string{"", "k"} {
			send := func(body io.Reader, length int64) {
				t.Helper()
				r := httptest.NewRequestWithContext(t.Context(), c.method, "/api/v1"+c.path, body)
				r.ContentLength = length
				r.Header.Set(c.header, c.value)
				if key != "" {
					r.Header.Set("Idempotency-Key", key)
				}
				w := httptest.NewRecorder()
				s.App.Handler().ServeHTTP(w, r)
				if text := w.Body.String(); w.Code != http.StatusRequestEntityTooLarge || !strings.Contains(text, `"PAYLOAD_TOO_LARGE"`) || !strings.Contains(text, c.says) {
					t.Errorf("%s, key %q, length %d: %d %s", c.name, key, length, w.Code, text)
				}
			}
			send(unread{t}, c.limit+1)
			body := &endless{}
			send(body, -1)
			if body.read < c.limit || body.read > c.limit+c.limit/2 {
				t.Errorf("%s, key %q: %d bytes were read, the limit is %d", c.name, key, body.read, c.limit)
			}
		}
	}
}
