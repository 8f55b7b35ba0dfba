package trial

import (
	"context"
	"path"
	"regexp"
	"slices"
	"strings"

	"aicity.dev/aicity/internal/gate"
)

const (
	maxMutations = 2 // that count
	maxFaults    = 5 // that are tried
	maxRead      = 400
	maxSource    = 256 << 10 // bytes
)

// language says what code looks like, as far as faults are put into it.
type language struct {
	ext     []string
	test    *regexp.Regexp // of a path
	define  *regexp.Regexp // of a line; some group is the name of what it defines
	comment string
}

var (
	golang     = language{[]string{".go"}, regexp.MustCompile(`_test\.go$`), regexp.MustCompile(`^func (?:\([^)]*\) )?(\w+)`), "//"}
	rust       = language{[]string{".rs"}, regexp.MustCompile(`(?:^|/)tests/`), regexp.MustCompile(`\bfn (\w+)`), "//"}
	python     = language{[]string{".py"}, regexp.MustCompile(`(?:^|/)(?:test_[^/]*|[^/]*_test)\.py$`), regexp.MustCompile(`^\s*(?:async )?def (\w+)`), "#"}
	javaScript = language{
		[]string{".js", ".mjs", ".cjs", ".ts", ".jsx", ".tsx"}, regexp.MustCompile(`(?:^|/)(?:[^/]*[.-](?:test|spec)|test-[^/]*)\.[cm]?[jt]sx?$|(?:^|/)(?:tests?|__tests__)/`),
		regexp.MustCompile(`\bfunction\s*\*?\s*(\w+)|\b(?:const|let|var)\s+(\w+)\s*=\s*(?:async\b|function\b|\()|\bexports\.(\w+)\s*=|^\s+(?:static |async )*(\w+)\s*\([^)]*\)\s*\{`), "//",
	}
)

// anyLanguage is the language most of the files are in.
func anyLanguage(files []string) language {
	best, most := golang, 0
	for _, l := range []language{golang, python, javaScript, rust} {
		n := 0
		for _, f := range files {
			if l.isSource(f) {
				n++
			}
		}
		if n > most {
			best, most = l, n
		}
	}
	return best
}

func (l language) isSource(file string) bool {
	return slices.Contains(l.ext, path.Ext(file)) && !l.test.MatchString(file) && !strings.Contains("/"+file, "/node_modules/")
}

func (l language) isTest(file string) bool {
	return slices.Contains(l.ext, path.Ext(file)) && l.test.MatchString(file) && !strings.Contains("/"+file, "/node_modules/")
}

// swap is a fault: a piece of code and what takes its place.
type swap struct{ from, to string }

var swaps = []swap{
	{" == ", " != "}, {" === ", " !== "}, {" != ", " == "}, {" !== ", " === "}, {" <= ", " > "}, {" >= ", " < "}, {" < ", " >= "}, {" > ", " <= "},
	{" && ", " || "}, {" || ", " && "}, {" and ", " or "}, {" + ", " - "}, {" - ", " + "}, {" * ", " + "}, {" / ", " * "}, {" % ", " + "},
	{"return true", "return false"}, {"return false", "return true"}, {"return True", "return False"}, {"return False", "return True"},
}

// fault is a place where a swap can be made.
type fault struct {
	file string
	line int // from 0
	at   int // byte in the line
	swap
	function string
}

// mutate puts faults into code that the new tests name, one at a time, and
// looks whether a new test notices.
func (t *trial) mutate(ctx context.Context) error {
	faults, err := t.faults(ctx)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	tried := 0
	for _, f := range faults {
		if len(t.found.Mutations) >= maxMutations || tried >= maxFaults {
			return nil
		}
		if seen[f.function] && len(faults) > maxMutations {
			continue
		}
		tried++
		m, valid, err := t.try(ctx, f)
		if err != nil {
			return err
		}
		if valid {
			seen[f.function] = true
			t.found.Mutations = append(t.found.Mutations, m)
		}
	}
	return nil
}

// try makes one fault, runs the new tests and takes the fault back. It is not
// valid when the code cannot be built with it.
func (t *trial) try(ctx context.Context, f fault) (m gate.Mutation, valid bool, err error) {
	text, err := t.room.ReadFile(f.file)
	if err != nil {
		return m, false, nil //nolint:nilerr // gone or no text: no place for a fault
	}
	lines := strings.Split(string(text), "\n")
	was := lines[f.line]
	lines[f.line] = was[:f.at] + f.to + was[f.at+len(f.from):]
	if err := t.room.WriteFile(f.file, []byte(strings.Join(lines, "\n"))); err != nil {
		return m, false, err
	}
	m = gate.Mutation{File: f.file, Line: f.line + 1, From: strings.TrimSpace(was), To: strings.TrimSpace(lines[f.line])}
	valid, m.Caught, err = t.notices(ctx)
	if back := t.room.WriteFile(f.file, text); err == nil {
		err = back
	}
	return m, valid, err
}

