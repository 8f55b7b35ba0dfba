// Package mail sends the city's mail through an SMTP server.
package mail

import (
	"context"
	"errors"
	"fmt"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Security says how the connection to the server is protected.
type Security string

// The ways to protect a connection.
const (
	StartTLS Security = "starttls" // plain at first, then TLS, else no mail is sent
	TLS      Security = "tls"      // TLS from the first byte
	Plain    Security = "plain"    // none: for a relay on the same machine
)

// Config says which server sends the mail and in whose name.
type Config struct {
	Host     string
	Port     int // 0: 587 with StartTLS, 465 with TLS, 25 with Plain
	Security Security
	Username string // empty: no authentication
	Password string
	From     string // "AI City <hello@city.example>" or the bare address
}

// SMTP sends mail through an SMTP server. It is safe for concurrent use.
type SMTP struct {
	client *gomail.Client
	from   string
}

// sendTimeout bounds the whole exchange with the server.
const sendTimeout = 20 * time.Second

// New returns a sender. It does not connect yet.
func New(cfg Config) (*SMTP, error) {
	if err := gomail.NewMsg().From(cfg.From); err != nil {
		return nil, errors.New("the sender of mails must be an address such as AI City <hello@city.example>")
	}
	options := []gomail.Option{gomail.WithTimeout(sendTimeout)}
	switch cfg.Security {
	case StartTLS:
		options = append(options, gomail.WithPort(portOr(cfg.Port, gomail.DefaultPortTLS)), gomail.WithTLSPolicy(gomail.TLSMandatory))
	case TLS:
		options = append(options, gomail.WithPort(portOr(cfg.Port, gomail.DefaultPortSSL)), gomail.WithSSL())
	case Plain:
		options = append(options, gomail.WithPort(portOr(cfg.Port, gomail.DefaultPort)), gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, fmt.Errorf("unknown SMTP security %q: use starttls, tls or plain", cfg.Security)
	}
	if cfg.Username != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(cfg.Username), gomail.WithPassword(cfg.Password))
	}
	client, err := gomail.NewClient(cfg.Host, options...)
	if err != nil {
		return nil, fmt.Errorf("configure SMTP: %w", err)
	}
	return &SMTP{client: client, from: cfg.From}, nil
}

func portOr(port, standard int) int {
	if port == 0 {
		return standard
	}
	return port
}

// Send sends a plain text mail to one address.
func (s *SMTP) Send(ctx context.Context, to, subject, text string) error {
	msg := gomail.NewMsg()
	if err := msg.From(s.from); err != nil {
		return fmt.Errorf("address mail: %w", err)
	}
	if err := msg.To(to); err != nil {
		return fmt.Errorf("address mail: %w", err)
	}
	msg.Subject(subject)
	msg.SetBodyString(gomail.TypeTextPlain, text)
	// Each mail gets a connection of its own: they are few, and several may be sent at once.
	if err := s.client.DialAndSendWithContext(ctx, msg); err != nil {
		return fmt.Errorf("send mail: %w", err)
	}
	return nil
}
