package judge

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
)

// openAI speaks chat completions, as OpenAI and most other servers do.
type openAI struct {
	endpoint
	model string
	plain atomic.Bool // the server takes no schema
}

const openAIBase = "https://api.openai.com/v1"

func newOpenAI(s Settings) *openAI {
	base := strings.TrimSuffix(s.BaseURL, "/")
	if base == "" {
		base = openAIBase
	}
	header := map[string]string{}
	if s.Key != "" {
		header["Authorization"] = "Bearer " + s.Key
	}
	return &openAI{endpoint: newEndpoint(base+"/chat/completions", header), model: s.Model}
}

// Model names the model.
func (o *openAI) Model() string { return o.model }

type chatMessage struct {
	Role    string `json:"role"`
	Content string `json:"content"`
	Refusal string `json:"refusal,omitempty"`
}

type chatRequest struct {
	Model    string         `json:"model"`
	Messages []chatMessage  `json:"messages"`
	Tokens   int            `json:"max_completion_tokens"`
	Format   map[string]any `json:"response_format,omitempty"`
}

type chatAnswer struct {
	Choices []struct {
		Message chatMessage `json:"message"`
		Finish  string      `json:"finish_reason"`
	} `json:"choices"`
	Usage struct {
		Prompt     int `json:"prompt_tokens"`
		Completion int `json:"completion_tokens"`
	} `json:"usage"`
}

// Ask asks the model once; a server that refuses the schema is asked again
// without, which costs nothing, and the answer is checked all the same.
func (o *openAI) Ask(ctx context.Context, p Prompt) (Answer, error) {
	req := chatRequest{
		Model: o.model, Tokens: maxAnswerTokens,
		Messages: []chatMessage{{Role: "system", Content: p.System}, {Role: "user", Content: p.User}},
	}
	if !o.plain.Load() {
		req.Format = map[string]any{
			"type": "json_schema", "json_schema": map[string]any{"name": "verdict", "strict": true, "schema": json.RawMessage(schema)},
		}
	}
	var answer chatAnswer
	err := o.post(ctx, req, &answer)
	if errors.Is(err, errNoFormat) && req.Format != nil {
		o.plain.Store(true)
		req.Format = nil
		err = o.post(ctx, req, &answer)
	}
	if err != nil {
		return Answer{}, err
	}
	usage := Answer{InputTokens: answer.Usage.Prompt, OutputTokens: answer.Usage.Completion}
	if len(answer.Choices) == 0 {
		return usage, final("The model gave no answer.")
	}
	choice := answer.Choices[0]
	switch {
	case choice.Message.Refusal != "" || choice.Finish == "content_filter":
		return usage, final("The model declined to answer.")
	case choice.Finish == "length":
		return usage, final("The model's answer was cut off.")
	}
	usage.Text = choice.Message.Content
	return usage, nil
}
