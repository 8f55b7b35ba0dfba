package task

import (
	"context"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"aicity.dev/aicity/internal/agent"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/jobs"
	"aicity.dev/aicity/internal/ledger"
	"aicity.dev/aicity/internal/pricing"
	"aicity.dev/aicity/internal/reputation"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/source"
	"aicity.dev/aicity/internal/store"
)

// Rules are the operator's settings of a task's life.
type Rules struct {
	AcceptWindow    time.Duration // how long an assigned agent may take to start
	DefaultDeadline time.Duration // from start to delivery when the buyer sets none
	RefundWindow    time.Duration // how long the buyer may take the money back
	VerdictWait     time.Duration // how long complete waits for the verdict
	FeePercent      int           // the platform's part of a charge

	ReviewWindow      time.Duration // how long a refund that is not instant waits for an operator
	InstantRefundRate float64       // a buyer whose refunded share is over it has no instant refund
}

// Webhooks tells an agent's endpoint what happened, in the transaction.
type Webhooks interface {
	Emit(ctx context.Context, tx store.Tx, agentID, eventType, taskID string, data any) error
}

// Spender hears, in the transaction, that an owner's credits were taken.
type Spender interface {
	Spent(ctx context.Context, tx store.Tx, ownerID string) error
}

// Debts knows what owners owe.
type Debts interface {
	// Repayments returns the transfers that pay an owner's debts out of an amount
	// that an order, such as a task's move, has brought to an account.
	Repayments(ctx context.Context, tx store.Tx, ownerID string, to ledger.Account, orderID string, amount city.Cents) ([]ledger.Transfer, error)
}

// Links knows the owners that share a card or payout account.
type Links interface {
	// AskLinked puts those linked with an owner into linked, at the latest when
	// the transaction's next read is answered.
	AskLinked(ctx context.Context, tx store.Tx, ownerID string, linked *[]string) error
}

// Sealer encrypts what must not be readable in the database. The context binds
// a ciphertext to its place.
type Sealer interface {
	Seal(plaintext []byte, context string) (string, error)
	Open(sealed string, context string) ([]byte, error)
}

// Sandboxes is where agents work.
type Sandboxes = *sandbox.Service

// Config is what the service works with.
type Config struct {
	DB        *store.DB
	Jobs      *jobs.Queue
	Events    *event.Log
	Ledger    *ledger.Ledger
	Agents    *agent.Service
	Prices    *pricing.Table
	Sandboxes Sandboxes
	Fetcher   *source.Fetcher
	Archives  Archives
	Webhooks  Webhooks
	Spender   Spender
	Links     Links
	Debts     Debts
	Sealer    Sealer
	Panel     Panel // nil without a judge
	Logger    *slog.Logger
	Rules     Rules
	Receipts  Receipts
}

// Service runs the life of tasks.
type Service struct {
	Config
	// idle remembers the agents for which nothing waits.
	idle *event.Memo[struct{}]
	// delivered remembers the runs of delivered texts.
	delivered runsMemo
	// fresh counts the deliveries on this node.
	fresh atomic.Int64

	background sync.WaitGroup // examinations
	stop       chan struct{}  // closed when the city stops
	stopOnce   sync.Once
}

// New returns the service and registers its jobs.
func New(cfg Config) *Service {
	s := &Service{Config: cfg, idle: event.NewMemo[struct{}](cfg.Events, idleFor), stop: make(chan struct{})}
	s.handleJobs()
	return s
}

// change is one transition being applied: the task as it will be, and what the
// transition needs to know beyond it.
type change struct {
	task  *Task
	on    Trigger
	facts map[string]any   // further data of the event; visible to buyer and agent
	learn reputation.Input // the gate's score or the rating, when there is one
}

// apply performs one transition in tx: status, money, event, webhook, standing
// and the jobs that follow. The caller holds the task's lock, has set the fields
// that belong to the transition, and writes the task. Errors: INVALID_STATE,
// INSUFFICIENT_CREDITS.
func (s *Service) apply(ctx context.Context, tx store.Tx, c change) error {
	t := c.task
	tr, ok := next(t.Status, c.on)
	if !ok {
		return errInvalidState(t, c.on)
	}
	from := t.Status
	t.become(tr.To, tx.Now())
	// The standing first: where it waits for an answer, nothing after it does, so
	// that balances are locked no longer than the commit takes.
	if tr.Cause != "" {
		c.learn.Cause = tr.Cause
		if err := s.learn(ctx, tx, t.AgentID, t.ID, c.learn); err != nil {
			return err
		}
	}
	if err := s.move(ctx, tx, t, tr.Moves); err != nil {
		return err
	}
	if err := s.tell(ctx, tx, t, tr, from, c.facts); err != nil {
		return err
	}
	if err := remember(ctx, tx, t.BuyerID, c.on); err != nil {
		return err
	}
	return s.schedule(ctx, tx, t, from)
}

