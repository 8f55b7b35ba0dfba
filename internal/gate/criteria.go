package gate

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/bluekeyes/go-gitdiff/gitdiff"
	"github.com/bmatcuk/doublestar/v4"

	"aicity.dev/aicity/internal/gate/change"
	"aicity.dev/aicity/internal/gate/lex"
)

// Criterion is one thing that the task said must hold, and what became of it.
type Criterion struct {
	Kind     CriterionKind `json:"kind" doc:"What was agreed: words, a command or paths"`
	Text     string        `json:"text" doc:"The criterion, the command, or the globs of the files that may change"`
	Finding  string        `json:"finding" enum:"met,not_met,not_shown" doc:"What the gate found about it"`
	Evidence string        `json:"evidence,omitempty" doc:"The passage that takes it up, how the command ended, the files that were changed"`
}

// CriterionKind is what kind of thing a task asks for.
type CriterionKind string

// The kinds, as fields of a task's acceptance.
const (
	InWords CriterionKind = "criterion"
	ByRun   CriterionKind = "command"
	InPaths CriterionKind = "paths"
)

// CriterionKinds lists the kinds.
func CriterionKinds() []CriterionKind { return []CriterionKind{InWords, ByRun, InPaths} }

// What became of a criterion.
const (
	Met      = "met"
	NotMet   = "not_met"
	NotShown = "not_shown"
)

// judgeCriteria finds for each of the task's criteria whether it is met.
func (v *view) judgeCriteria() []Criterion {
	var all []Criterion
	for _, c := range v.in.Request.Criteria {
		all = append(all, v.judgeWords(c))
	}
	for i, c := range v.in.Request.Commands {
		all = append(all, v.judgeCommand(i, c))
	}
	if len(v.in.Request.Paths) > 0 {
		all = append(all, v.judgePaths())
	}
	return all
}

// judgeWords: a criterion is met when a passage takes it up, not shown when its
// words come up but nowhere together.
func (v *view) judgeWords(text string) Criterion {
	c := Criterion{Kind: InWords, Text: text, Finding: NotMet, Evidence: "Nothing in the deliverable takes it up."}
	where, covered := v.passage(text)
	switch {
	case covered >= 0.5 && where != "":
		c.Finding, c.Evidence = Met, "“"+lex.Shorten(where, 200)+"”"
	case covered >= 0.5:
		c.Finding, c.Evidence = NotShown, "Its words come up, but no passage says that it holds."
	}
	return c
}

// judgeCommand looks the command up among those that were run, which are in the
// order of the request.
func (v *view) judgeCommand(at int, text string) Criterion {
	c := Criterion{Kind: ByRun, Text: text, Finding: NotShown, Evidence: "It was not run: there is no sandbox with the code."}
	e := v.in.Executed
	if e == nil || at >= len(e.Commands) || e.Commands[at].Command != text {
		return c
	}
	ran := e.Commands[at]
	c.Finding, c.Evidence = ran.Finding, fmt.Sprintf("exit code %d", ran.Run.ExitCode)
	if ran.Run.Outcome == OutcomeNotRun {
		c.Evidence = ran.Run.Why
	} else if last := lastLine(ran.Run.Output); last != "" {
		c.Evidence += ": " + last
	}
	return c
}

// judgePaths: the patch keeps to the files that may change.
func (v *view) judgePaths() Criterion {
	globs := v.in.Request.Paths
	c := Criterion{Kind: InPaths, Text: strings.Join(globs, " "), Finding: NotShown, Evidence: "No file was changed."}
	changed := changedFiles(string(v.in.Patch))
	if len(changed) == 0 {
		return c
	}
	outside := slices.DeleteFunc(slices.Clone(changed), func(p string) bool {
		return slices.ContainsFunc(globs, func(glob string) bool { return inGlob(glob, p) })
	})
	if len(outside) > 0 {
		c.Finding, c.Evidence = NotMet, "Changed, but not among them: "+someFiles(outside)
		return c
	}
	c.Finding, c.Evidence = Met, "Changed: "+someFiles(changed)
	return c
}

