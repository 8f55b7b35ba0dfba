package gate

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"aicity.dev/aicity/internal/gate/citation"
	"aicity.dev/aicity/internal/gate/grounding"
	"aicity.dev/aicity/internal/gate/lex"
)

// maxFindings bounds how many structured findings are read.
const maxFindings = 2000

// looseFinding takes findings as people write them: a line as number or text,
// the usual names for the same field.
type looseFinding struct {
	File, Path, Filename, Location     string
	Line, StartLine, LineNumber        json.RawMessage
	Lines, Range                       json.RawMessage // "137-159", "14-16, 99"
	LineRange                          json.RawMessage `json:"line_range"`
	Severity, Level                    string
	Claim, Message, Title, Description string
	Issue, Problem                     string
	Evidence, Code, Snippet, Quote     string
	Fix, Suggestion, Recommendation    string
	Remediation                        string
}

var firstFigure = regexp.MustCompile(`\d{1,7}`)

func (l looseFinding) finding() (Finding, bool) {
	f := Finding{
		File: lex.First(l.File, l.Path, l.Filename), Severity: lex.First(l.Severity, l.Level),
		Claim:    lex.First(l.Claim, l.Message, l.Issue, l.Problem, l.Description, l.Title),
		Evidence: lex.First(l.Evidence, l.Code, l.Snippet, l.Quote), Fix: lex.First(l.Fix, l.Suggestion, l.Recommendation, l.Remediation),
	}
	for _, raw := range []json.RawMessage{l.Line, l.StartLine, l.LineNumber} {
		if n, err := strconv.Atoi(strings.Trim(string(raw), `" `)); err == nil && f.Line == 0 {
			f.Line = max(0, n)
		}
	}
	for _, raw := range []json.RawMessage{l.Lines, l.LineRange, l.Range} {
		if f.Line == 0 {
			f.Line = lex.Number(firstFigure.FindString(string(raw)))
		}
	}
	if l.Title != "" && f.Claim != l.Title {
		f.Claim = strings.TrimRight(l.Title, ".") + ": " + f.Claim
	}
	if name, line, ok := strings.Cut(l.Location, ":"); ok && f.File == "" {
		f.File = name
		f.Line, _ = strconv.Atoi(line)
	}
	return f, f.File != "" && f.Claim != ""
}

// writtenFindings takes findings out of a text that holds them as JSON: all of
// it, one block, or a part that stands bare. The JSON and the rest of the text are
// returned with them.
func writtenFindings(text string) (found []Finding, source, rest string) {
	if found, ok := parseFindings(text); ok {
		return found, text, ""
	}
	for _, mark := range []string{"```json\n", "```\n[", "~~~json\n", "~~~\n["} {
		before, behind, ok := strings.Cut(text, mark)
		if !ok {
			continue
		}
		if strings.HasSuffix(mark, "[") {
			behind = "[" + behind
		}
		block, rest, ok := strings.Cut(behind, "\n"+mark[:3])
		if found, isList := parseFindings(block); ok && isList {
			return found, block, before + rest
		}
	}
	for _, mark := range []string{"\n[", "\n{"} {
		if at := strings.Index("\n"+text, mark); at >= 0 {
			var list json.RawMessage
			in := json.NewDecoder(strings.NewReader(text[at:]))
			if in.Decode(&list) == nil {
				if found, isList := parseFindings(string(list)); isList {
					return found, string(list), text[:at] + text[at+int(in.InputOffset()):]
				}
			}
		}
	}
	return nil, "", text
}

// parseFindings reads a list of findings, or an object that holds one.
func parseFindings(text string) ([]Finding, bool) {
	text = strings.TrimSpace(text)
	if text == "" || text[0] != '[' && text[0] != '{' {
		return nil, false
	}
	var list []looseFinding
	if json.Unmarshal([]byte(text), &list) != nil {
		var object map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &object) != nil {
			return nil, false
		}
		for _, name := range []string{"findings", "issues", "results", "problems", "comments"} {
			if json.Unmarshal(object[name], &list) == nil && len(list) > 0 {
				break
			}
		}
	}
	var found []Finding
	for _, l := range list[:min(len(list), maxFindings)] {
		if f, ok := l.finding(); ok {
			found = append(found, f)
		}
	}
	return found, len(found) > 0 && len(found)*2 >= len(list)
}

