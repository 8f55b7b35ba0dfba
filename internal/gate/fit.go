package gate

import (
	"path"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
	"aicity.dev/aicity/internal/gate/syntax"
)

// fit asks whether the deliverable has the form its category needs: code where
// code is the product, tests where tests are, separate remarks in a review.
func fit(v *view) (Signal, bool) {
	s := Signal{Name: "form", Max: maxFit}
	code := v.Doc.CodeLines()
	if len(v.in.Patch) > 0 {
		code += 10
	}
	switch part := share(float64(v.remarks()), 3); {
	case v.Want.Tests:
		s.Points, s.Reason, s.advice = v.fitTests(code)
		if !v.hasTests() {
			s.Cap = new(capNoTests)
		}
	case v.Want.Config && !v.operates() && !v.onlyAsked() && !v.onlyTold() && !v.asksForDocument():
		s.Points, s.Cap = 0, new(capNoConfig)
		s.Reason, s.advice = "Nothing that builds, tests, ships or runs code is there.", "Deliver the configuration or the script itself."
	case v.Want.Whole && code > 0 && len(v.in.Patch) == 0 && v.newLines() < enoughNewLines:
		s.Points = maxFit * share(float64(v.newLines()), 2*enoughNewLines)
		s.Cap = new(capNoCode)
		s.Reason, s.advice = "Hardly any of the code is new.", "Deliver the new code in full."
	case v.Want.Code && code > 0:
		s.Points, s.Reason = maxFit, "The change is there as code."
	case v.Want.Whole:
		s.Points, s.Reason, s.advice = 0, "Code was asked for and there is none.", "Deliver the code itself."
	case v.Want.Code && v.onlyLooks():
		s.Points = maxFit * part
		s.Reason = "Remarks stand apart from each other."
	case v.Want.Code && !v.onlyAsked() && !v.onlyTold():
		s.Points = maxFit * 0.8 * share(float64(v.Ground.Anchored)+0.5*float64(v.Ground.Located), 3)
		s.Reason, s.advice = "There is no code, only a description of the change.", "Show the change as code or as a diff."
	case v.Want.Findings:
		// A few plain sentences full of facts are findings too.
		part = max(part, 0.9*share(float64(v.Ground.Facts), 5))
		s.Points = maxFit * part
		s.Reason = "Findings stand apart from each other."
		if part < 1 {
			s.Reason, s.advice = "There are few separate findings.", "List findings separately, each with its severity, place and fix."
		}
	default:
		// Few sentences, each with its place in the code, need no sections.
		s.Points = maxFit * max(v.structure(), 0.9*share(float64(v.Ground.Anchored+v.Ground.Quoted), 4))
		s.Reason = "Judged by paragraphs, headings, tables and examples."
		if s.Points < maxFit/2 {
			s.advice = "Structure the text: sections, a table or examples, a clear conclusion."
		}
	}
	return s, true
}

// enoughNewLines is how much new code a request for code must get.
const enoughNewLines = 3

// newLines counts the lines of code that the repository does not have: of a
// diff, those that it adds.
func (v *view) newLines() int {
	n := 0
	for _, b := range v.Doc.Blocks {
		for _, l := range b.Proposed() {
			if lex.Meaningful(l) && (v.Index == nil || len(v.Index.Homes(lex.Pack(l))) == 0) {
				n++
			}
		}
	}
	return n
}

// onlyAsked reports whether the request is a question that names no product: an
// answer to it is words, whatever its category usually delivers.
func (v *view) onlyAsked() bool {
	text := v.in.Request.Description
	if !asksQuestion(text) {
		return false
	}
	return !asksWhole(text)
}

// asksQuestion reports whether a text asks something.
func asksQuestion(text string) bool { return strings.ContainsAny(text, "?\uff1f") }

// asksWhole reports whether a request names a product.
func asksWhole(request string) bool {
	return slices.ContainsFunc(asks, func(a ask) bool { return a.whole && a.request.MatchString(request) })
}

// onlyTold reports whether the request tells what goes wrong and orders nothing: what
// mends it, and says where it comes from, answers it in whatever form.
func (v *view) onlyTold() bool {
	text := v.in.Request.Description
	if v.Index == nil || v.Ground.Anchored == 0 || 2*v.Ground.Anchored < v.Ground.Located {
		return false
	}
	mends := v.changesSource() || v.inlineCode() >= inlineSteps && v.citesSetup()
	return mends && !asksWhole(text) && !wishesFor.MatchString(text) && !makes.MatchString(text) && !looks.MatchString(text)
}

// wishesFor matches what makes a wish of what is told, beside the verbs of makes.
var wishesFor = pattern.New(`(?i)\b(?:we|i)(?:'d| would) like\b|\b(?:we|i) (?:need|want)\b|\bplease\b|\b(?:benchmark|measure|show|update)\b`)

// inlineSteps is how many pieces of code within sentences tell how something is mended.
const inlineSteps = 3

// citesSetup reports whether a file is cited that describes or configures the project.
func (v *view) citesSetup() bool {
	return slices.ContainsFunc(v.all.touched, func(p string) bool {
		return manifests[strings.ToLower(path.Base(p))] || configBlock[strings.ToLower(syntax.Extension(p))]
	})
}

// inlineCode counts the pieces of code within sentences that are more than a name.
func (v *view) inlineCode() int {
	n := 0
	for _, l := range v.Doc.Lines {
		for _, span := range l.Spans {
			if strings.Contains(strings.TrimSpace(span), " ") {
				n++
			}
		}
	}
	return n
}

// findOnlyLooks reports whether the request is to look at what is there, in whatever
// category: remarks are its answer.
func (v *view) findOnlyLooks() bool {
	text := v.in.Request.Description
	return looks.MatchString(text) && !makes.MatchString(text)
}

func (v *view) fitTests(code int) (float64, string, string) {
	switch {
	case v.hasTests():
		return maxFit, "The tests are there as code.", ""
	case code > 0:
		return maxFit * 0.4, "There is code, but no test in it.", "Deliver runnable tests."
	default:
		return 0, "Tests were asked for and there is no code.", "Deliver runnable tests."
	}
}

// remarks counts list items, headings and cited places, whichever are most.
func (v *view) remarks() int {
	return max(v.Doc.Count(document.ListItem), v.Doc.Count(document.Heading)-1, v.Ground.Located, len(v.findings), v.Doc.Count(document.BoldLead))
}

// structure is how much form a text has, from 0 to 1.
func (v *view) structure() float64 {
	paragraphs, inside := 0, false
	for _, l := range v.Doc.Lines {
		blank := strings.TrimSpace(l.Text) == ""
		if !blank && !inside && !l.Code {
			paragraphs++
		}
		inside = !blank
	}
	parts := float64(paragraphs) + 2*float64(len(v.Doc.Blocks)) + float64(v.Doc.Count(document.ListItem))/3
	if v.Doc.Count(document.TableRow) > 2 {
		parts += 2
	}
	return share(parts, 5)
}
