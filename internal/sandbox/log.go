package sandbox

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"aicity.dev/aicity/internal/city"
)

// Op is what an agent did in its sandbox.
type Op string

// What is logged.
const (
	OpList   Op = "list"
	OpStat   Op = "stat"
	OpRead   Op = "read"
	OpSearch Op = "search"
	OpWrite  Op = "write"
	OpMkdir  Op = "mkdir"
	OpMove   Op = "move"
	OpDelete Op = "delete"
	OpExec   Op = "exec"
)

// Ops lists what is logged.
func Ops() []Op {
	return []Op{OpList, OpStat, OpRead, OpSearch, OpWrite, OpMkdir, OpMove, OpDelete, OpExec}
}

// Access is one entry of the access log: what an agent did in its sandbox.
type Access struct {
	SandboxID string        `json:"-"`
	Seq       int64         `json:"seq"`
	At        time.Time     `json:"at"`
	Op        Op            `json:"op"`
	Target    string        `json:"target"`           // path or command
	Detail    string        `json:"detail,omitempty"` // what was searched for, where something was moved
	Bytes     int64         `json:"bytes,omitempty"`  // read, written or printed
	ExitCode  *int          `json:"exitCode,omitempty"`
	Duration  time.Duration `json:"duration"`
	Code      city.Code     `json:"code,omitempty"` // why it failed
	Open      bool          `json:"open,omitempty"` // it has begun and not ended: only in a journal
}

// maxTarget bounds what is kept of a path or command, in bytes.
const maxTarget = 4 << 10

// loggable is text as every database keeps it, cut to what is kept.
func loggable(text string) string {
	cut := ""
	if len(text) > maxTarget {
		text, cut = text[:maxTarget], "…"
		for len(text) > 0 && !utf8.RuneStart(text[len(text)-1]) {
			text = text[:len(text)-1]
		}
	}
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\ufffd"), "\x00", "\ufffd") + cut
}

// accessLog is the log of one sandbox. An entry is in its journal, a file beside
// the workspace, before the agent has its answer: when the server is killed, no
// access is lost that an agent saw the result of. From there entries go to the
// database in batches.
type accessLog struct {
	path string // fixed

	mu      sync.Mutex
	journal *os.File          // guarded by mu; nil before the first entry
	closed  bool              // guarded by mu
	next    int64             // guarded by mu: the seq of the next entry
	begun   map[int64]*Access // guarded by mu: not ended
	waiting []Access          // guarded by mu: ended, not yet in the database
	saving  sync.Mutex        // held by who moves entries to the database
}

func journalOf(dir string) string { return filepath.Join(dir, "access.log") }

func newAccessLog(dir string) *accessLog {
	return &accessLog{path: journalOf(dir), next: 1, begun: map[int64]*Access{}}
}

// begin writes down that something begins whose results are seen before it
// ends. Its entry must be ended.
func (l *accessLog) begin(a Access) (*Access, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a.Open = true
	if err := l.write(&a); err != nil {
		return nil, err
	}
	l.begun[a.Seq] = &a
	return &a, nil
}

// end completes an entry that was begun, by what change notes on it. The log may
// have been closed before: then the entry is there already.
func (l *accessLog) end(a *Access, change func(*Access)) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.begun[a.Seq] != a {
		return nil
	}
	change(a)
	delete(l.begun, a.Seq)
	a.Open = false
	l.waiting = append(l.waiting, *a)
	return l.append(*a)
}

// add writes down what has been done.
func (l *accessLog) add(a Access) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.write(&a); err != nil {
		return err
	}
	l.waiting = append(l.waiting, a)
	return nil
}

// write gives a new entry its number and appends it. l.mu must be held.
func (l *accessLog) write(a *Access) error {
	if l.closed {
		return errNotFound()
	}
	a.Seq, a.Target, a.Detail = l.next, loggable(a.Target), loggable(a.Detail)
	if err := l.append(*a); err != nil {
		return err
	}
	l.next++
	return nil
}

// append writes one line to the journal. l.mu must be held.
func (l *accessLog) append(a Access) (err error) {
	if l.journal == nil {
		l.journal, err = os.OpenFile(l.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			return fmt.Errorf("open access log: %w", err)
		}
	}
	line, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("encode access: %w", err)
	}
	if n, err := l.journal.Write(append(line, '\n')); err != nil {
		return errors.Join(fmt.Errorf("write access log: %w", err), cutOff(l.journal, int64(n)))
	}
	return nil
}

// cutOff takes back the last bytes of a journal: a line that a full disk has cut
// short would spoil the next.
func cutOff(journal *os.File, bytes int64) error {
	info, err := journal.Stat()
	if err != nil || bytes == 0 {
		return err
	}
	return journal.Truncate(info.Size() - bytes)
}

// save moves what waits to the database by keep. What was not kept waits on.
func (l *accessLog) save(keep func([]Access) error) error {
	l.saving.Lock()
	defer l.saving.Unlock()
	l.mu.Lock()
	batch := slices.Clone(l.waiting)
	l.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}
	if err := keep(batch); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = slices.Delete(l.waiting, 0, len(batch))
	if len(l.waiting) == 0 && len(l.begun) == 0 && l.journal != nil {
		return os.Truncate(l.path, 0) // all of it is in the database
	}
	return nil
}

// saved reports whether all entries are in the database.
func (l *accessLog) saved() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.waiting) == 0
}

// close ends what was begun, with code, and takes no entry any more.
func (l *accessLog) close(code city.Code, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	for _, seq := range slices.Sorted(maps.Keys(l.begun)) {
		a := *l.begun[seq]
		a.Open, a.Code, a.Duration = false, code, now.Sub(a.At)
		l.waiting = append(l.waiting, a)
	}
	clear(l.begun)
	if l.journal != nil {
		return l.journal.Close()
	}
	return nil
}

// recoverLog reads the journal that an earlier life of the server left, if any.
// What was under way then has ended with the server. What it cannot read is
// returned apart; a last line that was cut short was never answered.
func recoverLog(dir string) (found []Access, unreadable []byte, err error) {
	f, err := os.Open(journalOf(dir))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("open access log: %w", err)
	}
	defer func() { _ = f.Close() }()
	last := map[int64]Access{}
	for lines := bufio.NewReader(f); ; {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read access log: %w", err)
		}
		var a Access
		if json.Unmarshal(line, &a) != nil {
			unreadable = append(unreadable, line...)
			continue
		}
		if a.Open {
			a.Open, a.Code = false, city.CodeSandboxGone
		}
		last[a.Seq] = a
	}
	for _, seq := range slices.Sorted(maps.Keys(last)) {
		found = append(found, last[seq])
	}
	return found, unreadable, nil
}
