package gate

import (
	"regexp"
	"strings"

	"aicity.dev/aicity/internal/gate/lex"
	"aicity.dev/aicity/internal/gate/pattern"
	"aicity.dev/aicity/internal/gate/syntax"
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
func inertAddition(file, before, after, request string) bool {
	added, only := addedLines(before, after)
	if !only || asksLog.MatchString(request) {
		return false
	}
	block := strings.Join(added, "\n")
	if holdsCode(file) && strings.Contains(after, block) && aloneOnly(block, before) {
		return true
	}
	inert := false
	for line := range strings.Lines(neverRuns.ReplaceAllString(block, "")) {
		line = strings.TrimRight(strings.TrimSpace(line), "; ")
		if !inertLine.MatchString(line) && !(holdsCode(file) && syntax.Extension(file) != "py" && givesItself(line)) && !bindsNothing(line, before, after) {
			return false
		}
		inert = true
	}
	return inert
}

var (
	// controls matches what makes a piece of code more than data.
	controls = regexp.MustCompile(`\b(?:if|switch|for|while|let|const|var)\b|:=`)
	// jumps matches what ends more than the piece that it stands in.
	jumps = regexp.MustCompile(`\b(?:return|throw|panic|yield|await|break|continue|goto)\b`)
	// guarded matches a jump behind a condition on constants alone, endless a loop that
	// does not end.
	guarded = regexp.MustCompile(`\b(?:if|switch|while)\s*\(?[\s<>=!&|+*/.%-]*\d[\s\d<>=!&|+*/.%-]*\)?\s*(?:\{\s*(?:case\s[^:\n]*:\s*)?)?(?:return|throw|panic|break|continue)\b`)
	endless = regexp.MustCompile(`\bfor\s*(?:\{|\(\s*;\s*;)|\bwhile\s*\(?\s*(?:true|1)\b`)
	// ownName matches how a piece of code names values of its own.
	ownName = regexp.MustCompile(`\b(?:let|const|var)\s+([A-Za-z_$][\w$]*)|([A-Za-z_]\w*)\s*:=`)
	// quotedCode matches text and comments in code.
	quotedCode = regexp.MustCompile("'[^'\n]*'|\"[^\"\n]*\"|//[^\n]*|(?s:/\\*.*?\\*/)")
)

// codeWords are the words of languages that name nothing.
var codeWords = lex.Set(`if else switch case default for while do let const var return break continue true false null undefined nil void typeof new`)

// aloneOnly reports whether a piece of code reads and changes nothing but values of its
// own, of names that the file had not: it computes for nobody, or hangs on a constant.
func aloneOnly(code, before string) bool {
	code = quotedCode.ReplaceAllString(code, " ")
	if !controls.MatchString(code) || endless.MatchString(code) || strings.Count(code, "{") != strings.Count(code, "}") ||
		len(jumps.FindAllString(code, -1)) > len(guarded.FindAllString(code, -1)) {
		return false
	}
	own := map[string]bool{}
	for _, m := range ownName.FindAllStringSubmatch(code, 40) {
		name := lex.First(m[1:]...)
		if own[name] = true; lex.HasName(before, name) {
			return false
		}
	}
	for _, name := range lex.Identifiers(code, 400) {
		if !own[name] && !codeWords[name] {
			return false
		}
	}
	return true
}

// givesItself reports whether a statement gives a value to itself. In Python it may hand an
// argument on.
func givesItself(line string) bool {
	left, right, ok := strings.Cut(line, "=")
	return ok && strings.TrimSpace(left) == strings.TrimSpace(right)
}

// bindsNothing reports whether a statement gives a value to a name that the file had not
// and reads nowhere.
func bindsNothing(line, before, after string) bool {
	m := declares.FindStringSubmatch(line)
	if m == nil {
		return false
	}
	name := lex.First(m[1:4]...)
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