// notices reports whether the code builds and a new test fails.
func (t *trial) notices(ctx context.Context) (builds, caught bool, err error) {
	if t.tool.build != "" {
		run, err := t.step(ctx, t.tool.build)
		if err != nil || run.Outcome == gate.OutcomeFailed {
			return false, false, err
		}
	}
	command := t.tool.test
	if t.tool.only != nil && len(names(t.found.NewTests)) > 0 {
		command = t.tool.only(t.found.NewTests)
	}
	r, err := t.room.Run(ctx, t.tool.env+command, stepTimeout)
	if err != nil {
		return false, false, err
	}
	if r.TimedOut {
		return true, true, nil // a loop without end is a fault that was noticed
	}
	tests := t.tool.results(r.Output)
	for _, name := range t.found.NewTests {
		if !tests[name] && r.ExitCode != 0 {
			return true, true, nil
		}
	}
	return true, false, nil
}

var identifier = regexp.MustCompile(`[A-Za-z_]\w+`)

// faults lists places in the functions that the new tests name, those that the
// patch does not touch and those that it does alike.
func (t *trial) faults(ctx context.Context) ([]fault, error) {
	named := namedByTests(string(t.plan.Patch), t.tool.lang)
	if len(named) == 0 {
		return nil, nil
	}
	files, err := t.room.Files(ctx)
	if err != nil {
		return nil, err
	}
	var all []fault
	read := 0
	for _, file := range files {
		if !t.tool.lang.isSource(file) || read >= maxRead {
			continue
		}
		read++
		if text, err := t.room.ReadFile(file); err == nil && len(text) <= maxSource {
			all = append(all, faultsIn(file, string(text), t.tool.lang, named)...)
		}
	}
	return all, nil
}

// namedByTests are the identifiers in the lines that a patch adds to tests.
func namedByTests(patch string, l language) map[string]bool {
	named := map[string]bool{}
	inTest := false
	for line := range strings.SplitSeq(patch, "\n") {
		if file, ok := strings.CutPrefix(line, "+++ "); ok {
			inTest = l.isTest(strings.TrimPrefix(strings.TrimSpace(file), "b/"))
			continue
		}
		if added, ok := strings.CutPrefix(line, "+"); ok && inTest {
			for _, name := range identifier.FindAllString(added, -1) {
				named[name] = true
			}
		}
	}
	return named
}

// faultsIn finds the places of one file: at most one in each line of a named
// function, which ends where a line is indented no deeper than its definition.
func faultsIn(file, text string, l language, named map[string]bool) []fault {
	var all []fault
	function, depth := "", 0
	for i, line := range strings.Split(text, "\n") {
		code := strings.TrimSpace(line)
		if code == "" || strings.HasPrefix(code, l.comment) {
			continue
		}
		indent := len(line) - len(strings.TrimLeft(line, " \t"))
		if m := l.define.FindStringSubmatch(line); m != nil {
			function, depth = "", indent
			if name := first(m[1:]); named[name] {
				function = name
			}
		} else if function != "" && indent <= depth && !strings.HasPrefix(code, "}") && !strings.HasPrefix(code, ")") {
			function = ""
		}
		if function == "" {
			continue
		}
		if at, s, ok := swapIn(masked(line, l.comment)); ok {
			all = append(all, fault{file: file, line: i, at: at, swap: s, function: file + "." + function})
		}
	}
	return all
}

func first(groups []string) string {
	for _, g := range groups {
		if g != "" {
			return g
		}
	}
	return ""
}

func swapIn(line string) (at int, s swap, ok bool) {
	for _, s := range swaps {
		if at := strings.Index(line, s.from); at >= 0 {
			return at, s, true
		}
	}
	return 0, swap{}, false
}

// masked is a line with its strings and its comment blanked, of the same length.
func masked(line, comment string) string {
	b := []byte(line)
	var quote byte
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case quote != 0 && c == '\\':
			b[i] = '_'
			if i++; i < len(b) {
				b[i] = '_'
			}
		case quote != 0:
			if c == quote {
				quote = 0
			} else {
				b[i] = '_'
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case strings.HasPrefix(line[i:], comment):
			return string(b[:i])
		}
	}
	return string(b)
}
