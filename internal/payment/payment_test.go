package payment_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"aicity.dev/aicity/internal/account"
	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/city/citytest"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/payment"
	"aicity.dev/aicity/internal/store"
	"aicity.dev/aicity/internal/store/storetest"
)

// bank is the world outside: it remembers what it was told to move, and answers
// what the test wants.
type bank struct {
	mu     sync.Mutex
	orders map[string]city.Cents // guarded by mu: carried out, by order id
	calls  int                   // guarded by mu
	answer error                 // guarded by mu: given after the order was carried out, or refused
	closed error                 // guarded by mu: what CheckPayout says
	busy   func()                // guarded by mu: runs once, while an order is carried out
}

func (b *bank) Name() string  { return "bank" }
func (b *bank) Label() string { return "A bank of the tests" }
func (b *bank) Test() bool    { return true }

func (b *bank) carryOut(o payment.Order) (string, error) {
	b.mu.Lock()
	answer, busy := b.answer, b.busy
	b.calls, b.busy = b.calls+1, nil
	refused, ok := errors.AsType[*payment.RefusedError](answer)
	if !ok {
		b.orders[o.ID] = o.Amount
	}
	b.mu.Unlock()
	if busy != nil {
		busy()
	}
	if ok {
		return "", refused
	}
	return "ref_" + o.ID, answer
}

// meanwhile runs f while the next order is carried out.
func (b *bank) meanwhile(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.busy = f
}

func (b *bank) called() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls
}

func (b *bank) Charge(_ context.Context, o payment.Order) (string, error) { return b.carryOut(o) }
func (b *bank) PayOut(_ context.Context, o payment.Order) (string, error) { return b.carryOut(o) }

func (b *bank) CheckPayout(context.Context, string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.closed
}

func (b *bank) set(answer, closed error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answer, b.closed = answer, closed
}

func (b *bank) moved() (orders int, total city.Cents) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, amount := range b.orders {
		total += amount
	}
	return len(b.orders), total
}

// told is what an agent's endpoint was told.
type told struct {
	agentID, eventType, subject string
	data                        any
}

// ears collects what was told, once it is durable.
type ears chan told

func (e ears) Emit(_ context.Context, tx store.Tx, agentID, eventType, subject string, data any) error {
	tx.AfterCommit(func() { e <- told{agentID, eventType, subject, data} })
	return nil
}

type bundle struct {
	*payment.Service
	db       *store.DB
	queue    *jobs.Queue
	books    *ledger.Ledger
	bank     *bank
	ears     ears
	agents   *agent.Service
	ann, bob string // owners
	agent    string // ann's
}

func each(t *testing.T, f func(t *testing.T, b bundle)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { f(t, setup(t, db)) })
}

func setup(t *testing.T, db *store.DB) bundle {
	t.Helper()
	bank := &bank{orders: map[string]city.Cents{}}
	b := setupWith(t, db, bank)
	b.bank = bank
	return b
}

