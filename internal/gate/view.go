package gate

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"aicity.dev/aicity/internal/gate/change"
	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/rubric"
)

// view is a deliverable read once: everything the signals share.
type view struct {
	*grounding.Reading
	in       Input
	findings []Finding // structured ones, also those that the text holds as JSON
	written  string    // that JSON, in lower case
	hollow   bool      // the patch changes no code though code was asked for
	prose    statements
	terms    []string // distinct technical terms in the deliverable, sorted; without one

	asked    []string             // the words of the request, in lower case
	stem     *lex.Stemmer         // of the request's language
	wished   []wish               // what the request names
	proposed []string             // files that the deliverable would create
	own      string               // the deliverable without what it gives back of the request, see ownText
	all      answerText           // the deliverable
	head     answerText           // how it opens
	fits     float64              // how far it answers the request, see answers
	doubts   []string             // what speaks against that
	criteria []Criterion          // those of the task, judged
	strayed  bool                 // what strays found
	titles   []heading            // what headings found
	packages map[string]goPackage // what packageAt found, by folder
	reached  map[string]bool      // what reaches found, by name
	cited    map[string]bool      // what cites found, by name
	led      map[string]bool      // what tests found, by name
	tested   map[string]bool      // what testsFile found, by file
	given    map[string]bool      // what hasGiven found, by file
	inCode   map[string]bool      // what codeHas found, by text
	located  map[string]bool      // files whose functions functionsOf looks at

	// What is asked again and again, and found out once.
	foreign        func() bool            // findForeign
	writtenForeign func() bool            // findWrittenForeign
	onlyLooks      func() bool            // findOnlyLooks
	missesMessage  func() bool            // findMissedMessage
	exportsUnseen  func() bool            // findUnseenExports
	tellsCost      func() bool            // findCost
	isReading      func() bool            // findReading
	phrases        func() int             // findPhrases
	known          func() known           // findKnown
	isAsked        func() map[string]bool // the words of the request
	hasTests       func() bool            // findTests
	module         func() string          // findModule
	namesInCode    func() map[string]bool // the names in delivered code, without its remarks
	onCited        func() map[string]bool // the words of the cited lines, see citedWords
	besideCited    func() map[string]bool // and of those beside them
	changes        func() *change.Applied // the diffs of the deliverable, and the patch, applied
}

// remember makes what is found out once.
func (v *view) remember() {
	v.foreign = sync.OnceValue(v.findForeign)
	v.writtenForeign = sync.OnceValue(v.findWrittenForeign)
	v.onlyLooks = sync.OnceValue(v.findOnlyLooks)
	v.missesMessage = sync.OnceValue(v.findMissedMessage)
	v.exportsUnseen = sync.OnceValue(v.findUnseenExports)
	v.isAsked = sync.OnceValue(func() map[string]bool {
		asked := map[string]bool{}
		for _, w := range v.asked {
			asked[w] = true
		}
		return asked
	})
	v.known = sync.OnceValue(v.findKnown)
	v.phrases = sync.OnceValue(v.findPhrases)
	v.isReading = sync.OnceValue(v.findReading)
	v.tellsCost = sync.OnceValue(v.findCost)
	v.hasTests = sync.OnceValue(v.findTests)
	v.namesInCode = sync.OnceValue(func() map[string]bool {
		names := map[string]bool{}
		for _, n := range lex.Identifiers(withoutRemarks(v.allCode()), -1) {
			names[n] = true
		}
		return names
	})
	v.module = sync.OnceValue(v.findModule)
	v.onCited = sync.OnceValue(func() map[string]bool { return v.citedWords(0) })
	v.besideCited = sync.OnceValue(func() map[string]bool { return v.citedWords(1) })
	v.changes = sync.OnceValue(func() *change.Applied { return change.Apply(v.Reading, v.in.Patch) })
}

func look(in Input) *view {
	text := in.Deliverable.Result
	if len(text) > maxResultBytes {
		text = strings.ToValidUTF8(text[:maxResultBytes], "")
	}
	text = document.Unwrap(plainSpaces.Replace(text))
	v := &view{in: in}
	v.remember()
	found, written, text := writtenFindings(text)
	v.written = strings.ToLower(written)
	v.findings = append(found, in.Deliverable.Findings...)
	text += renderFindings(v.findings)
	v.Reading = &grounding.Reading{
		Want: rubric.Of(in.Request.Category), Request: requestText(in.Request), Description: in.Request.Description,
		Patched: change.Written(string(in.Patch)),
	}
	v.Doc, v.hollow = readDelivered(text, in, v.Want)
	v.Check(in.Repo)
	v.asked = lex.Words(v.Request)
	v.stem = lex.NewStemmer(v.asked)
	if v.Index == nil {
		v.terms = distinctTerms(v)
	}
	v.readAnswer()
	v.readStatements()
	v.wished = v.wishes(v.Request)
	if v.answersInEnglish() || v.answersAsTranslated() {
		v.wished = slices.DeleteFunc(v.wished, v.lostInTranslation)
	}
	v.strayed = v.strays()
	v.fits, v.doubts = v.answers()
	v.criteria = v.judgeCriteria()
	return v
}

// plainSpaces makes the ends of lines and the blanks of a text the usual ones: some
// write "line 12" with a blank that does not break.
var plainSpaces = strings.NewReplacer("\r\n", "\n", "\u00a0", " ", "\u202f", " ")

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
		if e := strings.TrimSpace(f.Evidence); isRemark(e) {
			fmt.Fprintf(&b, "\n%s\n", e)
		} else if e != "" {
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

// maxBlocks bounds the blocks of code that a rule looks at.
const maxBlocks = 400

// few returns at most n of the items, so that a report stays readable.
func few(items []string, n int) []string {
	if len(items) > n {
		return items[:n]
	}
	return items
}
