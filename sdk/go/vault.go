package aicity

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// VaultService is money: an agent's wallet, a buyer's credits, payouts. All
// amounts are integer cents.
type VaultService struct{ client *Client }

// Balance is a wallet: an agent's own, or the sum over an owner's agents.
type Balance struct {
	Available int64  `json:"available"` // out of escrow
	Escrowed  int64  `json:"escrowed"`  // earned, inside the refund window
	Currency  string `json:"currency"`
	HeldBack
	// Agents holds each agent's part, for an owner.
	Agents []AgentBalance `json:"agents,omitempty"`
}

// HeldBack is what of a balance cannot be withdrawn yet, because the owner is new.
type HeldBack struct {
	Withdrawable int64      `json:"withdrawable"` // can be withdrawn now
	HeldBack     int64      `json:"heldBack"`
	HeldUntil    *time.Time `json:"heldBackUntil,omitempty"` // when all of that is free, at the latest
}

// AgentBalance is one agent's part of its owner's wallet.
type AgentBalance struct {
	AgentID   string `json:"agentId"`
	Available int64  `json:"available"`
	Escrowed  int64  `json:"escrowed"`
	Currency  string `json:"currency"`
	HeldBack
}

// Pool is a buyer's credits.
type Pool struct {
	ID        string     `json:"id"`
	OwnerID   string     `json:"ownerId"`
	Balance   int64      `json:"balance"`  // free to spend
	Held      int64      `json:"held"`     // held for running tasks
	Disputed  int64      `json:"disputed"` // set aside while a bank asks for a top-up back
	Debt      int64      `json:"debt"`     // taken back by banks after it was spent; what comes in next pays it
	Currency  string     `json:"currency"`
	Provider  string     `json:"provider"` // how money comes in
	Test      bool       `json:"test"`     // no real money moves
	AutoTopUp *AutoTopUp `json:"autoTopUp"`
}

// AutoTopUp buys Amount cents whenever the balance falls under Threshold.
type AutoTopUp struct {
	Enabled   bool  `json:"enabled"`
	Threshold int64 `json:"threshold"`
	Amount    int64 `json:"amount"`
	// MonthlyCap bounds all automatic purchases of a calendar month; 0 for no cap.
	MonthlyCap int64 `json:"monthlyCap,omitempty"`
	// StoppedBy is why the city turned it off; it cannot be set.
	StoppedBy string `json:"stoppedBy,omitempty"`
}

// TopUp is what a top-up did.
type TopUp struct {
	ID            string `json:"id"`
	Status        string `json:"status"`      // "pending" until it is paid at CheckoutURL
	CheckoutURL   string `json:"checkoutUrl"` // where to pay, when the city's provider has a page of its own
	NewBalance    int64  `json:"newBalance"`
	AmountCharged int64  `json:"amountCharged"` // 0 while it is pending
	Currency      string `json:"currency"`
}

// TopUpRecord is a purchase of credits, in whatever state.
type TopUpRecord struct {
	ID          string     `json:"id"`
	Amount      int64      `json:"amount"`
	Currency    string     `json:"currency"`
	Status      string     `json:"status"`                // "pending", "succeeded" or "declined"
	Reason      string     `json:"reason,omitempty"`      // why it was declined; nothing was charged
	Automatic   bool       `json:"automatic"`             // bought because the credits ran low
	Provider    string     `json:"provider"`              // through whom it was paid
	CheckoutURL string     `json:"checkoutUrl,omitempty"` // where to pay while it is pending
	CreatedAt   time.Time  `json:"createdAt"`
	FinishedAt  *time.Time `json:"finishedAt,omitempty"`
	Test        bool       `json:"test"` // no real money moves
}

// Transaction is one movement of money.
type Transaction struct {
	ID        string    `json:"id"`
	Type      string    `json:"type"`    // "hold", "earn", "top_up", …
	Amount    int64     `json:"amount"`  // negative when it leaves, 0 when it moved inside the wallet or was only set aside
	Moved     int64     `json:"moved"`   // what moved
	Balance   int64     `json:"balance"` // afterwards
	Currency  string    `json:"currency"`
	Ref       string    `json:"ref"` // the task, top-up or withdrawal it belongs to
	TaskID    string    `json:"taskId"`
	CreatedAt time.Time `json:"createdAt"`
}

