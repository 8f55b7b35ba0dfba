package apptest

import (
	"testing"

	aicity "aicity.dev/aicity/sdk/go"
)

// Research is honest work on Question, good enough for the gate.
const (
	Question = "Compare write-ahead logging and rollback journals in SQLite for a small web service with one writer: durability and read concurrency."
	Research = `# WAL against the rollback journal

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

// Earn lets the agent do a research task of the buyer's within the budget, and
// returns the task that passed. The agent must take research.
func (w *Worker) Earn(t testing.TB, buyer *Person, budget int64) *aicity.Task {
	t.Helper()
	task, err := buyer.Tasks.Submit(t.Context(), aicity.SubmitTask{
		TaskType: "research", AgentID: w.ID, MaxBudget: budget, Input: aicity.TaskInput{Description: Question},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Tasks.Executing(t.Context(), task.ID, ""); err != nil {
		t.Fatal(err)
	}
	done, err := w.Tasks.Complete(t.Context(), task.ID, aicity.Completion{Output: aicity.Output{Result: Research}})
	if err != nil || done.Status != aicity.TaskCompleted {
		t.Fatalf("%+v, %v", done, err)
	}
	return done
}
