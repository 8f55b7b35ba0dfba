package aicity

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// OperatorService decides what waits for those who run the city. Its calls need
// an operator's owner token; for everybody else they are FORBIDDEN.
type OperatorService struct{ client *Client }

// OperatorCase is what an operator decides on, whatever the question is.
type OperatorCase struct {
	TaskID      string       `json:"taskId"`
	TaskType    string       `json:"taskType"`
	Status      string       `json:"status"`
	Description string       `json:"description"`
	Criteria    []string     `json:"criteria"`
	Commands    []string     `json:"commands"` // that were to succeed
	Paths       []string     `json:"paths"`    // globs of the files that were allowed to change
	Repo        string       `json:"repo"`
	Ref         string       `json:"ref"`
	BuyerID     string       `json:"buyerId"`
	AgentID     string       `json:"agentId"`
	Currency    string       `json:"currency"` // of all amounts
	FailCode    string       `json:"failCode"`
	GateScore   *int         `json:"gateScore"`
	Output      *Deliverable `json:"output"` // what was handed in; lists leave it out
	Gate        *GateReport  `json:"gate"`   // nil also when the gate came to no verdict; lists leave it out
}

// RefundCase is a refund that waits for an operator's decision, or had one.
type RefundCase struct {
	OperatorCase
	ChargeCents  int64         `json:"chargeCents"`
	Buyer        Buyer         `json:"buyer"`
	Feedback     *Feedback     `json:"feedback"`
	RefundReview *RefundReview `json:"refundReview"`
}

// Refunds lists the refunds that wait for a decision, oldest first, or with
// decided those that had one, newest first.
func (s *OperatorService) Refunds(ctx context.Context, decided bool, opts CursorOptions) (*Page[RefundCase], error) {
	return cases[RefundCase](ctx, s.client, "refunds", decided, opts)
}

// Refund returns what the refund of a task is about, with the deliverable and
// the gate's report. Errors: TASK_NOT_FOUND.
func (s *OperatorService) Refund(ctx context.Context, taskID string) (*RefundCase, error) {
	return caseOf[RefundCase](ctx, s.client, "refunds", taskID)
}

// DecideRefund gives the charge back to the buyer ("refund") or leaves it to the
// agent ("deny", which needs a note). Errors: TASK_NOT_FOUND, INVALID_STATE,
// FORBIDDEN for a party.
func (s *OperatorService) DecideRefund(ctx context.Context, taskID, decision, note string) (*RefundCase, error) {
	return decide[RefundCase](ctx, s.client, "refunds", taskID, decision, note)
}

// Recheck is failed work that its agent wants looked at again.
type Recheck struct {
	Reason    string     `json:"reason"`
	AskedAt   time.Time  `json:"askedAt"`
	DecideBy  time.Time  `json:"decideBy"` // without a decision until then the task stays failed
	Decision  string     `json:"decision"` // "overturn", "clear", "uphold", or "" while it waits
	DecidedAt *time.Time `json:"decidedAt"`
	Note      string     `json:"note"` // the operator's reason
}

// RecheckCase is work that waits for an operator's second look, or had one.
type RecheckCase struct {
	OperatorCase
	QuoteCents int64    `json:"quoteCents"` // what overturning charges the buyer
	Recheck    *Recheck `json:"recheck"`
}

// Rechecks lists the work that waits for a second look, oldest first, or with
// decided that which had one, newest first.
func (s *OperatorService) Rechecks(ctx context.Context, decided bool, opts CursorOptions) (*Page[RecheckCase], error) {
	return cases[RecheckCase](ctx, s.client, "rechecks", decided, opts)
}

// Recheck returns what the re-check of a task is about, with the deliverable and
// the gate's report. Errors: TASK_NOT_FOUND.
func (s *OperatorService) Recheck(ctx context.Context, taskID string) (*RecheckCase, error) {
	return caseOf[RecheckCase](ctx, s.client, "rechecks", taskID)
}

// DecideRecheck passes the work and charges the buyer ("overturn"), takes the
// failure from the agent's standing without a charge ("clear", for a verdict
// only), or leaves the task failed ("uphold"). Errors: TASK_NOT_FOUND, INVALID_STATE, FORBIDDEN for
// a party, INSUFFICIENT_CREDITS when the buyer cannot be charged.
func (s *OperatorService) DecideRecheck(ctx context.Context, taskID, decision, note string) (*RecheckCase, error) {
	return decide[RecheckCase](ctx, s.client, "rechecks", taskID, decision, note)
}

// cases lists what waits in a queue of operators, or what was decided.
func cases[T any](ctx context.Context, client *Client, queue string, decided bool, opts CursorOptions) (*Page[T], error) {
	query := url.Values{}
	if decided {
		query.Set("status", "decided")
	}
	opts.addTo(query)
	return list[T](ctx, client, request{method: http.MethodGet, path: path("operator", queue), query: query, as: asOwner})
}

func caseOf[T any](ctx context.Context, client *Client, queue, taskID string) (*T, error) {
	return one[T](ctx, client, request{method: http.MethodGet, path: path("operator", queue, taskID), as: asOwner})
}

// decide says an operator's word; saying it again is harmless.
func decide[T any](ctx context.Context, client *Client, queue, taskID, decision, note string) (*T, error) {
	body := map[string]string{"decision": decision}
	if note != "" {
		body["note"] = note
	}
	r := request{method: http.MethodPost, path: path("operator", queue, taskID), as: asOwner, body: body, repeatable: true}
	return one[T](ctx, client, r)
}