func setupWith(t *testing.T, db *store.DB, provider payment.Provider) bundle {
	t.Helper()
	logger := slog.New(slog.DiscardHandler)
	events := event.New(db)
	b := bundle{
		db: db, queue: jobs.New(db, logger), books: ledger.New(), ears: make(ears, 100),
	}
	accounts, err := account.New(account.Config{
		DB: db, Events: events, Jobs: b.queue, Logger: logger,
		Hashing: account.Hashing{MemoryKiB: 64, Passes: 1, Threads: 1, Concurrent: 2},
	})
	if err != nil {
		t.Fatal(err)
	}
	owner := func(email string) string {
		o, _, err := accounts.SignUp(t.Context(), account.SignUp{Name: "Owner", Email: email, Password: "correct horse"})
		if err != nil {
			t.Fatal(err)
		}
		return o.ID
	}
	agents := agent.New(agent.Config{DB: db, Events: events, Logger: logger, TierRate: func(string) city.Cents { return 300 }})
	b.agents = agents
	b.Service = payment.New(payment.Config{
		DB: db, Jobs: b.queue, Ledger: b.books, Provider: provider, Notifier: b.ears, Logger: logger,
		ReturnURL: "https://city.example/wallet", CursorKey: []byte("the key of this city"),
		OwnsAgent: func(ctx context.Context, ownerID, agentID string) error {
			_, err := agents.FindOwned(ctx, ownerID, agentID)
			return err
		},
		AgentsOf: agents.IDsOf,
	})
	b.ann, b.bob = owner("ann@example.com"), owner("bob@example.com")
	a, _, err := agents.Register(t.Context(), b.ann, agent.Registration{
		DisplayName: "Reviewer", Framework: "custom", Model: "claude-sonnet-4-6",
		Capabilities: []agent.Capability{{Category: city.CodeReview}},
	})
	if err != nil {
		t.Fatal(err)
	}
	b.agent = a.ID
	return b
}

// earn gives the agent money that is available and money that is in escrow.
func (b bundle) earn(t *testing.T, available, escrowed city.Cents) {
	t.Helper()
	clearing, ref := ledger.PaymentClearing("bank"), city.NewID(city.PrefixTask)
	var transfers []ledger.Transfer
	for account, amount := range map[ledger.Account]city.Cents{
		ledger.AgentAvailable(b.agent): available, ledger.AgentEscrow(b.agent): escrowed,
	} {
		if amount > 0 {
			transfers = append(transfers, ledger.Transfer{
				ID: fmt.Sprint(ref, account), Debit: clearing, Credit: account, Amount: amount, Kind: "earn", Ref: ref,
			})
		}
	}
	b.post(t, transfers...)
}

func (b bundle) post(t *testing.T, transfers ...ledger.Transfer) {
	t.Helper()
	err := b.db.InTx(t.Context(), func(ctx context.Context, tx store.Tx) error { return b.books.Post(ctx, tx, transfers...) })
	if err != nil {
		t.Fatal(err)
	}
}

func (b bundle) wantPool(t *testing.T, ownerID string, balance, held city.Cents) {
	t.Helper()
	p, err := b.Pool(t.Context(), ownerID)
	if err != nil || p.Balance != balance || p.Held != held {
		t.Errorf("pool: %s and %s held, %v, want %s and %s", p.Balance, p.Held, err, balance, held)
	}
}

func (b bundle) wantWallet(t *testing.T, available, escrowed city.Cents) {
	t.Helper()
	w, err := b.AgentWallet(t.Context(), b.ann, b.agent)
	if err != nil || w.Available != available || w.Escrowed != escrowed {
		t.Errorf("wallet: %s and %s escrowed, %v, want %s and %s", w.Available, w.Escrowed, err, available, escrowed)
	}
}

func (b bundle) wantVerified(t *testing.T) {
	t.Helper()
	report, err := b.books.Verify(t.Context(), b.db, payment.VerifyMoney)
	if err != nil || !report.OK() {
		t.Errorf("the books are wrong: %q, %v", report.Offences, err)
	}
}

