//go:build !race

package eval_test

import (
	"regexp"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/eval"
)

// derivation makes bad work out of good work, or good work in another dress.
type derivation struct {
	name string
	from func(eval.Sample) (string, bool) // false where nothing can be made
	most float64                          // the share that may pass
	min  float64                          // and that must
}

var (
	citedLine = regexp.MustCompile(`[\w./-]+\.(?:go|js|ts|py|rb|rs|md|json|yml)(?::\d+(?:-\d+)?)?`)
	markdown  = strings.NewReplacer("**", "", "## ", "", "# ", "", "- ", "", "* ", "")
	wordLines = regexp.MustCompile(`\b(lines?|Zeilen?|líneas?) (\d)`)
	hashLines = regexp.MustCompile(`(\.(?:go|js|ts|py)):(\d+)\b`)

	apostrophes = regexp.MustCompile(`(\pL)'(\pL)`)
	entities    = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	headings    = regexp.MustCompile(`(?m)^#+ (.*[^.\n])$`)
	rootedLines = regexp.MustCompile("(^|[\\s`(])((?:[\\w-]+/)+[\\w.-]+\\.(?:go|js|ts):\\d)")
)

// What models say before and behind their work.
var (
	greetings = []string{
		"Sure, happy to help! I went through the code carefully, took my time with every part of it, and here is what I found for you:",
		"Hi there,\n\nthanks for the task, it was a pleasure to work on. Below is my answer, I hope that it is what you need.",
		"I've completed the task. Here's a detailed summary of what I did and what I found while I was working on it.",
		"Great question! Let me walk you through it step by step, so that everything is clear in the end.",
	}
	farewells = []string{
		"Let me know if you have any questions or want me to dig deeper into any of these!",
		"I hope this helps. Feel free to reach out if anything is unclear.",
		"Happy to follow up on any of the points above.",
	}
)

var derivations = []derivation{
	{name: "places and nothing else", most: 0.02, from: func(s eval.Sample) (string, bool) {
		places := citedLine.FindAllString(s.Output, -1)
		return strings.Join(places, "\n"), len(places) > 2
	}},
	{name: "half of the text", most: 0.35, from: func(s eval.Sample) (string, bool) {
		half := s.Output[:len(s.Output)*45/100]
		at := strings.LastIndexByte(half, ' ')
		return half[:max(0, at)], at > 400
	}},
	{name: "without markdown", min: 0.93, most: 1, from: func(s eval.Sample) (string, bool) {
		return markdown.Replace(s.Output), !strings.Contains(s.Output, "```") && len(s.Findings) == 0 && !strings.HasPrefix(strings.TrimSpace(s.Output), "[")
	}},
	{name: "lines written a.go (line 12)", min: 0.97, most: 1, from: func(s eval.Sample) (string, bool) {
		return hashLines.ReplaceAllString(s.Output, "$1 (line $2)"), hashLines.MatchString(s.Output)
	}},
	{name: "blanks that do not break, other ends of lines", min: 0.99, most: 1, from: func(s eval.Sample) (string, bool) {
		return strings.ReplaceAll(wordLines.ReplaceAllString(s.Output, "$1\u00a0$2"), "\n", "\r\n"), true
	}},
	{name: "with a greeting and a farewell", min: 0.99, most: 1, from: func(s eval.Sample) (string, bool) {
		return greetings[len(s.Output)%len(greetings)] + "\n\n" + s.Output + "\n\n" + farewells[len(s.Output)%len(farewells)] + "\n", !strings.HasPrefix(strings.TrimSpace(s.Output), "[") && !strings.HasPrefix(strings.TrimSpace(s.Output), "{")
	}},
	{name: "in a fence of markdown", min: 0.99, most: 1, from: func(s eval.Sample) (string, bool) {
		return "````markdown\n" + s.Output + "\n````", true
	}},
	{name: "as a quotation, indented", min: 0.99, most: 1, from: func(s eval.Sample) (string, bool) {
		return "  > " + strings.ReplaceAll(s.Output, "\n", "\n  > "), true
	}},
	{name: "with the entities of HTML", min: 0.99, most: 1, from: func(s eval.Sample) (string, bool) {
		return entities.Replace(s.Output), true
	}},
	{name: "wrapped", min: 0.98, most: 1, from: func(s eval.Sample) (string, bool) {
		return wrapped(s.Output, 72), !strings.Contains(s.Output, "```") && !strings.HasPrefix(strings.TrimSpace(s.Output), "[") && !strings.HasPrefix(strings.TrimSpace(s.Output), "{")
	}},
	{name: "with quotes that are set", min: 0.99, most: 1, from: func(s eval.Sample) (string, bool) {
		return apostrophes.ReplaceAllString(s.Output, "$1’$2"), !strings.Contains(s.Output, "```") && !strings.Contains(s.Output, "`")
	}},
	{name: "headings in bold", min: 0.99, most: 1, from: func(s eval.Sample) (string, bool) {
		return headings.ReplaceAllString(s.Output, "**$1**"), headings.MatchString(s.Output)
	}},
	{name: "more blank lines", min: 0.99, most: 1, from: func(s eval.Sample) (string, bool) {
		return strings.ReplaceAll(s.Output, "\n\n", "\n\n\n"), !strings.Contains(s.Output, "```")
	}},
	{name: "files written as in a sandbox", min: 0.98, most: 1, from: func(s eval.Sample) (string, bool) {
		return rootedLines.ReplaceAllString(s.Output, "$1/workspace/$2"), rootedLines.MatchString(s.Output)
	}},
	{name: "lines written a.go#L12", min: 0.97, most: 1, from: func(s eval.Sample) (string, bool) {
		return hashLines.ReplaceAllString(s.Output, "$1#L$2"), hashLines.MatchString(s.Output)
	}},
}

