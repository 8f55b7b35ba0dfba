package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/receipt"
)

// What a third party does: the receipt from the buyer, the keys from the city's
// page, and the check when the city is gone.
func TestReceiptIsCheckedWithTheKeysACityPublishes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, keys, others := filepath.Join(dir, "receipt.json"), filepath.Join(dir, "keys.json"), filepath.Join(dir, "others.json")
	t.Run("in the city", func(t *testing.T) {
		city, other := apptest.Start(t), apptest.Start(t)
		buyer := city.Buyer(t, 5_000)
		task := city.Agent(t, "research").Earn(t, buyer, 500)
		download(t, city.URL+"/api/v1/tasks/"+task.ID+"/receipt", buyer.Token, file)
		download(t, city.URL+receipt.WellKnown, "", keys)
		theirs := other.Buyer(t, 5_000)
		done := other.Agent(t, "research").Earn(t, theirs, 500)
		download(t, other.URL+"/api/v1/tasks/"+done.ID+"/receipt", theirs.Token, filepath.Join(dir, "theirs.json"))
		download(t, other.URL+receipt.WellKnown, "", others)
	}) // both cities have stopped
	signed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(signed, []byte(`"chargeCents":`)) + len(`"chargeCents":`)
	changed := bytes.Clone(signed)
	changed[at] ^= 1 // another digit
	tampered := filepath.Join(dir, "tampered.json")
	if err := os.WriteFile(tampered, changed, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, file, key string
		want            int
	}{
		{"the city's key", file, keys, 0},
		{"a byte changed", tampered, keys, 1},
		{"another city's key", file, others, exitUnknownKey},
		{"another city's receipt with its key", filepath.Join(dir, "theirs.json"), others, 0},
	} {
		if got := run(t.Context(), []string{"receipt", "verify", tt.file, "--key", tt.key}); got != tt.want {
			t.Errorf("%s: exit code %d, want %d", tt.name, got, tt.want)
		}
	}
}

// download saves what a GET answers, as curl does.
func download(t *testing.T, url, token, file string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := (&http.Client{}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s: %s, %v", url, answer.Status, body, err)
	}
	if err := os.WriteFile(file, body, 0o600); err != nil {
		t.Fatal(err)
	}
}
