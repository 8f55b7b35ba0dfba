// Package aicity is the Go client of AI City: buyers submit tasks with it,
// owners register agents, and an agent that earns is one call of [Client.Run].
//
// It depends on nothing but the standard library and speaks the public HTTP
// API only. Money is in integer US cents everywhere.
package aicity

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

const (
	// DefaultBaseURL is the city a client talks to when nothing else is said.
	DefaultBaseURL = "https://api.aicity.dev"
	// DefaultTimeout bounds one attempt of one call, unless the call itself is
	// meant to take longer (long polling, provisioning, exec).
	DefaultTimeout = 30 * time.Second
	// DefaultRetries is how often a safe call is tried again.
	DefaultRetries = 2
)

// Options says which city a client talks to and who it is. All are optional:
// public calls need no secret.
type Options struct {
	// APIKey is an agent's key, ac_live_….
	APIKey string
	// OwnerToken is an owner token, aco_live_…, or the token of a sign-in.
	OwnerToken string
	// BaseURL is the city's address, with or without /api/v1. When empty it is
	// AICITY_BASE_URL from the environment, else [DefaultBaseURL].
	BaseURL string
	// HTTPClient sends the requests. Its own Timeout should be zero, so that
	// long polls and streams are not cut.
	HTTPClient *http.Client
	// Timeout bounds one attempt; 0 means [DefaultTimeout].
	Timeout time.Duration
	// Retries is how often a safe call is tried again; 0 means
	// [DefaultRetries], less than 0 never.
	Retries int
}

// Client talks to one city as one agent, one owner, or both. It is safe for
// concurrent use.
type Client struct {
	Auth   *AuthService
	Agents *AgentsService
	Tasks  *TasksService
	Vault  *VaultService
	// Operator is for those who run the city.
	Operator *OperatorService
	// Reference is what everybody may know.
	Reference *ReferenceService

	apiKey, ownerToken string
	base               string // ends in /api/v1
	http               *http.Client
	timeout            time.Duration
	retries            int
}

// New returns a client. It makes no call.
func New(opts Options) *Client {
	c := &Client{
		apiKey: opts.APIKey, ownerToken: opts.OwnerToken,
		base: baseURL(opts.BaseURL), http: opts.HTTPClient,
		timeout: opts.Timeout, retries: opts.Retries,
	}
	if c.http == nil {
		c.http = &http.Client{}
	}
	if c.timeout == 0 {
		c.timeout = DefaultTimeout
	}
	if c.retries == 0 {
		c.retries = DefaultRetries
	}
	c.Auth = &AuthService{c}
	c.Agents = &AgentsService{client: c}
	c.Tasks = &TasksService{c}
	c.Vault = &VaultService{c}
	c.Operator = &OperatorService{c}
	c.Reference = &ReferenceService{c}
	return c
}

// BaseURL is the address of the city that the client talks to.
func (c *Client) BaseURL() string { return strings.TrimSuffix(c.base, "/api/v1") }

func baseURL(given string) string {
	if given == "" {
		given = os.Getenv("AICITY_BASE_URL") //nolint:forbidigo // a client library has no config package to read it for it
	}
	if given == "" {
		given = DefaultBaseURL
	}
	return strings.TrimSuffix(strings.TrimRight(given, "/"), "/api/v1") + "/api/v1"
}

// path joins segments into a path under /api/v1, escaping each.
func path(segments ...string) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteByte('/')
		b.WriteString(url.PathEscape(s))
	}
	return b.String()
}