// someFiles names the first few of many files.
func someFiles(files []string) string {
	const shown = 8
	text := strings.Join(few(files, shown), ", ")
	if len(files) > shown {
		text += fmt.Sprintf(" and %d more", len(files)-shown)
	}
	return lex.Shorten(text, 500)
}

// criteria scores the acceptance criteria and the paths; what the commands came
// to is a signal of its own.
func criteria(v *view) (Signal, bool) {
	s := Signal{Name: "acceptance criteria", Max: maxCriteria}
	points, met, total, strayed := 0.0, 0, 0, false
	for _, c := range v.criteria {
		if c.Kind == ByRun || c.Kind == InPaths && c.Finding == NotShown {
			continue
		}
		total++
		switch c.Finding {
		case Met:
			points, met = points+1, met+1
		case NotShown:
			points += 0.7
		case NotMet:
			strayed = strayed || c.Kind == InPaths
		}
	}
	if total == 0 {
		return s, false
	}
	s.Points = maxCriteria * share(points, float64(total))
	s.Reason = fmt.Sprintf("%d of %d acceptance criteria are met.", met, total)
	switch {
	case strayed && met == total-1:
		s.advice = "Change only the files that the task allows: " + lex.Shorten(strings.Join(v.in.Request.Paths, " "), 200) + "."
	case met < total:
		s.advice = "Go through the acceptance criteria one by one and say how each is met."
	}
	return s, true
}

// passage finds the line of the deliverable that takes up most of a criterion,
// and how much of it the deliverable takes up at all.
func (v *view) passage(criterion string) (line string, covered float64) {
	wanted := v.wishes(criterion)
	hit, total, _ := v.coverage(wanted, &v.all)
	if total == 0 {
		return "", 1
	}
	best := 0
	for i, l := range v.Doc.Lines[:min(len(v.Doc.Lines), maxPassages)] {
		if strings.TrimSpace(l.Text) == "" {
			continue
		}
		stems, n := map[string]bool{}, 0
		for _, w := range lex.Words(v.Doc.Lower[i]) {
			stems[v.stem.Of(w)] = true
		}
		for _, w := range wanted {
			if stems[w.key] || w.kind != wishWord && strings.Contains(v.Doc.Lower[i], strings.ToLower(w.key)) {
				n++
			}
		}
		if n > best {
			best, line = n, l.Text
		}
	}
	if best*2 < len(wanted) {
		line = ""
	}
	return line, share(hit, total)
}

// maxPassages is how many lines are looked at for each criterion.
const maxPassages = 4000

// changedFiles lists what a git diff changes, deletes and renames too; a name
// of a renamed file counts before and after.
func changedFiles(patch string) []string {
	var all []string
	for _, one := range change.Split(patch) {
		files, _, err := gitdiff.Parse(strings.NewReader(one))
		if err != nil {
			all = append(all, change.Written(one)...)
			continue
		}
		for _, f := range files {
			for _, name := range []string{f.OldName, f.NewName} {
				if name != "" && !slices.Contains(all, name) {
					all = append(all, name)
				}
			}
		}
	}
	return all
}

// The bounds of a glob, in bytes, and in how many ways its braces can be read.
const (
	maxGlob         = 1000
	maxGlobReadings = 100
)

// ValidGlob reports whether a text can say which files may change.
func ValidGlob(glob string) bool {
	readings := 1
	for _, part := range strings.Split(glob, "{")[1:] {
		if readings *= 1 + strings.Count(part, ","); readings > maxGlobReadings {
			return false
		}
	}
	return glob != "" && len(glob) <= maxGlob && doublestar.ValidatePattern(glob)
}

// inGlob reports whether a path matches a glob: ** stands for any folders, * for
// what has no slash, {a,b} for one of several; a folder with a slash behind it
// is all that is in it.
func inGlob(glob, p string) bool {
	if !ValidGlob(glob) {
		return glob == p
	}
	if strings.HasSuffix(glob, "/") {
		glob += "**"
	}
	return doublestar.MatchUnvalidated(path.Clean(strings.TrimPrefix(glob, "/")), p)
}
