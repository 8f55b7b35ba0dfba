package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"aicity.dev/aicity/internal/config"
)

func parse(t *testing.T, args ...string) config.Config {
	t.Helper()
	var c config.Config
	parser, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(args); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDefaultsAreValid(t *testing.T) {
	c := parse(t)
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
	if c.RefundWindow != 15*time.Minute || c.AcceptWindow != 10*time.Minute || c.DefaultDeadline != 30*time.Minute {
		t.Errorf("windows: %v %v %v", c.RefundWindow, c.AcceptWindow, c.DefaultDeadline)
	}
	if c.URL() != "http://127.0.0.1:8080" || c.Secure() {
		t.Errorf("URL %s, secure %v", c.URL(), c.Secure())
	}
}

func TestEnvironmentAndFlags(t *testing.T) {
	t.Setenv("AICITY_REFUND_WINDOW", "20s")
	t.Setenv("AICITY_LISTEN", "0.0.0.0:9000")
	c := parse(t, "--listen=0.0.0.0:9001", "--public-url=https://city.example/")
	if c.RefundWindow != 20*time.Second || c.Listen != "0.0.0.0:9001" || c.URL() != "https://city.example" || !c.Secure() {
		t.Errorf("got %+v", c)
	}
}

func TestValidateNamesEverythingWrong(t *testing.T) {
	t.Parallel()
	c := config.Config{Listen: "nowhere", DatabaseURL: "mysql://x", SandboxMax: 0, SMTP: config.SMTP{Host: "mail"}}
	err := c.Validate()
	if err == nil {
		t.Fatal("accepted")
	}
	for _, flag := range []string{"--listen", "--data", "--database-url", "--refund-window", "--sandbox-max", "--smtp-from"} {
		if !strings.Contains(err.Error(), flag) {
			t.Errorf("%s is not named in %q", flag, err)
		}
	}
}
