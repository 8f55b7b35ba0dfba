package gate

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// criteria finds for each acceptance criterion whether it is met: a passage
// says so, not shown: its words come up but nowhere together, or not met. That the patch keeps to the paths it may change is one
// more.
func criteria(v *view) (Signal, bool) {
	s := Signal{Name: "acceptance criteria", Max: maxCriteria}
	patched, total := patchedFiles(string(v.in.Patch)), len(v.in.Request.Criteria)
	if len(patched) > 0 && len(v.in.Request.Paths) > 0 {
		total++
	}
	if total == 0 {
		return s, false
	}
	points, met := 0.0, 0
	for _, c := range v.in.Request.Criteria {
		where, covered := v.passage(c)
		switch {
		case covered >= 0.5 && where != "":
			points, met = points+1, met+1
			s.Evidence = append(s.Evidence, fmt.Sprintf("met: %s — “%s”", shorten(c, 80), shorten(where, 100)))
		case covered >= 0.5:
			points += 0.7
			s.Evidence = append(s.Evidence, "not shown: "+shorten(c, 120))
		default:
			s.Evidence = append(s.Evidence, "not met: "+shorten(c, 120))
		}
	}
	if len(patched) > 0 && len(v.in.Request.Paths) > 0 {
		allowed := func(p string) bool {
			return slices.ContainsFunc(v.in.Request.Paths, func(glob string) bool { return globs(glob, p) })
		}
		if i := slices.IndexFunc(patched, func(p string) bool { return !allowed(p) }); i >= 0 {
			s.Evidence = append(s.Evidence, "not met: "+shorten(patched[i], 100)+" is changed and may not be")
		} else {
			points, met = points+1, met+1
			s.Evidence = append(s.Evidence, "met: only files that may change are changed")
		}
	}
	s.Points = maxCriteria * share(points, float64(total))
	s.Reason = fmt.Sprintf("%d of %d acceptance criteria are met.", met, total)
	if met < total {
		s.advice = "Go through the acceptance criteria one by one and say how each is met."
	}
	s.Evidence = few(s.Evidence, 12)
	return s, true
}

// passage finds the line of the deliverable that takes up most of a criterion,
// and how much of it the deliverable takes up at all.
func (v *view) passage(criterion string) (line string, covered float64) {
	wanted := v.wishes(criterion)
	hit, total, _ := v.coverage(wanted)
	if total == 0 {
		return "", 1
	}
	best := 0
	for i, l := range v.doc.lines[:min(len(v.doc.lines), maxPassages)] {
		if strings.TrimSpace(l.text) == "" {
			continue
		}
		stems, n := map[string]bool{}, 0
		for _, w := range words(v.doc.lower[i]) {
			stems[v.stem.of(w)] = true
		}
		for _, w := range wanted {
			if stems[w.key] || w.kind != wishWord && strings.Contains(v.doc.lower[i], strings.ToLower(w.key)) {
				n++
			}
		}
		if n > best {
			best, line = n, l.text
		}
	}
	if best*2 < len(wanted) {
		line = ""
	}
	return line, share(hit, total)
}

// maxPassages is how many lines are looked at for each criterion.
const maxPassages = 4000

// globs reports whether a path matches a glob, in which ** stands for any
// folders.
func globs(glob, p string) bool {
	if ok, err := path.Match(glob, p); err == nil && ok {
		return true
	}
	before, after, deep := strings.Cut(glob, "**")
	if !deep {
		return false
	}
	rest, ok := strings.CutPrefix(p, before)
	if !ok {
		return false
	}
	after = strings.TrimPrefix(after, "/")
	if after == "" {
		return true
	}
	ok, err := path.Match(after, path.Base(rest))
	return ok && err == nil
}
