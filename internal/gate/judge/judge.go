// Package judge asks a language model for its opinion of a borderline
// deliverable. It talks to an OpenAI-compatible or to an Anthropic endpoint,
// keeps to a budget a day that all nodes share, and writes every call down, so
// that a judgement that is taken up again pays for nothing twice.
//
// A deliverable is untrusted: what speaks to a judge is cut from it, it stands
// in a fence that it cannot close, and an answer counts only when it follows
// the schema and repeats a word that the deliverable cannot know.
package judge

import (
	"context"
	"fmt"
	"time"

	"aicity.dev/aicity/internal/gate"
)

// Judge asks a model once.
type Judge interface {
	// Model names the model, for the report.
	Model() string
	// Ask returns the model's answer, which must be checked. Errors: *Failure.
	Ask(ctx context.Context, p Prompt) (Answer, error)
}

// Prompt is one question to a model.
type Prompt struct {
	System string
	User   string
}

// Answer is what a model said, as JSON, and what that took.
type Answer struct {
	Text         string
	InputTokens  int
	OutputTokens int
}

// Case is what is judged: the request, the work, and what the gate verified.
type Case struct {
	Request     gate.Request
	Deliverable gate.Deliverable
	Patch       []byte
	Report      gate.Report
}

// Failure is a call that brought no answer. Its text names neither key nor
// address nor content.
type Failure struct {
	Reason    string
	Transient bool          // another try may succeed
	After     time.Duration // the server's wish, 0 when it has none
}

func (f *Failure) Error() string { return f.Reason }

func transient(reason string) *Failure {
	return &Failure{Reason: reason, Transient: true}
}

func final(format string, args ...any) *Failure {
	return &Failure{Reason: fmt.Sprintf(format, args...)}
}

// Provider names a protocol.
type Provider string

// The protocols.
const (
	OpenAI    Provider = "openai"
	Anthropic Provider = "anthropic"
)

// Settings say whom to ask.
type Settings struct {
	Provider Provider
	BaseURL  string // "" is the provider's own
	Key      string
	Model    string
}

// New returns the judge that the settings describe. It talks to their address
// only: no redirect and no proxy of the environment leads elsewhere.
func New(s Settings) (Judge, error) {
	if s.Model == "" {
		return nil, fmt.Errorf("a judge needs a model")
	}
	switch s.Provider {
	case OpenAI:
		return newOpenAI(s), nil
	case Anthropic:
		return newAnthropic(s), nil
	default:
		return nil, fmt.Errorf("%q is no provider of judges", s.Provider)
	}
}
