package inspect

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Options are what differs between the reports of two agents.
type Options struct {
	Title string                                          // of the report
	Rules []*Rule                                         // what was looked for
	Map   bool                                            // list the largest functions
	Intro string                                          // a paragraph above the findings, may be empty
	Mask  func(path string, line int, text string) string // hides secrets in quoted code
}

// Bounds on a report that people read.
const (
	maxSections = 40
	maxFindings = 200
	maxQuote    = 6 // lines
	minMeasure  = 8 // lines of a function worth listing

	maxRead      = 20 // files named where nothing was found
	maxReadNames = 4  // functions named of each
)

// group is what a report says in one section: hits of one rule in one file.
type group struct {
	hits []Hit
}

func (g group) first() Hit { return g.hits[0] }

// Write turns an analysis into a report. Equal input gives an equal report.
func Write(repo *Repo, task Task, a Analysis, o Options) Report {
	w := &writer{repo: repo, o: o, focus: focusOf(repo, task), explained: map[string]int{}}
	hits := w.order(a.Hits)
	groups, left := trim(groupHits(hits))
	w.line("# %s\n", o.Title)
	w.summary(hits, groups)
	if o.Intro != "" {
		w.line("%s\n", strings.TrimSpace(o.Intro))
	}
	w.asked(groups)
	w.sections(groups)
	if len(hits) == 0 {
		w.read(a.Measures)
	}
	if o.Map {
		w.measures(a.Measures)
	}
	w.checked(a, hits, left)
	return Report{Markdown: w.b.String(), Findings: w.findings(hits)}
}

func focusOf(repo *Repo, task Task) Focus {
	files := make([]File, len(repo.Sources))
	for i, s := range repo.Sources {
		files[i] = File{Path: s.Path}
	}
	return NewFocus(task, files)
}

type writer struct {
	b         strings.Builder
	repo      *Repo
	o         Options
	focus     Focus
	explained map[string]int // rule → section that says why
}

func (w *writer) line(format string, args ...any) {
	fmt.Fprintf(&w.b, format+"\n", args...)
}

// order sorts hits: the worst first, then what the buyer named, then by place.
// Two hits of a rule on one line are one.
func (w *writer) order(hits []Hit) []Hit {
	hits = slices.Clone(hits)
	preference := func(h Hit) int {
		n := 0
		if w.focus.Names(h.File) {
			n -= 2
		}
		if w.focus.Wants(h.Rule) {
			n--
		}
		return n
	}
	slices.SortStableFunc(hits, func(a, b Hit) int {
		return cmp.Or(
			cmp.Compare(a.severity().rank(), b.severity().rank()),
			cmp.Compare(preference(a), preference(b)),
			cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Rule.ID, b.Rule.ID))
	})
	return slices.CompactFunc(hits, func(a, b Hit) bool {
		return a.Rule == b.Rule && a.File == b.File && a.Line == b.Line
	})
}

// groupHits joins hits of the same rule, severity and file.
func groupHits(hits []Hit) []group {
	type key struct {
		rule *Rule
		file string
		sev  Severity
	}
	at := map[key]int{}
	var groups []group
	for _, h := range hits {
		k := key{h.Rule, h.File, h.severity()}
		if i, ok := at[k]; ok {
			groups[i].hits = append(groups[i].hits, h)
			continue
		}
		at[k] = len(groups)
		groups = append(groups, group{hits: []Hit{h}})
	}
	return groups
}

// maxMinor is how many sections a rule of low severity gets; the largest
// repositories have hundreds of long functions, and nobody reads them all.
const maxMinor = 5

// trim leaves out the surplus of minor groups and counts what it left out.
func trim(groups []group) ([]group, map[*Rule]int) {
	n, left := map[*Rule]int{}, map[*Rule]int{}
	var kept []group
	for _, g := range groups {
		h := g.first()
		if n[h.Rule]++; h.severity() == Low && n[h.Rule] > maxMinor {
			left[h.Rule] += len(g.hits)
			continue
		}
		kept = append(kept, g)
	}
	return kept, left
}

