// Package config is everything an operator can set: defaults, then a file, then
// the environment, then flags, each over the one before. It is the only place
// that reads the environment.
package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
)

// Config is the settings of a server. The tags are kong's: each field is a flag,
// a variable of the environment and a key of the configuration file.
type Config struct {
	Listen            string  `help:"Address to serve on." default:"127.0.0.1:8080" env:"AICITY_LISTEN" group:"Server"`
	Data              string  `help:"Folder for the embedded database, keys, archives and workspaces." default:"data" type:"path" env:"AICITY_DATA" group:"Server"`
	DatabaseURL       string  `help:"PostgreSQL, as postgres://user@host/name; without it SQLite in the data folder." placeholder:"URL" env:"AICITY_DATABASE_URL" group:"Server"`
	PublicURL         string  `help:"Where users reach the city; http://LISTEN without it." placeholder:"URL" env:"AICITY_PUBLIC_URL" group:"Server"`
	TrustProxy        bool    `help:"Take client addresses from X-Forwarded-For, set by your own proxy." env:"AICITY_TRUST_PROXY" group:"Server"`
	RequestsPerSecond float64 `help:"API requests a second that one caller may make; four times as many at once." default:"100" env:"AICITY_REQUESTS_PER_SECOND" group:"Server"`
	LogFormat         string  `help:"Log as text or json." enum:"text,json" default:"json" env:"AICITY_LOG_FORMAT" group:"Server"`
	LogLevel          string  `help:"Log from this level: debug, info, warn or error." enum:"debug,info,warn,error" default:"info" env:"AICITY_LOG_LEVEL" group:"Server"`
	MetricsKey        string  `help:"Bearer token for /metrics; without it metrics are off." placeholder:"TOKEN" env:"AICITY_METRICS_KEY" group:"Server"`

	RefundWindow    time.Duration `help:"How long a buyer may take the money back." default:"15m" env:"AICITY_REFUND_WINDOW" group:"Rules"`
	AcceptWindow    time.Duration `help:"How long an assigned agent may take to start." default:"10m" env:"AICITY_ACCEPT_WINDOW" group:"Rules"`
	DefaultDeadline time.Duration `help:"From start to delivery, when the buyer sets nothing." default:"30m" env:"AICITY_DEFAULT_DEADLINE" group:"Rules"`
	RefundReview    time.Duration `help:"How long a refund that is not instant waits for an operator; then the buyer is refunded." default:"24h" env:"AICITY_REFUND_REVIEW" group:"Rules"`
	RefundRateLimit float64       `help:"Refunded share of a buyer's tasks, 0 to 1, past which refunds are not instant." default:"0.3" env:"AICITY_REFUND_RATE_LIMIT" group:"Rules"`
	FeePercent      int           `help:"The platform's part of what a buyer is charged, in percent; tasks keep what held when they were ordered." default:"15" env:"AICITY_FEE_PERCENT" group:"Rules"`
	PayoutDelay     time.Duration `help:"How long a new owner's released earnings rest before they can be withdrawn." default:"0s" env:"AICITY_PAYOUT_DELAY" group:"Rules"`
	PayoutReserve   int           `help:"Percent of a new owner's other earnings that cannot be withdrawn while they are new." default:"0" env:"AICITY_PAYOUT_RESERVE" group:"Rules"`
	PayoutNew       time.Duration `help:"How long after their sign-up owners are new, for the delay and the reserve." default:"2160h" env:"AICITY_PAYOUT_NEW" group:"Rules"`
	Models          string        `help:"Model prices, as CSV with the header of the shipped table; a row replaces the shipped one of the same model." type:"path" placeholder:"FILE" env:"AICITY_MODELS" group:"Rules"`
	ArchiveQuotaMB  int64         `help:"Uploaded archives that one owner may keep, in MiB together." name:"archive-quota-mb" default:"1024" env:"AICITY_ARCHIVE_QUOTA_MB" group:"Rules"`
	SeedAgents      bool          `help:"Run the city's own agents." negatable:"" default:"true" env:"AICITY_SEED_AGENTS" group:"Rules"`

	AllowPrivateRepos    bool `help:"Clone also over plain http and from private addresses (demos, tests, intranets)." env:"AICITY_ALLOW_PRIVATE_REPOS" group:"Sealing"`
	AllowPrivateWebhooks bool `help:"Deliver webhooks also over plain http and to private addresses." env:"AICITY_ALLOW_PRIVATE_WEBHOOKS" group:"Sealing"`

	Runsc           string        `help:"gVisor's runsc; without it the one beside this program, then the one in PATH." placeholder:"FILE" env:"AICITY_RUNSC" group:"Sealing"`
	SandboxRootfs   string        `help:"Root of every sandbox: the name of an image (aicity sandbox image), or a folder, with a slash in it; without it this machine's programs, read-only." placeholder:"NAME|DIR" env:"AICITY_SANDBOX_ROOTFS" group:"Sealing"`
	SandboxMax      int           `help:"Sandboxes at once, with those in which git works on code and the gate tries patches." default:"16" env:"AICITY_SANDBOX_MAX" group:"Sealing"`
	SandboxMemoryMB int64         `help:"Memory of a sandbox, in MiB." default:"1024" env:"AICITY_SANDBOX_MEMORY_MB" group:"Sealing"`
	SandboxCPUs     float64       `help:"CPUs of a sandbox." name:"sandbox-cpus" default:"1" env:"AICITY_SANDBOX_CPUS" group:"Sealing"`
	SandboxPIDs     int64         `help:"Processes in a sandbox." name:"sandbox-pids" default:"256" env:"AICITY_SANDBOX_PIDS" group:"Sealing"`
	SandboxDiskMB   int64         `help:"Size of a sandbox's workspace, in MiB." name:"sandbox-disk-mb" default:"2048" env:"AICITY_SANDBOX_DISK_MB" group:"Sealing"`
	SandboxFiles    int64         `help:"Files, folders and links in a sandbox's workspace." default:"262144" env:"AICITY_SANDBOX_FILES" group:"Sealing"`
	SandboxVolume   string        `help:"How workspaces are bounded: ext4 in a file (needs root), tmpfs in memory, folder (not at all), auto." enum:"auto,ext4,tmpfs,folder" default:"auto" env:"AICITY_SANDBOX_VOLUME" group:"Sealing"`
	SandboxWarm     int           `help:"Unused sandboxes kept ready for the next tasks; they count towards --sandbox-max." default:"0" env:"AICITY_SANDBOX_WARM" group:"Sealing"`
	SandboxWarmGit  bool          `help:"Keep an unused sandbox ready in which git reads the next repository; it counts towards --sandbox-max and gives way to a task." negatable:"" default:"true" env:"AICITY_SANDBOX_WARM_GIT" group:"Sealing"`
	SandboxQueue    int           `help:"Tasks that may wait for a sandbox." default:"16" env:"AICITY_SANDBOX_QUEUE" group:"Sealing"`
	SandboxExecs    int           `help:"Commands at once in one sandbox." default:"8" env:"AICITY_SANDBOX_EXECS" group:"Sealing"`
	SandboxExecTime time.Duration `help:"How long a command may run." default:"10m" env:"AICITY_SANDBOX_EXEC_TIME" group:"Sealing"`
	SandboxOutputMB int64         `help:"What a command may print, in MiB, before it is ended." name:"sandbox-output-mb" default:"64" env:"AICITY_SANDBOX_OUTPUT_MB" group:"Sealing"`
	SandboxIdle     time.Duration `help:"An unused sandbox is stopped after this, its files kept; 0 is never." default:"10m" env:"AICITY_SANDBOX_IDLE" group:"Sealing"`
	SandboxLifetime time.Duration `help:"How long a sandbox lives at most." default:"5h" env:"AICITY_SANDBOX_LIFETIME" group:"Sealing"`
	RepoMaxMB       int64         `help:"Largest repository, in MiB." default:"500" env:"AICITY_REPO_MAX_MB" group:"Sealing"`
	RepoMaxFiles    int           `help:"Most files in a repository." default:"100000" env:"AICITY_REPO_MAX_FILES" group:"Sealing"`

	Stripe Stripe `embed:"" prefix:"stripe-" group:"Stripe (real payments when a secret key is set; without one, test payments)"`

	SMTP  SMTP  `embed:"" prefix:"smtp-" group:"Mail (with a host, addresses are verified and forgotten passwords replaced by mail)"`
	Judge Judge `embed:"" prefix:"judge-" group:"Judge of borderline work (optional; sends the request, the deliverable and the patch to the model)"`
	LLM   LLM   `embed:"" prefix:"llm-" group:"Language model of the seed agents (optional, OpenAI-compatible)"`
}

