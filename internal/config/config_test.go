package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

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

// What demos, tests and measurements begin with is what a server has that was told
// nothing, whatever stands in the environment.
func TestDefault(t *testing.T) {
	if diff := cmp.Diff(parse(t), config.Default()); diff != "" {
		t.Errorf("-told nothing +Default:\n%s", diff)
	}
	t.Setenv("AICITY_REFUND_WINDOW", "20s")
	if got := config.Default().RefundWindow; got != 15*time.Minute {
		t.Errorf("a refund window of %v, out of the environment", got)
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

// Each setting is a flag of this name and the variable that belongs to it.
func TestNames(t *testing.T) {
	t.Parallel()
	parser, err := kong.New(&config.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, flag := range parser.Model.Flags {
		if flag.Name == "help" {
			continue
		}
		got = append(got, flag.Name)
		name := strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
		want := []string{"AICITY_" + name}
		if name == "STRIPE_SECRET_KEY" || name == "STRIPE_WEBHOOK_SECRET" { // as Stripe's own documentation calls them
			want = append(want, name)
		}
		if diff := cmp.Diff(want, flag.Envs); diff != "" {
			t.Errorf("--%s: variable (-want +got):\n%s", flag.Name, diff)
		}
	}
	want := []string{
		"listen", "data", "database-url", "public-url", "trust-proxy", "requests-per-second", "log-format", "log-level", "metrics-key",
		"refund-window", "accept-window", "default-deadline", "refund-review", "refund-rate-limit", "fee-percent", "payout-delay", "payout-reserve", "payout-new", "models", "archive-quota-mb", "seed-agents",
		"allow-private-repos", "allow-private-webhooks",
		"runsc", "sandbox-rootfs", "sandbox-max", "sandbox-memory-mb", "sandbox-cpus", "sandbox-pids",
		"sandbox-disk-mb", "sandbox-files", "sandbox-volume",
		"sandbox-warm", "sandbox-warm-git", "sandbox-queue", "sandbox-execs", "sandbox-exec-time", "sandbox-output-mb", "sandbox-idle", "sandbox-lifetime",
		"repo-max-mb", "repo-max-files",
		"stripe-secret-key", "stripe-webhook-secret", "stripe-accept-test-credits", "stripe-api-url",
		"smtp-host", "smtp-port", "smtp-security", "smtp-user", "smtp-password", "smtp-from",
		"judge-provider", "judge-base-url", "judge-key", "judge-model", "judge-daily-budget",
		"llm-base-url", "llm-key", "llm-model",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("flags (-want +got):\n%s", diff)
	}
}

func TestURL(t *testing.T) {
	t.Parallel()
	tests := []struct{ listen, public, want string }{
		{"127.0.0.1:8080", "", "http://127.0.0.1:8080"},
		{":8080", "", "http://localhost:8080"},
		{"0.0.0.0:8080", "", "http://localhost:8080"},
		{"[::]:8080", "", "http://localhost:8080"},
		{"[::1]:8080", "", "http://[::1]:8080"},
		{"0.0.0.0:8080", "https://city.example/", "https://city.example"},
	}
	for _, tt := range tests {
		if got := (config.Config{Listen: tt.listen, PublicURL: tt.public}).URL(); got != tt.want {
			t.Errorf("listen %q, public %q: got %q, want %q", tt.listen, tt.public, got, tt.want)
		}
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	valid := parse(t)
	tests := []struct {
		flag  string
		spoil func(*config.Config)
	}{
		{"--listen", func(c *config.Config) { c.Listen = "nowhere" }},
		{"--data", func(c *config.Config) { c.Data = "" }},
		{"--database-url", func(c *config.Config) { c.DatabaseURL = "mysql://x" }},
		{"--public-url", func(c *config.Config) { c.PublicURL = "https://city.example/below" }},
		{"--public-url", func(c *config.Config) { c.PublicURL = "city.example" }},
		{"--requests-per-second", func(c *config.Config) { c.RequestsPerSecond = 0 }},
		{"--refund-window", func(c *config.Config) { c.RefundWindow = 0 }},
		{"--accept-window", func(c *config.Config) { c.AcceptWindow = -1 }},
		{"--default-deadline", func(c *config.Config) { c.DefaultDeadline = 0 }},
		{"--sandbox-max", func(c *config.Config) { c.SandboxMax = 0 }},
		{"--refund-review", func(c *config.Config) { c.RefundReview = 0 }},
		{"--refund-rate-limit", func(c *config.Config) { c.RefundRateLimit = 1.1 }},
		{"--fee-percent", func(c *config.Config) { c.FeePercent = 101 }},
		{"--sandbox-memory-mb", func(c *config.Config) { c.SandboxMemoryMB = 1 }},
		{"--sandbox-cpus", func(c *config.Config) { c.SandboxCPUs = 0 }},
		{"--sandbox-pids", func(c *config.Config) { c.SandboxPIDs = 1 }},
		{"--sandbox-lifetime", func(c *config.Config) { c.SandboxLifetime = 0 }},
		{"--repo-max-mb", func(c *config.Config) { c.RepoMaxMB = 0 }},
		{"--repo-max-files", func(c *config.Config) { c.RepoMaxFiles = 0 }},
		{"--stripe-webhook-secret", func(c *config.Config) { c.Stripe = config.Stripe{SecretKey: "sk_test_1", WebhookSecret: " , "} }},
		{"--stripe-api-url", func(c *config.Config) { c.Stripe.APIURL = "stripe.example" }},
		{"--smtp-from", func(c *config.Config) { c.SMTP.Host = "mail.example" }},
		{"--smtp-port", func(c *config.Config) { c.SMTP = config.SMTP{Host: "mail.example", From: "a@b.example", Port: 70000} }},
		{"--judge-model", func(c *config.Config) { c.Judge = config.Judge{Provider: "openai", DailyBudget: 1} }},
		{"--judge-daily-budget", func(c *config.Config) { c.Judge = config.Judge{Provider: "openai", Model: "m"} }},
		{"--judge-base-url", func(c *config.Config) { c.Judge = config.Judge{BaseURL: "model.example"} }},
		{"--llm-base-url", func(c *config.Config) { c.LLM = config.LLM{BaseURL: "model.example", Model: "m"} }},
		{"--llm-model", func(c *config.Config) { c.LLM.BaseURL = "https://model.example/v1" }},
	}
	for _, tt := range tests {
		c := valid
		tt.spoil(&c)
		if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), tt.flag+" ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v, want one complaint, about %s", err, tt.flag)
		}
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
