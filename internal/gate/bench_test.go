package gate_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// BenchmarkJudgeReport judges a report of about 3 KB without a repository, with
// five earlier reports of the same agent.
func BenchmarkJudgeReport(b *testing.B) {
	in := gate.Input{
		Request: gate.Request{Category: city.Research, Description: "Compare write-ahead logging and rollback journals in SQLite for a small web service with one writer: durability, read concurrency, checkpointing and what to set."},
	}
	in.Deliverable.Result = walReport(0)
	for i := range 5 {
		in.Earlier = append(in.Earlier, gate.RunsOf(walReport(uint64(i)+1)))
	}
	b.ReportAllocs()
	for b.Loop() {
		if r := gate.Judge(in); r.Score == 0 {
			b.Fatal(r)
		}
	}
}

// BenchmarkJudgeLargeRepository judges a review of about 20 KB that cites a
// repository of 10,000 files.
func BenchmarkJudgeLargeRepository(b *testing.B) {
	source := generated{}
	repo := &gate.Repo{Source: source}
	var review strings.Builder
	review.WriteString("# Review\n\n")
	for i := range 10_000 {
		name := fmt.Sprintf("pkg/part%d/store%d.go", i%100, i)
		source[name] = storeSource(i)
		repo.Files = append(repo.Files, gate.RepoFile{Path: name, Lines: bytes.Count(source[name], []byte("\n"))})
		if i%100 == 7 && review.Len() < 20<<10 {
			fmt.Fprintf(&review, "## High: the error of saveOrder%d is dropped\n\n%s:14 ignores what `saveOrder%d` returns, so a full disk goes unnoticed:\n\n"+
				"```go\n\ts.saveOrder%d(ctx, order)\n```\n\nReturn it wrapped instead and let the handler answer with status 500.\n\n", i, name, i, i)
		}
	}
	slices.SortFunc(repo.Files, func(a, b gate.RepoFile) int { return strings.Compare(a.Path, b.Path) }) // as git lists them
	in := gate.Input{
		Request:     gate.Request{Category: city.CodeReview, Description: "Review the order stores for correctness. Real bugs first."},
		Deliverable: gate.Deliverable{Result: review.String()}, Repo: repo,
	}
	b.ReportAllocs()
	for b.Loop() {
		if r := gate.Judge(in); r.Verdict != gate.Pass {
			b.Fatalf("%+v", r)
		}
	}
}

// generated is a repository in memory.
type generated map[string][]byte

func (g generated) ReadFile(p string) ([]byte, bool) {
	raw, ok := g[p]
	return raw, ok
}

// storeSource is a Go file of about 2 KB.
func storeSource(i int) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "package part%d\n\nimport (\n\t\"context\"\n\t\"fmt\"\n)\n\n// Store%d keeps orders.\ntype Store%d struct{ db database }\n\n", i%100, i, i)
	fmt.Fprintf(&b, "// AddOrder%d saves an order.\nfunc (s *Store%d) AddOrder%d(ctx context.Context, order Order) error {\n\ts.saveOrder%d(ctx, order)\n\treturn nil\n}\n\n", i, i, i, i)
	for k := range 8 {
		fmt.Fprintf(&b, "func (s *Store%d) column%dOf%d(ctx context.Context, id int64) (string, error) {\n\tvalue, err := s.db.lookup(ctx, \"column_%d\", id)\n"+
			"\tif err != nil {\n\t\treturn \"\", fmt.Errorf(\"look up column %d of %%d: %%w\", id, err)\n\t}\n\treturn value.String(), nil\n}\n\n", i, k, i, k, k)
	}
	return []byte(b.String())
}

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

func walReport(seed uint64) string {
	random := rand.New(rand.NewPCG(seed, 1))
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