// findings checks structured findings one by one. What counts is which share
// of them holds: more of them earn nothing, and remarks on style none at all.
func findings(v *view) (Signal, bool) {
	s := Signal{Name: "findings", Max: maxFindingPts}
	if v.Index == nil || len(v.findings) == 0 {
		return s, false
	}
	holds, checked, grave := 0, 0, 0
	for _, f := range v.findings[:min(len(v.findings), maxFindings)] {
		why, ok := v.checkFinding(f)
		if why == "" {
			continue // nothing in it can be looked up
		}
		checked++
		if ok {
			holds++
			if !nit[strings.ToLower(strings.TrimSpace(f.Severity))] {
				grave++
			}
		} else if len(s.Evidence) < 10 {
			s.Evidence = append(s.Evidence, f.File+lineSuffix(f.Line)+": "+why)
		}
	}
	if checked == 0 {
		return s, false
	}
	precision := share(float64(holds), float64(checked))
	s.Points = maxFindingPts * precision * share(float64(grave), 2)
	s.Reason = fmt.Sprintf("%d of %d findings hold where they point; %d of these are more than style.", holds, checked, grave)
	if precision < 0.5 && checked > 1 {
		s.Cap = new(capFindings)
		s.advice = "Leave out findings that you cannot show at their line: what counts is how many of them hold."
	}
	return s, true
}

// Evidence of one line is a remark when it has so many plain words, and they are
// so much of it.
const (
	remarkWords = 6
	remarkShare = 0.4
)

// isRemark reports whether evidence is a sentence, with code in it or without,
// rather than a quote of the file.
func isRemark(evidence string) bool {
	if strings.Contains(strings.TrimSpace(evidence), "\n") {
		return false
	}
	plain, all := 0, 0
	for field := range strings.FieldsSeq(evidence) {
		all++
		if field = strings.Trim(field, ".,:;()"); field != "" && strings.IndexFunc(field, lex.NotLetter) < 0 && !lex.IsNamed(field) && !lex.CommonNames[field] {
			plain++
		}
	}
	return plain >= remarkWords && float64(plain) >= remarkShare*float64(all) || lex.UnspacedRunes(evidence) >= 2*remarkWords
}

// nit are the severities of remarks that buyers did not order.
var nit = lex.Set("info informational nit nitpick style trivial note hint cosmetic")

func lineSuffix(line int) string {
	if line == 0 {
		return ""
	}
	return ":" + strconv.Itoa(line)
}

// checkFinding looks a finding up: its file, its line, its evidence, and what
// its claim names. It returns what is wrong or "ok", "" when nothing of it can
// be looked up.
func (v *view) checkFinding(f Finding) (why string, ok bool) {
	p, found := v.Index.Find(citation.Clean(f.File))
	if !found {
		return "no such file", false
	}
	if n := v.Index.Lines(p); n > 0 && f.Line > n {
		return fmt.Sprintf("the file has %d lines", n), false
	}
	t := v.Index.Text(p)
	if t == nil {
		return "", false
	}
	said := f.Claim + " " + f.Fix
	if isRemark(f.Evidence) {
		said += " " + f.Evidence
	} else if lines := grounding.Quotable(strings.Split(f.Evidence, "\n"), grounding.MaxQuoteLines); len(lines) > 0 {
		if t.Holds(lines) {
			return "ok", true
		}
		return "the evidence is not in the file", false
	}
	if f.Line == 0 {
		return "ok", true
	}
	var tokens []string
	for _, id := range lex.Identifiers(said, 60) {
		if len(id) >= 3 && !lex.CommonNames[strings.ToLower(id)] && !lex.StopWords[strings.ToLower(id)] {
			tokens = append(tokens, id)
		}
	}
	if len(tokens) == 0 {
		return "", false
	}
	if grounding.Anchored(t, &grounding.Cited{Reference: grounding.Reference{Line: f.Line}}, tokens) {
		return "ok", true
	}
	return "nothing of what is claimed stands there", false
}