// Stripe says how real money moves.
type Stripe struct {
	SecretKey     string `help:"Secret key; sk_test_… moves no real money." env:"AICITY_STRIPE_SECRET_KEY,STRIPE_SECRET_KEY" placeholder:"KEY"`
	WebhookSecret string `help:"Signing secrets of the webhook endpoints, with commas between." env:"AICITY_STRIPE_WEBHOOK_SECRET,STRIPE_WEBHOOK_SECRET" placeholder:"SECRET"`
	AcceptTest    bool   `name:"accept-test-credits" help:"Move real money though there are credits in the books that test payments bought." env:"AICITY_STRIPE_ACCEPT_TEST_CREDITS"`
	APIURL        string `name:"api-url" help:"Where Stripe's API is, for tests; Stripe's own without it." env:"AICITY_STRIPE_API_URL" placeholder:"URL"`
}

// WebhookSecrets are the signing secrets one by one.
func (s Stripe) WebhookSecrets() []string {
	var secrets []string
	for secret := range strings.SplitSeq(s.WebhookSecret, ",") {
		if secret = strings.TrimSpace(secret); secret != "" {
			secrets = append(secrets, secret)
		}
	}
	return secrets
}

// SMTP says how mail is sent.
type SMTP struct {
	Host     string `help:"Mail server." env:"AICITY_SMTP_HOST"`
	Port     int    `help:"Its port; without it the usual one." env:"AICITY_SMTP_PORT"`
	Security string `help:"How the connection is protected: starttls, tls from the first byte, or plain for a relay on this machine." enum:"starttls,tls,plain" default:"starttls" env:"AICITY_SMTP_SECURITY"`
	User     string `help:"User name." env:"AICITY_SMTP_USER"`
	Password string `help:"Password." env:"AICITY_SMTP_PASSWORD"`
	From     string `help:"Sender's address." env:"AICITY_SMTP_FROM"`
}

