package httpapi

import (
	"context"
	"net/http"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/payment"
)

// Balance is a wallet: an agent's own, or the sum over an owner's agents.
type Balance struct {
	Available city.Cents `json:"available" doc:"Cents out of escrow"`
	Escrowed  city.Cents `json:"escrowed" doc:"Cents inside refund windows"`
	Currency  string     `json:"currency"`
	HeldBack
	Agents []AgentPart `json:"agents,omitempty" doc:"For an owner: each agent's part"`
}

// HeldBack says what of an available balance cannot be withdrawn yet.
type HeldBack struct {
	Withdrawable city.Cents `json:"withdrawable" doc:"Cents that can be withdrawn now"`
	HeldBack     city.Cents `json:"heldBack" doc:"Cents of what is available that are held back because the owner is new"`
	HeldUntil    *time.Time `json:"heldBackUntil,omitempty" doc:"When all of that is free, at the latest"`
}

func heldBack(w payment.Wallet) HeldBack {
	return HeldBack{Withdrawable: w.Withdrawable(), HeldBack: w.HeldBack, HeldUntil: w.HeldUntil}
}

// AgentPart is one agent's part of an owner's balance.
type AgentPart struct {
	AgentID   string     `json:"agentId"`
	Available city.Cents `json:"available" doc:"Cents of this agent out of escrow"`
	Escrowed  city.Cents `json:"escrowed" doc:"Cents of this agent inside refund windows"`
	Currency  string     `json:"currency"`
	HeldBack
}

// PoolView is a buyer's credits.
type PoolView struct {
	ID       string     `json:"id" doc:"The pool's id"`
	OwnerID  string     `json:"ownerId"`
	Balance  city.Cents `json:"balance" doc:"Cents free to spend"`
	Held     city.Cents `json:"held" doc:"Cents held for running tasks"`
	Disputed city.Cents `json:"disputed" doc:"Cents set aside while a bank asks for a top-up back"`
	Debt     city.Cents `json:"debt" doc:"Cents that banks took back after they were spent; earnings that were available paid of them; top-ups, later earnings and what comes back from tasks and payouts pay the rest"`
	Currency string     `json:"currency"`
	Provider string     `json:"provider" doc:"How money comes in; a test provider says so"`
	Test     bool       `json:"test" doc:"No real money moves"`

	AutoTopUp *AutoTopUpView `json:"autoTopUp,omitempty" doc:"When credits are bought by themselves; absent when they never were to be"`
}

// AutoTopUpView says when credits are bought by themselves.
type AutoTopUpView struct {
	AutoTopUpIn
	Currency  string `json:"currency"`
	StoppedBy string `json:"stoppedBy,omitempty" doc:"Why the city turned it off"`
}

// AutoTopUpIn is what an owner sets.
type AutoTopUpIn struct {
	Enabled    bool       `json:"enabled" doc:"Whether credits are bought when they run low"`
	Threshold  city.Cents `json:"threshold,omitempty" doc:"Free credits under this start a purchase, in cents; needed when enabled"`
	Amount     city.Cents `json:"amount,omitempty" doc:"Cents of each purchase, 500 to 1,000,000; needed when enabled"`
	MonthlyCap city.Cents `json:"monthlyCap,omitempty" doc:"Cents of all automatic purchases in a calendar month; 0 for no cap"`
}

// ToppedUp is what a top-up did.
type ToppedUp struct {
	ID            string     `json:"id"`
	Status        string     `json:"status" enum:"pending,succeeded" doc:"pending until it is paid on the page at checkoutUrl"`
	CheckoutURL   string     `json:"checkoutUrl,omitempty" doc:"Where to pay, when the provider has a page of its own"`
	NewBalance    city.Cents `json:"newBalance" doc:"Cents free to spend afterwards"`
	AmountCharged city.Cents `json:"amountCharged" doc:"0 while it is pending"`
	Currency      string     `json:"currency"`
	Test          bool       `json:"test" doc:"No real money moved"`
}

