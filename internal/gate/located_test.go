package gate_test

import (
	"slices"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/grounding"
)

const tankFile = "package tank\n\n// fillTank fills.\nfunc fillTank(level int) int {\n\tif level > limitOfTank {\n\t\treturn limitOfTank\n\t}\n\treturn level + 1\n}\n\nfunc drainPipe(level int) int {\n\tif level == emptyPipe {\n\t\treturn emptyPipe\n\t}\n\treturn level - 1\n}\n"

// missedOf is what the report says that the work does not take up.
func missedOf(category city.Category, request, result string) string {
	report := gate.Judge(gate.Input{
		Request: gate.Request{Category: category, Description: request}, Deliverable: gate.Deliverable{Result: result},
		Repo: &gate.Repo{Files: []gate.RepoFile{{Path: "tank.go"}, {Path: "README.md"}}, Source: memory{"tank.go": tankFile, "README.md": strings.Repeat("Text.\n", 40)}},
	})
	for _, s := range report.Signals {
		if s.Name == "relevance" {
			return strings.Join(s.Evidence, " ")
		}
	}
	return "no such signal"
}

// Who cites lines of the function that the request names, and says what stands there,
// has worked on it without its name; lines of another one are none of it.
func TestLinesOfTheNamedFunction(t *testing.T) {
	t.Parallel()
	const asked = "What is wrong with `fillTank`? Overflow and boundary handling matter."
	for result, want := range map[string]bool{
		"tank.go:5 compares with `limitOfTank`, tank.go:8 adds one behind it, so the boundary is passed.": false,
		"tank.go:12 compares with `emptyPipe`, tank.go:15 takes one off, so the boundary is passed.":      true,
		"tank.go:5 calls `openValve`, tank.go:8 logs `valveState`, so the boundary is passed.":            true,
	} {
		if got := strings.Contains(missedOf(city.CodeReview, asked, result), "fillTank"); got != want {
			t.Errorf("%s: missed: %v, want %v", result, got, want)
		}
	}
}

// referencesTo are the files that a text refers to, with how they were found.
func referencesTo(category city.Category, result string) map[string]grounding.ReferenceStatus {
	report := gate.Judge(gate.Input{
		Request: gate.Request{Category: category, Description: "Work on the tank, please."}, Deliverable: gate.Deliverable{Result: result},
		Repo: &gate.Repo{Files: []gate.RepoFile{{Path: "tank.go"}, {Path: "README.md"}}, Source: memory{"tank.go": tankFile, "README.md": strings.Repeat("Text.\n", 40)}},
	})
	all := map[string]grounding.ReferenceStatus{}
	for _, ref := range report.References {
		all[ref.Path] = ref.Status
	}
	return all
}

// Documentation is cited by its name without an extension where lines stand beside it,
// and the lines are looked up.
func TestDocumentationInWords(t *testing.T) {
	t.Parallel()
	for result, want := range map[string]grounding.ReferenceStatus{
		"README line 12 is stale.":                     grounding.RefExists,
		"See the readme, lines 10-20.":                 grounding.RefExists,
		"Lines 3 and 9 of the README contradict it.":   grounding.RefExists,
		"The README says so; the code does not.":       "",
		"The README says so. In line 5 the code does.": "",
	} {
		if got := referencesTo(city.CodeReview, result)["README.md"]; got != want {
			t.Errorf("%s: %q, want %q", result, got, want)
		}
	}
}

// What tests make is no file that anybody says the repository has, and a file named
// behind a block of its kind is the block's.
func TestFixturesAndTitlesBehind(t *testing.T) {
	t.Parallel()
	const goTest = "```go\nfunc TestFill(t *testing.T) {\n\tos.WriteFile(dir+\"/level.txt\", nil, 0o600)\n}\n```\n\n"
	for _, tt := range []struct {
		category     city.Category
		result, path string
		want         grounding.ReferenceStatus
	}{
		{city.Testing, goTest + "`level.txt` is gone behind it.", "level.txt", grounding.RefExternal},
		{city.Testing, goTest + "`other.txt` is gone behind it.", "other.txt", grounding.RefMissing},
		{city.Testing, strings.ReplaceAll(goTest, "level.txt", "x.txt") + "As `lib/level.txt` has it.", "lib/level.txt", grounding.RefMissing},
		{city.DevOps, "```json\n{\"extends\": []}\n```\n\nThis is `renovate.json`.", "renovate.json", grounding.RefNewFile},
		{city.DevOps, "```yaml\non: push\n```\n\nThis is `renovate.json`.", "renovate.json", grounding.RefMissing},
		{city.DevOps, "```json\n{\"extends\": []}\n```\n\nThat differs in many ways from what we have. And `renovate.json` has it.", "renovate.json", grounding.RefMissing},
	} {
		if got := referencesTo(tt.category, tt.result)[tt.path]; got != tt.want {
			t.Errorf("%s: %q, want %q", tt.result, got, tt.want)
		}
	}
}

