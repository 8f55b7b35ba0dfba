package task

import (
	"context"
	"fmt"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/sandbox"
	"aicity.dev/aicity/internal/sandbox/workspace"
)

// leftOutMark begins the last line of a patch that leaves something out; git
// apply passes over it.
const leftOutMark = "# Left out"

// cut reports whether a patch leaves something out.
func cut(patch string) bool { return strings.HasPrefix(lastLine(patch), leftOutMark) }

// changes reports whether a patch has any: it may only say what it leaves out.
func changes(patch string) bool { return strings.HasPrefix(patch, "diff --git ") }

func lastLine(text string) string {
	text = strings.TrimSuffix(text, "\n")
	return text[strings.LastIndexByte(text, '\n')+1:]
}

// patch is what the agent changed, "" when there was no code. A patch that cannot
// be made does not keep the work from being judged, but it says so.
func (s *Service) patch(ctx context.Context, t *Task) string {
	if t.SandboxID == "" {
		return ""
	}
	text, left, err := s.Sandboxes.Patch(ctx, t.ID)
	if err != nil {
		s.Logger.WarnContext(ctx, "no patch", "task", t.ID, "code", city.CodeOf(err), "error", err)
		if !t.Source.Any() {
			return ""
		}
		return "\n" + leftOutMark + ": the sandbox could not say what was changed.\n"
	}
	patch := string(text)
	if left > 0 {
		patch += fmt.Sprintf("\n%s, because a patch is no longer than 4 MiB and made in %.0f seconds: the changes of %d files or more.\n",
			leftOutMark, sandbox.PatchTimeout.Seconds(), left)
	}
	return patch
}

// repoFacts is the repository for the gate, nil when there was no sandbox or
// its files are gone; done must be called when the gate has judged.
func (s *Service) repoFacts(ctx context.Context, t *Task) (repo *gate.Repo, done func()) {
	nothing := func() {}
	if t.SandboxID == "" || !t.Source.Any() {
		return nil, nothing
	}
	facts, err := s.Sandboxes.Facts(ctx, t.ID)
	if err != nil {
		s.Logger.WarnContext(ctx, "judged without the repository", "task", t.ID, "code", city.CodeOf(err), "error", err)
		return nil, nothing
	}
	repo = &gate.Repo{Source: facts, Left: leftOut(facts.Left)}
	for _, f := range facts.Files {
		repo.Files = append(repo.Files, gate.RepoFile{Path: f.Path, Lines: f.Lines, Added: f.Added})
	}
	return repo, func() {
		if err := facts.Close(); err != nil {
			s.Logger.WarnContext(ctx, "release repository", "task", t.ID, "error", err)
		}
	}
}

// leftOut says what the gate has not seen of what is in the repository now.
func leftOut(bound workspace.Bound) string {
	const seen = "Not all that was in the repository at the end was looked at: "
	switch bound {
	case "":
		return ""
	case workspace.BoundFiles:
		return seen + "there were too many new files. Build outside of it, or delete what need not be delivered."
	case workspace.BoundNames:
		return seen + "there was too much new in it, or in one of its folders. Build outside of it, or delete what need not be delivered."
	case workspace.BoundDepth:
		return seen + "its folders were nested too deep."
	case workspace.BoundBytes:
		return seen + "the lines of very large files were not counted."
	default:
		return seen + "that would have taken too long, so only what was delivered to the agent counts."
	}
}
