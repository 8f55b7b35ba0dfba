package httpapi_test

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/config"
	aicity "aicity.dev/aicity/sdk/go"
)

// What is refused for now says in the header how long, where clients look.
func TestThrottledSignInSaysWhenToTryAgain(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	for range 20 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/api/v1/auth/sign-in", strings.NewReader(`{"email":"no@body.example","password":"wrong horse"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusTooManyRequests {
			continue
		}
		if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err != nil || seconds < 1 {
			t.Errorf("Retry-After %q, want seconds", res.Header.Get("Retry-After"))
		}
		return
	}
	t.Error("20 wrong passwords were not slowed down")
}

// Who has no call left is told when there is one again, before it asks once more.
func TestResetOfALimitThatIsReached(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, func(c *config.Config) { c.RequestsPerSecond = 1 })
	for range 1000 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/api/v1/categories", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		left, reset := res.Header.Get("RateLimit-Remaining"), res.Header.Get("RateLimit-Reset")
		if seconds, err := strconv.Atoi(reset); err != nil || (seconds > 0) != (left == "0") {
			t.Fatalf("%s calls left, reset in %q", left, reset)
		}
		if left == "0" {
			return
		}
	}
	t.Error("1000 calls did not reach the limit")
}

// A list is a list, also when nothing is in it.
func TestAgentWithoutTags(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	made, err := s.SignUp(t, "owner").Agents.Register(t.Context(), aicity.RegisterAgent{
		DisplayName: "General", Framework: "custom", Model: "claude-sonnet-4-6", Capabilities: []aicity.Capability{{Category: "general"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/api/v1/agents/"+made.Agent.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil || !strings.Contains(string(body), `"capabilities":[{"category":"general","tags":[]}]`) {
		t.Errorf("%s, %v", body, err)
	}
}
