package task

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"aicity.dev/aicity/internal/archive"
	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/event"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/source"
	"aicity.dev/aicity/internal/store"
)

// Archives keeps uploaded work trees.
type Archives interface {
	Find(ctx context.Context, ownerID, id string) (archive.Archive, error)
	FindTx(ctx context.Context, tx store.Tx, ownerID, id string) (archive.Archive, error)
	Open(ctx context.Context, ownerID, id string) (io.ReadCloser, archive.Archive, error)
	Delete(ctx context.Context, ownerID, id string, unused func(ctx context.Context, tx store.Tx) error) error
}

// checkSource makes sure, before money moves, that the code can be had. Errors:
// REPO_NOT_ALLOWED, REPO_NOT_FOUND, REPO_PRIVATE, REF_NOT_FOUND, REPO_EMPTY,
// REPO_UNREACHABLE, ARCHIVE_NOT_FOUND.
func (s *Service) checkSource(ctx context.Context, o Order) error {
	switch {
	case o.Repo != "":
		return s.Fetcher.Probe(ctx, source.Repo{URL: o.Repo, Ref: o.Ref, Token: o.RepoToken})
	case o.ArchiveID != "":
		_, err := s.Archives.Find(ctx, o.BuyerID, o.ArchiveID)
		return err
	default:
		return nil
	}
}

// Provision makes the task's sandbox with the buyer's code in it, which stays
// closed until the agent commits. A repeated call returns the same sandbox.
// Errors: TASK_NOT_FOUND, INVALID_STATE, SANDBOX_UNAVAILABLE, SANDBOX_CAPACITY,
// REPO_UNREACHABLE; none of them tells anything of the code.
func (s *Service) Provision(ctx context.Context, agentID, taskID string) (sandbox.Sandbox, *Task, error) {
	t, err := s.ForAgent(ctx, agentID, taskID)
	if err != nil {
		return sandbox.Sandbox{}, nil, err
	}
	if t.Status != city.TaskSubmitted && t.Status != city.TaskExecuting {
		return sandbox.Sandbox{}, nil, errInvalidState(t, provision)
	}
	src, done, err := s.source(ctx, t)
	if err != nil {
		return sandbox.Sandbox{}, nil, s.sourceLost(ctx, t, err)
	}
	defer done()
	box, err := s.Sandboxes.Provision(ctx, taskID, src)
	if err != nil {
		return sandbox.Sandbox{}, nil, s.sourceLost(ctx, t, err)
	}
	t, err = s.provisioned(ctx, agentID, taskID, box)
	if city.CodeOf(err) == city.CodeInvalidState {
		return box, t, errors.Join(err, s.tooLate(ctx, taskID))
	}
	return box, t, err
}

// tooLate takes away the sandbox of a task that has ended while it was made.
func (s *Service) tooLate(ctx context.Context, taskID string) error {
	t, err := find(ctx, s.DB.Read(), taskID, "")
	if err != nil || !t.Status.Ended() {
		return err
	}
	return s.Sandboxes.Destroy(context.WithoutCancel(ctx), taskID)
}

// source opens where the code comes from.
func (s *Service) source(ctx context.Context, t *Task) (sandbox.Source, func(), error) {
	var src sandbox.Source
	nothing := func() {}
	switch {
	case t.Source.Repo != "":
		src.Repo = source.Repo{URL: t.Source.Repo, Ref: t.Source.Ref}
		if !t.Source.token() {
			return src, nothing, nil
		}
		token, err := s.Sealer.Open(t.Source.SealedToken, t.ID)
		if err != nil {
			return src, nothing, fmt.Errorf("open repository token: %w", err)
		}
		src.Repo.Token = string(token)
		return src, nothing, nil
	case t.Source.ArchiveID != "":
		return s.archiveSource(ctx, t)
	case t.Source.HasCode:
		code, err := s.Code(ctx, t.ID)
		src.Code = code
		return src, nothing, err
	default:
		return src, nothing, nil
	}
}

func (s *Service) archiveSource(ctx context.Context, t *Task) (sandbox.Source, func(), error) {
	content, info, err := s.Archives.Open(ctx, t.BuyerID, t.Source.ArchiveID)
	if err != nil {
		return sandbox.Source{}, nil, err
	}
	file, ok := content.(*os.File)
	if !ok {
		return sandbox.Source{}, nil, errors.Join(errors.New("the archive is no file"), content.Close())
	}
	return sandbox.Source{Archive: &source.Archive{Content: file, Size: info.Size}}, func() { _ = file.Close() }, nil
}

// provisioned writes what the code measures and wipes the token it was fetched
// with.
func (s *Service) provisioned(ctx context.Context, agentID, taskID string, box sandbox.Sandbox) (*Task, error) {
	return s.locked(ctx, taskID, assignedTo(agentID), func(ctx context.Context, tx store.Tx, t *Task) error {
		if t.SandboxID == box.ID && !t.Source.token() {
			return nil // a repeated call
		}
		if t.Status != city.TaskSubmitted && t.Status != city.TaskExecuting {
			return errInvalidState(t, provision)
		}
		t.SandboxID = box.ID
		if t.Source.token() {
			t.Source.SealedToken = usedToken
		}
		if t.Source.Any() {
			t.Size = string(box.Size.Class)
		}
		// A quote that was accepted by starting stays as it is.
		if t.Status == city.TaskSubmitted {
			// The agent's price is that of the offer, whatever it has become since.
			t.Quote = s.Prices.Quote(t.Quote.Model, t.Quote.BaseRateCents, box.Size.Tokens, t.MaxBudget)
		}
		data := map[string]any{"sandboxId": box.ID, "sizeClass": t.Size, "quoteCents": t.Quote.ChargeCents, "agentId": agentID}
		return s.Events.Append(ctx, tx, t.ID, event.TaskProvisioned, data, BuyerTopic(t.BuyerID))
	})
}

