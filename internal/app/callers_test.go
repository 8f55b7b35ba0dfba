package app_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
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
		{"kept call that is refused", "/api/v1/tasks/tsk_x/executing", "Idempotency-Key: k\r\nAuthorization: Bearer " + session.Token, http.StatusUnauthorized},
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
