// Package judgetest is a scripted model server for tests: it speaks OpenAI's
// and Anthropic's protocols and refuses what neither would take.
package judgetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync"
	"testing"
)

// Key is what callers must show.
const Key = "test-key-that-must-not-leak"

// Question is what the server was asked.
type Question struct {
	Provider     string // "openai" or "anthropic"
	Model        string
	System, User string
	CaseID       string // which an honest answer repeats
	Schema       bool   // whether the schema came along
}

// Reply answers one question. A status that is not 200 is sent with the text as
// its body; Raw sends the text as it is, outside the protocol.
type Reply struct {
	Status  int
	Text    string
	Raw     bool
	Finish  string // the reason why the model stopped, in OpenAI's words
	Header  map[string]string
	Refusal string
}

// Script says what comes for the nth question, from 1.
type Script func(n int, q Question, r *http.Request) Reply

// Server is a running model server.
type Server struct {
	URL string

	mu    sync.Mutex
	asked []Question // guarded by mu
}

// Start starts a server that lives as long as the test.
func Start(t testing.TB, script Script) *Server {
	t.Helper()
	s := &Server{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q, err := read(r)
		if err != nil {
			t.Errorf("judge's request: %v", err)
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.mu.Lock()
		s.asked = append(s.asked, q)
		n := len(s.asked)
		s.mu.Unlock()
		write(w, q, script(n, q, r))
	}))
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// Asked are the questions so far.
func (s *Server) Asked() []Question {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Question(nil), s.asked...)
}

// Verdict is an honest answer to q.
func Verdict(q Question, verdict string, score int) Reply {
	b, _ := json.Marshal(map[string]any{
		"case": q.CaseID, "reasons": []string{"The second reader says " + verdict + "."}, "missing": []string{}, "score": score, "verdict": verdict,
	})
	return Reply{Text: string(b)}
}

// Always gives the same verdict to everybody.
func Always(verdict string, score int) Script {
	return func(_ int, q Question, _ *http.Request) Reply { return Verdict(q, verdict, score) }
}

var caseNumber = regexp.MustCompile(`The case number is (\w+)\.`)

func read(r *http.Request) (Question, error) {
	if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
		return Question{}, fmt.Errorf("%s with %q", r.Method, r.Header.Get("Content-Type"))
	}
	var q Question
	var err error
	switch r.URL.Path {
	case "/v1/chat/completions":
		q, err = readOpenAI(r)
	case "/v1/messages":
		q, err = readAnthropic(r)
	default:
		err = fmt.Errorf("no such path: %s", r.URL.Path)
	}
	if err != nil {
		return q, err
	}
	m := caseNumber.FindStringSubmatch(q.System)
	if m == nil || q.Model == "" || q.User == "" {
		return q, fmt.Errorf("the question lacks its model, its case number or its case")
	}
	q.CaseID = m[1]
	return q, nil
}

func readOpenAI(r *http.Request) (Question, error) {
	var body struct {
		Model    string
		Messages []struct{ Role, Content string }
		Tokens   int `json:"max_completion_tokens"`
		Format   *struct {
			Type       string
			JSONSchema struct {
				Name   string
				Strict bool
				Schema map[string]any
			} `json:"json_schema"`
		} `json:"response_format"`
	}
	if err := strict(r, &body); err != nil {
		return Question{}, err
	}
	if r.Header.Get("Authorization") != "Bearer "+Key {
		return Question{}, fmt.Errorf("no key")
	}
	if len(body.Messages) != 2 || body.Messages[0].Role != "system" || body.Messages[1].Role != "user" || body.Tokens <= 0 {
		return Question{}, fmt.Errorf("not a conversation of system and user: %+v", body.Messages)
	}
	if f := body.Format; f != nil && (f.Type != "json_schema" || !f.JSONSchema.Strict || f.JSONSchema.Name == "" || f.JSONSchema.Schema["type"] != "object") {
		return Question{}, fmt.Errorf("not a format: %+v", f)
	}
	return Question{
		Provider: "openai", Model: body.Model, System: body.Messages[0].Content, User: body.Messages[1].Content, Schema: body.Format != nil,
	}, nil
}

func readAnthropic(r *http.Request) (Question, error) {
	var body struct {
		Model     string
		MaxTokens int `json:"max_tokens"`
		System    string
		Messages  []struct{ Role, Content string }
		Tools     []struct {
			Name        string
			Description string
			InputSchema map[string]any `json:"input_schema"`
		}
		ToolChoice map[string]string `json:"tool_choice"`
	}
	if err := strict(r, &body); err != nil {
		return Question{}, err
	}
	if r.Header.Get("x-api-key") != Key || r.Header.Get("anthropic-version") == "" {
		return Question{}, fmt.Errorf("no key or version")
	}
	if len(body.Messages) != 1 || body.Messages[0].Role != "user" || body.MaxTokens <= 0 || len(body.Tools) != 1 ||
		body.ToolChoice["type"] != "tool" || body.ToolChoice["name"] != body.Tools[0].Name || body.Tools[0].InputSchema["type"] != "object" {
		return Question{}, fmt.Errorf("not a question with one tool: %+v", body)
	}
	return Question{Provider: "anthropic", Model: body.Model, System: body.System, User: body.Messages[0].Content, Schema: true}, nil
}

func strict(r *http.Request, into any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	return d.Decode(into)
}

func write(w http.ResponseWriter, q Question, reply Reply) {
	for name, value := range reply.Header {
		w.Header().Set(name, value)
	}
	w.Header().Set("Content-Type", "application/json")
	if reply.Status != 0 && reply.Status != http.StatusOK {
		w.WriteHeader(reply.Status)
	}
	body := []byte(reply.Text)
	if !reply.Raw && (reply.Status == 0 || reply.Status == http.StatusOK) {
		body, _ = json.Marshal(envelope(q, reply))
	}
	_, _ = w.Write(body)
}

// envelope is the reply in the words of its protocol.
func envelope(q Question, reply Reply) any {
	if q.Provider == "openai" {
		finish := reply.Finish
		if finish == "" {
			finish = "stop"
		}
		message := map[string]any{"role": "assistant", "content": reply.Text, "refusal": nil}
		if reply.Refusal != "" {
			message["refusal"] = reply.Refusal
		}
		return map[string]any{
			"id": "chatcmpl-1", "object": "chat.completion", "model": q.Model,
			"choices": []any{map[string]any{"index": 0, "message": message, "finish_reason": finish}},
			"usage":   map[string]int{"prompt_tokens": 900, "completion_tokens": 80, "total_tokens": 980},
		}
	}
	usage := map[string]int{"input_tokens": 900, "output_tokens": 80}
	answer := map[string]any{"id": "msg_1", "type": "message", "role": "assistant", "model": q.Model, "usage": usage}
	var input json.RawMessage
	switch {
	case reply.Refusal != "":
		answer["stop_reason"], answer["content"] = "refusal", []any{}
	case reply.Finish == "length":
		answer["stop_reason"], answer["content"] = "max_tokens", []any{}
	case json.Unmarshal([]byte(reply.Text), &input) != nil: // a model that talks instead of calling its tool
		answer["stop_reason"], answer["content"] = "end_turn", []any{map[string]any{"type": "text", "text": reply.Text}}
	default:
		answer["stop_reason"] = "tool_use"
		answer["content"] = []any{map[string]any{"type": "tool_use", "id": "toolu_1", "name": "verdict", "input": input}}
	}
	return answer
}
