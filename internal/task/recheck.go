package task

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/reputation"
	"aicity.dev/aicity/internal/store"
)

// RecheckDecision is what became of a re-check.
type RecheckDecision string

// The decisions.
const (
	RecheckOverturn RecheckDecision = "overturn" // the work passes, the buyer is charged
	RecheckClear    RecheckDecision = "clear"    // the failure leaves the agent's standing, no money moves
	RecheckUphold   RecheckDecision = "uphold"   // the verdict stands
)

// RecheckDecisions lists the decisions.
func RecheckDecisions() []RecheckDecision {
	return []RecheckDecision{RecheckOverturn, RecheckClear, RecheckUphold}
}

const (
	// recheckWindow is how long after a failed verdict its agent may ask, and
	// recheckTime how long an operator has; after it the verdict stands.
	recheckWindow = 24 * time.Hour
	recheckTime   = 7 * 24 * time.Hour
)

// Recheck is failed work that an agent wants an operator to look at again, or
// had looked at: the gate's verdict is wrong, or it came to none. Both parties
// see it.
type Recheck struct {
	Reason    string          `json:"reason" doc:"Why the agent thinks that the verdict is wrong"`
	AskedAt   time.Time       `json:"askedAt"`
	DecideBy  time.Time       `json:"decideBy" doc:"Without a decision until then the task stays failed"`
	Decision  RecheckDecision `json:"decision,omitempty" doc:"Empty while it waits"`
	DecidedAt *time.Time      `json:"decidedAt,omitempty"`
	Note      string          `json:"note,omitempty" doc:"The operator's reason"`
	// DecidedBy is the operator, "" when nobody decided in time. It stays inside.
	DecidedBy string `json:"-"`
}

func (r *Recheck) waits() bool { return r != nil && r.Decision == "" }

// storedRecheck is a re-check as the database keeps it.
type storedRecheck struct {
	Recheck
	DecidedBy string `json:"decidedBy,omitempty"`
}

func encodeRecheck(r *Recheck) string {
	if r == nil {
		return ""
	}
	return encode(storedRecheck{Recheck: *r, DecidedBy: r.DecidedBy})
}

func decodeRecheck(text string) (*Recheck, error) {
	if text == "" {
		return nil, nil
	}
	var stored storedRecheck
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return nil, err
	}
	stored.Recheck.DecidedBy = stored.DecidedBy
	return &stored.Recheck, nil
}

// recheckBy is until when the agent may ask for a re-check, nil when it may not.
func (t *Task) recheckBy() *time.Time {
	judgeable := t.FailCode == FailRejected || t.Unjudged()
	if t.Status != city.TaskFailed || !judgeable || t.Recheck != nil || t.EndedAt == nil {
		return nil
	}
	by := t.EndedAt.Add(recheckWindow)
	return &by
}

// Unjudged reports whether the task failed because the gate came to no verdict.
func (t *Task) Unjudged() bool { return t.FailCode == FailUnjudged }

// AskRecheck asks, once, that an operator looks again at work that the gate
// failed or could not judge. The same reason again is harmless. Errors:
// VALIDATION_ERROR, TASK_NOT_FOUND, INVALID_STATE.
func (s *Service) AskRecheck(ctx context.Context, agentID, taskID, reason string) (*Task, error) {
	reason = strings.TrimSpace(reason)
	var v city.Invalid
	v.Text("reason", reason)
	v.Check(reason != "" && shortEnough(reason, maxNote), "reason", "between 1 and %d characters", maxNote)
	if err := v.Err(); err != nil {
		return nil, err
	}
	return s.locked(ctx, taskID, assignedTo(agentID), func(ctx context.Context, tx store.Tx, t *Task) error {
		if t.Recheck != nil && t.Recheck.Reason == reason {
			return nil
		}
		by := t.recheckBy()
		if by == nil || by.Before(tx.Now()) {
			return errNoRecheck(t)
		}
		t.Recheck = &Recheck{Reason: reason, AskedAt: tx.Now(), DecideBy: tx.Now().Add(recheckTime)}
		return s.Events.Append(ctx, tx, t.ID, event.TaskRecheckAsked, map[string]any{"decideBy": t.Recheck.DecideBy}, BuyerTopic(t.BuyerID))
	})
}

func errNoRecheck(t *Task) error {
	why := "Only work that the quality gate failed, or came to no verdict on, can be re-checked."
	switch {
	case t.Recheck != nil:
		why = "A re-check was asked for already; there is one for each task."
	case t.recheckBy() != nil:
		why = "The time to ask for a re-check is over: it is 24 hours after the task failed."
	}
	return city.Errorf(city.CodeInvalidState, "%s", why).WithDetail("status", string(t.Status))
}

