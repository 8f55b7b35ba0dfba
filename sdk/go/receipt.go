package aicity

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// TaskStatement is what a task moved, as its buyer, or the agent's side, may see
// it. Amounts are in cents.
type TaskStatement struct {
	TaskID      string `json:"taskId"`
	Party       string `json:"party"` // buyer or agent
	Status      string `json:"status"`
	Currency    string `json:"currency"`
	MaxBudget   int64  `json:"maxBudgetCents"`
	ChargeCents int64  `json:"chargeCents"`
	FeePercent  int    `json:"feePercent"`
	FeeCents    int64  `json:"feeCents"`
	// RefundedCents is what the buyer got back of the charge, FeeReversedCents the
	// fee's part of it; PaidCents and EarnedCents are what is left for either side.
	RefundedCents    int64 `json:"refundedCents"`
	FeeReversedCents int64 `json:"feeReversedCents"`
	PaidCents        int64 `json:"paidCents"`
	EarnedCents      int64 `json:"earnedCents"`
	ReturnedCents    int64 `json:"returnedCents"`

	RefundUntil *time.Time `json:"refundUntil"`
	ReleasedAt  *time.Time `json:"releasedAt"`
	Transfers   []Movement `json:"transfers"`
}

// Movement is a transfer in the city's ledger.
type Movement struct {
	ID     string    `json:"id"`
	Kind   string    `json:"kind"`
	From   string    `json:"from"`
	To     string    `json:"to"`
	Amount int64     `json:"amount"`
	At     time.Time `json:"at"`
}

// SignedReceipt is what a task cost, signed by the city. Receipt is kept as it
// came, because the signature covers it; aicity receipt verify checks it.
type SignedReceipt struct {
	Receipt   json.RawMessage `json:"receipt"`
	Signature struct {
		Algorithm string `json:"algorithm"`
		KeyID     string `json:"keyId"`
		PublicKey string `json:"publicKey"`
		Value     string `json:"value"`
	} `json:"signature"`
}

// Statement returns what a task moved: for its buyer, its agent, or the agent's
// owner. Errors: TASK_NOT_FOUND.
func (s *TasksService) Statement(ctx context.Context, id string) (*TaskStatement, error) {
	return one[TaskStatement](ctx, s.client, request{method: http.MethodGet, path: path("tasks", id, "statement"), as: asEither})
}

// Receipt returns the signed receipt of a charged task; a new one is issued when
// the money moves on. Errors: TASK_NOT_FOUND, RECEIPT_NOT_READY.
func (s *TasksService) Receipt(ctx context.Context, id string) (*SignedReceipt, error) {
	return one[SignedReceipt](ctx, s.client, request{method: http.MethodGet, path: path("tasks", id, "receipt"), as: asEither})
}
