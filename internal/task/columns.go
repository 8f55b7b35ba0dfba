package task

import (
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/pricing"
	"aicity.dev/aicity/internal/routing"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/column"
)

// columns are those of a task in the order in which they are written and read.
var columns = column.List[Task]{
	column.Text("id", func(t *Task) *string { return &t.ID }).Fixed(),
	column.Text("buyer_id", func(t *Task) *string { return &t.BuyerID }).Fixed(),
	column.Text("submitter_id", func(t *Task) *string { return &t.SubmitterID }).Fixed(),
	column.Text("direct_id", func(t *Task) *string { return &t.DirectID }).Fixed(),
	column.Text("agent_id", func(t *Task) *string { return &t.AgentID }),
	column.Text("agent_owner_id", func(t *Task) *string { return &t.AgentOwner }),
	column.Text("category", func(t *Task) *city.Category { return &t.Category }).Fixed(),
	column.Text("status", func(t *Task) *city.TaskStatus { return &t.Status }),
	column.Text("description", func(t *Task) *string { return &t.Description }).Fixed(),
	column.JSON("tags", func(t *Task) *[]string { return &t.Tags }).Fixed(),
	column.Number("max_budget", func(t *Task) *city.Cents { return &t.MaxBudget }).Fixed(),
	column.Duration("deadline_us", func(t *Task) *time.Duration { return &t.Deadline }).Fixed(),
	column.JSON("acceptance", func(t *Task) *Acceptance { return &t.Acceptance }).Fixed(),
	column.Text("repo", func(t *Task) *string { return &t.Source.Repo }).Fixed(),
	column.Text("ref", func(t *Task) *string { return &t.Source.Ref }).Fixed(),
	column.Text("sealed_token", func(t *Task) *string { return &t.Source.SealedToken }),
	column.Plain("has_code", func(t *Task) *bool { return &t.Source.HasCode }).Fixed(),
	column.Text("archive_id", func(t *Task) *string { return &t.Source.ArchiveID }).Fixed(),
	column.Text("size_class", func(t *Task) *string { return &t.Size }),
	column.JSON("quote", func(t *Task) *pricing.Quote { return &t.Quote }),
	column.JSON("routing", func(t *Task) *routing.Result { return &t.Routing }),
	column.JSON("passed_over", func(t *Task) *[]string { return &t.PassedOver }),
	column.Text("sandbox_id", func(t *Task) *string { return &t.SandboxID }),
	column.Text("fail_code", func(t *Task) *FailCode { return &t.FailCode }),
	column.Text("fail_reason", func(t *Task) *string { return &t.FailReason }),
	column.Plain("gate_score", func(t *Task) **int { return &t.GateScore }),
	column.Number("charge", func(t *Task) *city.Cents { return &t.Charge }),
	column.Number("fee", func(t *Task) *city.Cents { return &t.Fee }),
	column.Text("thumbs", func(t *Task) *string { return &t.Feedback.Thumbs }),
	column.Number("rating", func(t *Task) *int { return &t.Feedback.Rating }),
	column.Text("reason", func(t *Task) *string { return &t.Feedback.Reason }),
	column.Text("comment", func(t *Task) *string { return &t.Feedback.Comment }),
	column.TimePtr("feedback_at", func(t *Task) **time.Time { return &t.Feedback.At }),
	column.Time("created_at", func(t *Task) *time.Time { return &t.CreatedAt }).Fixed(),
	column.TimePtr("assigned_at", func(t *Task) **time.Time { return &t.AssignedAt }),
	column.TimePtr("accept_by", func(t *Task) **time.Time { return &t.AcceptBy }),
	column.TimePtr("started_at", func(t *Task) **time.Time { return &t.StartedAt }),
	column.TimePtr("deadline_at", func(t *Task) **time.Time { return &t.DeadlineAt }),
	column.TimePtr("delivered_at", func(t *Task) **time.Time { return &t.DeliveredAt }),
	column.TimePtr("ended_at", func(t *Task) **time.Time { return &t.EndedAt }),
	column.TimePtr("refund_until", func(t *Task) **time.Time { return &t.RefundUntil }),
	column.TimePtr("released_at", func(t *Task) **time.Time { return &t.ReleasedAt }),
	column.Number("buyer_completed", func(t *Task) *int { return &t.Buyer.Completed }).Fixed(),
	column.Number("buyer_refunded", func(t *Task) *int { return &t.Buyer.Refunded }).Fixed(),
	column.Number("feedback_criterion", func(t *Task) *int { return &t.Feedback.Criterion }),
	{
		Name:  "refund_review",
		Write: func(t *Task) any { return encodeReview(t.Review) },
		Read:  column.Via(func(t *Task, text string) (err error) { t.Review, err = decodeReview(text); return err }),
	},
	column.Number("fee_percent", func(t *Task) *int { return &t.FeePercent }).Fixed(),
	{
		Name:  "recheck",
		Write: func(t *Task) any { return encodeRecheck(t.Recheck) },
		Read:  column.Via(func(t *Task, text string) (err error) { t.Recheck, err = decodeRecheck(text); return err }),
	},
	{Name: "due_at", Write: func(t *Task) any { return store.MicrosPtr(t.due()) }},
}
