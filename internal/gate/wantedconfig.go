package gate

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/pattern"
)

// setting is what requests want of a workflow or an image: how they say it, and what
// shows it in configuration.
type setting struct {
	what    string
	request pattern.Pattern
	shows   *regexp.Regexp
}

var settings = []setting{
	{"Windows", pattern.New(`(?i)\bwindows\b`), regexp.MustCompile(`(?i)windows|win32|\bwin\b|pwsh|powershell|goos|all_platforms`)},
	{"macOS", pattern.New(`(?i)\b(?:macos|mac os|osx)\b`), regexp.MustCompile(`(?i)macos|darwin|osx|goos`)},
	{"arm64", pattern.New(`(?i)\b(?:arm64|aarch64)\b`), regexp.MustCompile(`(?i)arm|aarch|platforms?|goarch`)},
	{"coverage", pattern.New(`(?i)\bcoverage\b`), regexp.MustCompile(`(?i)cov|\bc8\b|nyc|istanbul`)},
	{"the race detector", pattern.New(`(?i)\brace (?:detector|detection)\b|-race\b`), regexp.MustCompile(`(?i)race`)},
	{"a health check", pattern.New(`(?i)\bhealth ?-?checks?\b`), regexp.MustCompile(`(?i)health|probe`)},
	{"no root", pattern.New(`(?i)\b(?:non|not)[- ](?:as )?root\b|\bunprivileged\b`), regexp.MustCompile(`(?im)user|nonroot|uid|gid`)},
	{"stages", pattern.New(`(?i)\bmulti-?stage\b`), regexp.MustCompile(`(?i)\bas\s+\w|--from|--target`)},
	{"a timeout", pattern.New(`(?i)\btime-?outs?\b`), regexp.MustCompile(`(?i)timeout`)},
	{"a schedule", pattern.New(`(?i)\b(?:nightly|weekly|scheduled?)\b`), regexp.MustCompile(`(?i)schedule|cron|interval|calendar|timer`)},
	{"artifacts", pattern.New(`(?i)\bartifacts?\b`), regexp.MustCompile(`(?i)artifact|upload|release|dist|\bcp\b`)},
	{"updates of dependencies", pattern.New(`(?i)\b(?:dependabot|renovate)\b`), regexp.MustCompile(`(?i)dependabot|renovate|package-ecosystem`)},
}

// unset are the settings that a request wants, that no file of configuration had and
// that the delivered lines do not show, when they are half of those or more.
func (v *view) unset() []string {
	if v.in.Request.Category != city.DevOps || v.Index == nil || !v.produces() {
		return nil
	}
	var missing []string
	of := 0
	var before, now string
	for _, s := range settings {
		if !asksFor(s.request, v.in.Request.Description) {
			continue
		}
		if now == "" {
			before, now = v.configBefore(), v.deliveredLines()
		}
		if now == "" || s.shows.MatchString(before) {
			continue
		}
		of++
		word := strings.ToLower(s.request.Regexp().FindString(v.in.Request.Description))
		if !s.shows.MatchString(now) && v.leftOut([]string{word}) == "" {
			missing = append(missing, s.what)
		}
	}
	if len(missing) < minUnset || 2*len(missing) < of {
		return nil
	}
	return missing
}

// minUnset is how many settings are not forgotten by a slip.
const minUnset = 2

// configBefore is the configuration of the repository, without remarks.
func (v *view) configBefore() string {
	var b strings.Builder
	for _, p := range slices.Sorted(maps.Keys(v.Index.Files)) {
		if !configFile(p) && path.Ext(p) != ".sh" || path.Ext(p) == ".json" && path.Base(p) != "package.json" || path.Base(p) == "go.sum" || path.Ext(p) == ".lock" {
			continue
		}
		if b.Len() > maxConfigBytes {
			break
		}
		if t := v.Index.Text(p); t != nil {
			b.WriteString(withoutRemarks(t.Raw) + "\n")
		}
	}
	return b.String()
}

// maxConfigBytes bounds the configuration that is read.
const maxConfigBytes = 128 << 10

// deliveredLines are the lines of code that the deliverable and its patch bring,
// without remarks and the names of steps.
func (v *view) deliveredLines() string {
	return withoutRemarks(v.proposedLines(func(l string) bool { return !stepName.MatchString(l) }))
}

// proposedLines are the lines that the deliverable's code and diffs bring, those of
// them that are kept.
func (v *view) proposedLines(kept func(string) bool) string {
	var b strings.Builder
	for _, block := range v.Doc.Blocks[:min(len(v.Doc.Blocks), maxBlocks)] {
		for _, l := range block.Proposed() {
			if kept(l) {
				b.WriteString(l + "\n")
			}
		}
	}
	return b.String()
}

// stepName matches a line that only names a step or a job.
var stepName = regexp.MustCompile(`^\s*(?:- )?name:`)
