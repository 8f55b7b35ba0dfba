package httpapi_test

// answers are four different honest answers to question.
var answers = []string{research, `# Which journal mode for one writer?

Take WAL. Compared with the rollback journal it halves the syncs of a commit and never blocks readers, whereas the rollback journal
is simpler to copy.

## Durability
1. PRAGMA synchronous=FULL syncs the -wal file at every commit: an acknowledged order survives a power cut.
2. The rollback journal syncs the journal first and the main file second; DELETE, TRUNCATE and PERSIST differ only in how the
   journal is made invalid afterwards.

## Read concurrency
Readers of a WAL database keep the snapshot of their BEGIN. Under the rollback journal a PENDING lock stops new readers while the
EXCLUSIVE lock is taken, so a slow report delays each commit.

## What to set
busy_timeout=5000, one connection for writing, wal_autocheckpoint=1000, and a check of the -wal size in monitoring.
`, `# Journals in SQLite, measured against a small service

| question | rollback journal | write-ahead log |
|---|---|---|
| fsync calls for one commit | 2 or 3 | 1 |
| readers while the writer commits | blocked | unaffected |
| files beside the database | -journal, short-lived | -wal and -shm |
| network file system | possible | impossible, shared memory |

For one writer and many readers the log wins on durability per sync and on concurrency. The price: a checkpoint must copy pages
back, and a reader that never ends keeps it from finishing, so the log grows. Set PRAGMA journal_mode=WAL once; it is stored in the
header of the file. Leave synchronous at FULL for money, NORMAL for caches. Back up with VACUUM INTO or the backup API, since
copying only the main file misses what still lies in the log.
`, `# Recommendation: write-ahead logging, with three conditions

**Durability.** With journal_mode=WAL a commit appends frames with checksums; recovery replays frames up to the last valid commit
record. With journal_mode=DELETE recovery rolls hot pages back from the journal. Both survive a crash of the process; for a crash of
the machine WAL needs synchronous=FULL, the rollback journal needs FULL or EXTRA because of the directory entry.

**Read concurrency.** The wal-index maps page numbers to frames, so readers find their version without locks on the database. The
rollback journal offers a single version of each page: SHARED locks of readers and the writer's EXCLUSIVE lock exclude each other.

**Conditions.** First, one host: the wal-index is memory-mapped. Second, short read transactions: SQLITE_CHECKPOINT_TRUNCATE gets stuck
behind the oldest reader mark. Third, transactions below roughly 100 MB, above which pages are written twice.
`}
