package gate

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate/citation"
	"aicity.dev/aicity/internal/gate/document"
	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
	"aicity.dev/aicity/internal/gate/syntax"
)

// ask is a thing that requests name outright, and how to see that it is there.
type ask struct {
	what    string
	request pattern.Pattern
	there   func(*view) bool
	whole   bool // it is the product itself: nothing else makes up for it
}

// theFix is asked for in words that name no product.
const theFix = "the fix"

var asks = []ask{
	{"tests", pattern.New(`(?i)\b(?:write|add|missing|with|include|send|unit|table)\b(?:[^.\n]{0,40}\btests\b|(?:[^.\n]{0,40}\b(?:an?|one|the|some|unit|table|regression|go|new|your|short|small|each|any)\b)?[\s-]+test\b)`),
		func(v *view) bool { return v.in.Request.Category == city.DevOps || v.hasTests() }, false}, // there it is a step
	{"a patch", pattern.New(`(?i)(?:^|[.!?:;,]\s*|\b(?:a|an|as|send|give|with|want|need|please|and|can you|could you|us|me|smallest|small|minimal|unified|git|your)\s+)(?:patch|diff)\b`), func(v *view) bool {
		return v.Doc.CodeLines() > 0 || len(v.in.Patch) > 0 || v.isProject("diff") || v.isProject("patch") // "with diff 5.1"
	}, false},
	{"an example", pattern.New(`(?i)\b(?:with (?:an? )?|complete |usage |worked |code )examples?\b`), func(v *view) bool { return v.Doc.CodeLines() > 1 || v.showsCalls() }, true},
	{theFix, pattern.New(`(?i)\b(?:fix it|please fix|fix in|and fix|smallest fix|send (?:a |the |us a )?(?:fix|patch|diff)|fix this|patch please|corrija|corrige|behebe)\b`),
		func(v *view) bool {
			return v.in.Request.Category != city.BugFix || asksWords.MatchString(v.in.Request.Description) || v.Doc.CodeLines()+len(v.in.Patch) > 0
		}, true},
	{"findings with file and line", pattern.New(`(?i)\bfile and line\b|\bline numbers?\b`), func(v *view) bool { return v.Index == nil || v.Ground.Located > 0 }, false},
	{"a workflow", pattern.New(`(?i)\b(?:github actions?|workflow|ci file|gitlab|(?:ci|cd|build|release|deploy|deployment|delivery|test|` +
		`our|a|the) pipeline)\b`), func(v *view) bool { return v.holdsConfig(workflowText) }, true},
	{"a Dockerfile", pattern.New(`(?i)\bdockerfile\b`), func(v *view) bool { return v.holdsConfig(dockerText) }, true},
	{"a compose file or manifest", pattern.New(`(?i)\b(?:compose file|manifest|helm chart)\b`), func(v *view) bool { return v.holdsConfig(manifestText) }, true},
	{"a Makefile", pattern.New(`(?i)\b(?:write|add|create|give|fix|update|extend|rewrite|improve|moderni[sz]e|clean up|need|want|send|draft|provide)\b[^.\n]{0,50}\b(?:makefile|make targets?)\b`),
		func(v *view) bool { return v.wroteOrCited(makeText, "Makefile", "GNUmakefile") }, true},
	{"package.json", pattern.New(`(?i)\b(?:npm|package\.json)(?:'s)? scripts?\b|\bscripts? (?:in|of|from) (?:the |our |its )?package\.json\b|\bpackage\.json(?:'s)? (?:exports|engines|files|bin|fields?|entr(?:y|ies))\b`),
		func(v *view) bool { return v.wroteOrCited(manifestJSON, "package.json") }, true},
	{"type declarations", pattern.New(`(?i)\b[\w-]+\.d\.ts\b|typescript (?:declarations|types|typings)`), func(v *view) bool { return typeScript.MatchString(v.allCode()) }, true},
	{"figures that were measured", pattern.Any(
		`(?i)\bbenchmark\w*|\bhow fast\b|\bns/op\b`,
		`\b(?:measure|compare|profile)\b[^.\n]{0,60}\b(?:speed|times?|latency|throughput|overhead|performance)\b`,
		`\b(?:tim(?:e|ing)s?|speed|latency|throughput)\b[^\n]{0,120}\b(?:need|want|give|with|`+
			`show)\b(?: (?:us|me|the|some|real|hard|actual|exact|measured|concrete|proper|before|after|and)){0,4} (?:numbers|figures)\b`,
		`\btimings?\b.{0,20}\bnumbers\b|\bhow (?:much memory|long does)\b[^\n]{0,200}\bmeasure it\b`,
	), (*view).measures, true},
	{"figures of each size", pattern.Any(
		`(?i)\bmeasure how\b[^.\n]{0,40}\bscales?\b|\b(?:ns|µs|us|ms) per (?:op|operation|request|call)\b`,
		`\b(?:requests|operations|ops|calls) per second\b`,
	), (*view).measuresSeries, true},
	{"measured numbers", pattern.New(`(?i)\bmeasured (?:numbers|figures|values|costs?)\b|\bhow expensive\b[^\n]{0,300}\b(?:numbers|figures)\b`),
		func(v *view) bool { return v.measures() || v.tellsCost() }, true},
	{"the code", pattern.New(`(?i)\b(?:show|post|include|deliver)(?: us| me)? (?:the |your |all |full )*code\b|\b(?:full|complete|whole) (?:new )?(?:files?|code|implementation|source)\b`),
		func(v *view) bool { return !v.Want.Code || v.Doc.CodeLines() > 1 || len(v.in.Patch) > 0 }, true},
	{"a migration guide", pattern.New(`(?i)\b(?:write|draft|prepare|create|need|want|give|make|produce)\b[^.,;\n]{0,30}\b(?:migration|upgrad(?:e|ing)) (?:guide|notes?|page|document|checklist)\b`), func(v *view) bool {
		return v.in.Request.Category != city.ContentCreation || tellsOfChange.MatchString(v.Doc.Low.Text)
	}, true},
	{"a comparison", compares, func(v *view) bool { return v.comparesEverything() }, false},
}

