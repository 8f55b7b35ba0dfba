package app_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"aicity.dev/aicity/internal/app"
	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
	aicity "aicity.dev/aicity/sdk/go"
)

// Bodies that never come hold no connection, whoever reads them: a form, a call
// of the API, a call whose answer is kept, a call that is refused unread.
func TestSlowBodies(t *testing.T) {
	t.Parallel()
	city, err := app.New(t.Context(), apptest.Config(sandboxtest.Dir(t)), slog.New(slog.DiscardHandler), app.Options{Graces: app.Graces{Body: 100 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = city.Stop(context.WithoutCancel(t.Context())) })
	if err := city.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	session, err := aicity.New(aicity.Options{BaseURL: "http://" + city.Address()}).Auth.SignUp(t.Context(),
		aicity.SignUp{Name: "Ada", Email: "ada@people.example", Password: "correct horse battery"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, path, header string
		status             int
	}{
		{"form", "/sign-in", "Content-Type: application/x-www-form-urlencoded", http.StatusRequestTimeout},
		{"call", "/api/v1/auth/sign-in", "Content-Type: application/json", http.StatusRequestTimeout},
		{"kept call", "/api/v1/tasks", "Idempotency-Key: k\r\nAuthorization: Bearer " + session.Token, http.StatusRequestTimeout},
		{"upload", "/api/v1/archives", "Content-Type: application/octet-stream\r\nAuthorization: Bearer " + session.Token, http.StatusRequestTimeout},
		{"kept call that is refused", "/api/v1/tasks/tsk_x/executing", "Idempotency-Key: k\r\nAuthorization: Bearer " + session.Token, http.StatusForbidden},
		{"refused call", "/api/v1/tasks", "Content-Type: application/json", http.StatusUnauthorized},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", city.Address())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\n%s\r\nContent-Length: 1000\r\n\r\n{", c.path, city.Address(), c.header)
			if err != nil {
				t.Fatal(err)
			}
			answers := bufio.NewReader(conn)
			res, err := http.ReadResponse(answers, nil)
			if err != nil || res.StatusCode != c.status {
				t.Fatalf("%+v, %v", res, err)
			}
			if _, err := io.Copy(io.Discard, answers); err != nil {
				t.Error(err)
			} // until the city hangs up
		})
	}
}

// A client that sends all before it reads, as Python's urllib does, reads why its
// body was refused.
func TestLargeBodiesAreAnswered(t *testing.T) {
	t.Parallel()
	address := strings.TrimPrefix(apptest.Start(t).URL, "http://")
	const size = 24 << 20 // more than the buffers of a connection hold
	for _, c := range []struct {
		name, path, header string
		status             int
	}{
		{"too large, and says so", "/api/v1/auth/sign-in", fmt.Sprintf("Content-Length: %d", size), http.StatusRequestEntityTooLarge},
		{"too large, without saying so", "/api/v1/auth/sign-in", "Transfer-Encoding: chunked", http.StatusRequestEntityTooLarge},
		{"by nobody known", "/api/v1/tasks", fmt.Sprintf("Content-Length: %d", size), http.StatusUnauthorized},
		{"a form", "/sign-in", fmt.Sprintf("Content-Length: %d", size), http.StatusRequestEntityTooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			kind := "application/json"
			if c.path == "/sign-in" {
				kind = "application/x-www-form-urlencoded"
			}
			body := `"` + strings.Repeat("a", size-2) + `"`
			if strings.HasPrefix(c.header, "Transfer") {
				body = fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", size, body)
			}
			_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nContent-Type: %s\r\n%s\r\n\r\n%s", c.path, address, address, kind, c.header, body)
			if err != nil {
				t.Fatalf("it was not sent whole: %v", err)
			}
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil || res.StatusCode != c.status {
				t.Fatalf("%+v, %v", res, err)
			}
		})
	}
}
