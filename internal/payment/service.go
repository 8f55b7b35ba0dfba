package payment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/store"
)

// Notifier tells an agent's endpoint what happened, in the transaction. Subject
// is what the event is about; data is encoded as JSON.
type Notifier interface {
	Emit(ctx context.Context, tx store.Tx, agentID, eventType, subject string, data any) error
}

// Config is what a Service needs.
type Config struct {
	DB       *store.DB
	Jobs     *jobs.Queue // New registers the package's jobs on it
	Ledger   *ledger.Ledger
	Provider Provider
	Notifier Notifier
	Logger   *slog.Logger
	// ReturnURL is the page an owner comes back to from the provider's.
	ReturnURL string
	// CursorKey stamps the cursors of movements; the same on every node.
	CursorKey []byte
	// OwnsAgent returns AGENT_NOT_FOUND unless the agent is the owner's.
	OwnsAgent func(ctx context.Context, ownerID, agentID string) error
	// AgentsOf lists the ids of an owner's agents, in their order.
	AgentsOf  func(ctx context.Context, q store.Querier, ownerID string) ([]string, error)
	Probation Probation
	// OwnerSince returns when an owner signed up; needed with a probation only.
	OwnerSince func(ctx context.Context, ownerID string) (time.Time, error)
}

// Service does everything that concerns money in and out.
type Service struct {
	db        *store.DB
	jobs      *jobs.Queue
	ledger    *ledger.Ledger
	provider  Provider
	notifier  Notifier
	logger    *slog.Logger
	returnURL string
	cursorKey []byte
	ownsAgent func(ctx context.Context, ownerID, agentID string) error
	agentsOf  func(ctx context.Context, q store.Querier, ownerID string) ([]string, error)

	probation  Probation
	ownerSince func(ctx context.Context, ownerID string) (time.Time, error)
}

// New returns a service and registers its jobs.
func New(cfg Config) *Service {
	s := &Service{
		db: cfg.DB, jobs: cfg.Jobs, ledger: cfg.Ledger, provider: cfg.Provider,
		notifier: cfg.Notifier, logger: cfg.Logger, returnURL: cfg.ReturnURL, cursorKey: cfg.CursorKey, ownsAgent: cfg.OwnsAgent, agentsOf: cfg.AgentsOf,
		probation: cfg.Probation, ownerSince: cfg.OwnerSince,
	}
	s.handleJobs()
	return s
}

func (s *Service) handleJobs() {
	retry := jobs.RetryAfter(backoff)
	jobs.Handle(s.jobs, func(ctx context.Context, a topUpArgs, _ jobs.Attempt) error { return s.resumeTopUp(ctx, a.TopUpID) }, retry)
	jobs.Handle(s.jobs, func(ctx context.Context, a payoutArgs, _ jobs.Attempt) error { return s.payOut(ctx, a.WithdrawalID) }, retry)
	jobs.Handle(s.jobs, func(ctx context.Context, a autoTopUpArgs, _ jobs.Attempt) error {
		return s.buyAutomatically(ctx, a.OwnerID)
	}, retry)
	jobs.Handle(s.jobs, func(ctx context.Context, a eventArgs, _ jobs.Attempt) error { return s.processEvent(ctx, a.EventID) }, retry)
	jobs.Handle(s.jobs, func(ctx context.Context, _ collectDebtsArgs, _ jobs.Attempt) error { return s.collectDebts(ctx) })
	jobs.Every(s.jobs, 24*time.Hour, collectDebtsArgs{})
}

const (
	// askForever: only the provider knows whether money moved, so it is asked
	// until it answers.
	askForever = 10_000
	maxBackoff = time.Hour
)

// backoff doubles from one second to an hour.
func backoff(a jobs.Attempt) time.Duration {
	return min(maxBackoff, time.Second<<min(a.Number-1, 20))
}

// Test reports that no real money moves.
func (s *Service) Test() bool { return s.provider.Test() }

// CheckTestMoney refuses real money over books that hold money of test payments:
// agents could earn it and be paid in earnest.
func (s *Service) CheckTestMoney(ctx context.Context) error {
	if s.provider.Test() {
		return nil
	}
	sum, err := testMoney(ctx, s.db.Read())
	if err == nil && sum > 0 {
		err = fmt.Errorf("credits of %s were bought with test payments here, and could be paid out in earnest: start real payments "+
			"with an empty database, or say --stripe-accept-test-credits", sum)
	}
	return err
}

// Label is how the provider calls itself; a test provider says so.
func (s *Service) Label() string { return s.provider.Label() }

// Pool returns an owner's credits.
func (s *Service) Pool(ctx context.Context, ownerID string) (Pool, error) {
	credits, disputed := ledger.OwnerCredits(ownerID), ledger.OwnerDisputed(ownerID)
	balances, err := s.ledger.Balances(ctx, s.db.Read(), credits, disputed)
	if err != nil {
		return Pool{}, fmt.Errorf("read pool: %w", err)
	}
	held, err := s.ledger.HeldFor(ctx, s.db.Read(), ownerID)
	if err != nil {
		return Pool{}, fmt.Errorf("read pool: %w", err)
	}
	debt, err := debtOf(ctx, s.db.Read(), ownerID)
	if err != nil {
		return Pool{}, fmt.Errorf("read pool: %w", err)
	}
	return Pool{
		ID: poolID(ownerID), OwnerID: ownerID, Balance: balances[credits].Available(), Held: held,
		Disputed: balances[disputed].Available(), Debt: debt, Currency: city.USD,
		Provider: s.provider.Label(), Test: s.provider.Test(),
	}, nil
}

