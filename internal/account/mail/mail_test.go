package mail_test

import (
	"bufio"
	"fmt"
	"net"
	netmail "net/mail"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/account"
	"aicity.dev/aicity/internal/account/mail"
)

var _ account.Mailer = (*mail.SMTP)(nil)

// received is what the server was told.
type received struct{ from, to, data string }

// serve answers one SMTP conversation; reject is its answer to RCPT, if any.
func serve(t *testing.T, reject string) (port int, got <-chan received) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan received, 1)
	go func() {
		defer close(done)
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		done <- converse(conn, reject)
	}()
	t.Cleanup(func() { _ = listener.Close() })
	return listener.Addr().(*net.TCPAddr).Port, done
}

func converse(conn net.Conn, reject string) received {
	var r received
	say := func(line string) { _, _ = fmt.Fprintf(conn, "%s\r\n", line) }
	say("220 test")
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		line := lines.Text()
		switch verb := strings.ToUpper(strings.Fields(line + " ")[0]); verb {
		case "EHLO", "HELO", "NOOP", "RSET":
			say("250 ok")
		case "MAIL":
			r.from = line
			say("250 ok")
		case "RCPT":
			r.to = line
			if reject != "" {
				say(reject)
				continue
			}
			say("250 ok")
		case "DATA":
			say("354 go on")
			for lines.Scan() && lines.Text() != "." {
				r.data += lines.Text() + "\n"
			}
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return r
		default:
			say("500 what?")
		}
	}
	return r
}

func sender(t *testing.T, port int) *mail.SMTP {
	t.Helper()
	s, err := mail.New(mail.Config{Host: "127.0.0.1", Port: port, Security: mail.Plain, From: "AI City <hello@city.example>"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSend(t *testing.T) {
	t.Parallel()
	port, got := serve(t, "")
	err := sender(t, port).Send(t.Context(), "ann@example.com", "Confirm\r\nBcc: eve@example.com", "Open https://city.example/x?token=a.b-c_d")
	if err != nil {
		t.Fatal(err)
	}
	r := <-got
	if !strings.Contains(r.from, "<hello@city.example>") || !strings.Contains(r.to, "<ann@example.com>") {
		t.Errorf("envelope: from %q to %q", r.from, r.to)
	}
	msg, err := netmail.ReadMessage(strings.NewReader(r.data))
	if err != nil {
		t.Fatalf("not a mail: %v\n%s", err, r.data)
	}
	if msg.Header.Get("Bcc") != "" {
		t.Error("a line break in the subject made a header of its own")
	}
	if !strings.Contains(strings.ReplaceAll(r.data, "=\n", ""), "https://city.example/x?token=3Da.b-c_d") {
		t.Errorf("the link is not in the mail:\n%s", r.data)
	}
}

func TestSendFails(t *testing.T) {
	t.Parallel()
	port, _ := serve(t, "550 no such user")
	if err := sender(t, port).Send(t.Context(), "ann@example.com", "Hi", "Text"); err == nil {
		t.Error("a refused recipient was not reported")
	}
	port, _ = serve(t, "")
	if err := sender(t, port).Send(t.Context(), "not an address", "Hi", "Text"); err == nil {
		t.Error("a bad address was not reported")
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	good := mail.Config{Host: "mail.example", Security: mail.StartTLS, From: "hello@city.example"}
	if _, err := mail.New(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*mail.Config){
		"no host":   func(c *mail.Config) { c.Host = "" },
		"no sender": func(c *mail.Config) { c.From = "" },
		"security":  func(c *mail.Config) { c.Security = "ssl3" },
		"port":      func(c *mail.Config) { c.Port = 70000 },
	} {
		bad := good
		change(&bad)
		if _, err := mail.New(bad); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
