package task

import (
	"testing"
	"time"

	"aicity.dev/aicity/internal/city"
)

// Every pair of status and trigger, written out a second time: where it leads
// and what it moves. Pairs that are not listed are refused.
func TestEveryStatusAndTrigger(t *testing.T) {
	t.Parallel()
	type pair struct {
		from city.TaskStatus
		on   Trigger
	}
	type result struct {
		to    city.TaskStatus
		moves Move
	}
	allowed := map[pair]result{
		{"", Submit}:      {"submitted", MoveHold},
		{"", AskApproval}: {"pending_approval", MoveHold},

		{"pending_approval", Approve}:        {"submitted", MoveNone},
		{"pending_approval", Cancel}:         {"cancelled", MoveVoid},
		{"pending_approval", ApprovalExpire}: {"cancelled", MoveVoid},

		{"submitted", Route}:        {"routing", MoveNone},
		{"submitted", Decline}:      {"routing", MoveNone},
		{"submitted", AcceptExpire}: {"routing", MoveNone},
		{"submitted", Start}:        {"executing", MoveNone},
		{"submitted", Cancel}:       {"cancelled", MoveVoid},
		{"submitted", SourceLost}:   {"failed", MoveVoid},
		{"routing", Assign}:         {"submitted", MoveNone},
		{"routing", NoAgent}:        {"failed", MoveVoid},
		{"executing", Deliver}:      {"quality_check", MoveNone},
		{"executing", GiveUp}:       {"failed", MoveVoid},
		{"executing", Expire}:       {"failed", MoveVoid},
		{"executing", SourceLost}:   {"failed", MoveVoid},
		{"executing", Withdraw}:     {"failed", MoveVoid},
		{"quality_check", Pass}:     {"completed", MoveCapture},
		{"quality_check", Reject}:   {"failed", MoveVoid},
		{"quality_check", Unjudged}: {"failed", MoveVoid},
		{"completed", Release}:      {"completed", MoveRelease},
		{"completed", Refund}:       {"refunded", MoveReverse},
		{"completed", AskRefund}:    {"refund_review", MoveSetAside},

		{"refund_review", GrantRefund}:  {"refunded", MoveGrant},
		{"refund_review", ReviewExpire}: {"refunded", MoveGrant},
		{"refund_review", DenyRefund}:   {"completed", MoveDeny},

		{"failed", Overturn}: {"completed", MoveRecapture},
		{"failed", Adjudge}:  {"completed", MoveRecapture},
	}
	seen := 0
	for _, from := range append(city.TaskStatuses(), created) {
		for _, on := range triggers() {
			tr, ok := next(from, on)
			want, wanted := allowed[pair{from, on}]
			if ok != wanted {
				t.Errorf("%q on %s: possible %v, want %v", from, on, ok, wanted)
				continue
			}
			if !ok {
				continue
			}
			seen++
			if got := (result{tr.To, tr.Moves}); got != want {
				t.Errorf("%q on %s: got %+v, want %+v", from, on, got, want)
			}
			if tr.Emits == "" {
				t.Errorf("%q on %s: emits no event", from, on)
			}
		}
	}
	if seen != len(transitions) {
		t.Errorf("%d transitions seen, %d in the table: one is double or unreachable", seen, len(transitions))
	}
}

// Money that was held is given back, charged or kept held by every way a task
// can end: no transition into an end leaves a hold behind.
func TestEveryEndSettlesTheHold(t *testing.T) {
	t.Parallel()
	for _, tr := range transitions {
		if !tr.To.Ended() || tr.From == tr.To {
			continue
		}
		if charged := tr.From == city.TaskCompleted || tr.From == city.TaskRefundReview; charged {
			want := map[Trigger]Move{Refund: MoveReverse, AskRefund: MoveSetAside, GrantRefund: MoveGrant, ReviewExpire: MoveGrant, DenyRefund: MoveDeny}[tr.On]
			if tr.Moves != want {
				t.Errorf("%s on %s moves %q, want %q: the hold is closed already", tr.From, tr.On, tr.Moves, want)
			}
			continue
		}
		if tr.From == city.TaskFailed {
			if tr.Moves != MoveRecapture {
				t.Errorf("%s on %s moves %q: the hold was returned", tr.From, tr.On, tr.Moves)
			}
			continue
		}
		if tr.Moves != MoveVoid && tr.Moves != MoveCapture {
			t.Errorf("%s on %s ends as %s and leaves the hold open", tr.From, tr.On, tr.To)
		}
	}
}

// However a task ends, a token that was never used goes with it, and not before.
func TestEveryEndWipesTheToken(t *testing.T) {
	t.Parallel()
	at := time.Unix(1, 0)
	for _, tr := range transitions {
		for sealed, want := range map[string]string{"sealed": "sealed", usedToken: usedToken, "": ""} {
			if tr.To.Ended() && sealed == "sealed" {
				want = usedToken
			}
			task := Task{Status: tr.From, Source: Source{SealedToken: sealed}}
			task.become(tr.To, at)
			if task.Status != tr.To || task.Source.SealedToken != want || (task.EndedAt != nil) != tr.To.Ended() {
				t.Errorf("%s on %s with token %q: got %+v", tr.From, tr.On, sealed, task)
			}
		}
	}
}

// triggers lists every trigger.
func triggers() []Trigger {
	return []Trigger{
		Submit, AskApproval, Approve, ApprovalExpire, Route, Assign, NoAgent, Decline, AcceptExpire, Start, Deliver, Pass, Reject, Unjudged, GiveUp, Expire, Withdraw,
		SourceLost, Cancel, Release, Refund, AskRefund, GrantRefund, DenyRefund, ReviewExpire, Overturn, Adjudge,
	}
}
