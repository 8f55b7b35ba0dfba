package app_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/config"
	aicity "aicity.dev/aicity/sdk/go"
)

// mailServer takes every mail that is sent to it.
func mailServer(t *testing.T) (port int, texts <-chan string) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	got := make(chan string, 10)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			converse(conn, got)
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port, got
}

func converse(conn net.Conn, got chan<- string) {
	defer func() { _ = conn.Close() }()
	say := func(line string) { _, _ = fmt.Fprintf(conn, "%s\r\n", line) }
	say("220 test")
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		switch verb, _, _ := strings.Cut(strings.ToUpper(lines.Text()), " "); verb {
		case "DATA":
			say("354 go on")
			var text strings.Builder
			for lines.Scan() && lines.Text() != "." {
				text.WriteString(lines.Text() + "\n")
			}
			got <- strings.ReplaceAll(strings.ReplaceAll(text.String(), "=\n", ""), "=3D", "=")
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

// linkTo finds the token of a link in a mail.
func linkTo(t *testing.T, text, page string) string {
	t.Helper()
	found := regexp.MustCompile(regexp.QuoteMeta(page) + `\?token=(\S+)`).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("no link to %s in %s", page, text)
	}
	return found[1]
}

func postForm(t *testing.T, at string, values url.Values) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at, strings.NewReader(values.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// With a mail server an address is confirmed before it is used, and a forgotten
// password is replaced over a link.
func TestMails(t *testing.T) {
	t.Parallel()
	port, mails := mailServer(t)
	s := apptest.Start(t, func(c *config.Config) {
		c.SMTP = config.SMTP{Host: "127.0.0.1", Port: port, Security: "plain", From: "AI City <hello@city.example>"}
	})
	client, ctx := aicity.New(aicity.Options{BaseURL: s.URL}), t.Context()
	const email, password, another = "ann@people.example", "correct horse battery", "another battery staple"
	session, err := client.Auth.SignUp(ctx, aicity.SignUp{Name: "Ann", Email: email, Password: password})
	if err != nil || session.Token != "" {
		t.Fatalf("%+v, %v", session, err)
	}
	if _, err := client.Auth.SignIn(ctx, email, password); aicity.ErrorCode(err) != aicity.CodeEmailNotVerified {
		t.Errorf("before the address is confirmed: %v", err)
	}
	if code, _ := get(t, s.URL+"/verify-email?token="+linkTo(t, <-mails, "/verify-email"), ""); code != http.StatusOK {
		t.Errorf("the link answers %d", code)
	}
	before, err := client.Auth.SignIn(ctx, email, password)
	if err != nil {
		t.Fatal(err)
	}

	for _, address := range []string{"nobody@people.example", email} {
		if err := client.Auth.ForgotPassword(ctx, address); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	token := linkTo(t, <-mails, "/reset-password")
	if code, page := get(t, s.URL+"/reset-password?token="+token, ""); code != http.StatusOK || !strings.Contains(page, token) {
		t.Errorf("the page answers %d", code)
	}
	if code := postForm(t, s.URL+"/reset-password", url.Values{"token": {token}, "new": {"short"}}); code != http.StatusUnprocessableEntity {
		t.Errorf("a short password: %d", code)
	}
	if code := postForm(t, s.URL+"/reset-password", url.Values{"token": {token}, "new": {another}}); code != http.StatusSeeOther {
		t.Errorf("the new password: %d", code)
	}
	if _, err := client.Auth.ResetPassword(ctx, aicity.ResetPassword{Token: token, NewPassword: another}); aicity.ErrorCode(err) != aicity.CodeValidation {
		t.Errorf("the link again: %v", err)
	}
	if _, err := aicity.New(aicity.Options{BaseURL: s.URL, OwnerToken: before.Token}).Auth.Me(ctx); aicity.ErrorCode(err) != aicity.CodeUnauthorized {
		t.Errorf("the old session: %v", err)
	}
	if _, err := client.Auth.SignIn(ctx, email, another); err != nil {
		t.Errorf("the new password: %v", err)
	}
}
