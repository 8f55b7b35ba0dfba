// Package llm is a small client for chat completions in the form that most
// model servers speak. The city's agents work without one.
package llm

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 1 << 20

// Client talks to one endpoint with one model.
type Client struct {
	BaseURL string // up to and including the version: https://host/v1
	Key     string // sent as a bearer token, may be empty for a local server
	Model   string
	HTTP    *http.Client // must have a timeout
}

// Message is one turn of a conversation.
type Message struct {
	Role    string `json:"role"` // "system", "user" or "assistant"
	Content string `json:"content"`
}

// Complete returns the model's answer to a conversation. Its errors name the
// status but never the key or the conversation.
func (c *Client) Complete(ctx context.Context, messages ...Message) (string, error) {
	body, err := json.Marshal(map[string]any{"model": c.Model, "messages": messages, "temperature": 0})
	if err != nil {
		return "", fmt.Errorf("encode conversation: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(c.BaseURL, "/")+"/chat/completions", bytes.NewReader(body))
	if err != nil {
		return "", fmt.Errorf("build model request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	if c.Key != "" {
		req.Header.Set("Authorization", "Bearer "+c.Key)
	}
	res, err := c.HTTP.Do(req)
	if err != nil {
		return "", fmt.Errorf("ask model: %w", err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return "", fmt.Errorf("read model's answer: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("model answered %s", res.Status)
	}
	var answer struct {
		Choices []struct {
			Message Message `json:"message"`
		} `json:"choices"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return "", fmt.Errorf("decode model's answer: %w", err)
	}
	if len(answer.Choices) == 0 || strings.TrimSpace(answer.Choices[0].Message.Content) == "" {
		return "", fmt.Errorf("model gave no answer")
	}
	return strings.TrimSpace(answer.Choices[0].Message.Content), nil
}
