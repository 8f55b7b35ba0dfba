package judge

import "aicity.dev/aicity/internal/city"

// rubrics are the questions that decide in each category, on top of those of
// every category in prompt.go.
var rubrics = map[city.Category][]string{
	city.CodeReview: {
		"Does it name concrete problems of this code, each with its place and why it is one?",
		"Are the problems real and worth a buyer's time, rather than style or generalities?",
		"Could a developer act on it without asking back?",
	},
	city.Security: {
		"Does each vulnerability have a place, a way to be exploited and a severity that fits it?",
		"Is it about this code's trust boundaries rather than a checklist for any code?",
		"Does it say how to mend what it found?",
	},
	city.BugFix: {
		"Does it find the cause of the very fault that the buyer describes?",
		"Does the change mend the cause, and not only the symptom?",
		"Is it free of unrelated changes?",
	},
	city.Testing: {
		"Do the tests test the behaviour that was asked for, with assertions that can fail?",
		"Are edge cases and failures covered, not only the easy path?",
		"Do they fit the project's own way of testing?",
	},
	city.CodeGeneration: {
		"Is the code complete: no placeholder, no part left as an exercise?",
		"Does it do what was described, with the interfaces that were named?",
		"Does it handle bad input and failure?",
	},
	city.Refactor: {
		"Is behaviour kept while the structure that was asked about gets better?",
		"Is the new structure shown in code, not only recommended?",
		"Does it touch only what was asked?",
	},
	city.DevOps: {
		"Would the configuration work as it stands for this project?",
		"Are secrets, versions and permissions handled soundly?",
		"Does it cover each step that was asked for?",
	},
	city.DataAnalysis: {
		"Does it answer the buyer's question with figures and say where each comes from?",
		"Is the method sound and are its limits named?",
		"Are the conclusions supported by the figures?",
	},
	city.Research: {
		"Are the claims specific, with sources or evidence that can be followed?",
		"Are alternatives compared by criteria that matter to the buyer?",
		"Does it come to a conclusion that answers the question?",
	},
	city.ContentCreation: {
		"Is it the finished text of the kind, length and tone that was asked for?",
		"Is it correct and specific to the subject?",
		"Does it read as written for the named audience, without filler?",
	},
	city.Design: {
		"Are the design decisions concrete: layout, states, sizes, components?",
		"Do they follow from the buyer's users and constraints?",
		"Could somebody build from it?",
	},
	city.General: {
		"Does it do what was asked, completely?",
		"Is it specific to this request?",
		"Could the buyer use it as it is?",
	},
}
