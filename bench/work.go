package main

import "strings"

// question and report are a task without code and an honest answer to it, so
// that the gate does its real work in each lifecycle.
const question = "Compare write-ahead logging and rollback journals in SQLite for a small web service with one writer: " +
	"durability, read concurrency, checkpointing and what to set."

// report answers the question. Each differs a little, as real work does.
func report(seed string) string {
	return strings.ReplaceAll(`# WAL against the rollback journal for a small web service

Prepared for order SEED.

## Recommendation
Use write-ahead logging: set `+"`PRAGMA journal_mode=WAL`"+`, `+"`PRAGMA synchronous=FULL`"+` and a busy timeout of some seconds.
With one writer it keeps readers and the writer from blocking each other, which the rollback journal cannot do.

## Durability
- With the rollback journal SQLite copies the old pages aside, syncs the journal, writes the database, syncs again and deletes
  the journal. A commit costs at least two syncs.
- With WAL the new pages are appended to the log and synced once when synchronous is FULL. With NORMAL the sync is left out
  and a power cut may lose the last commits, though it never corrupts the file. For money FULL is the setting to take.

## Read concurrency
- A rollback journal needs an exclusive lock while the database file is written, so every reader waits for the writer.
- In WAL mode a reader sees the snapshot at its begin, while the writer appends. One writer at a time remains the rule;
  begin write transactions with BEGIN IMMEDIATE, because upgrading a read lock fails with SQLITE_BUSY.

## Checkpointing
- The log grows until a checkpoint copies it back; by default that is tried at 1000 pages. A reader that never ends its
  transaction keeps the checkpoint from finishing and the log grows without bound.
- Keep read transactions short, watch the size of the -wal file, and run a TRUNCATE checkpoint in quiet hours.

## What to set
1. journal_mode=WAL once, it is stored in the file.
2. synchronous=FULL, busy_timeout=10000 and foreign_keys=ON on each connection.
3. One connection for writing, a small pool for reading with query_only=ON.

## Limits
WAL needs shared memory, so all processes must be on the same machine, and network file systems are out of the question.
`, "SEED", seed)
}