// summary says what was read and found.
func (w *writer) summary(hits []Hit, groups []group) {
	lines := 0
	for _, s := range w.repo.Sources {
		lines += len(s.Lines)
	}
	w.line("I read %d of %d files, %d lines: %s.", len(w.repo.Sources), w.repo.Total, lines, w.languages())
	if len(hits) == 0 {
		w.line("The checks below found nothing to report in them.\n")
		return
	}
	var parts []string
	files := map[string]bool{}
	for _, s := range Severities() {
		n := 0
		for _, h := range hits {
			if h.severity() == s {
				n++
			}
			files[h.File] = true
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	w.line("%s in %s: %s.\n", count(len(hits), "finding"), count(len(files), "file"), strings.Join(parts, ", "))
	w.line("| # | severity | place | finding |\n|---|---|---|---|")
	for i, g := range groups[:min(len(groups), maxSections)] {
		h := g.first()
		more := ""
		if len(g.hits) > 1 {
			more = fmt.Sprintf(" (%d times)", len(g.hits))
		}
		w.line("| %d | %s | `%s:%d` | %s%s |", i+1, h.severity(), h.File, h.Line, strings.ReplaceAll(h.Claim, "|", "\\|"), more)
	}
	w.line("")
}

// languages lists what was read, the most files first.
func (w *writer) languages() string {
	n := map[string]int{}
	for _, s := range w.repo.Sources {
		n[cmp.Or(s.Lang, "other text")]++
	}
	var names []string
	for name := range n {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(n[b], n[a]), cmp.Compare(a, b)) })
	for i, name := range names {
		names[i] = fmt.Sprintf("%s %d", name, n[name])
	}
	return strings.Join(names, ", ")
}

// asked answers the points of the request that can be answered by number.
func (w *writer) asked(groups []group) {
	paths, topics := w.focus.Paths(), w.focus.Topics()
	if len(paths) == 0 && len(topics) == 0 {
		return
	}
	w.line("## What you asked about\n")
	for _, p := range paths[:min(len(paths), 12)] {
		s := w.repo.Find(p)
		if s == nil {
			continue
		}
		w.line("- `%s`, %d lines: %s", p, len(s.Lines), w.numbers(groups, func(h Hit) bool { return h.File == p }))
	}
	for _, t := range topics {
		w.line("- %s: %s", topicTitle(t), w.numbers(groups, func(h Hit) bool {
			return slices.Contains(h.Rule.Topics, t) || t == "security" && h.Rule.Security()
		}))
	}
	w.line("")
}

// numbers lists the sections whose findings match.
func (w *writer) numbers(groups []group, match func(Hit) bool) string {
	var numbers []string
	for i, g := range groups {
		if match(g.first()) && i < maxSections {
			numbers = append(numbers, fmt.Sprint(i+1))
		}
	}
	switch {
	case len(numbers) == 0:
		return "nothing found by the checks below"
	case len(numbers) == 1:
		return "see finding " + numbers[0]
	default:
		return "see findings " + strings.Join(numbers, ", ")
	}
}

func (w *writer) sections(groups []group) {
	last := Severity("")
	for i, g := range groups {
		if i == maxSections {
			w.line("%s of lower severity are listed with the structured findings only.\n", count(len(groups)-maxSections, "further group"))
			return
		}
		if s := g.first().severity(); s != last {
			last = s
			w.line("## %s\n", title(string(s)))
		}
		w.section(i+1, g)
	}
}

// section writes one group: place, quote, reason, fix.
func (w *writer) section(number int, g group) {
	h := g.first()
	w.line("### %d. %s\n", number, h.Claim)
	place := fmt.Sprintf("`%s:%d`", h.File, h.Line)
	if h.Rule.CWE != "" {
		place += " · " + h.Rule.CWE
	}
	w.line("%s\n", place)
	if quote := w.quote(h); quote != "" {
		w.line("```%s\n%s\n```\n", fence(h.File), quote)
	}
	if rest := g.hits[1:]; len(rest) > 0 {
		var lines []string
		for _, o := range rest[:min(len(rest), 20)] {
			lines = append(lines, fmt.Sprint(o.Line))
		}
		w.line("The same in this file on %s %s.\n", plural(len(lines), "line"), strings.Join(lines, ", "))
	}
	if at, ok := w.explained[h.Rule.ID]; ok {
		w.line("Why it matters: see finding %d.", at)
	} else {
		w.line("%s", h.Rule.Why)
		w.explained[h.Rule.ID] = number
	}
	w.line("\n**Fix:** %s\n", h.Fix)
}

// quote returns the lines of a hit with secrets masked.
func (w *writer) quote(h Hit) string {
	s := w.repo.Find(h.File)
	if s == nil || h.Line < 1 || h.Line > len(s.Lines) {
		return ""
	}
	end := min(max(h.End, h.Line), h.Line+maxQuote-1, len(s.Lines))
	var out []string
	for n := h.Line; n <= end; n++ {
		text := strings.TrimRight(s.Lines[n-1], " \t\r")
		if w.o.Mask != nil {
			text = w.o.Mask(h.File, n, text)
		}
		if len(text) > 240 {
			text = strings.ToValidUTF8(text[:240], "") + " …"
		}
		out = append(out, strings.ReplaceAll(text, "```", "'''"))
	}
	return dedent(out)
}