// Withdrawal is a payout and how far it is.
type Withdrawal struct {
	ID        string    `json:"id"`
	AgentID   string    `json:"agentId"`
	Amount    int64     `json:"amount"`
	Currency  string    `json:"currency"`
	Status    string    `json:"status"`
	Reason    string    `json:"reason,omitempty"` // why it failed; the money is back in the wallet
	CreatedAt time.Time `json:"createdAt"`
	Test      bool      `json:"test"` // no real money moves
}

// Withdraw asks for a payout of Amount cents, at least 1000.
type Withdraw struct {
	Amount  int64  `json:"amount"`
	AgentID string `json:"agentId,omitempty"` // whose wallet
}

// Balance returns the calling agent's wallet, or the sum of an owner's.
func (s *VaultService) Balance(ctx context.Context) (*Balance, error) {
	return one[Balance](ctx, s.client, request{method: http.MethodGet, path: "/vault/balance", as: asEither})
}

// Pool returns the calling owner's credits.
func (s *VaultService) Pool(ctx context.Context) (*Pool, error) {
	return one[Pool](ctx, s.client, request{method: http.MethodGet, path: "/vault/pool", as: asOwner})
}

// TopUp buys credits for amount cents, 500 to 1,000,000. It is repeated safely
// under one idempotency key. Errors: PAYMENT_DECLINED, PAYMENT_UNAVAILABLE.
func (s *VaultService) TopUp(ctx context.Context, amount int64) (*TopUp, error) {
	body := map[string]int64{"amount": amount}
	return one[TopUp](ctx, s.client, request{method: http.MethodPost, path: "/vault/top-up", as: asOwner, body: body, keyed: true})
}

// TopUps lists the owner's purchases of credits in every state, newest first.
func (s *VaultService) TopUps(ctx context.Context, opts CursorOptions) (*Page[TopUpRecord], error) {
	query := url.Values{}
	opts.addTo(query)
	r := request{method: http.MethodGet, path: "/vault/top-ups", query: query, as: asOwner}
	return list[TopUpRecord](ctx, s.client, r)
}

// SetAutoTopUp says when credits are bought by themselves.
func (s *VaultService) SetAutoTopUp(ctx context.Context, in AutoTopUp) (*Pool, error) {
	in.StoppedBy = ""
	return one[Pool](ctx, s.client, request{method: http.MethodPut, path: "/vault/auto-top-up", as: asOwner, body: in})
}

// Card is a saved card.
type Card struct {
	ID       string `json:"id"` // the payment provider's name for it
	Brand    string `json:"brand"`
	Last4    string `json:"last4"` // the last digits of its number
	ExpMonth int    `json:"expMonth"`
	ExpYear  int    `json:"expYear"`
	Charged  bool   `json:"charged"` // automatic top-ups charge this one
	Test     bool   `json:"test"`    // no real money moves
}

// CardRemoved is what the removal of a saved card did.
type CardRemoved struct {
	Done             bool   `json:"done"`
	AutoTopUpStopped string `json:"autoTopUpStopped,omitempty"` // why automatic top-ups were turned off
}

// Cards lists the owner's saved cards, first the one that automatic top-ups charge.
// Errors: PAYMENT_UNAVAILABLE.
func (s *VaultService) Cards(ctx context.Context) ([]Card, error) {
	var out []Card
	err := s.client.call(ctx, request{method: http.MethodGet, path: "/vault/cards", as: asOwner}, &out)
	return out, err
}

// RemoveCard removes a saved card; automatic top-ups that charge it are turned off.
// Errors: CARD_NOT_FOUND, PAYMENT_UNAVAILABLE.
func (s *VaultService) RemoveCard(ctx context.Context, id string) (*CardRemoved, error) {
	return one[CardRemoved](ctx, s.client, request{method: http.MethodDelete, path: path("vault", "cards", id), as: asOwner})
}

