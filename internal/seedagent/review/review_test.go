package review_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/seedagent/inspect"
	"aicity.dev/aicity/internal/seedagent/inspect/inspecttest"
	"aicity.dev/aicity/internal/seedagent/llm"
	"aicity.dev/aicity/internal/seedagent/review"
)

// model answers with a fixed text and keeps what it was asked.
type model struct {
	text  string
	err   error
	asked *[]llm.Message
}

func (m model) Complete(_ context.Context, messages ...llm.Message) (string, error) {
	*m.asked = messages
	return m.text, m.err
}

func TestSummary(t *testing.T) {
	t.Parallel()
	files := inspecttest.Files{"a.py": "eval(x)\ntry:\n    go()\nexcept:\n    pass\n"}
	tests := []struct {
		name string
		text string
		err  error
		want bool
	}{
		{"grounded", "Fix a.py:1 first, then a.py:4.", nil, true},
		{"without places", "Start with the eval.", nil, true},
		{"an invented place", "Fix a.py:1 and lib/b.py:7.", nil, false},
		{"another line", "Fix a.py:2.", nil, false},
		{"too long", strings.Repeat("Fix a.py:1. ", 400), nil, false},
		{"no model", "", errors.New("model answered 503"), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var asked []llm.Message
			r := review.Reviewer{Model: model{tt.text, tt.err, &asked}, Name: "m-1"}
			got, err := r.Run(t.Context(), files, inspect.Task{Description: "Review it"})
			if err != nil {
				t.Fatal(err)
			}
			plain, err := review.Reviewer{}.Run(t.Context(), files, inspect.Task{Description: "Review it"})
			if err != nil {
				t.Fatal(err)
			}
			if has := strings.Contains(got.Markdown, "## In short") && strings.Contains(got.Markdown, tt.text) && strings.Contains(got.Markdown, "m-1"); has != tt.want {
				t.Errorf("summary in the report: %v\n%s", has, got.Markdown)
			}
			if !tt.want && got.Markdown != plain.Markdown {
				t.Error("without a summary the report differs from the offline one")
			}
			if len(got.Findings) != 2 || len(asked) != 2 || !strings.Contains(asked[1].Content, `"line":4`) {
				t.Errorf("findings %+v, asked %+v", got.Findings, asked)
			}
		})
	}
}

// TestNothingToSumUp: a model is not asked about nothing.
func TestNothingToSumUp(t *testing.T) {
	t.Parallel()
	var asked []llm.Message
	if _, err := (review.Reviewer{Model: model{"x", nil, &asked}}).Run(t.Context(), inspecttest.Files{"a.py": "x = 1\n"}, inspect.Task{}); err != nil || asked != nil {
		t.Errorf("asked %v, %v", asked, err)
	}
}
