package gate

import (
	"slices"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/repository"
)

func TestHeaderName(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"If-None-Match and Access-Control-Allow-Origin, Sec-WebSocket-Key.":             {"If-None-Match", "Access-Control-Allow-Origin", "Sec-WebSocket-Key"},
		"X-Forwarded-For, Content-Security-Policy-Report-Only":                          {"X-Forwarded-For", "Content-Security-Policy-Report-Only"},
		"User-Defined Types, If-Then-Else, Set-Up, Content-Addressable, Cache-Friendly": nil,
	} {
		if got := headerName.FindAllString(text, -1); !slices.Equal(got, want) {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// What stands beside the subject is nothing that the result must say.
func TestBeside(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Proofread it, we paste it into a pull request.":     "Proofread it,  .",
		"Short please, it goes into a chat; with lines.":     "Short please,  ; with lines.",
		"We post it to the tracker when it fails. Find why.": " . Find why.",
		"Skip the security stuff, that's a separate ticket.": " ,  .",
		"Merge them; go.mod stays at 1.14. Diff please.":     "Merge them;  . Diff please.",
		"The API must stay as it is, and keep it to a page.": "The  , and  .",
		"No tables please, I read it aloud in a meeting.":    " ,  .",
		"It renders no tables in lists.":                     "It renders no tables in lists.",
		"Skip the first row of the table.":                   "Skip the first row of the table.",
		"The README of acme/props lists one ToDo: a dump.":   "The  : a dump.",
		"The count stays the same after reset().":            "The count stays the same after reset().",
		"Let it skip blank header parts.":                    "Let it skip blank header parts.",
		"Find it. Leave out the style nits.":                 "Find it .",
		"Tests are for another ticket; that is another task": "Tests are for another ticket;  ",
		"What the documentation promises is not done.":       "What the documentation promises is not done.",
		"Make it keep the size below 100 entries.":           "Make it keep the size below 100 entries.",
		"The socket stays open after the test.":              "The socket stays open after the test.",
		"The header remains unchanged when two come.":        "The header remains unchanged when two come.",
		"The counter stays at 0 after a reset.":              "The counter stays at 0 after a reset.",
		"Keep the sessions under 4096 bytes when they grow.": "Keep the sessions under 4096 bytes when they grow.",
		"Not the tests, that's another ticket.":              "Not the tests,  .",
		"All non-test files please.":                         "All   files please.",
		"Write it, and not what the readme already says.":    "Write it, and  .",
		"People trip over the same things again and again.":  "People   the same things again and again.",
		"Say not what it is but when it fails.":              "Say not what it is but when it fails.",
		"The halves look like copy and paste to me.":         "The halves look like   to me.",
		"Is it copy-pasted? In which order would you go?":    "Is it  ?   you go?",
		"Copy the row, paste it below, in sorted order.":     "Copy the row, paste it below, in sorted order.",
		"Braces: a page for our authors (not coders!).":      "Braces: a    .",
		"A page on braces for our parsers. Max two screens.": "A page on braces for our parsers.  .",
		"In about 200 words, and no code dumps.":             "In  , and  .",
		"Running text please, and in order of size.":         "  please, and in order of size.",
		"We paste tokens into a form and it goes wrong.":     "We paste tokens into a form and it goes wrong.",
		"Rewrite it, ES2015+ is fine with us.":               "Rewrite it .",
		"Rewrite it (we compile it ourselves), please.":      "Rewrite it  , please.",
		"Tell us whether the cache is fine.":                 "Tell us whether the cache is fine.",
		"The first one (a timeout) is fine.":                 "The first one (a timeout) is fine.",
		"I put items into the queue, they are lost.":         "I put items into the queue, they are lost.",
		"Examples that are true, not a copy of the readme.":  "Examples that are true,  .",
	} {
		if got := withoutBeside(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// The language that all of a repository is written in says nothing about a request.
func TestRarityOfItsLanguage(t *testing.T) {
	t.Parallel()
	v := look(Input{})
	if v.rarity("go") != 1 {
		t.Error("known without a repository")
	}
	v = look(Input{Repo: &repository.Repo{Files: []repository.File{{Path: "a.go"}}}})
	if v.rarity("go") > 0.1 || v.rarity("python") < 1 {
		t.Errorf("go %.2f, python %.2f", v.rarity("go"), v.rarity("python"))
	}
}

// Who asks for what they should test asks for no tests, a function that is called like a
// product is none, and who does not believe in a thing does not ask for it.
func TestAsksFor(t *testing.T) {
	t.Parallel()
	for what, requests := range map[string]map[string]bool{
		"tests": {
			"Write a store and tests.":                                      true,
			"It must work with stores, and tests must be able to force it.": false,
			"With tests. They must be able to force it.":                    true,
			"Fix it and add a test.":                                        true,
			"Add regression tests please.":                                  true,
			"Patch with test case.":                                         true,
			"Write me a short test for Open.":                               true,
			"With the characters that we should test.":                      false,
			"With a list of what to test first.":                            false,
			"Include the versions that we can test it on.":                  false,
		},
		"a workflow": {
			"We need a pipeline for this.":           true,
			"Fix the CI pipeline.":                   true,
			"Replace pump by stream.pipeline.":       false,
			"Use pipeline() where pump is called.":   false,
			"Write a GitHub Actions workflow for it": true,
		},
		"a comparison": {
			"Compare the two.":                  true,
			"Ours vs theirs, please.":           true,
			"It looks normal in VS Code.":       false,
			"Review it over VS Code's shoulder": false,
		},
		"a migration guide": {
			"Write a migration guide to v2.":  true,
			"Notes on how a migration works.": false,
			"We have a migration guide.":      false,
		},
		"figures of each size": {
			"We need numbers, requests per second at 10 and 100 mocks.": true,
			"Please measure how it scales with their number.":           true,
			"How does it scale?": false,
		},
		"figures that were measured": {
			"We call it several times, so we want remarks with line numbers.":           false,
			"Time it, and give us hard numbers.":                                        true,
			"How much memory does one take, how long does it wait? Measure it, please.": true,
			"How long does one wait?":                                                   false,
			"Benchmark both.":                                                           true,
			"Micro-benchmarks of both, please.":                                         true,
			"I don't believe in micro-benchmarks: count.":                               false,
			"I do not trust the benchmarks there: measure.":                             true,
			"I don't believe in micro benchmarks: count.":                               false,
		},
	} {
		at := slices.IndexFunc(asks, func(a ask) bool { return a.what == what })
		for text, want := range requests {
			if got := asksFor(asks[at].request, text); got != want {
				t.Errorf("%s, %q: %v", what, text, got)
			}
		}
	}
}

// Names that are told together are names one by one; a path is none of them.
func TestNamesApart(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{"parsePatch/applyPatch/applyPatches": 3, "readKey/writeKey": 2, "reply/replyOnce": 2, "lib/readKey": 1, "readKey": 1, "github.com/acme/readKey": 1} {
		if got := apart(name); len(got) != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	var names []string
	text := "Tests for readKey/writeKey please."
	for _, w := range look(Input{Request: Request{Description: text}}).wishes(text) {
		if w.kind == wishName {
			names = append(names, w.key)
		}
	}
	if want := []string{"readkey", "writekey"}; !slices.Equal(names, want) {
		t.Errorf("%q are %q, want %q", text, names, want)
	}
}

// A word of the code in backticks is a name, any other a word.
func TestNamesInBackticks(t *testing.T) {
	t.Parallel()
	repo := &repository.Repo{Files: []repository.File{{Path: "a.js"}}, Source: filesOf{"a.js": "const serializers = {}\nserializers.req = 1\n"}}
	for text, want := range map[string]wishKind{
		"A chapter on the optional `serializers`.": wishName,
		"A chapter on the optional serializers.":   wishWord,
		"A chapter on the optional `gadgets`.":     wishWord, // none of the code's
	} {
		found := false
		for _, w := range look(Input{Request: Request{Description: text}, Repo: repo}).wishes(text) {
			if w.text == "serializers" || w.text == "gadgets" {
				found = true
				if w.kind != want {
					t.Errorf("%q: %+v", text, w)
				}
			}
		}
		if !found {
			t.Errorf("%q: not named", text)
		}
	}
}

// What a request tells roughly, or as one of many that are printed, need not come back.
func TestRoughWords(t *testing.T) {
	t.Parallel()
	repo := &repository.Repo{Files: []repository.File{{Path: "english/words.js"}}, Source: filesOf{"english/words.js": "let a = JSON.parse(b)\n"}}
	for text, missing := range map[string]string{
		"Split the 90-line function.":                "90",
		"It takes JSON-ish input.":                   "ish",
		"Explain it in plain English.":               "english",
		"A page called \"how to use it and where\".": "how to use it and where",
		"They call it \"basically free\".":           "basically free",
		"Tickets about 'strange errors' come in.":    "strange errors",
		"Its cost as a function of the length.":      "function",
		"Its cost by the number of words.":           "number",
		"Our team in Bremen waits for it.":           "bremen",
		"For a team that knows Jinja from Flask.":    "flask",
		"I can paste it into the words of our wiki.": "paste",
	} {
		for _, w := range look(Input{Request: Request{Description: text}, Repo: repo}).wishes(text) {
			if strings.EqualFold(w.text, missing) {
				t.Errorf("%q: %+v", text, w)
			}
		}
	}
	for text, sample := range map[string]bool{`It prints "3 weeks ago".`: true, "They log with %+v here.": true, `It prints "weeks ago".`: false, "We cannot call find('$.a', doc).": true, "It is called '$.a'.": false} {
		l := &wishList{v: look(Input{}), seen: map[string]bool{}}
		l.literals(text)
		if len(l.all) != 1 || l.all[0].sample != sample {
			t.Errorf("%q: %+v", text, l.all)
		}
	}
	v := look(Input{Request: Request{Category: city.BugFix}, Repo: repo})
	for name, want := range map[string]bool{"JSON.stringify": true, "JSON.parse": false, "words.parse": false} {
		if got := v.ofPlatform(wish{text: name, key: strings.ToLower(name), kind: wishName}); got != want {
			t.Errorf("%s is the platform's: %v", name, got)
		}
	}
}

// What something costs is told in figures, whatever the words.
func TestCostInFigures(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"One call: 40 ns.\n\nTen calls: 410 ns.\n\nEach takes 2 allocs more.\n": true,
		"One call takes long.\n\nTen calls take 410 ns.\n\nThat is a lot.\n":    false,
		"It is not free.\n\nThere are 3 callers.\n\nEach has 20 lines.\n":       false,
	} {
		if got := look(Input{Deliverable: Deliverable{Result: text}}).met("expensive"); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// Apostrophes inside of words quote nothing.
func TestQuotedLiterals(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Montrez ce qu'on écrit, ce qu'on obtient.": "",
		"It fails for 'a, b' and ('c d').":          "a, b|c d",
		"It's what the users' files don't have.":    "",
	} {
		l := &wishList{v: look(Input{}), seen: map[string]bool{}}
		l.literals(text)
		var found []string
		for _, w := range l.all {
			found = append(found, w.text)
		}
		if got := strings.Join(found, "|"); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// Files of a kind are none of the repository, and what must not come of the work is no wish.
func TestKindsOfFiles(t *testing.T) {
	t.Parallel()
	for behind, want := range map[string]bool{" files and": true, "-Dateien": true, "` files": true, " has it": false, "": false} {
		if kindOfFile.MatchString(behind) != want {
			t.Errorf("%q: a kind %v", behind, !want)
		}
	}
	for _, text := range []string{"nothing to install except them", "it must not break our pipeline", "no new dependencies"} {
		if rest := withoutBeside(text); strings.ContainsAny(rest, "dp") {
			t.Errorf("%q leaves %q", text, rest)
		}
	}
}

// Who asks, and where a text goes, need not come back in it, but says something when it
// does; of another kind of work the place is a part of the code.
func TestWhoAsksAndWhereATextGoes(t *testing.T) {
	t.Parallel()
	repo := &repository.Repo{
		Files:  []repository.File{{Path: "README.md", Lines: 1}, {Path: "press.go", Lines: 3}},
		Source: filesOf{"README.md": "# press\n", "press.go": "package press\n\n// People have a section of the press each.\n"},
	}
	for _, tt := range []struct {
		category      city.Category
		result        string
		missed, named []string
	}{
		{city.ContentCreation, "It presses.", []string{"readme", "people", "section"}, []string{"ribbons"}},
		{city.ContentCreation, "A section of it.", []string{"readme", "people"}, []string{"section", "ribbons"}},
		{city.Refactor, "It presses.", []string{"people"}, []string{"readme", "section", "ribbons"}},
	} {
		v := look(Input{Repo: repo, Request: Request{Category: tt.category, Description: "People want a readme section on ribbons."}, Deliverable: Deliverable{Result: tt.result}})
		has := func(word string) bool {
			return slices.ContainsFunc(v.wished, func(w wish) bool { return strings.EqualFold(w.text, word) })
		}
		if slices.ContainsFunc(tt.missed, has) || slices.ContainsFunc(tt.named, func(w string) bool { return !has(w) }) {
			t.Errorf("%s, %q: %+v", tt.category, tt.result, v.wished)
		}
	}
}

// What code does is no wish to have less of it.
func TestAsksLess(t *testing.T) {
	t.Parallel()
	for request, less := range map[string]bool{
		"Refactor the trim and list helpers of utils.go.": false, "strip_tags is hard to follow": false, "Trim the whitespace of the input.": false,
		"Strip all HTML from the comments.": false, "It should strip any trailing slash.": false, "Cut the string to 80 characters.": false,
		"The cart drops items and removing one throws.": false, "utils.go does too much, please simplify it.": true, "Could you cut the old helpers out?": true,
		"Trim the file to what we need.": true, "Strip utils.go down to the exports.": true, "Remove what is dead.": true,
	} {
		if got := asksLess.MatchString(request); got != less {
			t.Errorf("%q: %v", request, got)
		}
	}
}

// Words of the code that a slash joins are words; a path is none, nor is whose the project is.
func TestWordsTogether(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]bool{
		"The configure/save twins annoy us.": true, "The configure/bake twins annoy us.": false, "See lib/configure/save for the twins.": false,
		"The acme/configure/save twins annoy us.": false, "Use `configure/save` there.": false,
	} {
		v := ovenView(city.Refactor, line, "")
		if got := v.wordsTogether(line, "configure/save") || v.wordsTogether(line, "configure/bake"); got != want {
			t.Errorf("%q: %v", line, got)
		}
	}
}