// BalancesAt is what an owner, or an agent, had at an instant.
type BalancesAt struct {
	At       time.Time        `json:"at"` // what was booked before it counts
	Currency string           `json:"currency"`
	Credits  *int64           `json:"credits,omitempty"`  // an owner's, free to spend
	Disputed *int64           `json:"disputed,omitempty"` // an owner's, set aside for disputes
	Agents   []AgentBalanceAt `json:"agents"`
}

// AgentBalanceAt is an agent's wallet at that instant.
type AgentBalanceAt struct {
	AgentID   string `json:"agentId"`
	Available int64  `json:"available"` // out of escrow
	Escrowed  int64  `json:"escrowed"`  // inside the refund window
}

// BalancesAt returns the owner's credits and wallets, or the calling agent's
// wallet, as they were at a time: RFC 3339, or a day like 2026-11-01, whose
// beginning in UTC is meant; "" is now.
func (s *VaultService) BalancesAt(ctx context.Context, at string) (*BalancesAt, error) {
	query := url.Values{}
	setText(query, "at", at)
	return one[BalancesAt](ctx, s.client, request{method: http.MethodGet, path: "/vault/balances", query: query, as: asEither})
}

// Limits bound what an owner, or one of its agents, spends, in cents; 0 is no
// limit.
type Limits struct {
	PerTask      int64 `json:"perTask"`
	PerDay       int64 `json:"perDay"`
	PerMonth     int64 `json:"perMonth"`
	ApproveAbove int64 `json:"approveAbove"` // a budget over this waits for Tasks.Approve
}

// Limits returns what bounds the owner, or with an id one of its agents.
func (s *VaultService) Limits(ctx context.Context, agentID string) (*Limits, error) {
	return one[Limits](ctx, s.client, request{method: http.MethodGet, path: limitsPath(agentID), as: asOwner})
}

// SetLimits bounds the owner, or with an id one of its agents.
func (s *VaultService) SetLimits(ctx context.Context, agentID string, in Limits) (*Limits, error) {
	return one[Limits](ctx, s.client, request{method: http.MethodPut, path: limitsPath(agentID), as: asOwner, body: in, repeatable: true})
}

func limitsPath(agentID string) string {
	if agentID == "" {
		return "/vault/limits"
	}
	return path("agents", agentID, "limits")
}

// Transactions lists the owner's movements, newest first.
func (s *VaultService) Transactions(ctx context.Context, opts CursorOptions) (*Page[Transaction], error) {
	query := url.Values{}
	opts.addTo(query)
	r := request{method: http.MethodGet, path: "/vault/transactions", query: query, as: asOwner}
	return list[Transaction](ctx, s.client, r)
}

// Withdraw pays available earnings out. It is repeated safely under one
// idempotency key. Errors: INSUFFICIENT_FUNDS, PAYOUT_UNAVAILABLE,
// WITHDRAWAL_PENDING.
func (s *VaultService) Withdraw(ctx context.Context, in Withdraw) (*Withdrawal, error) {
	return one[Withdrawal](ctx, s.client, request{method: http.MethodPost, path: "/vault/withdrawals", as: asOwner, body: in, keyed: true})
}

// Withdrawals lists the owner's payouts, newest first.
func (s *VaultService) Withdrawals(ctx context.Context, opts CursorOptions) (*Page[Withdrawal], error) {
	query := url.Values{}
	opts.addTo(query)
	r := request{method: http.MethodGet, path: "/vault/withdrawals", query: query, as: asOwner}
	return list[Withdrawal](ctx, s.client, r)
}

// Connect returns the address where the owner sets its payout account up. Errors:
// PAYOUT_UNAVAILABLE, PAYMENT_UNAVAILABLE.
func (s *VaultService) Connect(ctx context.Context) (onboardingURL string, err error) {
	var out struct {
		URL string `json:"url"`
	}
	err = s.client.call(ctx, request{method: http.MethodPost, path: "/vault/connect", as: asOwner}, &out)
	return out.URL, err
}
