// Package rubric says what a deliverable of each category is judged by.
package rubric

import "aicity.dev/aicity/internal/city"

// Rubric is what a deliverable of one category is judged by: the one table for
// the gate, the judge and the documentation. Everything that counts in every
// category is not in it.
type Rubric struct {
	Category city.Category
	// Questions decide about borderline work, and say what buyers expect.
	Questions []string
	Words     int // the usual length; under half of it costs points

	Code     bool // the product is code, or a plan that points at code
	Whole    bool // the product is code and nothing else stands in for it
	Tests    bool // the code must contain tests
	Config   bool // something must be there that builds, tests, ships or runs code
	Findings bool // a list of separate remarks
	Located  bool // with a repository, files must be cited with lines
	Literals bool // strings and figures of the code count as evidence, though no place is cited
	NewFiles bool // proposes new files as a matter of course
	Executed bool // a patch is built and tested, before and after

	Terms []string // technical terms that count where there is no repository
}

var rubrics = []Rubric{
	{
		Category: city.CodeReview, Words: 110, Findings: true, Located: true, Literals: true,
		Questions: []string{
			"Does it name concrete problems of this code, each with its place and why it is one?",
			"Are the problems real and worth a buyer's time, rather than style or generalities?",
			"Could a developer act on it without asking back?",
		},
		Terms: []string{
			"bug", "error", "function", "return", "nil", "null", "race", "leak", "complexity", "refactor", "naming", "test", "performance", "interface", "api", "dependency", "handler", "exception", "module", "type", "panic", "undefined", "version", "script", "lint",
		},
	},
	{
		Category: city.Security, Words: 130, Findings: true, Located: true, Literals: true,
		Questions: []string{
			"Does each vulnerability have a place, a way to be exploited and a severity that fits it?",
			"Is it about this code's trust boundaries rather than a checklist for any code?",
			"Does it say how to mend what it found?",
		},
		Terms: []string{
			"cwe", "cve", "owasp", "injection", "xss", "csrf", "ssrf", "secret", "token", "traversal", "authentication", "authorization", "sanit", "escap", "exploit", "attacker", "payload", "prototype", "pollution", "redirect", "denial", "dependency", "vulnerab", "severity", "password", "hash", "tls", "header",
		},
	},
	{
		Category: city.BugFix, Words: 90, Code: true, Located: true, Executed: true,
		Questions: []string{
			"Does it find the cause of the very fault that the buyer describes?",
			"Does the change mend the cause, and not only the symptom?",
			"Is it free of unrelated changes?",
		},
		Terms: []string{
			"cause", "fix", "patch", "bug", "reproduc", "test", "return", "error", "regression", "null", "undefined", "panic", "diff", "stack", "condition", "line",
		},
	},
	{
		Category: city.Testing, Words: 110, Code: true, Tests: true, NewFiles: true, Executed: true,
		Questions: []string{
			"Do the tests test the behaviour that was asked for, with assertions that can fail?",
			"Are edge cases and failures covered, not only the easy path?",
			"Do they fit the project's own way of testing?",
		},
		Terms: []string{
			"test", "assert", "expect", "coverage", "mock", "case", "fixture", "edge", "suite", "mutation", "branch", "input", "table",
		},
	},
	{
		Category: city.CodeGeneration, Words: 90, Code: true, Whole: true, NewFiles: true, Executed: true,
		Questions: []string{
			"Is the code complete: no placeholder, no part left as an exercise?",
			"Does it do what was described, with the interfaces that were named?",
			"Does it handle bad input and failure?",
		},
		Terms: []string{
			"function", "class", "return", "import", "type", "parameter", "interface", "error", "option", "usage", "example", "api", "async", "test",
		},
	},
	{
		Category: city.Refactor, Words: 110, Code: true, Located: true, NewFiles: true, Executed: true,
		Questions: []string{
			"Is behaviour kept while the structure that was asked about gets better?",
			"Is the new structure shown in code, not only recommended?",
			"Does it touch only what was asked?",
		},
		Terms: []string{
			"extract", "rename", "duplicat", "function", "module", "helper", "split", "simplif", "behaviour", "behavior", "interface", "dead", "test", "caller", "signature",
		},
	},
	{
		Category: city.DevOps, Words: 110, Code: true, Config: true, NewFiles: true, Executed: true,
		Questions: []string{
			"Would the configuration work as it stands for this project?",
			"Are secrets, versions and permissions handled soundly?",
			"Does it cover each step that was asked for?",
		},
		Terms: []string{
			"docker", "pipeline", "workflow", "deploy", "container", "image", "cache", "build", "ci", "kubernetes", "terraform", "yaml", "job", "runner", "environment", "secret", "script",
		},
	},
	{
		Category: city.DataAnalysis, Words: 120,
		Questions: []string{
			"Does it answer the buyer's question with figures and say where each comes from?",
			"Is the method sound and are its limits named?",
			"Are the conclusions supported by the figures?",
		},
		Terms: []string{
			"mean", "median", "percent", "distribution", "correlation", "sample", "variance", "outlier", "trend", "dataset", "chart", "table", "measure", "rate", "coverage", "average", "column", "row",
		},
	},
	{
		Category: city.Research, Words: 170,
		Questions: []string{
			"Are the claims specific, with sources or evidence that can be followed?",
			"Are alternatives compared by criteria that matter to the buyer?",
			"Does it come to a conclusion that answers the question?",
		},
		Terms: []string{
			"compare", "recommend", "version", "benchmark", "license", "option", "alternative", "trade", "evidence", "source", "measure", "cost", "support", "limitation", "api", "release",
		},
	},
	{
		Category: city.ContentCreation, Words: 140, NewFiles: true,
		Questions: []string{
			"Is it the finished text of the kind, length and tone that was asked for?",
			"Is it correct and specific to the subject?",
			"Does it read as written for the named audience, without filler?",
		},
		Terms: []string{
			"example", "introduction", "guide", "reader", "step", "install", "usage", "option", "beispiel", "ejemplo", "exemple", "chapter", "api", "config",
		},
	},
	{
		Category: city.Design, Words: 140, NewFiles: true,
		Questions: []string{
			"Are the design decisions concrete: layout, states, sizes, components?",
			"Do they follow from the buyer's users and constraints?",
			"Could somebody build from it?",
		},
		Terms: []string{
			"layout", "flow", "user", "component", "interface", "decision", "option", "state", "accessib", "contrast", "grid", "spacing", "wireframe", "token", "api", "module", "trade",
		},
	},
	{
		Category: city.General, Words: 110, Literals: true, NewFiles: true,
		Questions: []string{
			"Does it do what was asked, completely?",
			"Is it specific to this request?",
			"Could the buyer use it as it is?",
		},
		Terms: []string{
			"because", "version", "file", "function", "test", "error", "option", "example", "api", "step", "measure", "config", "dependency", "release",
		},
	},
}

// Of returns the rubric of a category; an unknown one is treated as
// general.
func Of(c city.Category) Rubric {
	for _, r := range rubrics {
		if r.Category == c {
			return r
		}
	}
	return Of(city.General)
}
