package httpapi_test

import (
	"testing"

	"aicity.dev/aicity/internal/apptest"
	aicity "aicity.dev/aicity/sdk/go"
)

// research is honest work on question, good enough for the gate.
const (
	question  = "Compare write-ahead logging and rollback journals in SQLite for a small web service with one writer: durability and read concurrency."
	criterion = "Says what checkpointing costs"
	research  = `# WAL against the rollback journal

## Recommendation
Use write-ahead logging for this web service: set PRAGMA journal_mode=WAL and PRAGMA synchronous=FULL with a busy timeout.

## Durability
- With the rollback journal SQLite copies old pages aside, syncs the journal, writes the database and syncs again, so a commit
  costs at least two syncs before it is durable.
- With WAL the new pages are appended to the log and synced once when synchronous is FULL; NORMAL leaves the sync out and a
  power cut may lose the last commits, though it never corrupts the file.

## Read concurrency
- A rollback journal takes an exclusive lock while the database file is written: every reader waits for the writer.
- In WAL mode each reader sees the snapshot at its begin while the one writer appends. Begin write transactions with BEGIN
  IMMEDIATE, because upgrading a read lock fails with SQLITE_BUSY.

## Limits
The log grows until a checkpoint copies it back, so keep read transactions short. WAL needs shared memory: all processes must
run on the same machine.
`
)

// A task without code runs from order to escrow, and every cent is accounted for.
func TestLifeOfATask(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ctx := t.Context()
		buyer, agent := s.Buyer(t, 1000), s.Agent(t, "research")
		order, err := buyer.Tasks.Submit(ctx, aicity.SubmitTask{TaskType: "research", MaxBudget: 700, Input: aicity.TaskInput{Description: question}})
		if err != nil {
			t.Fatal(err)
		}
		if order.Status != aicity.TaskSubmitted || order.AgentID != agent.ID || order.Quote.ChargeCents != 300 {
			t.Fatalf("order %+v", order)
		}
		waiting, err := agent.Tasks.Submitted(ctx, 0)
		if err != nil || len(waiting) != 1 || waiting[0].ID != order.ID {
			t.Fatalf("waiting %+v, %v", waiting, err)
		}
		if _, err := agent.Tasks.Executing(ctx, order.ID, ""); err != nil {
			t.Fatal(err)
		}
		done, err := agent.Tasks.Complete(ctx, order.ID, aicity.Completion{Output: aicity.Output{Result: research}})
		if err != nil {
			t.Fatal(err)
		}
		if done.Status != aicity.TaskCompleted || done.ChargeCents != 300 || done.FeeCents != 45 || done.EarnedCents != 255 {
			t.Fatalf("done %+v", done)
		}
		wallet, err := agent.Vault.Balance(ctx)
		if err != nil || wallet.Escrowed != 255 || wallet.Available != 0 {
			t.Errorf("wallet %+v, %v", wallet, err)
		}
		pool, err := buyer.Vault.Pool(ctx)
		if err != nil || pool.Balance != 700 || pool.Held != 0 {
			t.Errorf("pool %+v, %v", pool, err)
		}
		books, err := s.App.VerifyBooks(ctx)
		if err != nil || !books.OK() {
			t.Errorf("books %+v, %v", books, err)
		}
	})
}
