package httpapi_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"aicity.dev/aicity/internal/apptest"
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
		if w.Code != http.StatusUnauthorized {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
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
