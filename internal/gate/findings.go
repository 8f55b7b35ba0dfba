package gate

import (
	"encoding/json"
	"strconv"
	"strings"
)

// maxFindings bounds how many structured findings are read.
const maxFindings = 2000

// looseFinding takes findings as people write them: a line as number or text,
// the usual names for the same field.
type looseFinding struct {
	File, Path, Filename, Location     string
	Line, StartLine, LineNumber        json.RawMessage
	Severity, Level                    string
	Claim, Message, Title, Description string
	Issue, Problem                     string
	Evidence, Code, Snippet, Quote     string
	Fix, Suggestion, Recommendation    string
}

func (l looseFinding) finding() (Finding, bool) {
	f := Finding{
		File: first(l.File, l.Path, l.Filename), Severity: first(l.Severity, l.Level),
		Claim:    first(l.Claim, l.Message, l.Issue, l.Problem, l.Description, l.Title),
		Evidence: first(l.Evidence, l.Code, l.Snippet, l.Quote), Fix: first(l.Fix, l.Suggestion, l.Recommendation),
	}
	for _, raw := range []json.RawMessage{l.Line, l.StartLine, l.LineNumber} {
		if n, err := strconv.Atoi(strings.Trim(string(raw), `" `)); err == nil && f.Line == 0 {
			f.Line = max(0, n)
		}
	}
	if name, line, ok := strings.Cut(l.Location, ":"); ok && f.File == "" {
		f.File = name
		f.Line, _ = strconv.Atoi(line)
	}
	return f, f.File != "" && f.Claim != ""
}

func first(all ...string) string {
	for _, s := range all {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}

// writtenFindings takes findings out of a text that holds them as JSON: all of
// it, or one block. The rest of the text is returned with them.
func writtenFindings(text string) ([]Finding, string) {
	if found, ok := parseFindings(text); ok {
		return found, ""
	}
	for _, mark := range []string{"```json\n", "```\n["} {
		before, behind, ok := strings.Cut(text, mark)
		if !ok {
			continue
		}
		if strings.HasSuffix(mark, "[") {
			behind = "[" + behind
		}
		block, rest, ok := strings.Cut(behind, "\n```")
		if found, isList := parseFindings(block); ok && isList {
			return found, before + rest
		}
	}
	return nil, text
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