// compares matches what is to be compared.
var compares = pattern.New(`(?i:\b(?:compare|comparison|versus)\b)|\bvs\b`)

// tellsOfChange matches, in lower case, what leads from an old version to a new one.
var tellsOfChange = pattern.Any(
	`migrat|upgrad|\bmov(?:e|es|ing) (?:from|to)\b|\bswitch(?:ing)? (?:from|to)\b|\bold\b|deprecated`,
	`replaced|renamed|\bused to\b|\binstead of\b|formerly|breaking`,
	`\bversion \d+ (?:took|had|gave|used|needs?|uses?|takes|gives|has)\b|\bv\d+\b[^.\n]{0,60}\bv\d+\b`,
	`umst(?:ieg|ell)|ersetz|früher|bisher|remplac|ancien|reemplaz|antes\b|substitu`,
)

// What such files have in any project.
var (
	workflowText = pattern.AtLineStart(`[ \t]*(?:[-+]\s*)?(?:image|jobs|on|pipeline|run(?:s-on)?|(?:before_|after_)?script|stages?|steps|uses)\s*:`, `[ \t]*(?:stage|pipeline)\s*[({]`)
	dockerText   = pattern.AtLineStart(fromImage)
	manifestText = pattern.AtLineStart(`[ \t]*(?:[-+]\s*)?(?:apiVersion|image|kind|services|spec|volumes)\s*:`, fromImage)
)

// fromImage matches what a Dockerfile begins with.
const fromImage = `\+?\s*FROM\s+\S`

func (v *view) holdsConfig(form pattern.LineStart) bool {
	return form.MatchString(v.allCode()) || !v.Want.Config && !v.Want.Whole && v.Doc.CodeLines()+len(v.in.Patch) > 2
}

// looks matches requests to look at what is there.
var looks = pattern.New(`(?i)\b(?:look(?: \w+ly)? (?:at|over|into|through|for|if|whether)|(?:a|second|another|fresh|close|quick|` +
	`critical) look|check|review|audit|assess\w*|opinion|what is (?:missing|wrong|broken)|anything (?:missing|wrong|risky))\b`)

// makes matches the verbs that ask for a thing, close before it.
var makes = pattern.New(`(?i)\b(?:write|add|create|give|send|replaces?|generate|draft|bring|migrate|convert|port|set ?up|deliver|` +
	`provide|implement|propose|improve|extend|make|build (?:us|me|a|an|the)|(?:can you|could you|` +
	`please) (?:patch|fix|mend|repair))\b`)