// wantJobs counts the queued jobs for which a condition holds.
func (b bundle) wantJobs(t *testing.T, condition string, want int) {
	t.Helper()
	var got int
	err := b.db.Read().QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE `+condition).Scan(&got)
	if err != nil || got != want {
		t.Fatalf("%d jobs where %s, %v, want %d", got, condition, err, want)
	}
}

func TestPool(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		b.wantPool(t, b.ann, 0, 0)
		if _, _, err := b.TopUp(t.Context(), b.ann, 1000, ""); err != nil {
			t.Fatal(err)
		}
		b.post(t, ledger.Transfer{
			ID: "hold", Debit: ledger.OwnerCredits(b.ann), Credit: ledger.TaskHold("tsk_1"), Amount: 300, Kind: "hold", Ref: "tsk_1",
		})
		b.wantPool(t, b.ann, 700, 300)
		b.wantPool(t, b.bob, 0, 0)
		p, err := b.Pool(t.Context(), b.ann)
		if err != nil || p.ID == "" || p.OwnerID != b.ann || p.Currency != "USD" || p.Provider != "A bank of the tests" || !p.Test {
			t.Errorf("pool: %+v, %v", p, err)
		}
	})
}

func TestTransactions(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		top, _, err := b.TopUp(t.Context(), b.ann, 1000, "")
		if err != nil {
			t.Fatal(err)
		}
		task := city.NewID(city.PrefixTask)
		b.post(t, ledger.Transfer{
			ID: task + "/hold", Debit: ledger.OwnerCredits(b.ann), Credit: ledger.TaskHold(task), Amount: 300, Kind: "hold", Ref: task,
		})
		first, err := b.Transactions(t.Context(), b.ann, "", 1)
		if err != nil || len(first.Transactions) != 1 || first.Next == "" {
			t.Fatalf("%+v, %v", first, err)
		}
		if x := first.Transactions[0]; x.Type != "hold" || x.Amount != -300 || x.Moved != 300 || x.Balance != 700 || x.TaskID != task {
			t.Errorf("newest: %+v", x)
		}
		second, err := b.Transactions(t.Context(), b.ann, first.Next, 1)
		if err != nil || len(second.Transactions) != 1 || second.Next != "" {
			t.Fatalf("%+v, %v", second, err)
		}
		if x := second.Transactions[0]; x.Type != "top_up" || x.Amount != 1000 || x.Balance != 1000 || x.Ref != top.ID || x.TaskID != "" {
			t.Errorf("oldest: %+v", x)
		}
		seq, stamp := strings.Split(first.Next, ".")[0], strings.Split(first.Next, ".")[2]
		for _, forged := range []string{"junk", ".", "1", seq + ".700", seq + ".100000000", seq + ".100000000." + stamp, first.Next + "0", first.Next[1:]} {
			_, err = b.Transactions(t.Context(), b.ann, forged, 1)
			citytest.WantCode(t, "cursor "+forged, err, city.CodeValidation)
		}
		_, err = b.Transactions(t.Context(), b.bob, first.Next, 1)
		citytest.WantCode(t, "a cursor of somebody else's list", err, city.CodeValidation)
	})
}

func TestAgentTransactionsShowTheWalletAsOne(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		b.earn(t, 0, 500)
		b.post(t, ledger.Transfer{
			ID: "release", Debit: ledger.AgentEscrow(b.agent), Credit: ledger.AgentAvailable(b.agent), Amount: 500, Kind: "release", Ref: "tsk_x",
		})
		b.wantWallet(t, 500, 0)
		page, err := b.AgentTransactions(t.Context(), b.agent, "", 0)
		if err != nil || len(page.Transactions) != 2 {
			t.Fatalf("%+v, %v", page, err)
		}
		if x := page.Transactions[0]; x.Type != "release" || x.Amount != 0 || x.Moved != 500 || x.Balance != 500 {
			t.Errorf("release: %+v", x)
		}
	})
}

func TestAgentWalletsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		b.earn(t, 70, 30)
		wallets, err := b.AgentWallets(t.Context(), b.ann, "agt_none", b.agent)
		if err != nil || len(wallets) != 2 {
			t.Fatalf("%+v, %v", wallets, err)
		}
		want := []payment.Wallet{{AgentID: "agt_none", Currency: "USD"}, {AgentID: b.agent, Available: 70, Escrowed: 30, Currency: "USD"}}
		if wallets[0] != want[0] || wallets[1] != want[1] {
			t.Errorf("%+v, want %+v", wallets, want)
		}
		if none, err := b.AgentWallets(t.Context(), b.ann); err != nil || len(none) != 0 {
			t.Errorf("no agents: %v, %v", none, err)
		}
	})
}
