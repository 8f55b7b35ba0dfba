package app_test

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/app"
	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/config"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
)

func get(t *testing.T, url, bearer string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func TestHealthAndMetrics(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, func(c *config.Config) { c.MetricsKey = "operator's key" })
	for _, path := range []string{"/healthz", "/readyz", "/api/v1/healthz", "/api/v1/readyz"} {
		if code, body := get(t, s.URL+path, ""); code != http.StatusOK || !strings.HasPrefix(body, `{"success":true,"data":{"status":"`) {
			t.Errorf("%s: %d %s", path, code, body)
		}
	}
	for _, path := range []string{"/metrics", "/api/v1/metrics"} {
		for _, key := range []string{"", "another's key"} {
			if code, body := get(t, s.URL+path, key); code != http.StatusUnauthorized || !strings.Contains(body, `"error":{"code":"UNAUTHORIZED"`) || !strings.Contains(body, `"requestId":"req_`) {
				t.Errorf("%s with the key %q: %d %s", path, key, code, body)
			}
		}
	}
	if code, body := get(t, s.URL+"/metrics", "operator's key"); code != http.StatusOK || !strings.Contains(body, "aicity_api_requests_total") {
		t.Errorf("metrics: %d", code)
	}
}

// A city whose files are taken away works on, for nobody: what it writes is lost.
func TestReadinessKnowsTheDataFolder(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	s := apptest.Start(t, func(c *config.Config) { c.Data = data })
	ready := func(when string, want int, says string) {
		t.Helper()
		if code, body := get(t, s.URL+"/readyz", ""); code != want || !strings.Contains(body, says) {
			t.Errorf("%s: %d %s", when, code, body)
		}
	}
	must := func(errs ...error) {
		t.Helper()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
	}
	ready("at first", http.StatusOK, "ready")
	must(os.Rename(data, data+".away"))
	ready("removed", http.StatusServiceUnavailable, `"code":"NOT_READY","message":"The data folder was removed`)
	must(os.Mkdir(data, 0o700), os.WriteFile(filepath.Join(data, "serving"), nil, 0o600), os.WriteFile(filepath.Join(data, "city.db"), nil, 0o600))
	ready("replaced", http.StatusServiceUnavailable, "or replaced")
	must(os.RemoveAll(data), os.Rename(data+".away", data))
	ready("back again", http.StatusOK, "ready")
}

func TestMetricsAreOffWithoutAKey(t *testing.T) {
	t.Parallel()
	if code, body := get(t, apptest.Start(t).URL+"/metrics", ""); code != http.StatusNotFound || !strings.Contains(body, `"error":{"code":"NOT_FOUND"`) {
		t.Errorf("metrics without a configured key: %d %s", code, body)
	}
}

// A city that is started again on the same data is the same city.
func TestRestartKeepsEverything(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	again := func(c *config.Config) { c.Data = dir; c.SeedAgents = true }
	var email, password string
	t.Run("first", func(t *testing.T) {
		s := apptest.Start(t, again)
		p := s.Buyer(t, 900)
		email, password = p.Email, p.Password
	})
	s := apptest.Start(t, again)
	session, err := s.SignIn(t, email, password)
	if err != nil {
		t.Fatal(err)
	}
	pool, err := session.Vault.Pool(t.Context())
	if err != nil || pool.Balance != 900 {
		t.Errorf("pool %+v, %v", pool, err)
	}
	if _, body := get(t, s.URL+"/api/v1/agents", ""); strings.Count(body, "City Code Reviewer") != 1 {
		t.Errorf("the seed agents are registered again: %s", body)
	}
}

// A city on a port of the system's choice names that port in all that leads to it.
func TestFreePortIsNamed(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	if s.App.URL() != s.URL || strings.HasSuffix(s.URL, ":0") {
		t.Errorf("serves at %s, calls itself %s", s.URL, s.App.URL())
	}
	for _, path := range []string{"/openapi.json", "/docs/guide"} {
		if _, body := get(t, s.URL+path, ""); !strings.Contains(body, s.URL) {
			t.Errorf("%s does not name %s", path, s.URL)
		}
	}
}

// Two cities in one data folder would end each other's sandboxes.
func TestOneCityServesFromAFolder(t *testing.T) {
	t.Parallel()
	cfg := apptest.Config(sandboxtest.Dir(t))
	first, err := app.New(t.Context(), cfg, slog.New(slog.DiscardHandler), app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := app.New(t.Context(), cfg, slog.New(slog.DiscardHandler), app.Options{}); err == nil || !strings.Contains(err.Error(), "another city serves from the data folder "+cfg.Data) {
		t.Errorf("the second says %v", err)
	}
	if err := first.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	second, err := app.New(t.Context(), cfg, slog.New(slog.DiscardHandler), app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// A taken address is said before anything else is begun.
func TestTakenAddress(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	cfg := apptest.Config(sandboxtest.Dir(t))
	cfg.Listen = s.App.Address()
	if _, err := app.New(t.Context(), cfg, slog.New(slog.DiscardHandler), app.Options{}); err == nil || !strings.Contains(err.Error(), "listen on "+cfg.Listen) {
		t.Errorf("got %v", err)
	}
	if left, err := os.ReadDir(cfg.Data); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}
