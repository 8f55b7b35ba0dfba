package task

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/store"
)

// CitedFile is a file that a deliverable cites, as the gate checked it: the
// buyer's before the agent changed anything, or one that the agent added.
type CitedFile struct {
	Path   string
	Added  bool  // by the agent
	Bytes  int64 // of the whole file
	Binary bool
	Lines  int    // of the whole file, 0 when it is binary
	First  int    // number of the first line of Text, from 1
	Text   string // all of the file, or the lines around what is cited
	Until  time.Time
}

// Whole reports whether Text is all of the file.
func (f CitedFile) Whole() bool { return f.First == 1 && int64(len(f.Text)) == f.Bytes }

const (
	// citedKept is how long the files that a report cites are kept: the windows
	// for a refund and a re-check, and an operator's time, are over by then.
	citedKept = 30 * 24 * time.Hour
	// The bounds of what is kept for one task.
	maxCited      = 50
	maxCitedText  = 1 << 20   // bytes in all
	maxCitedPart  = 128 << 10 // bytes of one file
	maxCitedLines = 4_000     // of one file
	// citedForgotten is how many tasks' files are deleted in one transaction.
	citedForgotten = 100
)

// storedCited is the form in which files are kept, compressed and sealed.
type storedCited struct {
	Path   string `json:"path"`
	Added  bool   `json:"added,omitempty"`
	Bytes  int64  `json:"bytes"`
	Binary bool   `json:"binary,omitempty"`
	Lines  int    `json:"lines,omitempty"`
	First  int    `json:"first,omitempty"`
	Text   string `json:"text,omitempty"`
}

// citedFiles are the files that a report cites and the repository has.
func citedFiles(repo *gate.Repo, refs []gate.Reference) []storedCited {
	if repo == nil || repo.Source == nil {
		return nil
	}
	var all []storedCited
	room := maxCitedText
	for _, ref := range refs {
		cited := ref.Status == grounding.RefExists || ref.Status == grounding.RefLineOutOfRange
		known := slices.ContainsFunc(all, func(f storedCited) bool { return f.Path == ref.Path })
		if !cited || known {
			continue
		}
		if len(all) == maxCited || room <= 0 {
			break
		}
		content, ok := repo.Source.ReadFile(ref.Path)
		if !ok {
			continue
		}
		f := storedCited{Path: ref.Path, Added: isAdded(repo, ref.Path), Bytes: int64(len(content)), Binary: bytes.IndexByte(content, 0) >= 0 || !utf8.Valid(content)}
		if !f.Binary {
			f.Lines, f.First, f.Text = excerptOf(string(content), ref.Line, min(room, maxCitedPart))
			room -= len(f.Text)
		}
		all = append(all, f)
	}
	return all
}

func isAdded(repo *gate.Repo, name string) bool {
	return slices.ContainsFunc(repo.Files, func(f gate.RepoFile) bool { return f.Added && f.Path == name })
}

// excerptOf returns how many lines a text has, and as many whole lines of it as
// fit, around the cited one.
func excerptOf(text string, line, limit int) (lines, first int, part string) {
	all := strings.SplitAfter(text, "\n")
	if all[len(all)-1] == "" {
		all = all[:len(all)-1]
	}
	if len(text) <= limit && len(all) <= maxCitedLines {
		return len(all), 1, text
	}
	from := min(max(0, line-1), len(all))
	to, size := from, 0
	for to-from < maxCitedLines {
		// Downwards and upwards in turn, as long as there is room.
		grown := false
		if to < len(all) && size+len(all[to]) <= limit {
			size, to, grown = size+len(all[to]), to+1, true
		}
		if from > 0 && size+len(all[from-1]) <= limit {
			from--
			size, grown = size+len(all[from]), true
		}
		if !grown {
			break
		}
	}
	return len(all), from + 1, strings.Join(all[from:to], "")
}

// sealCited packs files to be stored, "" when there are none.
func (s *Service) sealCited(taskID string, files []storedCited) (string, error) {
	if len(files) == 0 {
		return "", nil
	}
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	if err := errors.Join(json.NewEncoder(zip).Encode(files), zip.Close()); err != nil {
		return "", fmt.Errorf("pack cited files: %w", err)
	}
	return s.Sealer.Seal(packed.Bytes(), citedPlace(taskID))
}

