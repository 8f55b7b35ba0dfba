package task

import (
	"encoding/json"
	"fmt"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/pricing"
	"aicity.dev/aicity/internal/routing"
	"aicity.dev/aicity/internal/store"
)

// column is a column of tasks: the one place that says what is written there of
// a task, and where what is read goes.
type column struct {
	name  string
	write func(t *Task) any
	read  func(t *Task) any // where to scan it; nil when it is not read
	fixed bool              // it does not change after the submission
}

// columns are those of a task in the order in which they are written and read.
var columns = []column{
	fixed(asText("id", func(t *Task) *string { return &t.ID })),
	fixed(asText("buyer_id", func(t *Task) *string { return &t.BuyerID })),
	fixed(asText("submitter_id", func(t *Task) *string { return &t.SubmitterID })),
	fixed(asText("direct_id", func(t *Task) *string { return &t.DirectID })),
	asText("agent_id", func(t *Task) *string { return &t.AgentID }),
	asText("agent_owner_id", func(t *Task) *string { return &t.AgentOwner }),
	fixed(asText("category", func(t *Task) *city.Category { return &t.Category })),
	asText("status", func(t *Task) *city.TaskStatus { return &t.Status }),
	fixed(asText("description", func(t *Task) *string { return &t.Description })),
	fixed(asJSON("tags", func(t *Task) *[]string { return &t.Tags })),
	fixed(asNumber("max_budget", func(t *Task) *city.Cents { return &t.MaxBudget })),
	fixed(column{
		name:  "deadline_us",
		write: func(t *Task) any { return t.Deadline.Microseconds() },
		read: func(t *Task) any {
			return reader[int64](func(us int64) error { t.Deadline = time.Duration(us) * time.Microsecond; return nil })
		},
	}),
	fixed(asJSON("acceptance", func(t *Task) *Acceptance { return &t.Acceptance })),
	fixed(asText("repo", func(t *Task) *string { return &t.Source.Repo })),
	fixed(asText("ref", func(t *Task) *string { return &t.Source.Ref })),
	asText("sealed_token", func(t *Task) *string { return &t.Source.SealedToken }),
	fixed(asItIs("has_code", func(t *Task) *bool { return &t.Source.HasCode })),
	fixed(asText("archive_id", func(t *Task) *string { return &t.Source.ArchiveID })),
	asText("size_class", func(t *Task) *string { return &t.Size }),
	asJSON("quote", func(t *Task) *pricing.Quote { return &t.Quote }),
	asJSON("routing", func(t *Task) *routing.Result { return &t.Routing }),
	asJSON("passed_over", func(t *Task) *[]string { return &t.PassedOver }),
	asText("sandbox_id", func(t *Task) *string { return &t.SandboxID }),
	asText("fail_code", func(t *Task) *FailCode { return &t.FailCode }),
	asText("fail_reason", func(t *Task) *string { return &t.FailReason }),
	asItIs("gate_score", func(t *Task) **int { return &t.GateScore }),
	asNumber("charge", func(t *Task) *city.Cents { return &t.Charge }),
	asNumber("fee", func(t *Task) *city.Cents { return &t.Fee }),
	asText("thumbs", func(t *Task) *string { return &t.Feedback.Thumbs }),
	asNumber("rating", func(t *Task) *int { return &t.Feedback.Rating }),
	asText("reason", func(t *Task) *string { return &t.Feedback.Reason }),
	asText("comment", func(t *Task) *string { return &t.Feedback.Comment }),
	asTime("feedback_at", func(t *Task) **time.Time { return &t.Feedback.At }),
	fixed(column{
		name:  "created_at",
		write: func(t *Task) any { return store.Micros(t.CreatedAt) },
		read: func(t *Task) any {
			return reader[int64](func(us int64) error { t.CreatedAt = store.FromMicros(us); return nil })
		},
	}),
	asTime("assigned_at", func(t *Task) **time.Time { return &t.AssignedAt }),
	asTime("accept_by", func(t *Task) **time.Time { return &t.AcceptBy }),
	asTime("started_at", func(t *Task) **time.Time { return &t.StartedAt }),
	asTime("deadline_at", func(t *Task) **time.Time { return &t.DeadlineAt }),
	asTime("delivered_at", func(t *Task) **time.Time { return &t.DeliveredAt }),
	asTime("ended_at", func(t *Task) **time.Time { return &t.EndedAt }),
	asTime("refund_until", func(t *Task) **time.Time { return &t.RefundUntil }),
	asTime("released_at", func(t *Task) **time.Time { return &t.ReleasedAt }),
	fixed(asNumber("buyer_completed", func(t *Task) *int { return &t.Buyer.Completed })),
	fixed(asNumber("buyer_refunded", func(t *Task) *int { return &t.Buyer.Refunded })),
	asNumber("feedback_criterion", func(t *Task) *int { return &t.Feedback.Criterion }),
	{
		name:  "refund_review",
		write: func(t *Task) any { return encodeReview(t.Review) },
		read: func(t *Task) any {
			return reader[string](func(text string) (err error) { t.Review, err = decodeReview(text); return err })
		},
	},
	fixed(asNumber("fee_percent", func(t *Task) *int { return &t.FeePercent })),
	{
		name:  "recheck",
		write: func(t *Task) any { return encodeRecheck(t.Recheck) },
		read: func(t *Task) any {
			return reader[string](func(text string) (err error) { t.Recheck, err = decodeRecheck(text); return err })
		},
	},
	{name: "due_at", write: func(t *Task) any { return store.MicrosPtr(t.due()) }},
}

func fixed(c column) column {
	c.fixed = true
	return c
}

func asItIs[T any](name string, field func(*Task) *T) column {
	return column{name: name, write: func(t *Task) any { return *field(t) }, read: func(t *Task) any { return field(t) }}
}

func asText[T ~string](name string, field func(*Task) *T) column {
	return column{name: name, write: func(t *Task) any { return string(*field(t)) }, read: func(t *Task) any { return field(t) }}
}

func asNumber[T ~int | ~int64](name string, field func(*Task) *T) column {
	return column{name: name, write: func(t *Task) any { return int64(*field(t)) }, read: func(t *Task) any { return field(t) }}
}

// asTime is for an instant that may be missing.
func asTime(name string, field func(*Task) **time.Time) column {
	return column{
		name:  name,
		write: func(t *Task) any { return store.MicrosPtr(*field(t)) },
		read: func(t *Task) any {
			return reader[int64](func(us int64) error {
				at := store.FromMicros(us)
				*field(t) = &at
				return nil
			})
		},
	}
}

func asJSON[T any](name string, field func(*Task) *T) column {
	return column{
		name:  name,
		write: func(t *Task) any { return encode(*field(t)) },
		read: func(t *Task) any {
			return reader[string](func(text string) error { return json.Unmarshal([]byte(text), field(t)) })
		},
	}
}

// reader is a sql.Scanner, on both engines: it is given what a column
// holds, unless that is NULL.
type reader[T int64 | string] func(T) error

// Scan implements sql.Scanner.
func (r reader[T]) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		return nil
	case T:
		return r(v)
	default:
		return fmt.Errorf("a column holds %T", value)
	}
}