// wrapped breaks the lines of a text that are longer than a width between words.
func wrapped(text string, width int) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if strings.ContainsAny(l[:min(1, len(l))], " \t|#") {
			continue
		}
		var b strings.Builder
		size := 0
		for w := range strings.FieldsSeq(l) {
			if size > 0 && size+1+len(w) > width {
				b.WriteByte('\n')
				size = 0
			} else if size > 0 {
				b.WriteByte(' ')
				size++
			}
			b.WriteString(w)
			size += len(w)
		}
		lines[i] = b.String()
	}
	return strings.Join(lines, "\n")
}

// mostWithRequest is the share of true work for another request that may pass with the
// buyer's request above it.
const mostWithRequest = 0.08

// TestRequestAboveTheWork: who writes the request above other work has not answered it.
func TestRequestAboveTheWork(t *testing.T) {
	t.Parallel()
	library, samples := corpus(t, sets)
	passed, all := 0, 0
	for _, s := range samples {
		if s.Kind != "mismatched" || judged(t, library, s, s).Verdict == gate.Pass {
			continue
		}
		s.Output = "> " + strings.ReplaceAll(s.Description, "\n", "\n> ") + "\n\n" + s.Output
		if all++; judged(t, library, s, s).Verdict == gate.Pass {
			passed++
		}
	}
	t.Logf("%d of %d pass", passed, all)
	if all == 0 || float64(passed) > mostWithRequest*float64(all) {
		t.Errorf("%d of %d pass, want at most %.0f %%", passed, all, 100*mostWithRequest)
	}
}

// TestDerived: what is made of good work by machine gets the verdict that it
// deserves.
func TestDerived(t *testing.T) {
	t.Parallel()
	library, samples := corpus(t, sets)
	for _, d := range derivations {
		passed, all := 0, 0
		for _, s := range samples {
			text, ok := d.from(s)
			if s.Label != eval.Good || s.Patch != "" || !ok {
				continue
			}
			s.Output = text
			all++
			if judged(t, library, s, s).Verdict == gate.Pass {
				passed++
			} else if d.min > 0 {
				t.Logf("%s: %s", d.name, s.ID)
			}
		}
		share := float64(passed) / float64(max(1, all))
		t.Logf("%s: %d of %d pass", d.name, passed, all)
		if all == 0 || share > d.most || share < d.min {
			t.Errorf("%s: %.2f pass, want %.2f to %.2f", d.name, share, d.min, d.most)
		}
	}
}

// mostForOthers is the share of honest work that may pass for another request of
// its repository. Some of it does answer the other request.
const mostForOthers = 0.185

// TestWorkForOtherRequests: honest work is no answer to the other requests of
// its repository.
func TestWorkForOtherRequests(t *testing.T) {
	t.Parallel()
	library, samples := corpus(t, sets)
	of := map[eval.Repo][]eval.Sample{}
	for _, s := range samples {
		of[s.Repo] = append(of[s.Repo], s)
	}
	passed, all := 0, 0
	for repo, same := range of {
		if repo.Name == "" {
			continue
		}
		for i, work := range same {
			for k, asked := range same {
				// Every third pair tells enough.
				if (i+k)%3 != 0 || work.Label != eval.Good || asked.Description == work.Description {
					continue
				}
				all++
				if judged(t, library, asked, work).Verdict == gate.Pass {
					passed++
				}
			}
		}
	}
	t.Logf("%d of %d pass", passed, all)
	if float64(passed) > mostForOthers*float64(all) {
		t.Errorf("%d of %d pass, want at most %.0f %%", passed, all, 100*mostForOthers)
	}
}

// judged is the report on one sample's work for another's request.
func judged(t *testing.T, library *eval.Library, asked, work eval.Sample) gate.Report {
	t.Helper()
	repo, err := library.Repository(t.Context(), work.Repo)
	if err != nil {
		t.Fatal(err)
	}
	in := work.Input(repo)
	in.Request = asked.Input(repo).Request
	return gate.Judge(in)
}
