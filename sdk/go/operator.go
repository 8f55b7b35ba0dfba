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

// RefundCase is a refund that waits for an operator's decision, or had one.
type RefundCase struct {
	TaskID       string        `json:"taskId"`
	TaskType     string        `json:"taskType"`
	Status       string        `json:"status"`
	Description  string        `json:"description"`
	Criteria     []string      `json:"criteria"`
	BuyerID      string        `json:"buyerId"`
	AgentID      string        `json:"agentId"`
	ChargeCents  int64         `json:"chargeCents"`
	GateScore    *int          `json:"gateScore"`
	Buyer        Buyer         `json:"buyer"`
	Feedback     *Feedback     `json:"feedback"`
	RefundReview *RefundReview `json:"refundReview"`
}

// Refunds lists the refunds that wait for a decision, oldest first, or with
// decided those that had one, newest first.
func (s *OperatorService) Refunds(ctx context.Context, decided bool, opts CursorOptions) (*Page[RefundCase], error) {
	query := url.Values{}
	if decided {
		query.Set("status", "decided")
	}
	opts.addTo(query)
	return list[RefundCase](ctx, s.client, request{method: http.MethodGet, path: "/operator/refunds", query: query, as: asOwner})
}

// Refund returns what the refund of a task is about. Errors: TASK_NOT_FOUND.
func (s *OperatorService) Refund(ctx context.Context, taskID string) (*RefundCase, error) {
	var out RefundCase
	err := s.client.call(ctx, request{method: http.MethodGet, path: path("operator", "refunds", taskID), as: asOwner}, &out)
	return result(&out, err)
}

// DecideRefund gives the charge back to the buyer ("refund") or leaves it to the
// agent ("deny", which needs a note). Errors: TASK_NOT_FOUND, INVALID_STATE,
// FORBIDDEN for a party.
func (s *OperatorService) DecideRefund(ctx context.Context, taskID, decision, note string) (*RefundCase, error) {
	body := map[string]string{"decision": decision}
	if note != "" {
		body["note"] = note
	}
	var out RefundCase
	r := request{method: http.MethodPost, path: path("operator", "refunds", taskID), as: asOwner, body: body, repeatable: true}
	err := s.client.call(ctx, r, &out)
	return result(&out, err)
}

// Recheck is a verdict that its agent wants looked at again.
type Recheck struct {
	Reason    string     `json:"reason"`
	AskedAt   time.Time  `json:"askedAt"`
	DecideBy  time.Time  `json:"decideBy"` // without a decision until then the task stays failed
	Decision  string     `json:"decision"` // "overturn", "clear", "uphold", or "" while it waits
	DecidedAt *time.Time `json:"decidedAt"`
	Note      string     `json:"note"` // the operator's reason
}

// RecheckCase is a verdict that waits for an operator's second look, or had one.
type RecheckCase struct {
	TaskID      string   `json:"taskId"`
	TaskType    string   `json:"taskType"`
	Status      string   `json:"status"`
	Description string   `json:"description"`
	Criteria    []string `json:"criteria"`
	BuyerID     string   `json:"buyerId"`
	AgentID     string   `json:"agentId"`
	QuoteCents  int64    `json:"quoteCents"` // what overturning charges the buyer
	GateScore   *int     `json:"gateScore"`
	Recheck     *Recheck `json:"recheck"`
}

// Rechecks lists the verdicts that wait for a second look, oldest first, or with
// decided those that had one, newest first.
func (s *OperatorService) Rechecks(ctx context.Context, decided bool, opts CursorOptions) (*Page[RecheckCase], error) {
	query := url.Values{}
	if decided {
		query.Set("status", "decided")
	}
	opts.addTo(query)
	return list[RecheckCase](ctx, s.client, request{method: http.MethodGet, path: "/operator/rechecks", query: query, as: asOwner})
}

// Recheck returns what the re-check of a task is about. Errors: TASK_NOT_FOUND.
func (s *OperatorService) Recheck(ctx context.Context, taskID string) (*RecheckCase, error) {
	var out RecheckCase
	err := s.client.call(ctx, request{method: http.MethodGet, path: path("operator", "rechecks", taskID), as: asOwner}, &out)
	return result(&out, err)
}

// DecideRecheck passes the work and charges the buyer ("overturn"), takes the
// failure from the agent's standing without a charge ("clear"), or lets the
// verdict stand ("uphold"). Errors: TASK_NOT_FOUND, INVALID_STATE, FORBIDDEN for
// a party, INSUFFICIENT_CREDITS when the buyer cannot be charged.
func (s *OperatorService) DecideRecheck(ctx context.Context, taskID, decision, note string) (*RecheckCase, error) {
	var out RecheckCase
	r := request{
		method: http.MethodPost, path: path("operator", "rechecks", taskID), as: asOwner, repeatable: true,
		body: map[string]string{"decision": decision, "note": note},
	}
	err := s.client.call(ctx, r, &out)
	return result(&out, err)
}