// tankSignal is a signal of the report on work for the tank.
func tankSignal(name string, category city.Category, request, result string) gate.Signal {
	report := gate.Judge(gate.Input{
		Request: gate.Request{Category: category, Description: request}, Deliverable: gate.Deliverable{Result: result},
		Repo: &gate.Repo{Files: []gate.RepoFile{{Path: "tank.go"}, {Path: "other.go"}}, Source: memory{"tank.go": tankFile, "other.go": "package tank\n\nvar spare = 3\n\nvar width = 4\n"}},
	})
	for _, s := range report.Signals {
		if s.Name == name {
			return s
		}
	}
	return gate.Signal{}
}

// A bare number behind a file as code is a line that the file has, where nothing follows
// that it could count.
func TestBareLineBehindFile(t *testing.T) {
	t.Parallel()
	for result, want := range map[string]int{
		"The limit stands in `tank.go` 5.": 5, "| limit | `tank.go` 5 |": 5, "(`tank.go` 5-7)": 5, "| limit | `tank.go` 5, or behind |": 5,
		"`tank.go` 2 functions": 0, "`tank.go` 5, behind it nothing.": 0, "`tank.go` 500": 0, "tank.go 5": 0, "`tank.go` 1.5": 0,
	} {
		report := gate.Judge(gate.Input{
			Request: gate.Request{Category: city.CodeReview, Description: "Where is the limit?"}, Deliverable: gate.Deliverable{Result: result},
			Repo: &gate.Repo{Files: []gate.RepoFile{{Path: "tank.go", Lines: 16}}, Source: memory{"tank.go": tankFile}},
		})
		if len(report.References) != 1 || report.References[0].Line != want {
			t.Errorf("%q: %+v", result, report.References)
		}
	}
}

// What the reader is told to do is new code and no quote.
func TestOrdersAreNoQuotes(t *testing.T) {
	t.Parallel()
	for lead, want := range map[string]bool{"Skip what is full already:": false, "The check there:": true} {
		result := "`fillTank` never stops (tank.go:5). " + lead + "\n\n```go\nif level == limitOfTank+spareOf(level) {\n\treturn fillTank(level - 1)\n}\n```\n"
		if got := tankSignal("misquotes", city.CodeReview, "Review fillTank.", result).Points < 0; got != want {
			t.Errorf("%q: a misquote: %v, want %v", lead, got, want)
		}
	}
}

// A string of the request names the file that has it as a name.
func TestGivenStringIsNear(t *testing.T) {
	t.Parallel()
	for given, elsewhere := range map[string]bool{"empty-pipe": false, "other-pipe": true} {
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.BugFix, Description: "`openDecoder('" + given + "')` hangs."},
			Deliverable: gate.Deliverable{Result: "At tank.go:12 stands a value, at tank.go:15 another."},
			Repo: &gate.Repo{
				Files:  []gate.RepoFile{{Path: "tank.go"}, {Path: "api.go"}},
				Source: memory{"tank.go": tankFile, "api.go": "package tank\n\nfunc openDecoder(name string) int {\n\treturn 3\n}\n"},
			},
		})
		s := signalOf(report, "answer to the request")
		if got := s != nil && strings.Contains(strings.Join(s.Evidence, " "), "of a file that has what is named"); got != elsewhere {
			t.Errorf("%s: elsewhere: %v, want %v: %+v", given, got, elsewhere, s)
		}
	}
}

// Who names none of the functions that the request names, and cites only lines of files
// that have none of them, works elsewhere.
func TestLinesOfOtherFilesOnly(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]bool{"other.go": true, "tank.go": false} {
		s := tankSignal("answer to the request", city.CodeReview, "Is `drainPipe` safe with borders?", "At "+file+":3 stands a value, at "+file+":5 another; both are never checked for zero.")
		if got := strings.Contains(strings.Join(s.Evidence, " "), "of a file that has what is named"); got != want {
			t.Errorf("%s: elsewhere: %v, want %v: %+v", file, got, want, s)
		}
	}
}

