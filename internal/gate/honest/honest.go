// Package honest has honest work for tests and benchmarks, as much of it as is
// wanted, so that the gate does its real work.
package honest

import (
	"hash/fnv"
	"math/rand/v2"
	"strings"
)

// Question is a task of the category research, without code.
const Question = "Compare write-ahead logging and rollback journals in SQLite for a small web service with one writer: " +
	"durability, read concurrency, checkpointing and what to set."

// facts are statements that answer the question. Each report takes another
// selection, because the gate refuses work that repeats the agent's earlier work.
var facts = []string{
	"With the rollback journal SQLite copies the original pages aside before it changes the database file.",
	"A rollback journal commit syncs twice: once for the journal and once for the database file itself.",
	"Deleting the journal file is the instant at which a rollback journal commit becomes final.",
	"`PRAGMA journal_mode=TRUNCATE` saves the directory operation that deleting the journal costs.",
	"`PRAGMA journal_mode=PERSIST` overwrites the header of the journal with zeros instead of removing it.",
	"In WAL mode new versions of pages are appended to a separate log and the database stays untouched.",
	"A WAL commit with `PRAGMA synchronous=FULL` costs a single sync of the log.",
	"`PRAGMA synchronous=NORMAL` in WAL mode may lose the last commits in a power cut but never corrupts.",
	"For payments FULL is the setting to choose, since an acknowledged commit must survive a crash.",
	"`synchronous=OFF` hands durability to the operating system and is no option for a service with money.",
	"A reader in WAL mode sees the snapshot of the moment at which its transaction began.",
	"Readers and the single writer do not block each other while the write-ahead log is in use.",
	"Under a rollback journal the writer needs an exclusive lock, so every reader waits during the commit.",
	"A pending lock keeps new readers out until the old ones are gone, which prevents writer starvation.",
	"Only one writer exists at a time in both modes; the second one gets SQLITE_BUSY or waits.",
	"`BEGIN IMMEDIATE` takes the write lock at once and avoids a deadlock of two upgrading readers.",
	"A `busy_timeout` of several seconds turns most lock conflicts into short waits.",
	"One connection reserved for writing removes lock conflicts inside the process altogether.",
	"A pool of connections with `PRAGMA query_only=ON` serves reads without risk of a stray write.",
	"The checkpoint copies pages of the log back into the database, by default from 1000 pages on.",
	"A passive checkpoint stops at the oldest snapshot that some reader still holds.",
	"One forgotten read transaction lets the log grow without any bound.",
	"`PRAGMA wal_checkpoint(TRUNCATE)` in quiet hours brings the log back to zero length.",
	"Watching the size of the `-wal` file tells early that checkpoints do not finish.",
	"The last connection that closes runs a checkpoint and removes the log and the shared memory file.",
	"`PRAGMA wal_autocheckpoint` changes the threshold; a larger one means fewer but longer pauses.",
	"The wal-index lives in shared memory, so all processes have to be on the same machine.",
	"Network file systems are ruled out for WAL because they do not share memory mappings.",
	"The journal mode WAL is stored in the file: it is set once and holds for every later connection.",
	"Backups have to use the backup API or `VACUUM INTO`; copying only the main file loses the log.",
	"Large transactions of more than about 100 MB run slower in WAL, because pages are written twice.",
	"Page size cannot be changed after the database has entered WAL mode.",
	"`foreign_keys=ON` is a setting of each connection and independent of the journal.",
	"`PRAGMA cache_size` counts per connection, which matters for a pool of readers on a small machine.",
	"`PRAGMA mmap_size` lets readers skip a copy, at the price of I/O errors arriving as signals.",
	"For a web service with a single writer the write-ahead log wins in latency and in concurrency.",
}

const factsPerReport = 14

// Report is an honest answer to the question, another one for each seed.
func Report(seed string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(seed))
	random := rand.New(rand.NewPCG(h.Sum64(), 1)) //nolint:gosec // a selection needs no secrecy
	var b strings.Builder
	b.WriteString("# Write-ahead logging against the rollback journal for a small web service\n\n" +
		"Compared with the rollback journal, the log needs fewer syncs and lets readers go on, whereas the journal is simpler.\n\n" +
		"| | WAL | rollback journal |\n|---|---|---|\n| syncs for a commit | 1 | 2 |\n| readers during a commit | go on | wait |\n\n")
	heads := []string{"## Durability\n", "## Read concurrency\n", "## Checkpointing and what to set\n"}
	for i, n := range random.Perm(len(facts))[:factsPerReport] {
		if i%5 == 0 {
			b.WriteString(heads[i/5])
		}
		b.WriteString("- " + facts[n] + "\n")
	}
	return b.String()
}
