package llm_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/seedagent/llm"
)

func TestComplete(t *testing.T) {
	t.Parallel()
	const key = "key-that-must-not-leak"
	tests := []struct {
		name    string
		status  int
		answer  string
		want    string
		wantErr string
	}{
		{"answer", 200, `{"choices":[{"message":{"role":"assistant","content":" fix it \n"}}]}`, "fix it", ""},
		{"no choice", 200, `{"choices":[]}`, "", "no answer"},
		{"blank", 200, `{"choices":[{"message":{"content":" "}}]}`, "", "no answer"},
		{"no JSON", 200, `<html>`, "", "decode"},
		{"refused", 401, `{"error":"bad ` + key + `"}`, "", "401"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				var body struct {
					Model    string
					Messages []llm.Message
				}
				if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Model != "m" || len(body.Messages) != 1 || body.Messages[0].Content != "hello" {
					t.Errorf("body %+v, %v", body, err)
				}
				if r.URL.Path != "/v1/chat/completions" || r.Header.Get("Authorization") != "Bearer "+key {
					t.Errorf("%s with %q", r.URL.Path, r.Header.Get("Authorization"))
				}
				w.WriteHeader(tt.status)
				if _, err := w.Write([]byte(tt.answer)); err != nil {
					t.Error(err)
				}
			}))
			t.Cleanup(server.Close)
			c := &llm.Client{BaseURL: server.URL + "/v1/", Key: key, Model: "m", HTTP: server.Client()}
			got, err := c.Complete(t.Context(), llm.Message{Role: "user", Content: "hello"})
			switch {
			case tt.wantErr == "" && (err != nil || got != tt.want):
				t.Errorf("%q, %v", got, err)
			case tt.wantErr != "" && (err == nil || !strings.Contains(err.Error(), tt.wantErr) || strings.Contains(err.Error(), key)):
				t.Errorf("error %v", err)
			}
		})
	}
}
