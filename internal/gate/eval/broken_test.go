//go:build !race

package eval_test

import (
	"regexp"
	"strings"
	"testing"

	"aicity.dev/aicity/internal/city"
	"aicity.dev/aicity/internal/gate"
	"aicity.dev/aicity/internal/gate/eval"
)

// breakings turn good work into work that nobody should pay for, where they can.
var breakings = []struct {
	name     string
	category city.Category
	lines    *regexp.Regexp // that are changed
	change   func(line string) string
	least    int // lines
}{
	{"a diff removes what is not there", city.BugFix, regexp.MustCompile(`^[- ]\s*\w`), func(l string) string {
		return l[:1] + "  invented_" + strings.TrimSpace(l[1:])
	}, 2},
	{"a diff removes what is not there", city.Refactor, regexp.MustCompile(`^[- ]\s*\w`), func(l string) string {
		return l[:1] + "  invented_" + strings.TrimSpace(l[1:])
	}, 2},
	{"tests check nothing", city.Testing, regexp.MustCompile(`^\s*(?:t|tt)\.(?:Error|Fatal)\w*\(.*\)$|^\s*(?:assert|require|expect)\b.*\)[;,]?$|^\s*t\.(?:equal|is|deepEqual|same|throws|true|false)\w*\(.*\);?$`), func(l string) string {
		return l[:len(l)-len(strings.TrimLeft(l, " \t"))] + "// checked"
	}, 1},
}

var fencedDiff = regexp.MustCompile("(?s)```diff\n(.*?)```")

// broken is a deliverable with the lines changed; false when there are too few.
func broken(s eval.Sample, at int) (string, bool) {
	b := breakings[at]
	n := 0
	change := func(text string) string {
		lines := strings.Split(text, "\n")
		for i, l := range lines {
			if b.lines.MatchString(l) && !strings.HasPrefix(l, "---") {
				lines[i] = b.change(l)
				n++
			}
		}
		return strings.Join(lines, "\n")
	}
	out := s.Output
	if b.category == city.Testing {
		out = change(out)
	} else {
		out = fencedDiff.ReplaceAllStringFunc(out, change)
	}
	return out, n >= b.least
}

// Good work that is broken by a machine is refused.
func TestBrokenWorkFails(t *testing.T) {
	t.Parallel()
	library, samples := corpus(t, sets)
	tried, passed := 0, 0
	for _, s := range samples {
		for i, b := range breakings {
			if s.Label != eval.Good || s.Category != b.category {
				continue
			}
			out, ok := broken(s, i)
			if !ok {
				continue
			}
			repo, err := library.Repository(t.Context(), s.Repo)
			if err != nil {
				t.Fatal(err)
			}
			s.Output = out
			tried++
			if r := gate.Judge(s.Input(repo)); r.Verdict == gate.Pass {
				passed++
				t.Logf("%s, %s: %d points\n%s", s.ID, b.name, r.Score, out)
			}
		}
	}
	if tried < 20 || passed*10 > tried {
		t.Errorf("%d of %d pass", passed, tried)
	}
	t.Logf("%d of %d pass", passed, tried)
}
