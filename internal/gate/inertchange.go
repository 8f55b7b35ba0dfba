package gate

import (
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
)

var (
	// inertLine matches a statement that changes nothing: it prints, gives a value to
	// nobody, or is the frame of others.
	inertLine = regexp.MustCompile(`^(?:console\.\w+\(.*\)|(?:log|fmt|slog|logger|logging)\.(?:Print\w*|Debug\w*|Info\w*|debug|info|log)\(.*\)|println?\(.*\)|print\(.*\)|_ = .+|void [\w.$]+|pass|[{}();]*|//.*|/?\*.*|#.*)$`)
	// declares matches a statement that names a value.
	declares = regexp.MustCompile(`^(?:(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*(?::[^=]+)?=|([A-Za-z_]\w*)\s*:=|([A-Za-z_]\w*)\s*=)\s*(.+?)$`)
	// neverRuns matches a branch on a constant, with what is in it.
	neverRuns = regexp.MustCompile(`(?s)\bif\s+(?:\(\s*(?:false|0|!1|!true|null)\s*\)|false|([a-z]\w*) := (?:true; !|false; )\w+)\s*\{[^{}]*\}`)
	// asksLog matches requests that a line which prints can answer.
	asksLog = pattern.New(`(?i)\b(?:log(?:s|ged|ging|ger)?|debug\w*|trac(?:e|es|ing)|print\w*|verbose|instrument\w*|telemetry|observab\w*|protokoll\w*)\b`)
)

// inertAddition reports whether a change of a file only adds, and only what has no
// effect: what prints where that is not asked for, values that nothing reads, branches
// that are never taken.
func inertAddition(before, after, request string) bool {
	added, only := addedLines(before, after)
	if !only || asksLog.MatchString(request) {
		return false
	}
	inert := false
	for line := range strings.Lines(neverRuns.ReplaceAllString(strings.Join(added, "\n"), "")) {
		line = strings.TrimRight(strings.TrimSpace(line), "; ")
		if !inertLine.MatchString(line) && !bindsNothing(line, before, after) {
			return false
		}
		inert = true
	}
	return inert
}

// bindsNothing reports whether a statement gives a value to itself, or to a name that
// the file had not and reads nowhere.
func bindsNothing(line, before, after string) bool {
	m := declares.FindStringSubmatch(line)
	if m == nil {
		return false
	}
	name := lex.First(m[1:4]...)
	if name == m[4] {
		return true
	}
	whole := regexp.MustCompile(`(?:^|[^\w$])` + regexp.QuoteMeta(name) + `(?:$|[^\w$])`)
	return m[3] == "" && !whole.MatchString(before) && len(whole.FindAllStringIndex(after, 2)) == 1
}

// addedLines are the lines that a text has more than another, and whether it has all of
// the other's in their order.
func addedLines(before, after string) (added []string, only bool) {
	old, at := strings.Split(before, "\n"), 0
	for line := range strings.SplitSeq(after, "\n") {
		if at < len(old) && line == old[at] {
			at++
		} else {
			added = append(added, line)
		}
	}
	return added, at == len(old) && len(added) > 0
}
