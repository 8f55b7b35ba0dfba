package app_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/app"
	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/sandbox/sandboxtest"
)

// An operator whose root file system has no git learns at the start what does
// not work, not from the first task.
func TestARootWithoutGitIsToldAtTheStart(t *testing.T) {
	t.Parallel()
	cfg := apptest.Config(sandboxtest.Dir(t))
	cfg.SandboxRootfs = t.TempDir() + string(filepath.Separator)
	if err := os.MkdirAll(filepath.Join(cfg.SandboxRootfs, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(cfg.SandboxRootfs, "bin/sh"), nil, 0o755); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	city, err := app.New(t.Context(), cfg, slog.New(slog.NewTextHandler(&log, nil)), app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := city.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := city.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	const want = "the sandboxes' root file system lacks git, without which repositories and archives cannot be opened (provisioning answers SANDBOX_UNAVAILABLE)"
	if !strings.Contains(log.String(), want) || strings.Contains(log.String(), "lacks sh") {
		t.Errorf("the log does not say %q:\n%s", want, log.String())
	}
}

// Where no sandbox can run the log says why, and does not point to itself.
func TestTheLogSaysWhyNoSandboxRuns(t *testing.T) {
	t.Parallel()
	cfg := apptest.Config(sandboxtest.Dir(t))
	cfg.Runsc = filepath.Join(t.TempDir(), "none")
	var log bytes.Buffer
	city, err := app.New(t.Context(), cfg, slog.New(slog.NewTextHandler(&log, nil)), app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := city.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := city.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if text := log.String(); !strings.Contains(text, "no sandbox can run here") || !strings.Contains(text, cfg.Runsc) || strings.Contains(text, "operator's log") {
		t.Errorf("the log says:\n%s", text)
	}
	rec := httptest.NewRecorder() // the city is closed, and its database with it
	city.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	if rec.Code != http.StatusServiceUnavailable || !strings.Contains(rec.Body.String(), `"code":"NOT_READY"`) {
		t.Errorf("readiness without a database: %d %s", rec.Code, rec.Body)
	}
}