// hopeless are the reasons why the code can never be had: the task ends, at no
// cost to anybody but an agent that had the code and threw it away.
var hopeless = []city.Code{
	city.CodeRepoNotFound, city.CodeRepoPrivate, city.CodeRefNotFound, city.CodeRepoEmpty, city.CodeRepoTooLarge, city.CodeRepoNotAllowed,
	city.CodeArchiveNotFound, city.CodeArchiveInvalid,
}

// sourceLost turns an error of fetching into one that tells the agent nothing
// of the code, and ends the task when there is no hope.
func (s *Service) sourceLost(ctx context.Context, t *Task, cause error) error {
	code := city.CodeOf(cause)
	if code == city.CodeRepoUnreachable {
		return city.Errorf(city.CodeRepoUnreachable, "The buyer's code cannot be fetched right now. Try again in a moment.")
	}
	if !slices.Contains(hopeless, code) {
		return cause
	}
	known, _ := errors.AsType[*city.Error](cause)
	dropped, err := s.dropped(ctx, t)
	if err != nil {
		return err
	}
	_, err = s.locked(ctx, t.ID, anybody, func(ctx context.Context, tx store.Tx, t *Task) error {
		if t.Status.Ended() {
			return nil
		}
		if dropped {
			t.FailCode, t.FailReason = FailGaveUp, "The agent destroyed its sandbox, and the code in it cannot be had again."
			return s.apply(ctx, tx, change{task: t, on: GiveUp, facts: map[string]any{"code": FailGaveUp}})
		}
		t.FailCode, t.FailReason = FailCode(code), known.Message
		return s.apply(ctx, tx, change{task: t, on: SourceLost})
	})
	if err != nil {
		return err
	}
	if dropped {
		return city.Errorf(city.CodeRepoUnreachable, "You destroyed your sandbox, and the buyer's code cannot be fetched again. The task has failed, as if you had given it up.")
	}
	return city.Errorf(city.CodeRepoUnreachable, "The buyer's code cannot be fetched. The task has ended without a mark on your reputation.")
}

// dropped reports whether the agent, since it committed, destroyed the sandbox
// that had the code.
func (s *Service) dropped(ctx context.Context, t *Task) (bool, error) {
	if t.Status != city.TaskExecuting || t.StartedAt == nil {
		return false, nil
	}
	return s.Sandboxes.Dropped(ctx, t.ID, *t.StartedAt)
}

// Sandbox returns the task's sandbox. Errors: TASK_NOT_FOUND, SANDBOX_NOT_FOUND.
func (s *Service) Sandbox(ctx context.Context, agentID, taskID string) (sandbox.Sandbox, error) {
	if _, err := s.ForAgent(ctx, agentID, taskID); err != nil {
		return sandbox.Sandbox{}, err
	}
	box, err := s.Sandboxes.Find(ctx, taskID)
	if err != nil && s.Sandboxes.Condition(taskID).Position > 0 { // so this server makes sandboxes
		return sandbox.Sandbox{TaskID: taskID, State: sandbox.Queued, Limits: s.Sandboxes.Limits()}, nil
	}
	return box, err
}

// Open lets the assigned agent at the sandbox's content, after its commitment.
// Errors: TASK_NOT_FOUND, TASK_SEALED, INVALID_STATE.
func (s *Service) Open(ctx context.Context, agentID, taskID string) (Sandboxes, error) {
	t, err := s.ForAgent(ctx, agentID, taskID)
	if err != nil {
		return nil, err
	}
	switch {
	case t.open():
		return s.Sandboxes, nil
	case t.Status == city.TaskSubmitted:
		return nil, errSealed()
	default:
		return nil, errInvalidState(t, readSandbox)
	}
}

// DestroySandbox ends the task's sandbox. It is no error when it is gone
// already. Errors: TASK_NOT_FOUND.
func (s *Service) DestroySandbox(ctx context.Context, agentID, taskID, sandboxID string) error {
	t, err := s.ForAgent(ctx, agentID, taskID)
	if err != nil {
		return err
	}
	// The gate reads the workspace; it goes when the verdict is there. And code
	// that was fetched with a token cannot be fetched again: while nobody has
	// committed, it waits, closed, for whoever does.
	waits := t.Status == city.TaskSubmitted && t.Source.SealedToken == usedToken
	if t.SandboxID != sandboxID || t.Status == city.TaskQualityCheck || waits {
		return nil
	}
	return s.Sandboxes.Destroy(ctx, taskID)
}

// saveLog writes what is not yet written of the task's access log, before it
// leaves executing: nothing an agent looked at is lost.
func (s *Service) saveLog(ctx context.Context, t *Task) error {
	if t.SandboxID == "" {
		return nil
	}
	return s.Sandboxes.SaveLog(ctx, t.ID)
}

// AccessLog is what agents looked at and did in the sandboxes of a task, for its
// buyer: cursor is where the page before ended. Errors: VALIDATION_ERROR.
func (s *Service) AccessLog(ctx context.Context, t *Task, cursor string, limit int) (sandbox.AccessPage, error) {
	return s.Sandboxes.AccessLog(ctx, t.ID, cursor, limit)
}
