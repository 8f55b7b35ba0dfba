// Package secrets finds credentials in a repository with the rules of gitleaks
// and hides them wherever code is quoted.
package secrets

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/viper"
	"github.com/zricethezav/gitleaks/v8/config"
	"github.com/zricethezav/gitleaks/v8/detect"
	"github.com/zricethezav/gitleaks/v8/report"

	"aicity.dev/aicity/internal/seedagent/inspect"
)

var rule = &inspect.Rule{ID: "secret", Severity: inspect.Critical, CWE: "CWE-798", Checks: "credentials in files (the rule set of gitleaks)",
	Why:    "Whoever can read the repository, a fork or a backup has the key; deleting the line later leaves it in the history.",
	Topics: []string{"secrets"}}

// Rules lists what Find looks for.
func Rules() []*inspect.Rule { return []*inspect.Rule{rule} }

// Found is what a search turned up.
type Found struct {
	Analysis inspect.Analysis
	hidden   map[string]map[int][]string // file → line → secrets
}

// Find searches all files of a repository.
func Find(ctx context.Context, repo *inspect.Repo) (*Found, error) {
	detector, err := newDetector(ctx)
	if err != nil {
		return nil, err
	}
	found := &Found{hidden: map[string]map[int][]string{}}
	for _, s := range repo.Sources {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("search secrets: %w", err)
		}
		hits := detector.DetectContext(ctx, detect.Fragment{Raw: string(s.Text), FilePath: s.Path}) //nolint:staticcheck // its successor comes with v9
		slices.SortFunc(hits, func(a, b report.Finding) int {
			return cmp.Or(cmp.Compare(a.StartLine, b.StartLine), cmp.Compare(a.RuleID, b.RuleID))
		})
		for _, h := range hits {
			found.add(s, h)
		}
	}
	return found, nil
}

// newDetector reads the rules that come with gitleaks. Its own constructor
// keeps them in package state, which two searches at once would share.
func newDetector(ctx context.Context) (*detect.Detector, error) {
	v := viper.New()
	v.SetConfigType("toml")
	if err := v.ReadConfig(strings.NewReader(config.DefaultConfig)); err != nil {
		return nil, fmt.Errorf("read secret rules: %w", err)
	}
	var raw config.ViperConfig
	if err := v.Unmarshal(&raw); err != nil {
		return nil, fmt.Errorf("read secret rules: %w", err)
	}
	cfg, err := raw.Translate()
	if err != nil {
		return nil, fmt.Errorf("read secret rules: %w", err)
	}
	return detect.NewDetectorContext(ctx, cfg), nil
}

func (f *Found) add(s inspect.Source, h report.Finding) {
	line := h.StartLine + 1 // gitleaks counts from 0 when no diff is read
	if at := lineOf(s, h.Secret, line); at > 0 {
		line = at
	}
	if f.hidden[s.Path] == nil {
		f.hidden[s.Path] = map[int][]string{}
	}
	for i, part := range strings.Split(h.Secret, "\n") {
		if len(strings.TrimSpace(part)) > 3 {
			f.hidden[s.Path][line+i] = append(f.hidden[s.Path][line+i], part)
		}
	}
	severity := inspect.Critical
	if s.Test {
		severity = inspect.Medium
	}
	what := strings.TrimSuffix(strings.ReplaceAll(h.RuleID, "-", " "), " key")
	f.Analysis.Hits = append(f.Analysis.Hits, inspect.Hit{
		Rule: rule, File: s.Path, Line: line, Severity: severity,
		Claim: "a credential stands in the file: " + what + " (" + mask(h.Secret) + ")",
		Fix:   "Revoke the key at its issuer first, then read it from the environment or a secret store, and remove it from the history (`git filter-repo --replace-text`).",
	})
}

// lineOf finds the line that really holds the beginning of a secret.
func lineOf(s inspect.Source, secret string, near int) int {
	first, _, _ := strings.Cut(secret, "\n")
	for _, n := range []int{near, near - 1, near + 1} {
		if n >= 1 && n <= len(s.Lines) && strings.Contains(s.Lines[n-1], first) {
			return n
		}
	}
	return 0
}

// Mask hides the secrets of a line of a file.
func (f *Found) Mask(path string, line int, text string) string {
	for _, secret := range f.hidden[path][line] {
		text = strings.ReplaceAll(text, secret, mask(secret))
	}
	return text
}

// mask keeps as much of a secret as it takes to recognise it.
func mask(secret string) string {
	first, _, _ := strings.Cut(secret, "\n")
	keep := min(4, len(first)/4)
	return strings.ToValidUTF8(first[:keep], "") + "…"
}