// LLM is the model that seed agents may use.
type LLM struct {
	BaseURL string `help:"Endpoint, up to and with /v1." env:"AICITY_LLM_BASE_URL" name:"base-url"`
	Key     string `help:"API key." env:"AICITY_LLM_KEY"`
	Model   string `help:"Model name." env:"AICITY_LLM_MODEL"`
}

// Judge says which model gives a second opinion on borderline work.
type Judge struct {
	Provider    string `help:"Protocol of the model server, openai (and compatible) or anthropic; without it there is no judge." enum:",openai,anthropic" default:"" env:"AICITY_JUDGE_PROVIDER"`
	BaseURL     string `help:"Its address, for openai up to and with /v1; the provider's own without it." name:"base-url" placeholder:"URL" env:"AICITY_JUDGE_BASE_URL"`
	Key         string `help:"API key." placeholder:"KEY" env:"AICITY_JUDGE_KEY"`
	Model       string `help:"Model name." env:"AICITY_JUDGE_MODEL"`
	DailyBudget int    `help:"Calls a day (UTC), on all nodes together; when they are spent the heuristic score stands." default:"500" env:"AICITY_JUDGE_DAILY_BUDGET"`
}

// URL is where users reach the city, without a slash at its end.
func (c Config) URL() string {
	if c.PublicURL != "" {
		return strings.TrimSuffix(c.PublicURL, "/")
	}
	host, port, err := net.SplitHostPort(c.Listen)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return "http://localhost:" + port // all of this machine's addresses: name one of them
	}
	return "http://" + c.Listen
}

// Secure reports whether users come over https.
func (c Config) Secure() bool { return strings.HasPrefix(c.URL(), "https://") }

