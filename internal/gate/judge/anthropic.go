package judge

import (
	"context"
	"encoding/json"
	"strings"
)

// anthropic speaks Anthropic's messages; the answer is a forced call of a tool.
type anthropic struct {
	endpoint
	model string
}

const (
	anthropicBase    = "https://api.anthropic.com"
	anthropicVersion = "2023-06-01"
	verdictTool      = "verdict"
)

func newAnthropic(s Settings) *anthropic {
	base := strings.TrimSuffix(strings.TrimSuffix(s.BaseURL, "/"), "/v1")
	if base == "" {
		base = anthropicBase
	}
	header := map[string]string{"anthropic-version": anthropicVersion}
	if s.Key != "" {
		header["x-api-key"] = s.Key
	}
	return &anthropic{endpoint: newEndpoint(base+"/v1/messages", header), model: s.Model}
}

// Model names the model.
func (a *anthropic) Model() string { return a.model }

type messagesRequest struct {
	Model      string            `json:"model"`
	MaxTokens  int               `json:"max_tokens"`
	System     string            `json:"system"`
	Messages   []chatMessage     `json:"messages"`
	Tools      []tool            `json:"tools"`
	ToolChoice map[string]string `json:"tool_choice"`
}

type tool struct {
	Name        string          `json:"name"`
	Description string          `json:"description"`
	InputSchema json.RawMessage `json:"input_schema"`
}

type messagesAnswer struct {
	Content []struct {
		Type  string          `json:"type"`
		Name  string          `json:"name"`
		Input json.RawMessage `json:"input"`
	} `json:"content"`
	StopReason string `json:"stop_reason"`
	Usage      struct {
		Input  int `json:"input_tokens"`
		Output int `json:"output_tokens"`
	} `json:"usage"`
}

// Ask asks the model once.
func (a *anthropic) Ask(ctx context.Context, p Prompt) (Answer, error) {
	var answer messagesAnswer
	err := a.post(ctx, messagesRequest{
		Model: a.model, MaxTokens: maxAnswerTokens, System: p.System, Messages: []chatMessage{{Role: "user", Content: p.User}},
		Tools:      []tool{{Name: verdictTool, Description: "Gives the verdict on the case.", InputSchema: json.RawMessage(schema)}},
		ToolChoice: map[string]string{"type": "tool", "name": verdictTool},
	}, &answer)
	if err != nil {
		return Answer{}, err
	}
	usage := Answer{InputTokens: answer.Usage.Input, OutputTokens: answer.Usage.Output}
	switch answer.StopReason {
	case "refusal":
		return usage, final("The model declined to answer.")
	case "max_tokens":
		return usage, final("The model's answer was cut off.")
	}
	for _, block := range answer.Content {
		if block.Type == "tool_use" && block.Name == verdictTool {
			usage.Text = string(block.Input)
			return usage, nil
		}
	}
	return usage, final("The model gave no answer.")
}
