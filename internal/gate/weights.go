package gate

import "aicity.dev/aicity/internal/city"

// What each signal can earn. The score is earned points over the points that
// were available, so a task without a repository is not short of references.
const (
	maxRelevance  = 30
	maxReferences = 15
	maxEvidence   = 35
	maxFit        = 15
	maxFindingPts = 15
	maxCriteria   = 15
	maxPatchFits  = 6

	// Without a repository, concreteness is all the evidence there can be.
	maxEvidenceNoRepo = 35
)

// What each signal can take.
const (
	costMissingAsk    = 18.0 // for each thing asked for by name and not delivered
	maxMissingAsks    = 36.0
	costHallucination = 60.0
	costMisquotes     = 55.0
	costGeneric       = 35.0
	costPlaceholders  = 40.0
	costRepetition    = 40.0
	costEcho          = 30.0
	costTruncation    = 12.0
	costInjection     = 20.0 // for a single suspicious sentence
	costReuse         = 30.0
	costLists         = 60.0
	costOtherAnswer   = 25.0
	costShort         = 25.0
	costUntied        = 45.0
	costHidden        = 25.0
	costBrokenCode    = 12.0
	costFindings      = 30.0
	costPatch         = 30.0
)

// The highest score that a deliverable with such a defect can get. All are
// below PassScore: none of these should be charged.
const (
	capEmpty         = 0
	capShort         = 35
	capHallucination = 40
	capMisquotes     = 40
	capLanguage      = 40
	capCopied        = 35
	capPlaceholders  = 30
	capRefusal       = 25
	capRepetition    = 45
	capTruncation    = 45
	capInjection     = 20
	capReuse         = 40
	capLists         = 40
	capOtherAnswer   = 45
	capNoTests       = 45
	capNoConfig      = 45
	capUntied        = 40
	capFindings      = 45
)

// expectation is what a deliverable of a category looks like.
type expectation struct {
	words    int  // prose and code words at which length stops mattering
	code     bool // the product is code, or a plan that points at code
	tests    bool // the code must contain tests
	findings bool // a list of located remarks
	files    bool // proposes new files as a matter of course
	located  bool // with a repository, file references are a must
	terms    []string
}

var expectations = map[city.Category]expectation{
	city.CodeReview: {words: 110, findings: true, located: true, terms: []string{
		"bug", "error", "function", "return", "nil", "null", "race", "leak", "complexity", "refactor", "naming", "test", "performance", "interface", "api", "dependency", "handler", "exception", "module", "type", "panic", "undefined", "version", "script", "lint"}},
	city.Security: {words: 130, findings: true, located: true, terms: []string{
		"cwe", "cve", "owasp", "injection", "xss", "csrf", "ssrf", "secret", "token", "traversal", "authentication", "authorization", "sanit", "escap", "exploit", "attacker", "payload", "prototype", "pollution", "redirect", "denial", "dependency", "vulnerab", "severity", "password", "hash", "tls", "header"}},
	city.BugFix: {words: 90, code: true, located: true, terms: []string{
		"cause", "fix", "patch", "bug", "reproduc", "test", "return", "error", "regression", "null", "undefined", "panic", "diff", "stack", "condition", "line"}},
	city.Testing: {words: 110, code: true, tests: true, files: true, terms: []string{
		"test", "assert", "expect", "coverage", "mock", "case", "fixture", "edge", "suite", "mutation", "branch", "input", "table"}},
	city.CodeGeneration: {words: 90, code: true, files: true, terms: []string{
		"function", "class", "return", "import", "type", "parameter", "interface", "error", "option", "usage", "example", "api", "async", "test"}},
	city.Refactor: {words: 110, code: true, located: true, files: true, terms: []string{
		"extract", "rename", "duplicat", "function", "module", "helper", "split", "simplif", "behaviour", "behavior", "interface", "dead", "test", "caller", "signature"}},
	city.DevOps: {words: 110, code: true, files: true, terms: []string{
		"docker", "pipeline", "workflow", "deploy", "container", "image", "cache", "build", "ci", "kubernetes", "terraform", "yaml", "job", "runner", "environment", "secret", "script"}},
	city.DataAnalysis: {words: 120, terms: []string{
		"mean", "median", "percent", "distribution", "correlation", "sample", "variance", "outlier", "trend", "dataset", "chart", "table", "measure", "rate", "coverage", "average", "column", "row"}},
	city.Research: {words: 170, terms: []string{
		"compare", "recommend", "version", "benchmark", "license", "option", "alternative", "trade", "evidence", "source", "measure", "cost", "support", "limitation", "api", "release"}},
	city.ContentCreation: {words: 140, files: true, terms: []string{
		"example", "introduction", "guide", "reader", "step", "install", "usage", "option", "beispiel", "ejemplo", "exemple", "chapter", "api", "config"}},
	city.Design: {words: 140, files: true, terms: []string{
		"layout", "flow", "user", "component", "interface", "decision", "option", "state", "accessib", "contrast", "grid", "spacing", "wireframe", "token", "api", "module", "trade"}},
	city.General: {words: 110, files: true, terms: []string{
		"because", "version", "file", "function", "test", "error", "option", "example", "api", "step", "measure", "config", "dependency", "release"}},
}

// expected returns what the category's deliverables look like; an unknown
// category is treated as general.
func expected(c city.Category) expectation {
	if e, ok := expectations[c]; ok {
		return e
	}
	return expectations[city.General]
}