// Paragraphs that open with figures give lines of the file that is spoken of above
// them, whatever they mention themselves, where what they say stands there.
func TestParagraphsOpenWithLines(t *testing.T) {
	t.Parallel()
	repo := &gate.Repo{
		Files: []gate.RepoFile{{Path: "README.md", Lines: 4}, {Path: "store.js", Lines: 8}},
		Source: memory{
			"README.md": "# store\n\nkeeps secrets.\n\n",
			"store.js":  "function open (options) {\n  var key = options.secretKey\n  if (typeof options === 'object') {\n    return cookieMode(key)\n  }\n  rotateAll.forgetKey = true\n  return failConfigured()\n}\n",
		},
	}
	const review = "store.js, short\n\n3  typeof null is 'object' too, README.md line 3 says nothing of it.\n\n%s\n\n7  failConfigured() throws, it does not call back.\n"
	for text, want := range map[string]int{
		"6-7: forgetKey is never reset, rotateAll keeps it.": 3,
		"2 words more on README.md would do.":                2, // nothing of it stands in line 2
	} {
		report := gate.Judge(gate.Input{
			Request:     gate.Request{Category: city.CodeReview, Description: "Review this."},
			Deliverable: gate.Deliverable{Result: strings.Replace(review, "%s", text, 1)}, Repo: repo,
		})
		n := 0
		for _, ref := range report.References {
			if ref.Path == "store.js" && ref.Line > 0 {
				n++
			}
		}
		if n != want {
			t.Errorf("%q: %d lines of store.js in %+v", text, n, report.References)
		}
	}
}

// Items that open with figures give lines of the one file that the request names.
func TestItemsOpenWithLines(t *testing.T) {
	t.Parallel()
	repo := &gate.Repo{
		Files:  []gate.RepoFile{{Path: "store.js", Lines: 8}, {Path: "other.js", Lines: 8}},
		Source: memory{"store.js": "function open (options) {\n  var key = options.secretKey\n  if (typeof options === 'object') {\n    return cookieMode(key)\n  }\n  rotateAll.forgetKey = true\n  return failConfigured()\n}\n", "other.js": "exports.a = 1\n"},
	}
	const items = "All run.\n\n- 2: secretKey may be missing, nothing says so.\n- 3-4: cookieMode is called for null.\n- 7: failConfigured() throws, it does not call back.\n"
	numbered := strings.NewReplacer("- 2:", " 1. 2    ", "- 3-4:", " 2. 3-4  ", "- 7:", "10. 7/8  ").Replace(items)
	for _, tt := range []struct {
		request, result string
		want            int
	}{{"Review store.js, short.", items, 3}, {"Review it, short.", items, 0}, {"Review store.js, short.", numbered, 3}} {
		report := gate.Judge(gate.Input{
			Request: gate.Request{Category: city.CodeReview, Description: tt.request}, Repo: repo, Deliverable: gate.Deliverable{Result: tt.result},
		})
		n := 0
		for _, ref := range report.References {
			if ref.Path == "store.js" && ref.Line > 0 && ref.Status == grounding.RefExists {
				n++
			}
		}
		if n != tt.want {
			t.Errorf("%q, %q: %d lines in %+v", tt.request, tt.result, n, report.References)
		}
	}
}

// A line that is too high for the file spoken of may be one of a file too large to read.
func TestLinesOfLargeFiles(t *testing.T) {
	t.Parallel()
	repo := &gate.Repo{
		Files:  []gate.RepoFile{{Path: "small.go"}, {Path: "table.txt"}},
		Source: memory{"small.go": "package small\n", "table.txt": strings.Repeat("0x0041: \"A\"\n", 60_000)},
	}
	for text, want := range map[string]grounding.ReferenceStatus{
		"Parsed table.txt, which small.go reads. The gaps begin in line 7095.": grounding.RefExists,
		"Parsed what small.go reads. The gaps begin in line 7095.":             grounding.RefLineOutOfRange,
	} {
		report := gate.Judge(gate.Input{
			Request: gate.Request{Category: city.DataAnalysis, Description: "Which gaps are there?"}, Repo: repo,
			Deliverable: gate.Deliverable{Result: text},
		})
		at := slices.IndexFunc(report.References, func(r grounding.Reference) bool { return r.Line == 7095 })
		if at < 0 || report.References[at].Status != want {
			t.Errorf("%q: %+v", text, report.References)
		}
	}
}

// The header that a request names is one name, of which no word makes up for it.
func TestHeadersAreNames(t *testing.T) {
	t.Parallel()
	const request = "fillTank never answers 304 to If-Modified-Since. Please fix it."
	if missed := missedOf(city.BugFix, request, "Cause: tank.go:6, modified since the limit came. `fillTank` returns too early if it is full."); !strings.Contains(missed, "If-Modified-Since") {
		t.Errorf("not missed: %q", missed)
	}
	if missed := missedOf(city.BugFix, request, "Cause: tank.go:6. `fillTank` never reads if-modified-since."); strings.Contains(missed, "Modified") {
		t.Errorf("missed: %q", missed)
	}
	for request, named := range map[string]string{
		"fillTank setzt den Retry-After-Header nicht. Bitte beheben.":  "Retry-After",
		"fillTank setzt den X-Tank-Level-Header nicht. Bitte beheben.": "X-Tank-Level",
	} {
		if missed := missedOf(city.BugFix, request, "Ursache: tank.go:6. `fillTank` setzt "+named+" zu spät."); strings.Contains(missed, named) || strings.Contains(missed, "Header") {
			t.Errorf("%q: missed: %q", request, missed)
		}
	}
}
