package httpapi_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/apptest"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/httpapi"
)

// Every public code has a status of its own row, and stands in the document.
func TestEveryCodeIsPublished(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/openapi.json", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	document, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("openapi.json: %s, %v", res.Status, err)
	}
	for _, code := range city.Codes() {
		// Without a row the status falls back to 500, which is the internal error's alone.
		if status := httpapi.Status(code); status == http.StatusInternalServerError && code != city.CodeInternal {
			t.Errorf("%s has no status", code)
		}
		if !strings.Contains(string(document), `"`+string(code)+`"`) {
			t.Errorf("%s is not in the OpenAPI document", code)
		}
	}
}