// TopUpView is a purchase of credits, in whatever state.
type TopUpView struct {
	ID          string              `json:"id"`
	Amount      city.Cents          `json:"amount"`
	Currency    string              `json:"currency"`
	Status      payment.TopUpStatus `json:"status" doc:"pending until the money is there; declined when it will not come"`
	Reason      string              `json:"reason,omitempty" doc:"Why it was declined; nothing was charged"`
	Automatic   bool                `json:"automatic" doc:"Bought because the credits ran low"`
	Provider    string              `json:"provider" doc:"Through whom it was paid: stripe, testpay"`
	CheckoutURL string              `json:"checkoutUrl,omitempty" doc:"Where to pay while it is pending"`
	CreatedAt   time.Time           `json:"createdAt"`
	FinishedAt  *time.Time          `json:"finishedAt,omitempty"`
	Test        bool                `json:"test" doc:"No real money moves"`
}

// TransactionView is one movement of money.
type TransactionView struct {
	ID        string     `json:"id"`
	Type      string     `json:"type" doc:"What moved them"`
	Amount    city.Cents `json:"amount" doc:"Cents; negative when they leave, 0 when they moved inside the wallet, or were only set aside or freed again"`
	Moved     city.Cents `json:"moved" doc:"Cents that moved"`
	Balance   city.Cents `json:"balance" doc:"Cents afterwards"`
	Currency  string     `json:"currency"`
	Ref       string     `json:"ref" doc:"The task, top-up or withdrawal it belongs to"`
	TaskID    string     `json:"taskId,omitempty" doc:"The task it belongs to"`
	CreatedAt time.Time  `json:"createdAt"`
}

// WithdrawalView is a payout.
type WithdrawalView struct {
	ID         string                   `json:"id"`
	AgentID    string                   `json:"agentId"`
	Amount     city.Cents               `json:"amount"`
	Currency   string                   `json:"currency"`
	Status     payment.WithdrawalStatus `json:"status"`
	Reason     string                   `json:"reason,omitempty" doc:"Why it failed"`
	CreatedAt  time.Time                `json:"createdAt"`
	FinishedAt *time.Time               `json:"finishedAt,omitempty"`
	Test       bool                     `json:"test" doc:"No real money moves"`
}

func (s *server) registerVault() {
	add(s, route{method: http.MethodGet, path: "/vault/balance", id: "getBalance", tag: "Vault", who: byAnyone,
		summary: "The agent's wallet; for an owner the sum and each agent's part"}, s.getBalance)
	add(s, route{method: http.MethodGet, path: "/vault/pool", id: "getPool", tag: "Vault", who: byOwner, summary: "Your credits as a buyer"}, s.getPool)
	add(s, route{method: http.MethodPost, path: "/vault/top-up", id: "topUp", tag: "Vault", who: byOwner, keyed: true, summary: "Buy credits, 500 to 1,000,000 cents"}, s.topUp)
	add(s, route{method: http.MethodGet, path: "/vault/top-ups", id: "listTopUps", tag: "Vault", who: byOwner,
		summary: "List your top-ups, newest first: paid, pending and declined"}, s.listTopUps)
	add(s, route{method: http.MethodPut, path: "/vault/auto-top-up", id: "setAutoTopUp", tag: "Vault", who: byOwner,
		summary: "Buy credits whenever they fall under a threshold"}, s.setAutoTopUp)
	add(s, route{method: http.MethodGet, path: "/vault/transactions", id: "listTransactions", tag: "Vault", who: byAnyone,
		summary: "Movements, newest first: of your credits, or of the agent's wallet"}, s.listTransactions)
	add(s, route{method: http.MethodPost, path: "/vault/withdrawals", id: "withdraw", tag: "Vault", who: byOwner, status: http.StatusCreated, keyed: true,
		summary: "Pay out an agent's available earnings"}, s.withdraw)
	add(s, route{method: http.MethodGet, path: "/vault/withdrawals", id: "listWithdrawals", tag: "Vault", who: byOwner,
		summary: "List your payouts, newest first"}, s.listWithdrawals)
	add(s, route{method: http.MethodPost, path: "/vault/connect", id: "connectPayouts", tag: "Vault", who: byOwner,
		summary: "Where to set up your payout account"}, s.connectPayouts)
}

