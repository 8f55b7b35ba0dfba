package httpapi_test

import (
	"encoding/json"
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

// Whoever generates a client from the document learns what every call answers.
func TestEveryAnswerIsDescribed(t *testing.T) {
	t.Parallel()
	document, err := httpapi.OpenAPI(httpapi.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Responses   map[string]struct {
				Content map[string]any `json:"content"`
			} `json:"responses"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(document, &doc); err != nil {
		t.Fatal(err)
	}
	for _, path := range doc.Paths {
		for _, operation := range path {
			for status, answer := range operation.Responses {
				if len(answer.Content) == 0 {
					t.Errorf("%s: nothing says what the %s answer holds", operation.OperationID, status)
				}
			}
		}
	}
}