// become puts the task into a status. One that has ended is never cloned again: a
// token that was not used goes.
func (t *Task) become(status city.TaskStatus, at time.Time) {
	t.Status = status
	if !status.Ended() {
		return
	}
	if t.EndedAt == nil {
		t.EndedAt = &at
	}
	if t.Source.token() {
		t.Source.SealedToken = usedToken
	}
}

// tell writes the event, wakes who waits for the task or for its agent's work,
// and queues the webhook.
func (s *Service) tell(ctx context.Context, tx store.Tx, t *Task, tr Transition, from city.TaskStatus, facts map[string]any) error {
	data := map[string]any{"status": tr.To}
	if from != created && from != tr.To {
		data["from"] = from
	}
	if t.AgentID != "" {
		data["agentId"] = t.AgentID
	}
	maps.Copy(data, facts)
	topics := []string{BuyerTopic(t.BuyerID)}
	if tr.On == Assign {
		topics = append(topics, AgentTopic(t.AgentID))
	}
	if err := s.Events.Append(ctx, tx, t.ID, tr.Emits, data, topics...); err != nil {
		return err
	}
	if tr.Webhook == "" || t.AgentID == "" {
		return nil
	}
	return s.Webhooks.Emit(ctx, tx, t.AgentID, tr.Webhook, t.ID, AgentViewOf(t))
}

// learn moves an agent's standing and suspends it after too many failures in a row.
func (s *Service) learn(ctx context.Context, tx store.Tx, agentID, taskID string, in reputation.Input) error {
	if in.Cause.Blind() {
		if err := reputation.RecordBlind(ctx, tx, agentID, taskID, in); err != nil || in.Cause == reputation.CauseStarted {
			return err
		}
		return s.Agents.CopyStanding(ctx, tx, agentID, reputation.StandingSQL)
	}
	standing, shows, err := reputation.Record(ctx, tx, agentID, taskID, in)
	if err != nil || !shows {
		return err
	}
	err = s.Agents.SetStanding(ctx, tx, agentID, agent.Standing{
		Score: standing.Score(), Confidence: standing.Confidence(), Completed: standing.Completed, Failed: standing.Failed,
		ConsecutiveFailures: standing.ConsecutiveFailures,
	})
	if err != nil || !standing.Suspend() {
		return err
	}
	return s.Agents.Suspend(ctx, tx, agentID, "Three tasks in a row failed.")
}

// AgentTopic is the event topic that wakes an agent's long poll.
func AgentTopic(agentID string) string { return "work/" + agentID }

// BuyerTopic is the event topic of everything that happens to a buyer's tasks.
func BuyerTopic(ownerID string) string { return "tasks/" + ownerID }

// now is the transaction's instant, for an optional field.
func now(tx store.Tx) *time.Time {
	t := tx.Now()
	return &t
}

// locked runs f on a locked task of which allowed says that the caller may know,
// and writes what f changes in it.
func (s *Service) locked(ctx context.Context, taskID string, allowed func(*Task) bool, f func(ctx context.Context, tx store.Tx, t *Task) error) (*Task, error) {
	var result *Task
	err := s.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) error {
		// Tasks of one buyer or one agent share rows, and all share the queue of
		// wake-ups. A repeated call changes nothing; it too ends when all is durable.
		tx.ReleaseEarly()
		t, err := find(ctx, tx, taskID, store.ForUpdate(tx))
		if err != nil {
			return err
		}
		if !allowed(t) {
			return errTaskNotFound(taskID)
		}
		before := changing.Values(t)
		if err := f(ctx, tx, t); err != nil {
			return err
		}
		result = t
		return update(ctx, tx, t, before)
	})
	if err != nil {
		return nil, err
	}
	return result, nil
}

func assignedTo(agentID string) func(*Task) bool {
	return func(t *Task) bool { return t.AgentID == agentID && agentID != "" }
}

func boughtBy(ownerID string) func(*Task) bool {
	return func(t *Task) bool { return t.BuyerID == ownerID }
}

func anybody(*Task) bool { return true }