func (s *server) getBalance(ctx context.Context, _ *struct{}) (*Out[Balance], error) {
	c := callerOf(ctx)
	if c.agent != nil {
		w, err := s.Payments.AgentWallet(ctx, c.agent.OwnerID, c.agent.ID)
		if err != nil {
			return nil, err
		}
		return ok(Balance{Available: w.Available, Escrowed: w.Escrowed, Currency: w.Currency, HeldBack: heldBack(w)}), nil
	}
	agents, err := s.Agents.Mine(ctx, c.owner.ID)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(agents))
	for i, a := range agents {
		ids[i] = a.ID
	}
	wallets, err := s.Payments.AgentWallets(ctx, c.owner.ID, ids...)
	if err != nil {
		return nil, err
	}
	sum := Balance{Currency: city.USD}
	for _, w := range wallets {
		sum.Available += w.Available
		sum.Escrowed += w.Escrowed
		sum.Withdrawable += w.Withdrawable()
		sum.HeldBack.HeldBack += w.HeldBack
		if w.HeldUntil != nil {
			sum.HeldUntil = w.HeldUntil
		}
		sum.Agents = append(sum.Agents, AgentPart{AgentID: w.AgentID, Available: w.Available, Escrowed: w.Escrowed, Currency: w.Currency, HeldBack: heldBack(w)})
	}
	return ok(sum), nil
}

func (s *server) getPool(ctx context.Context, _ *struct{}) (*Out[PoolView], error) {
	return s.poolOf(ctx, callerOf(ctx).owner.ID)
}

func (s *server) poolOf(ctx context.Context, ownerID string) (*Out[PoolView], error) {
	p, err := s.Payments.Pool(ctx, ownerID)
	if err != nil {
		return nil, err
	}
	view := PoolView{ID: p.ID, OwnerID: p.OwnerID, Balance: p.Balance, Held: p.Held, Disputed: p.Disputed, Debt: p.Debt, Currency: p.Currency, Provider: p.Provider, Test: p.Test}
	auto, err := s.Payments.AutoTopUp(ctx, ownerID)
	if err != nil {
		return nil, err
	}
	if auto != nil {
		view.AutoTopUp = &AutoTopUpView{
			AutoTopUpIn: AutoTopUpIn{Enabled: auto.Enabled, Threshold: auto.Threshold, Amount: auto.Amount, MonthlyCap: auto.MonthlyCap},
			Currency:    city.USD, StoppedBy: auto.StoppedBy,
		}
	}
	return ok(view), nil
}

func (s *server) setAutoTopUp(ctx context.Context, in *struct{ Body AutoTopUpIn }) (*Out[PoolView], error) {
	ownerID, b := callerOf(ctx).owner.ID, in.Body
	err := s.Payments.SetAutoTopUp(ctx, ownerID, payment.AutoTopUp{Enabled: b.Enabled, Threshold: b.Threshold, Amount: b.Amount, MonthlyCap: b.MonthlyCap})
	if err != nil {
		return nil, err
	}
	return s.poolOf(ctx, ownerID)
}

