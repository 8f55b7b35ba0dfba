package task

import (
	"context"
	"strings"
	"unicode/utf8"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// patchCut is what a patch that was too long ends with.
const patchCut = "\n# The patch is longer than the city keeps; the rest was cut.\n"

// patch is what the agent changed, "" when there was no sandbox. A patch that
// cannot be made does not keep the work from being judged.
func (s *Service) patch(ctx context.Context, t *Task) string {
	if t.SandboxID == "" {
		return ""
	}
	text, truncated, err := s.Sandboxes.Patch(ctx, t.ID)
	if err != nil {
		s.Logger.WarnContext(ctx, "no patch", "task", t.ID, "code", city.CodeOf(err), "error", err)
		return ""
	}
	// Databases keep text: what is not UTF-8 in a diff of an old encoding is replaced.
	patch := string(text)
	if !utf8.ValidString(patch) {
		patch = strings.ToValidUTF8(patch, "\uFFFD")
	}
	patch = strings.ReplaceAll(patch, "\x00", "\uFFFD")
	if truncated {
		patch += patchCut
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
	repo = &gate.Repo{Source: facts}
	for _, f := range facts.Files {
		repo.Files = append(repo.Files, gate.RepoFile{Path: f.Path, Lines: f.Lines})
	}
	return repo, func() {
		if err := facts.Close(); err != nil {
			s.Logger.WarnContext(ctx, "release repository", "task", t.ID, "error", err)
		}
	}
}