// measures lists the largest functions: where a reader should start, and what
// was read when there is nothing to report.
func (w *writer) measures(all []Measure) {
	all = slices.DeleteFunc(slices.Clone(all), func(m Measure) bool {
		s := w.repo.Find(m.File)
		return m.Lines < minMeasure || s != nil && s.Test
	})
	slices.SortFunc(all, func(a, b Measure) int {
		return cmp.Or(cmp.Compare(b.Lines, a.Lines), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	if len(all) == 0 {
		return
	}
	w.line("## Where the code is dense\n\nThe largest functions, for a look by eye.\n\n| function | place | lines | nesting |\n|---|---|---:|---:|")
	for _, m := range all[:min(len(all), 6)] {
		w.line("| `%s` | `%s:%d` | %d | %d |", m.Name, m.File, m.Line, m.Lines, m.Depth)
	}
	w.line("")
}

// read names what was read, file by file, with where its functions begin, when
// nothing was found: the buyer sees what the silence is about.
func (w *writer) read(all []Measure) {
	if len(w.repo.Sources) == 0 {
		return
	}
	w.line("## What was read\n")
	for _, s := range w.repo.Sources[:min(len(w.repo.Sources), maxRead)] {
		w.line("- `%s`, %s: nothing to report.", s.Path, count(len(s.Lines), "line"))
		named := 0
		for _, m := range all {
			if m.File != s.Path || m.Line > len(s.Lines) || named == maxReadNames {
				continue
			}
			named++
			w.line("  - `%s`, %s, begins at `%s:%d`: `%s`", m.Name, count(m.Lines, "line"), m.File, m.Line, strings.ReplaceAll(strings.TrimSpace(s.Lines[m.Line-1]), "`", "'"))
		}
	}
	w.line("")
}

// checked says what was looked for, so that silence can be read.
func (w *writer) checked(a Analysis, hits []Hit, left map[*Rule]int) {
	found := map[string]int{}
	for _, h := range hits {
		found[h.Rule.ID]++
	}
	w.line("## What was checked\n")
	var clean []string
	for _, r := range w.o.Rules {
		if found[r.ID] == 0 {
			clean = append(clean, r.Checks)
		}
	}
	if len(clean) > 0 {
		w.line("Looked for and not found: %s.\n", strings.Join(clean, "; "))
	}
	for _, r := range w.o.Rules {
		if left[r] > 0 {
			w.line("- %s: %d more, not described one by one", r.Checks, left[r])
		}
	}
	for _, u := range a.Unparsed[:min(len(a.Unparsed), 10)] {
		w.line("- not parsed: %s", u)
	}
	var skipped []string
	for why := range w.repo.Skipped {
		skipped = append(skipped, why)
	}
	slices.Sort(skipped)
	for i, why := range skipped {
		skipped[i] = fmt.Sprintf("%d %s", w.repo.Skipped[why], why)
	}
	if len(skipped) > 0 {
		w.line("- not read: %s", strings.Join(skipped, ", "))
	}
	w.line("- Static analysis of the parsed source; nothing was executed and no call graph across packages was built.")
}

func (w *writer) findings(hits []Hit) []Finding {
	out := make([]Finding, 0, min(len(hits), maxFindings))
	for _, h := range hits[:min(len(hits), maxFindings)] {
		h.End = h.Line
		out = append(out, Finding{
			File: h.File, Line: h.Line, Severity: h.severity(), Claim: h.Claim,
			Evidence: strings.TrimSpace(w.quote(h)), Fix: h.Fix,
		})
	}
	return out
}

// fence is the language on a code fence.
func fence(p string) string {
	switch Language(p) {
	case Go:
		return "go"
	case JavaScript:
		return "js"
	case TypeScript:
		return "ts"
	case Python:
		return "python"
	default:
		return strings.TrimPrefix(path.Ext(p), ".")
	}
}

// dedent removes the common indentation.
func dedent(lines []string) string {
	common := -1
	for _, l := range lines {
		if strings.TrimSpace(l) == "" {
			continue
		}
		if n := len(l) - len(strings.TrimLeft(l, " \t")); common < 0 || n < common {
			common = n
		}
	}
	for i, l := range lines {
		lines[i] = l[min(len(l), max(common, 0)):]
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n ")
}

func count(n int, noun string) string { return fmt.Sprintf("%d %s", n, plural(n, noun)) }

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

func title(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