// wantsMade matches what else may ask for something to be made.
var wantsMade = pattern.New(`(?i)\b(?:write|add|create|give|build|replaces?|send|provide|make|draft|generate|need|want|port|convert|` +
	`bring|update|migrate|set ?up|deliver|propose|show|implement|improve\w*|extend|please do|benchmark|measure|run|tell|how)\b`)

// produces reports whether the request is for something to be made.
func (v *view) produces() bool {
	text := v.in.Request.Description
	return makes.MatchString(text) || wantsMade.MatchString(text) && !looks.MatchString(text)
}

// timed matches a figure with the unit of a time or a rate; mayBeTimed looks first.
var timed = regexp.MustCompile(`(?i)\d\s?(?:ns|µs|μs|us|ms|s|sec|secs|seconds?|min|minutes?|%|x|times)\b|\d\s?%|\bops?/s|/op\b|/s\b`)

// mayBeTimed reports whether a text has what every match of timed has: a figure before
// the first letter of a unit, or a rate.
func mayBeTimed(text string) bool {
	at := func(i int, of string) bool {
		return i >= 0 && i < len(text) && (text[i] >= utf8.RuneSelf || strings.IndexByte(of, text[i]) >= 0)
	}
	for i := range len(text) {
		switch {
		case lex.IsDigit(text[i]):
			unit := i + 1
			if unit < len(text) && lex.IsBlank(text[unit]) {
				unit++
			}
			if at(unit, "nusmtxNUSMTX%") {
				return true
			}
		case text[i] == '/':
			if at(i+1, "oO") || at(i+1, "sS") && (at(i-1, "pPsS") || i+2 == len(text) || !lex.Alphanumeric(text[i+2])) {
				return true
			}
		}
	}
	return false
}

// measures reports whether the deliverable has figures of time, or the code
// that takes them where that was asked for.
func (v *view) measures() bool {
	if v.Want.Tests || v.Want.Whole {
		return v.Doc.CodeLines() > 3
	}
	return mayBeTimed(v.Doc.Text) && timed.MatchString(v.Doc.Text)
}

// timesIn counts the figures of time in a text, up to most.
func timesIn(text string, most int) int {
	if !mayBeTimed(text) {
		return 0
	}
	return len(timed.FindAllStringIndex(text, most))
}

// enoughOfSeries is how many figures of time, or rows of a table, are a series of them.
const enoughOfSeries = 3

// measuresSeries reports whether the deliverable has figures of time for several sizes.
func (v *view) measuresSeries() bool {
	told := 0
	for _, l := range v.Doc.Lines {
		if !l.Code {
			told += timesIn(l.Text, enoughOfSeries)
		}
	}
	return told >= enoughOfSeries || v.Doc.Count(document.TableRow) > enoughOfSeries
}

// configBlock matches the names of fences around what runs and builds code.
var configBlock = lex.Set("yaml yml dockerfile docker hcl terraform toml sh bash shell zsh console make makefile groovy nix ini nginx json systemd powershell ps1 bat jenkinsfile")

// operates reports whether a deliverable has to do with building or running:
// a piece of configuration or a script, or a citation of one.
func (v *view) operates() bool {
	for _, b := range v.Doc.Blocks {
		if configBlock[b.Lang] || workflowText.MatchString(strings.Join(b.Lines, "\n")) || dockerText.MatchString(strings.Join(b.Lines, "\n")) {
			return true
		}
	}
	for _, p := range append(v.proposed, v.all.touched...) {
		ext := syntax.Extension(p)
		if configBlock[strings.ToLower(ext)] && path.Base(p) != "package.json" || citation.CitedNames[path.Base(p)] && path.Base(p) != "LICENSE" {
			return true
		}
	}
	return v.Index == nil && v.Doc.CodeLines() > 0
}

var typeScript = regexp.MustCompile(`(?m)\b(?:declare|interface|namespace|type)\s+\w|export (?:default|=)|:\s*(?:string|number|boolean|unknown|any)\b|\w\([^()\n]*\)\s*:\s*[A-Z]\w*[<;\[|]`)

// inlineExamples is how many different calls within sentences are examples, in at least
// linesOfExamples lines.
const (
	inlineExamples  = 4
	linesOfExamples = 3
)

// calledWithValue matches a call of something with a value that is no name.
var calledWithValue = regexp.MustCompile(`([A-Za-z_$][\w$]*)\((?:[^()]*["'{\[\d])`)