// AgentWallet returns what an agent of an owner earned. Whether the caller may
// see it is the caller's to check.
func (s *Service) AgentWallet(ctx context.Context, ownerID, agentID string) (Wallet, error) {
	wallets, err := s.AgentWallets(ctx, ownerID, agentID)
	if err != nil {
		return Wallet{}, err
	}
	return wallets[0], nil
}

// AgentWallets returns the wallets of several agents of an owner, in their order.
func (s *Service) AgentWallets(ctx context.Context, ownerID string, agentIDs ...string) ([]Wallet, error) {
	accounts := make([]ledger.Account, 0, 2*len(agentIDs))
	for _, id := range agentIDs {
		accounts = append(accounts, ledger.AgentAvailable(id), ledger.AgentEscrow(id))
	}
	balances, err := s.ledger.Balances(ctx, s.db.Read(), accounts...)
	if err != nil {
		return nil, fmt.Errorf("read wallets: %w", err)
	}
	end, err := s.probationEnd(ctx, ownerID)
	if err != nil {
		return nil, err
	}
	wallets := make([]Wallet, len(agentIDs))
	for i, id := range agentIDs {
		wallets[i] = Wallet{
			AgentID: id, Currency: city.USD,
			Available: balances[ledger.AgentAvailable(id)].Available(), Escrowed: balances[ledger.AgentEscrow(id)].Net(),
		}
		h, err := s.heldBack(ctx, s.db.Read(), id, wallets[i].Available, end, s.db.Clock().Now())
		if err != nil {
			return nil, fmt.Errorf("read wallets: %w", err)
		}
		if wallets[i].HeldBack = h.amount; h.amount > 0 {
			wallets[i].HeldUntil = &h.until
		}
	}
	return wallets, nil
}

// Transactions pages through the movements of an owner's credits, newest first.
// A limit of 0 is 50, the most is 200. Errors: VALIDATION_ERROR.
func (s *Service) Transactions(ctx context.Context, ownerID, cursor string, limit int) (TransactionPage, error) {
	return s.transactions(ctx, cursor, limit, ledger.OwnerCredits(ownerID))
}

// AgentTransactions pages through the movements of an agent's wallet, escrow and
// available together, newest first. Errors: VALIDATION_ERROR.
func (s *Service) AgentTransactions(ctx context.Context, agentID, cursor string, limit int) (TransactionPage, error) {
	return s.transactions(ctx, cursor, limit, walletOf(agentID)...)
}

// walletOf are the accounts of an agent's wallet.
func walletOf(agentID string) []ledger.Account {
	return []ledger.Account{ledger.AgentEscrow(agentID), ledger.AgentAvailable(agentID)}
}

func (s *Service) transactions(ctx context.Context, cursor string, limit int, accounts ...ledger.Account) (TransactionPage, error) {
	cursor, err := s.unstamp(cursor, accounts)
	if err != nil {
		return TransactionPage{}, err
	}
	statement, err := s.ledger.Statement(ctx, s.db.Read(), accounts, cursor, limit)
	if err != nil {
		return TransactionPage{}, err
	}
	page := TransactionPage{Next: s.stamp(statement.Next, accounts), Transactions: make([]Transaction, len(statement.Lines))}
	for i, line := range statement.Lines {
		page.Transactions[i] = transactionOf(line)
	}
	return page, nil
}

// NewestOfAgents lists the newest movements of several agents' wallets, newest
// first; the balance is that of the wallet.
func (s *Service) NewestOfAgents(ctx context.Context, agentIDs []string, limit int) ([]AgentTransaction, error) {
	purses := make([][]ledger.Account, len(agentIDs))
	for i, id := range agentIDs {
		purses[i] = walletOf(id)
	}
	lines, err := s.ledger.Newest(ctx, s.db.Read(), purses, limit)
	if err != nil {
		return nil, err
	}
	list := make([]AgentTransaction, len(lines))
	for i, line := range lines {
		list[i] = AgentTransaction{Transaction: transactionOf(line.Line), AgentID: agentIDs[line.Purse]}
	}
	return list, nil
}

func transactionOf(line ledger.Line) Transaction {
	return Transaction{
		ID: line.ID, Type: line.Kind, Amount: line.Change, Moved: line.Amount, Balance: line.Balance, Currency: city.USD,
		Ref: line.Ref, TaskID: taskOf(line.Ref), CreatedAt: line.At,
	}
}

func taskOf(ref string) string {
	if !strings.HasPrefix(ref, city.PrefixTask+"_") {
		return ""
	}
	return ref
}

// Connects reports whether owners set up a payout account before they can be
// paid.
func (s *Service) Connects() bool {
	_, ok := s.provider.(Connector)
	return ok
}

// CheckPayout tells whether an owner can be paid. Errors: PAYOUT_UNAVAILABLE.
func (s *Service) CheckPayout(ctx context.Context, ownerID string) error {
	return s.provider.CheckPayout(ctx, ownerID)
}

// Connect returns the address where the owner sets up a payout account. Errors:
// PAYOUT_UNAVAILABLE when the provider has no such thing, PAYMENT_UNAVAILABLE.
func (s *Service) Connect(ctx context.Context, ownerID string) (url string, err error) {
	connector, ok := s.provider.(Connector)
	if !ok {
		return "", errNothingToConnect(s.provider.Label())
	}
	url, err = connector.Connect(ctx, ownerID)
	if errors.Is(err, ErrNoAnswer) {
		s.logger.WarnContext(ctx, "payouts cannot be set up", "owner", ownerID, "error", err)
		return "", errNotAnswered(s.provider.Label(), "Try again in a moment.")
	}
	return url, err
}