func (s *server) topUp(ctx context.Context, in *struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"200" doc:"The same key charges once"`
	Body           struct {
		Amount int64 `json:"amount" doc:"Cents, 500 to 1,000,000" example:"2000"`
	}
}) (*Out[ToppedUp], error) {
	t, balance, err := s.Payments.TopUp(ctx, callerOf(ctx).owner.ID, city.Cents(in.Body.Amount), in.IdempotencyKey)
	if err != nil {
		return nil, err
	}
	view := ToppedUp{ID: t.ID, Status: string(t.Status), NewBalance: balance, Currency: city.USD, Test: t.Test}
	if t.Status == payment.TopUpPending {
		view.CheckoutURL = t.CheckoutURL
	} else {
		view.AmountCharged = t.Amount
	}
	return ok(view), nil
}

func (s *server) listTopUps(ctx context.Context, in *CursorQuery) (*Out[[]TopUpView], error) {
	page, err := s.Payments.TopUps(ctx, callerOf(ctx).owner.ID, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	views := make([]TopUpView, len(page.TopUps))
	for i, t := range page.TopUps {
		views[i] = TopUpView{
			ID: t.ID, Amount: t.Amount, Currency: city.USD, Status: t.Status, Reason: t.Reason, Automatic: t.Automatic, Provider: t.Provider,
			CreatedAt: t.CreatedAt, FinishedAt: t.FinishedAt, Test: t.Test,
		}
		if t.Status == payment.TopUpPending {
			views[i].CheckoutURL = t.CheckoutURL
		}
	}
	return paged(views, Pagination{PageSize: in.Limit, NextCursor: page.Next}), nil
}

func (s *server) listTransactions(ctx context.Context, in *CursorQuery) (*Out[[]TransactionView], error) {
	c := callerOf(ctx)
	var page payment.TransactionPage
	var err error
	if c.agent != nil {
		page, err = s.Payments.AgentTransactions(ctx, c.agent.ID, in.Cursor, in.Limit)
	} else {
		page, err = s.Payments.Transactions(ctx, c.owner.ID, in.Cursor, in.Limit)
	}
	if err != nil {
		return nil, err
	}
	views := make([]TransactionView, len(page.Transactions))
	for i, t := range page.Transactions {
		views[i] = TransactionView(t)
	}
	return paged(views, Pagination{PageSize: in.Limit, NextCursor: page.Next}), nil
}

func (s *server) withdrawalView(w payment.Withdrawal) WithdrawalView {
	return WithdrawalView{
		ID: w.ID, AgentID: w.AgentID, Amount: w.Amount, Currency: city.USD, Status: w.Status, Reason: w.Reason,
		CreatedAt: w.CreatedAt, FinishedAt: w.FinishedAt, Test: w.Test,
	}
}

func (s *server) withdraw(ctx context.Context, in *struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"200" doc:"The same key withdraws once"`
	Body           struct {
		Amount  int64  `json:"amount" doc:"Cents, at least 1000"`
		AgentID string `json:"agentId,omitempty" doc:"Whose wallet; your only agent's without it"`
	}
}) (*Out[WithdrawalView], error) {
	ownerID, agentID := callerOf(ctx).owner.ID, in.Body.AgentID
	if agentID == "" {
		a, err := s.Agents.OnlyAgentOf(ctx, ownerID)
		if err != nil {
			return nil, err
		}
		agentID = a.ID
	}
	w, err := s.Payments.Withdraw(ctx, ownerID, agentID, city.Cents(in.Body.Amount), in.IdempotencyKey)
	if err != nil {
		return nil, err
	}
	return ok(s.withdrawalView(w)), nil
}

func (s *server) listWithdrawals(ctx context.Context, in *CursorQuery) (*Out[[]WithdrawalView], error) {
	page, err := s.Payments.Withdrawals(ctx, callerOf(ctx).owner.ID, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	views := make([]WithdrawalView, len(page.Withdrawals))
	for i, w := range page.Withdrawals {
		views[i] = s.withdrawalView(w)
	}
	return paged(views, Pagination{PageSize: in.Limit, NextCursor: page.Next}), nil
}

// Onboarding is where an owner sets up the payout account.
type Onboarding struct {
	URL string `json:"url" doc:"The provider's page to open in a browser"`
}

func (s *server) connectPayouts(ctx context.Context, _ *struct{}) (*Out[Onboarding], error) {
	url, err := s.Payments.Connect(ctx, callerOf(ctx).owner.ID)
	if err != nil {
		return nil, err
	}
	return ok(Onboarding{URL: url}), nil
}
