package task

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
)

// The bounds of an order.
const (
	minBudget         = 50         // cents
	maxBudget         = 10_000_000 // cents
	maxDescription    = 20_000     // characters
	maxCode           = 1_000_000  // bytes
	maxTags           = 20
	maxTag            = 40
	maxRepo           = 2_000
	maxRef            = 255
	maxRepoToken      = 500
	maxCriteria       = 20
	maxCommands       = 10
	maxPaths          = 50
	maxAcceptanceText = 1_000
	minDeadline       = 5 * time.Minute
	maxDeadline       = 240 * time.Minute
)

// Validate checks every field and names all that are wrong. Errors:
// VALIDATION_ERROR.
func (o Order) Validate() error {
	var v city.Invalid
	v.Check(o.Category.Known(), "taskType", "unknown category %.60q, see GET /api/v1/categories", o.Category)
	v.Check(o.MaxBudget >= minBudget && o.MaxBudget <= maxBudget, "maxBudget",
		"must be between %d and %d cents", minBudget, maxBudget)
	v.Check(o.AgentID == "" || city.CheckID(city.PrefixAgent, o.AgentID) == nil, "agentId", "not an agent id")
	v.Check(o.Deadline == 0 || o.Deadline >= minDeadline && o.Deadline <= maxDeadline, "deadlineMinutes", "must be between 5 and 240")
	description := strings.TrimSpace(o.Description)
	v.Check(description != "", "input.description", "say what should be done")
	v.Check(shortEnough(o.Description, maxDescription), "input.description", "at most %d characters", maxDescription)
	v.Text("input.description", o.Description)
	checkTags(&v, o.Tags)
	o.validateSource(&v)
	o.Acceptance.validate(&v)
	return v.Err()
}

// shortEnough bounds a text in characters, in which the API tells its bounds: a
// text is no longer for being Chinese.
func shortEnough(text string, limit int) bool { return utf8.RuneCountInString(text) <= limit }

func checkTags(v *city.Invalid, tags []string) {
	v.Check(len(tags) <= maxTags, "tags", "at most %d", maxTags)
	for i, tag := range tags {
		field := fmt.Sprintf("tags[%d]", i)
		v.Check(shortEnough(tag, maxTag), field, "at most %d characters", maxTag)
		v.Text(field, tag)
	}
}

func (o Order) validateSource(v *city.Invalid) {
	given := 0
	for _, field := range []string{o.Repo, o.Code, o.ArchiveID} {
		if field != "" {
			given++
		}
	}
	v.Check(given <= 1, "input", "give at most one of repo, code and archiveId")
	v.Check(len(o.Repo) <= maxRepo, "input.repo", "at most %d characters", maxRepo)
	v.Check(o.Ref == "" || o.Repo != "", "input.ref", "only with repo")
	v.Check(validRef(o.Ref), "input.ref", "not the name of a branch, tag or commit")
	v.Check(o.RepoToken == "" || o.Repo != "", "input.repoToken", "only with repo")
	v.Check(len(o.RepoToken) <= maxRepoToken && printable(o.RepoToken), "input.repoToken", "at most %d printable characters", maxRepoToken)
	v.Check(len(o.Code) <= maxCode, "input.code", "at most %d bytes; upload an archive instead", maxCode)
	v.Text("input.code", o.Code)
	v.Check(o.ArchiveID == "" || city.CheckID(city.PrefixArchive, o.ArchiveID) == nil, "input.archiveId", "not an archive id")
}

// validRef keeps what git check-ref-format refuses, and options, from git.
func validRef(ref string) bool {
	if ref == "" {
		return true
	}
	return len(ref) <= maxRef && printable(ref) && !strings.HasPrefix(ref, "-") && !strings.HasPrefix(ref, "/") &&
		!strings.Contains(ref, "..") && !strings.ContainsAny(ref, " ~^:?*[\\") && !strings.HasSuffix(ref, ".lock") &&
		!strings.HasSuffix(ref, "/") && !strings.Contains(ref, "@{") && !strings.Contains(ref, "//")
}

func printable(text string) bool {
	for _, r := range text {
		if r < 0x21 || r > 0x7e {
			return false
		}
	}
	return true
}

func (a Acceptance) validate(v *city.Invalid) {
	check := func(list string, values []string, limit int) {
		v.Check(len(values) <= limit, list, "at most %d", limit)
		for i, value := range values {
			field := fmt.Sprintf("%s[%d]", list, i)
			v.Check(strings.TrimSpace(value) != "" && shortEnough(value, maxAcceptanceText), field, "between 1 and %d characters", maxAcceptanceText)
			v.Text(field, value)
		}
	}
	check("acceptance.criteria", a.Criteria, maxCriteria)
	check("acceptance.commands", a.Commands, maxCommands)
	check("acceptance.paths", a.Paths, maxPaths)
	for i, glob := range a.Paths {
		v.Check(gate.ValidGlob(glob), fmt.Sprintf("acceptance.paths[%d]", i), "not a glob such as src/**/*.{ts,tsx} or docs/")
	}
}

// normalTags are the tags as they are compared: lower case, trimmed, once each.
func normalTags(tags []string) []string {
	normal := make([]string, 0, len(tags))
	for _, tag := range tags {
		tag = strings.ToLower(strings.TrimSpace(tag))
		if tag != "" && !slices.Contains(normal, tag) {
			normal = append(normal, tag)
		}
	}
	return normal
}