// Validate checks what the types cannot, and names every setting that is wrong.
func (c Config) Validate() error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	_, _, err := net.SplitHostPort(c.Listen)
	check(err == nil, "--listen %q is not an address like 127.0.0.1:8080", c.Listen)
	check(c.Data != "", "--data must name a folder")
	check(c.DatabaseURL == "" || strings.HasPrefix(c.DatabaseURL, "postgres://") || strings.HasPrefix(c.DatabaseURL, "postgresql://"),
		"--database-url must begin with postgres://")
	u, err := url.Parse(c.URL())
	check(err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") && u.Path == "", "--public-url %q is not an http or https address without a path", c.PublicURL)
	check(c.RequestsPerSecond > 0, "--requests-per-second must be more than 0")
	check(c.RefundWindow > 0, "--refund-window must be longer than nothing")
	check(c.AcceptWindow > 0, "--accept-window must be longer than nothing")
	check(c.DefaultDeadline > 0, "--default-deadline must be longer than nothing")
	check(c.RefundReview > 0, "--refund-review must be longer than nothing")
	check(c.RefundRateLimit >= 0 && c.RefundRateLimit <= 1, "--refund-rate-limit must be from 0 to 1")
	check(c.PayoutDelay >= 0, "--payout-delay must not be negative")
	check(c.PayoutReserve >= 0 && c.PayoutReserve <= 100, "--payout-reserve must be from 0 to 100")
	check(c.PayoutNew >= 0, "--payout-new must not be negative")
	check(c.FeePercent >= 0 && c.FeePercent <= 100, "--fee-percent must be from 0 to 100")
	check(c.ArchiveQuotaMB >= 1, "--archive-quota-mb must be at least 1")
	check(c.SandboxWarm >= 0, "--sandbox-warm must not be negative")
	check(c.SandboxQueue >= 0, "--sandbox-queue must not be negative")
	check(c.SandboxExecs >= 1, "--sandbox-execs must be at least 1")
	check(c.SandboxExecTime >= time.Second, "--sandbox-exec-time must be at least 1s")
	check(c.SandboxOutputMB >= 1, "--sandbox-output-mb must be at least 1")
	check(c.SandboxIdle >= 0, "--sandbox-idle must not be negative")
	check(c.SandboxDiskMB >= 16, "--sandbox-disk-mb must be at least 16")
	check(c.SandboxFiles >= 1000, "--sandbox-files must be at least 1000")
	check(c.SandboxMax > 0, "--sandbox-max must be at least 1")
	check(c.SandboxMemoryMB >= 64, "--sandbox-memory-mb must be at least 64")
	check(c.SandboxCPUs > 0, "--sandbox-cpus must be more than 0")
	check(c.SandboxPIDs >= 16, "--sandbox-pids must be at least 16")
	check(c.SandboxLifetime > 0, "--sandbox-lifetime must be longer than nothing")
	check(c.RepoMaxMB > 0, "--repo-max-mb must be at least 1")
	check(c.RepoMaxFiles > 0, "--repo-max-files must be at least 1")
	check(c.Stripe.SecretKey == "" || len(c.Stripe.WebhookSecrets()) > 0,
		"--stripe-webhook-secret is needed with --stripe-secret-key: without it no payment is ever credited")
	check(c.Stripe.APIURL == "" || isHTTP(c.Stripe.APIURL),
		"--stripe-api-url must begin with https:// or http://")
	check(c.SMTP.Host == "" || c.SMTP.From != "", "--smtp-from is needed with --smtp-host")
	check(c.SMTP.Host == "" || c.SMTP.Port >= 0 && c.SMTP.Port < 1<<16, "--smtp-port must be from 1 to 65535")
	check(c.Judge.Provider == "" || c.Judge.Model != "", "--judge-model is needed with --judge-provider")
	check(c.Judge.Provider == "" || c.Judge.DailyBudget > 0, "--judge-daily-budget must be at least 1")
	check(c.Judge.BaseURL == "" || isHTTP(c.Judge.BaseURL),
		"--judge-base-url must begin with https:// or http://")
	check(c.LLM.BaseURL == "" || isHTTP(c.LLM.BaseURL),
		"--llm-base-url must begin with https:// or http://")
	check(c.LLM.BaseURL == "" || c.LLM.Model != "", "--llm-model is needed with --llm-base-url")
	return errors.Join(errs...)
}

func isHTTP(address string) bool {
	return strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://")
}
