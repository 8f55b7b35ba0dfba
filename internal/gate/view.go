package gate

import (
	"fmt"
	"strings"
)

// view is a deliverable read once: everything the signals share.
type view struct {
	in      Input
	want    expectation
	doc     *document
	request *vocabulary
	index   *index // nil without a repository or with an empty one
	refs    []reference
	ground  grounding
	terms   []string        // distinct technical terms in the deliverable, sorted
	answer  map[string]bool // stems of the deliverable and of what it cites
	lower   string          // the same text in lower case
}

func look(in Input) *view {
	text := in.Deliverable.Result
	if len(text) > maxResultBytes {
		text = strings.ToValidUTF8(text[:maxResultBytes], "")
	}
	v := &view{in: in, want: expected(in.Request.Category)}
	v.doc = parseDocument(text + renderFindings(in.Deliverable.Findings))
	v.request = newVocabulary(requestText(in.Request))
	if in.Repo != nil && len(in.Repo.Files) > 0 {
		v.index = newIndex(in.Repo)
		v.index.asked = v.doc.packedCode()
	}
	v.refs = findReferences(v)
	v.ground = checkGround(v)
	v.terms = distinctTerms(v)
	v.answer, v.lower = v.answerStems()
	return v
}

// renderFindings writes structured findings the way prose would, so that every
// signal treats both alike.
func renderFindings(findings []Finding) string {
	var b strings.Builder
	for i, f := range findings {
		if b.Len() > maxResultBytes {
			break
		}
		if i == 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "\n- `%s", oneLine(f.File))
		if f.Line > 0 {
			fmt.Fprintf(&b, ":%d", f.Line)
		}
		fmt.Fprintf(&b, "` (%s) %s\n", oneLine(f.Severity), oneLine(f.Claim))
		if e := strings.TrimSpace(f.Evidence); e != "" {
			fmt.Fprintf(&b, "\n```\n%s\n```\n", strings.ReplaceAll(e, "```", ""))
		}
		if f.Fix != "" {
			fmt.Fprintf(&b, "\nFix: %s\n", f.Fix)
		}
	}
	return b.String()
}

func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "`", "")), " ")
}

func requestText(r Request) string {
	parts := append([]string{r.Description}, r.Tags...)
	return strings.Join(append(parts, r.Criteria...), "\n")
}

// share is n of total as a number from 0 to 1; an empty total has no share.
func share(n, total float64) float64 {
	if total <= 0 {
		return 0
	}
	return min(1, max(0, n/total))
}

func capAt(score int) *int { return &score }

// few returns at most n of the items, so that a report stays readable.
func few(items []string, n int) []string {
	if len(items) > n {
		return items[:n]
	}
	return items
}