func (s *Service) openCited(taskID, sealed string) (files []storedCited, err error) {
	packed, err := s.Sealer.Open(sealed, citedPlace(taskID))
	if err != nil {
		return nil, fmt.Errorf("open cited files: %w", err)
	}
	zip, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack cited files: %w", err)
	}
	if err := json.NewDecoder(io.LimitReader(zip, 16*maxCitedText)).Decode(&files); err != nil {
		return nil, fmt.Errorf("unpack cited files: %w", err)
	}
	return files, nil
}

func citedPlace(taskID string) string { return taskID + " cited files" }

// CitedFile returns a file that the gate's report cites. Who may see it is the
// caller's to check: the buyer and an operator, never the agent, whose access to
// the code has ended. Errors: GATE_NOT_READY, FILE_NOT_FOUND, CODE_NOT_KEPT.
func (s *Service) CitedFile(ctx context.Context, t *Task, name string) (CitedFile, error) {
	if t.GateScore == nil {
		return CitedFile{}, city.Errorf(city.CodeGateNotReady, "The task has not been judged yet.")
	}
	sealed, until, err := findCited(ctx, s.DB.Read(), t.ID)
	if err != nil {
		return CitedFile{}, err
	}
	if sealed == "" || !until.After(s.DB.Clock().Now()) {
		return CitedFile{}, s.errNotKept(t)
	}
	files, err := s.openCited(t.ID, sealed)
	if err != nil {
		return CitedFile{}, err
	}
	i := slices.IndexFunc(files, func(f storedCited) bool { return f.Path == name })
	if i < 0 {
		return CitedFile{}, city.Errorf(city.CodeFileNotFound, "%.200q is none of the %d files that are kept because the report cites them.", name, len(files))
	}
	f := files[i]
	return CitedFile{Path: f.Path, Added: f.Added, Bytes: f.Bytes, Binary: f.Binary, Lines: f.Lines, First: f.First, Text: f.Text, Until: until}, nil
}

// errNotKept says why there are no files: they are gone, or never were there.
func (s *Service) errNotKept(t *Task) error {
	if t.DeliveredAt != nil && t.DeliveredAt.Add(citedKept).Before(s.DB.Clock().Now()) {
		return city.Errorf(city.CodeCodeNotKept, "The code is no longer kept: the files that a report cites are deleted %d days after the verdict.", int(citedKept/(24*time.Hour)))
	}
	return city.Errorf(city.CodeCodeNotKept, "No code is kept: the report cites no file of it, or the code was not at hand when the work was judged.")
}

// Contested finds, for an operator, a task that waits for an operator's
// decision, or had one; not for one whose agent did it. Errors: TASK_NOT_FOUND.
func (s *Service) Contested(ctx context.Context, operatorID, taskID string) (*Task, error) {
	return s.visible(ctx, taskID, func(t *Task) bool { return t.AgentOwner != operatorID && (rechecked(t) || underReview(t)) })
}

// forgetCited deletes the files whose time is over.
func (s *Service) forgetCited(ctx context.Context) error {
	for {
		var n int64
		err := s.DB.InTx(ctx, func(ctx context.Context, tx store.Tx) (err error) {
			n, err = dropCited(ctx, tx, tx.Now())
			return err
		})
		if err != nil || n < citedForgotten {
			return err
		}
	}
}

func saveCited(ctx context.Context, tx store.Tx, taskID, sealed string) error {
	if sealed == "" {
		return nil
	}
	return tx.Queue(ctx, "save cited files", `INSERT INTO cited_files (task_id, until, body) VALUES ($1, $2, $3)`,
		taskID, store.Micros(tx.Now().Add(citedKept)), sealed)
}

// findCited returns the sealed files of a task and until when they are kept, ""
// when there are none.
func findCited(ctx context.Context, q store.Querier, taskID string) (sealed string, until time.Time, err error) {
	var micros int64
	err = q.QueryRow(ctx, `SELECT until, body FROM cited_files WHERE task_id = $1`, taskID).Scan(&micros, &sealed)
	if errors.Is(err, store.ErrNoRows) {
		return "", time.Time{}, nil
	}
	if err != nil {
		return "", time.Time{}, fmt.Errorf("read cited files: %w", err)
	}
	return sealed, store.FromMicros(micros), nil
}

// dropCited deletes the files of some tasks whose time is over, and says of how
// many.
func dropCited(ctx context.Context, tx store.Tx, before time.Time) (int64, error) {
	n, err := tx.Exec(ctx, `DELETE FROM cited_files WHERE task_id IN (SELECT task_id FROM cited_files WHERE until <= $1 ORDER BY until LIMIT $2)`,
		store.Micros(before), citedForgotten)
	if err != nil {
		return 0, fmt.Errorf("forget cited files: %w", err)
	}
	return n, nil
}