// showsCalls reports whether sentences show calls of the repository's code with values.
func (v *view) showsCalls() bool {
	calls, lines := map[string]bool{}, 0
	for _, l := range v.Doc.Lines {
		before := len(calls)
		for _, span := range l.Spans {
			if m := calledWithValue.FindStringSubmatch(span); m != nil && v.Index != nil && v.declaresFunction(m[1]) {
				calls[span] = true
			}
		}
		if len(calls) > before {
			lines++
		}
	}
	return len(calls) >= inlineExamples && lines >= linesOfExamples
}

// unwanted matches what says that the thing named next is not wanted.
var unwanted = regexp.MustCompile(`(?i)\b(?:no(?: need (?:for|of|to))?|not(?: need| want)?|without|(?:don't|don’t|do not) (?:need|want|add|` +
	`write|send|believe in|care (?:for|about))|never|skip|instead of|rather than)(?:\s+(?:a|an|any|the|to|` +
	`add|write|send|me|us|more|new))*\s*(?:\bmicro[- ]?)?$`)

// asksFor reports whether a request names a thing and does not decline it: "no
// need for line numbers" asks for none.
func asksFor(thing pattern.Pattern, request string) bool {
	if !thing.MatchString(request) {
		return false
	}
	for _, m := range thing.Regexp().FindAllStringIndex(request, 8) {
		if !unwanted.MatchString(request[max(0, m[0]-40):m[0]]) && !testsWish.MatchString(request[max(m[0], m[1]-len("tests")):]) {
			return true
		}
	}
	return false
}

// testsWish matches tests that are not ordered but have wishes: "and tests must be able to
// force it".
var testsWish = regexp.MustCompile(`^(?i:tests) (?:must|should|have to|need to|can|could) (?:still )?(?:be able|be possible|force|reach)\b`)

// missingAsks takes points for things the request names outright and the
// deliverable does not contain.
func missingAsks(v *view) (Signal, bool) {
	s := Signal{Name: "missing parts", Reason: "Nothing that the request names outright is missing."}
	for _, a := range asks {
		if asksFor(a.request, v.in.Request.Description) && (!a.whole || a.what == theFix || v.produces()) && !a.there(v) {
			s.Evidence = append(s.Evidence, a.what)
			s.Points -= costMissingAsk
			if a.whole {
				s.Points -= costMissingAsk
				s.Cap = new(capMissingAsk)
			}
		}
	}
	if v.leavesConfig() {
		s.Evidence = append(s.Evidence, "work on "+strings.Join(few(v.namedConfig(), 3), ", "))
		s.Points, s.Cap = s.Points-2*costMissingAsk, new(capMissingAsk)
	}
	if missing := v.unset(); len(missing) > 0 {
		s.Evidence = append(s.Evidence, missing...)
		s.Points, s.Cap = s.Points-2*costMissingAsk, new(capMissingAsk)
	}
	for _, name := range few(v.notMade(), 3) {
		s.Evidence = append(s.Evidence, name)
		s.Points, s.Cap = s.Points-2*costMissingAsk, new(capMissingAsk)
	}
	for _, name := range few(v.notRemoved(), 3) {
		s.Evidence = append(s.Evidence, name+" to go")
		s.Points, s.Cap = s.Points-2*costMissingAsk, new(capMissingAsk)
	}
	if len(s.Evidence) > 0 {
		s.Points = max(s.Points, -maxMissingAsks)
		s.Reason = fmt.Sprintf("The request asks for %s.", strings.Join(s.Evidence, ", "))
		s.advice = "Deliver what the request names: " + strings.Join(s.Evidence, ", ") + "."
	}
	return s, true
}

// allCode is the code of the deliverable, with the patch that it comes with.
func (v *view) allCode() string {
	var b strings.Builder
	b.Write(v.in.Patch)
	for _, block := range v.Doc.Blocks {
		b.WriteString("\n" + strings.Join(block.Lines, "\n"))
	}
	return b.String()
}

// comparesEverything reports whether each proper name of the request has some
// mentions: what is compared must be discussed, not only announced.
func (v *view) comparesEverything() bool {
	var names []string
	for _, s := range lex.Sentences(v.in.Request.Description) {
		if compares.MatchString(s) {
			names = append(names, lex.ProperNames(s, -1)...)
		}
	}
	if len(names) < 2 {
		return true
	}
	low := strings.ToLower(v.Doc.Text)
	for _, name := range names {
		if strings.Count(low, strings.ToLower(name)) < 3 {
			return false
		}
	}
	return true
}