// DecideRecheck is an operator's decision. Saying the same again is harmless.
// Errors: VALIDATION_ERROR, TASK_NOT_FOUND, FORBIDDEN for a party,
// INVALID_STATE, INSUFFICIENT_CREDITS when the buyer cannot be charged. To clear
// is for verdicts: without one, nothing of the task is in the agent's standing.
func (s *Service) DecideRecheck(ctx context.Context, operatorID, taskID string, d RecheckDecision, note string) (*Task, error) {
	note = strings.TrimSpace(note)
	var v city.Invalid
	v.Check(slices.Contains(RecheckDecisions(), d), "decision", `must be "overturn", "clear" or "uphold"`)
	v.Text("note", note)
	v.Check(note != "" && shortEnough(note, maxNote), "note", "say why, in at most %d characters", maxNote)
	if err := v.Err(); err != nil {
		return nil, err
	}
	return s.locked(ctx, taskID, rechecked, func(ctx context.Context, tx store.Tx, t *Task) error {
		switch {
		case t.party(operatorID):
			return errParty()
		case t.Recheck.Decision == d:
			return nil
		case !t.Recheck.waits():
			return city.Errorf(city.CodeInvalidState, "This re-check was decided already.").WithDetail("status", string(t.Status))
		case d == RecheckClear && t.Unjudged():
			return city.InvalidField("decision", `the gate came to no verdict, so there is none to clear: "overturn" or "uphold"`)
		}
		return s.closeRecheck(ctx, tx, t, d, operatorID, note)
	})
}

// closeRecheck writes a decision down and does what follows from it.
func (s *Service) closeRecheck(ctx context.Context, tx store.Tx, t *Task, d RecheckDecision, by, note string) error {
	r := *t.Recheck // the caller compares the task with what it was
	r.Decision, r.DecidedAt, r.DecidedBy, r.Note = d, now(tx), by, note
	t.Recheck = &r
	if d == RecheckOverturn {
		on := Overturn
		if t.Unjudged() { // the standing knows of no failure that could be taken back
			on = Adjudge
		}
		return s.overturn(ctx, tx, t, on, note)
	}
	facts := map[string]any{"decision": d, "note": note}
	if err := s.Events.Append(ctx, tx, t.ID, event.TaskRecheckDecided, facts, BuyerTopic(t.BuyerID)); err != nil {
		return err
	}
	if err := s.Webhooks.Emit(ctx, tx, t.AgentID, event.NoticeRecheckDecided, t.ID, AgentViewOf(t)); err != nil || d == RecheckUphold {
		return err
	}
	return s.learn(ctx, tx, t.AgentID, t.ID, reputation.Input{Cause: reputation.CauseCleared, GateScore: gate.PassScore})
}

// overturn passes failed work: what passing would have moved is moved now, and
// the standing learns of work at the line of passing.
func (s *Service) overturn(ctx context.Context, tx store.Tx, t *Task, on Trigger, note string) error {
	t.FailCode, t.FailReason = "", ""
	facts := map[string]any{"chargeCents": t.Quote.ChargeCents, "note": note}
	return s.apply(ctx, tx, change{task: t, on: on, facts: facts, learn: reputation.Input{GateScore: gate.PassScore}})
}

// expireRecheck lets a verdict stand when no operator decided in time. It is a
// no-op when one did.
func (s *Service) expireRecheck(ctx context.Context, taskID string) error {
	_, err := s.locked(ctx, taskID, anybody, func(ctx context.Context, tx store.Tx, t *Task) error {
		if t.Status != city.TaskFailed || !t.Recheck.waits() || t.Recheck.DecideBy.After(tx.Now()) {
			return nil
		}
		return s.closeRecheck(ctx, tx, t, RecheckUphold, "", "No operator decided in time.")
	})
	return err
}

func rechecked(t *Task) bool { return t.Recheck != nil }

// RecheckCase is what an operator decides a re-check on, or did. Errors:
// TASK_NOT_FOUND.
func (s *Service) RecheckCase(ctx context.Context, operatorID, taskID string) (Case, error) {
	return s.caseOf(ctx, operatorID, taskID, rechecked)
}

// rechecks are the verdicts for an operator to look at again.
var rechecks = cases{has: `recheck <> ''`, wait: `status = 'failed' AND due_at IS NOT NULL`}

// Rechecks pages through the re-checks that wait for an operator, oldest first,
// or through those decided, newest first. The cursor is the id of the last task
// of the page before. Errors: VALIDATION_ERROR.
func (s *Service) Rechecks(ctx context.Context, operatorID string, decided bool, cursor string, limit int) (Page, error) {
	return s.pageCases(ctx, operatorID, rechecks, decided, cursor, limit)
}

// CountRechecks is how many re-checks wait for an operator.
func (s *Service) CountRechecks(ctx context.Context) (int, error) { return s.countCases(ctx, rechecks) }
