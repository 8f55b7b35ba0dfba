package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"aicity.dev/aicity/internal/config"
)

// parseFile parses args with a configuration file of the given content.
func parseFile(t *testing.T, content string, args ...string) (config.Config, error) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "city.json")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	var command struct {
		config.Config
		File kong.ConfigFlag `name:"config"`
	}
	parser, err := kong.New(&command, kong.Configuration(config.JSON))
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(append([]string{"--config=" + name}, args...))
	return command.Config, err
}

func TestFile(t *testing.T) {
	t.Parallel()
	c, err := parseFile(t, `{
		"listen": "0.0.0.0:9000",
		"refund-window": "20s",
		"seed-agents": false,
		"allow-private-repos": true,
		"sandbox-memory-mb": 2048,
		"sandbox-cpus": 0.5,
		"smtp-host": "mail.example",
		"smtp-from": "city@city.example",
		"smtp-port": 25
	}`)
	if err != nil {
		t.Fatal(err)
	}
	want := config.Config{
		Listen: "0.0.0.0:9000", RefundWindow: 20 * time.Second, AllowPrivateRepos: true, SandboxMemoryMB: 2048, SandboxCPUs: 0.5,
		SMTP: config.SMTP{Host: "mail.example", From: "city@city.example", Port: 25, Security: "starttls"},
	}
	got := config.Config{
		Listen: c.Listen, RefundWindow: c.RefundWindow, AllowPrivateRepos: c.AllowPrivateRepos, SandboxMemoryMB: c.SandboxMemoryMB,
		SandboxCPUs: c.SandboxCPUs, SMTP: c.SMTP, SeedAgents: c.SeedAgents,
	}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if c.AcceptWindow != 10*time.Minute {
		t.Errorf("what the file leaves out is %v, not the default", c.AcceptWindow)
	}
}

// Not parallel: it sets the environment.
func TestOrderOfSources(t *testing.T) {
	t.Setenv("AICITY_ACCEPT_WINDOW", "2m")
	t.Setenv("AICITY_DEFAULT_DEADLINE", "2m")
	c, err := parseFile(t, `{"refund-window": "1m", "accept-window": "1m", "default-deadline": "1m"}`, "--default-deadline=3m")
	if err != nil {
		t.Fatal(err)
	}
	if c.RefundWindow != time.Minute {
		t.Errorf("file over default: got %v", c.RefundWindow)
	}
	if c.AcceptWindow != 2*time.Minute {
		t.Errorf("environment over file: got %v", c.AcceptWindow)
	}
	if c.DefaultDeadline != 3*time.Minute {
		t.Errorf("flag over environment: got %v", c.DefaultDeadline)
	}
}

func TestFileRefused(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ content, want string }{
		"unknown keys":    {`{"refund_window": "1m", "colour": "red"}`, `no such setting: "colour", "refund_window"`},
		"not a setting":   {`{"config": "other.json"}`, `no such setting: "config"`},
		"an object":       {`{"smtp": {"host": "mail"}}`, `"smtp" must be a string`},
		"null":            {`{"listen": null}`, `"listen" must be a string`},
		"no JSON":         {`listen = 1`, "read configuration file"},
		"no object":       {`["listen"]`, "read configuration file"},
		"more":            {`{} {}`, "more after the object"},
		"no duration":     {`{"refund-window": 15}`, "--refund-window"},
		"no whole number": {`{"sandbox-max": 1.5}`, "--sandbox-max"},
		"rule broken":     {`{"sandbox-max": 0}`, "--sandbox-max must be at least 1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parseFile(t, tt.content)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want %q in it", err, tt.want)
			}
		})
	}
}
