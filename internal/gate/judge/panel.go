package judge

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"aicity.dev/aicity/internal/gate"
)

// hearingLimit is when the heuristic score stands though opinions are missing.
const hearingLimit = 4 * time.Minute

// maxCalls bounds the calls about one task: three opinions, and room for calls
// that bring none.
const maxCalls = 7

// Config is what a panel works with.
type Config struct {
	Book   Book
	Judge  Judge
	Budget int // calls a day (UTC), on all nodes together; in Memory, in all
	Logger *slog.Logger
	Limit  time.Duration // of one hearing; 0 is hearingLimit
	// Wait pauses between two tries; nil is a timer. Tests replace it.
	Wait func(ctx context.Context, d time.Duration) error
}

// Panel asks the judge as often as a verdict needs.
type Panel struct{ cfg Config }

// NewPanel returns a panel.
func NewPanel(cfg Config) *Panel {
	if cfg.Wait == nil {
		cfg.Wait = pause
	}
	if cfg.Limit == 0 {
		cfg.Limit = hearingLimit
	}
	return &Panel{cfg: cfg}
}

// Hear collects opinions on a task's work until two agree, three are there, or
// no more can be had; what was answered in an earlier run counts and is not
// asked again. It fails only when the database or ctx does.
func (p *Panel) Hear(ctx context.Context, taskID string, c Case) (gate.Asked, error) {
	bounded, cancel := context.WithTimeout(ctx, p.cfg.Limit)
	defer cancel()
	asked, err := p.hear(bounded, taskID, c)
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		asked.Failure = "The judge took too long."
		return asked, nil
	}
	return asked, err
}

func (p *Panel) hear(ctx context.Context, taskID string, c Case) (gate.Asked, error) {
	calls, err := p.cfg.Book.Calls(ctx, taskID)
	if err != nil {
		return gate.Asked{}, err
	}
	asked := gate.Asked{Model: p.cfg.Judge.Model()}
	count(&asked, calls)
	for tries := 0; gate.Undecided(asked.Opinions); {
		if len(calls) >= maxCalls {
			asked.Failure = "The judge could not be reached."
			return asked, nil
		}
		q := ask(c)
		call, err := p.cfg.Book.Reserve(ctx, taskID, Call{Number: len(calls) + 1, Model: asked.Model}, p.cfg.Budget)
		if errors.Is(err, ErrSpent) {
			asked.Failure = "The budget for the judge is spent."
			return asked, nil
		}
		if err != nil {
			return asked, err
		}
		call, failure := p.put(ctx, q, call)
		calls = append(calls, call)
		// What was paid is kept, also when the caller has left.
		if err := p.cfg.Book.Keep(context.WithoutCancel(ctx), taskID, call); err != nil {
			return asked, err
		}
		p.cfg.Logger.InfoContext(ctx, "judge asked", "task", taskID, "call", call.Number, "state", string(call.State), "failure", call.Failure,
			"inputTokens", call.InputTokens, "outputTokens", call.OutputTokens)
		count(&asked, calls)
		switch {
		case ctx.Err() != nil:
			return asked, ctx.Err()
		case call.State != Failed:
			tries = 0
		case !failure.Transient:
			asked.Failure = call.Failure
			return asked, nil
		default:
			tries++
			if err := p.cfg.Wait(ctx, max(failure.After, backoff(tries))); err != nil {
				return asked, err
			}
		}
	}
	return asked, nil
}

// put makes one call. A refusal of the server ends the hearing, but an answer
// that is none counts as an opinion that cannot be used.
func (p *Panel) put(ctx context.Context, q question, call Call) (Call, *Failure) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	answer, err := p.cfg.Judge.Ask(ctx, q.Prompt)
	call.InputTokens, call.OutputTokens = answer.InputTokens, answer.OutputTokens
	if err != nil {
		failure, ok := errors.AsType[*Failure](err)
		if !ok {
			failure = transient("The model server did not answer.")
		}
		call.State, call.Failure = Failed, failure.Reason
		if answer.OutputTokens > 0 { // it was answered, and paid
			call.State, call.Opinion = Unusable, gate.Opinion{Failure: failure.Reason}
		}
		return call, failure
	}
	opinion, wrong := checkAnswer(answer.Text, q.caseID)
	call.State, call.Opinion = Answered, opinion
	if wrong != "" {
		call.State, call.Opinion, call.Failure = Unusable, gate.Opinion{Failure: wrong}, wrong
	}
	return call, nil
}

// count says what the calls so far brought: opinions, usable or not, or nothing.
func count(asked *gate.Asked, calls []Call) {
	asked.Calls, asked.Opinions, asked.Failed = len(calls), nil, nil
	for _, c := range calls {
		switch c.State {
		case Answered, Unusable:
			asked.Opinions = append(asked.Opinions, c.Opinion)
		default:
			asked.Failed = append(asked.Failed, cmp.Or(c.Failure, "The server that asked was stopped before an answer came."))
		}
	}
}

// backoff grows with each try: 1 s, 2 s, 4 s …
func backoff(tries int) time.Duration { return time.Second << min(tries-1, 4) }

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
